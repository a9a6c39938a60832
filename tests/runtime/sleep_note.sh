#!/bin/bash
# "As if synchronized via sleep" is said of an access before the sleep, and only of such. The
# thread's plain accesses get lower ids than the atomic ones that it made earlier.
. "$(dirname "$0")/../cli/check.sh"

cat >sleep.c <<'END'
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>
static int shared, own[3];
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static atomic_int ready, slept, written; /* relaxed: they order nothing */
static int late;

static void wait_for(atomic_int *flag)
{
    while (!atomic_load_explicit(flag, memory_order_relaxed))
        ;
}

static void tell(atomic_int *flag)
{
    atomic_store_explicit(flag, 1, memory_order_relaxed);
}

static void *writer(void *arg)
{
    /* an epoch with plain accesses after atomic ones, so that the next leaves room for them */
    atomic_load_explicit(&slept, memory_order_relaxed);
    own[0] = 1;
    own[1] = 2;
    pthread_mutex_lock(&mutex);
    pthread_mutex_unlock(&mutex);
    atomic_load_explicit(&slept, memory_order_relaxed);
    own[2] = 3;
    if (!late)
        shared = 1;
    tell(&ready);
    wait_for(&slept);
    if (late)
        shared = 1;
    tell(&written);
    return arg;
}

int main(int argc, char **argv)
{
    pthread_t t;
    late = argc > 1 && argv[1][0] == 'l';
    pthread_create(&t, NULL, writer, NULL);
    wait_for(&ready);
    nanosleep(&(struct timespec){0, 1000000}, NULL);
    tell(&slept);
    wait_for(&written);
    int seen = shared;
    pthread_join(t, NULL);
    return seen == 1 ? 0 : 9;
}
END
run reprise cc -g -O1 -pthread sleep.c -o sleep
is 0 status
ok 'the program builds'

export TSAN_OPTIONS=atexit_sleep_ms=0
run ./sleep early
is 66 status
has err 'As if synchronized via sleep'
ok 'an access before the sleep'

run ./sleep late
is 66 status
has err 'WARNING: ThreadSanitizer: data race'
lacks err 'As if synchronized via sleep'
ok 'an access after it'

done_testing
