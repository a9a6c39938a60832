#!/bin/bash
# Fully static programs: no loader, no symbol look-up, and the runtime is in them all the same.
. "$(dirname "$0")/check.sh"
runtime=$(reprise --print-gcc-dir 2>/dev/null)/../static
[ -e "$runtime/libc.a" ] || { echo 'skipped: no static C library when Reprise was built'; exit 77; }

# Everything here is ordered, in several ways, but the count and what the destructor does.
cat >order.c <<'END'
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static atomic_int ready;
static int by_mutex, by_atomic, by_pipe, counter, ends[2];
static char *copy;

static void count(void)
{
#ifdef FIXED
    pthread_mutex_lock(&mutex);
#endif
    counter++;
#ifdef FIXED
    pthread_mutex_unlock(&mutex);
#endif
}

static void *other(void *unused)
{
    pthread_mutex_lock(&mutex);
    by_mutex++;
    pthread_mutex_unlock(&mutex);
    by_atomic = 1;
    atomic_store_explicit(&ready, 1, memory_order_release);
    by_pipe = 1;
    copy = strdup("allocated inside the C library");
    count();
    return write(ends[1], "", 1) == 1 ? unused : NULL;
}

int main(void)
{
    pthread_t thread;
    char byte;
    for (int i = 0; i < 100; i++)
        free(strdup("a block that the other one gets again"));
    if (pipe(ends) || pthread_create(&thread, NULL, other, &thread))
        return 1;
    pthread_mutex_lock(&mutex);
    by_mutex++;
    pthread_mutex_unlock(&mutex);
    count();
    while (!atomic_load_explicit(&ready, memory_order_acquire))
        ;
    int sum = by_atomic;
    if (read(ends[0], &byte, 1) != 1)
        return 1;
    sum += by_pipe + (int)strlen(copy);
    free(copy);
    pthread_join(thread, NULL);
    printf("%d %d\n", sum, by_mutex);
    return 0;
}

/* Late, but looked at: the runtime ends after it. */
static void *touch(void *unused)
{
    static int late;
    late++;
    return unused;
}

__attribute__((destructor)) static void stop(void)
{
    pthread_t thread;
    if (pthread_create(&thread, NULL, touch, NULL))
        abort();
#ifdef FIXED
    pthread_join(thread, NULL);
    touch(NULL);
#else
    touch(NULL);
    pthread_join(thread, NULL);
#endif
}
END
cat >threads.cc <<'END'
#include <cmath>
#include <condition_variable>
#include <iostream>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

static std::mutex mutex;
static std::condition_variable changed;
static std::once_flag once;
static int waiting = 4, prepared, counter;

static const std::string &name() // a guarded static
{
    static const std::string text(100, 'x');
    return text;
}

static void work(int i)
{
    std::call_once(once, [] { prepared = 1; });
    double sine, cosine; // libm's, which no hook is there for
    sincos(i, &sine, &cosine);
    {
#ifdef FIXED
        std::lock_guard<std::mutex> hold(mutex);
#endif
        counter += prepared + (sine * sine + cosine * cosine > 2) + (name().size() > 100);
    }
    try {
        throw std::runtime_error("unwound");
    } catch (const std::exception &) {
        std::lock_guard<std::mutex> hold(mutex);
        waiting--;
        changed.notify_one();
    }
}

int main()
{
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; i++)
        threads.emplace_back(work, i);
    {
        std::unique_lock<std::mutex> hold(mutex);
        changed.wait(hold, [] { return waiting == 0; });
    }
    for (std::thread &t : threads)
        t.join();
    std::cout << "done " << name().size() << "\n";
}
END

build() { run reprise "$@"; is 0 status; is '' err; }

for with in clang-19 gcc; do
    have $with || { skip "no $with"; continue; }
    for form in -static -static-pie; do
        build cc --with=$with $form -g order.c -o order
        dynamic=$(readelf -lW order | grep INTERP)
        is '' dynamic
        run ./order
        is 66 status
        is '32 2' out
        like err '#0 count .*order\.c:1[0-9]'
        has err "Location is global 'counter' of size 4"
        like err '#0 pthread_create'
        like err '#0 touch .*order\.c'
        like err '^ThreadSanitizer: reported 2 warnings$'
        build cc --with=$with $form -DFIXED -O2 order.c -o order
        run ./order
        is 0 status
        is '32 2' out
        is '' err
        ok "$with $form"
    done

    build cc --with=$with -g -c order.c -o order.o
    build cc --with=$with -static order.o -o order
    run ./order
    is 66 status
    ok "$with: in steps"

    have "${with/gcc/g++}" && have "${with/clang/clang++}" || { skip "no C++ for $with"; continue; }
    build c++ --with=$with -static -g threads.cc -o threads
    run ./threads
    is 66 status
    is 'done 100' out
    like err '#0 work\(int\) .*threads\.cc:'
    has err "Location is global 'counter' of size 4"
    build c++ --with=$with -static -DFIXED threads.cc -o threads
    run ./threads
    is 0 status
    is 'done 100' out
    is '' err
    ok "$with: C++"
done

done_testing
