#!/bin/bash
# `reprise cc --inline`: the hooks are in the program, reports are what they are without, and where it
# can't be done a line says so and the program is built the ordinary way.
. "$(dirname "$0")/check.sh"
have clang-19 && have ld.lld-19 || { echo 'skipped: no clang-19 with its lld'; exit 77; }
export TSAN_OPTIONS=atexit_sleep_ms=0

# Accesses of all sizes, in both branches of conditions, through functions of two files: what a linker
# might merge or inline. Only `order` decides who is first, and the detector knows nothing of it.
cat >racy.c <<'END'
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>
struct all { char a; short b; int c; long d; __int128 e; int f, g; } all;
struct all *volatile where = &all;
int second(struct all *p, int which);
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static int ready[2];

static __attribute__((noinline)) int first(struct all *p, int which)
{
    p->a++;
    p->b++;
    p->c++;
    p->d++;
    p->e++;
    if (which)
        p->f = 1;
    else
        p->f = 2;
    return second(p, which);
}

static void *run(void *arg)
{
#ifdef FIXED
    pthread_mutex_lock(&mutex);
#endif
    int r = first(where, arg != NULL);
#ifdef FIXED
    pthread_mutex_unlock(&mutex);
#endif
    write(ready[1], "", 0 * r);
    return NULL;
}

int main(void)
{
    pthread_t t[2];
    (void)mutex;
    pipe(ready);
    pthread_create(&t[0], NULL, run, NULL);
    usleep(200000);
    pthread_create(&t[1], NULL, run, &mutex);
    pthread_join(t[0], NULL);
    pthread_join(t[1], NULL);
    puts("done");
    return 0;
}
END
cat >second.c <<'END'
struct all { char a; short b; int c; long d; __int128 e; int f, g; };
static int third(struct all *p)
{
    return p->g++;
}
int second(struct all *p, int which)
{
    if (which > 1)
        return third(p);
    return third(p) + 1;
}
END

# What every access of every report says, without addresses and offsets.
frames() { grep -E '^ +#|^  (Write|Read|Previous)' <<<"$err" | sed 's/ (.*//; s/ 0x[0-9a-f]*//'; }
# The hooks that the functions of the program call.
calls() {
    objdump -d --no-show-raw-insn "$1" | awk -v hook="$2" '
        /^[0-9a-f]+ </ { ours = $2 ~ /^<(first|second|run|main)>/ }
        ours && /call/ && index($0, "<" hook) { n++ }
        END { print n + 0 }'
}

run reprise cc --with=clang-19 -O2 racy.c second.c -o called
is 0 status
run ./called
is 66 status
called=$(frames)

build() { # build NAME [WORDS]: in one step, without a word from anybody
    run reprise cc --with=clang-19 --inline -O2 "${@:2}" -o "$1"
    is 0 status; is '' err; is '' out
}

build inlined racy.c second.c
n=$(calls called __tsan_); [ "$n" -ge 10 ] || complain "$n calls of hooks without --inline"
n=$(calls inlined __tsan_); is 0 n
n=$(calls inlined reprise_rt_late_); [ "$n" -ge 10 ] || complain "$n calls of reprise_rt_late_"
run ./inlined
is 66 status
has err 'data race'
inlined=$(frames)
is "$called" inlined
ok 'the hooks are inlined, and reports have the same accesses and stacks'

build fixed -DFIXED racy.c second.c
run ./fixed
is 0 status; is done out; is '' err
ok 'a correct program is silent'

for level in 0 1 3; do
    run reprise cc --with=clang-19 -O$level racy.c second.c -o called.$level; is 0 status
    run ./called.$level; called=$(frames)
    run reprise cc --with=clang-19 --inline -O$level racy.c second.c -o inlined.$level
    is 0 status; is '' err
    run ./inlined.$level; is 66 status; inlined=$(frames); is "$called" inlined
done
ok 'the same at -O0, -O1 and -O3'

run reprise cc --with=clang-19 --inline -O2 -c racy.c; is 0 status; is '' err
run reprise cc --with=clang-19 --inline -O2 -c second.c -o second.o; is 0 status; is '' err
build steps racy.o second.o
n=$(calls steps __tsan_); is 0 n
run ./steps; is 66 status
llvm_ar=$(command -v llvm-ar-19) && { "$llvm_ar" rcs libsecond.a second.o; build archive racy.o libsecond.a; run ./archive; is 66 status; }
run reprise cc --with=clang-19 -O2 -c second.c -o plain.o
build mixed racy.o plain.o
run ./mixed; is 66 status
ok 'compiled and linked in steps, from an archive, beside an object without --inline'

for kind in "-fPIE -pie" "-fno-pie -no-pie" -fPIC -flto=thin -flto; do
    # shellcheck disable=SC2086
    build kind $kind racy.c second.c
    run ./kind; is 66 status; has err 'first'
done
ok 'position-independent or not; another kind of LTO'

if [ -e "$(reprise --print-gcc-dir)/../static/libc.a" ]; then
    build static -static racy.c second.c
    n=$(calls static __tsan_); is 0 n
    run ./static; is 66 status
    build static -static -DFIXED racy.c second.c
    run ./static; is 0 status; is '' err
    ok 'fully static'
fi

cat >object.cc <<'END'
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>
struct base { virtual ~base() {} virtual int get() { return 1; } };
struct derived : base { int get() override { return 2; } };
static int count;
static int deep(int n, base *b)
{
    if (n == 0)
        throw std::runtime_error("bottom " + std::to_string(b->get()));
    int r = deep(n - 1, b);
    return r + count;
}
int main()
{
    std::vector<std::thread> threads;
    for (int i = 0; i < 2; i++)
        threads.emplace_back([] {
            for (int k = 0; k < 100; k++) {
                derived d;
                try { deep(20, &d); } catch (std::exception &) { }
            }
            count++;
        });
    for (auto &t : threads)
        t.join();
    return 0;
}
END
run reprise c++ --with=clang-19 --inline -O2 object.cc -o object; is 0 status; is '' err
run ./object; is 66 status; lines=$(grep -c '^WARNING' <<<"$err"); is 1 lines; has err 'object.cc:24'
ok 'C++, with exceptions'

cat >library.c <<'END'
int library_count;
void library(void) { library_count++; }
END
cat >uses.c <<'END'
#include <pthread.h>
void library(void);
static void *run(void *arg) { library(); return arg; }
int main(void)
{
    pthread_t t;
    pthread_create(&t, 0, run, 0);
    library();
    return pthread_join(t, 0);
}
END
run reprise cc --with=clang-19 --inline -O2 -fPIC -shared library.c -o liblibrary.so
is 0 status; lines err 1; has err 'reprise cc: --inline: '; has err 'shared library'
build uses uses.c ./liblibrary.so
run ./uses; is 66 status; has err 'library.c:2'
ok 'a shared library calls the runtime of the program'

says() { # says TEXT WORDS...: one line, and a program that works
    run reprise cc --inline -O2 "${@:2}" racy.c second.c -o fallback
    is 0 status; lines err 1; has err "$1"; has err 'calling the runtime'
    run ./fallback; is 66 status; has err 'first'
}
have gcc-12 && says 'use clang' --with=gcc-12
says '-fno-lto' --with=clang-19 -fno-lto
says 'only lld' --with=clang-19 -fuse-ld=bfd
says 'shared runtime' --with=clang-19 --shared-runtime
mkdir -p alone && cat >alone/clang <<'END'
#!/bin/sh
case $* in -print-prog-name=ld.lld) echo ld.lld ;; -dumpversion) echo 99.1.0 ;; *) exec clang-19 "$@" ;; esac
END
chmod +x alone/clang
says 'LLVM 99' --with="$PWD/alone/clang"
ok 'where it cannot be, a line says so'

for words in "-S -o racy.s" "-E -o racy.i" "-fno-sanitize=thread -c -o racy.o" --version; do
    # shellcheck disable=SC2086
    run reprise cc --with=clang-19 --inline -O2 $words racy.c; is 0 status; is '' err
done
grep -q __tsan_write racy.s || complain 'racy.s is not assembly'
run reprise cc --with=clang-19 --inline --print-command -O2 racy.c second.c -o printed
is 0 status; lines out 2
bash -c "cd $PWD && $out" 2>&1; run ./printed; is 66 status
rm -f "${TMPDIR:-/tmp}/libreprise-inline.o"
ok 'questions, assembly and preprocessing are left alone; the command that is printed works'

done_testing
