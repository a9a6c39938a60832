#!/bin/bash
# The main job with the real runtime: build with reprise cc, run with reprise run, read the
# findings. Each compiler; a racy program and its fixed twin.
. "$(dirname "$0")/check.sh"
reprise --print-runtime-dir >/dev/null 2>&1 || { echo 'skipped: there is no runtime'; exit 77; }

cat >race.c <<'END'
#include <pthread.h>
#include <stdio.h>
int counter;
pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static void bump(void) { counter++; }
static void *thread(void *unused) { LOCK; bump(); UNLOCK; return unused; }
int main(int argc, char **argv)
{
    pthread_t other;
    pthread_create(&other, NULL, thread, NULL);
    LOCK; counter = 3; UNLOCK;
    pthread_join(other, NULL);
    puts("done");
    return argc > 1 ? argv[1][0] - '0' : 0;
}
END
sed 's/static void bump/namespace ns { void bump/; s/counter++; }/counter++; } }/; s/ bump();/ ns::bump();/' race.c >race.cc
echo 'race:bump' >suppressions

for compiler in clang-19 clang-14 gcc; do
    have $compiler || { skip "no $compiler"; continue; }
    run reprise cc --with=$compiler -DLOCK= -DUNLOCK= -O1 race.c -o racy
    is 0 status
    run reprise cc --with=$compiler '-DLOCK=pthread_mutex_lock(&mutex)' \
        '-DUNLOCK=pthread_mutex_unlock(&mutex)' -O1 race.c -o fixed
    is 0 status
    ok "$compiler: build"

    run reprise run ./racy
    is 66 status
    is 'done' out
    has err 'WARNING: ThreadSanitizer: data race'
    like err '^reprise: 1 finding$'
    like err '^  data race  .*race\.c:(5|11).*race\.c:(5|11)'
    sidecar=$(sed -n 's/.*reprise report //p' <<<"$err")
    run reprise report "$sidecar"
    like out '^1\. data race '
    like out '^    #[01] bump race\.c:5'
    like out '^    #[01] main race\.c:1[01]'
    like out 'created by main thread'
    run reprise report --json "$sidecar"
    has out '"function": "bump"'
    ok "$compiler: the race is found"

    run reprise run ./fixed 5
    is 5 status
    is 'done' out
    is 'reprise: no findings; the program ended with status 5' err
    run ./fixed
    is '' err
    ok "$compiler: the fixed twin is silent"

    run reprise run --suppressions suppressions ./racy
    is 0 status
    is 'reprise: no findings' err
    run reprise run --exitcode 7 --log report ./racy
    is 7 status
    lacks err WARNING
    grep -q WARNING report.* || complain 'no log'
    run reprise run --exitcode 0 --set report_bugs=0 ./racy
    is 0 status
    lacks err WARNING
    ok "$compiler: options"

    run reprise cc --with=$compiler --shared-runtime -DLOCK= -DUNLOCK= -O1 race.c -o racy
    is 0 status
    run reprise run ./racy
    is 66 status
    ok "$compiler: shared runtime"

    run reprise c++ --with=$compiler -DLOCK= -DUNLOCK= -g -O1 race.cc -o racy
    is 0 status
    run reprise run ./racy
    is 66 status
    like err '(ns::bump\(\)|thread\(void\*\)|main).* race\.cc:'
    ok "$compiler: C++"
    rm -f report.*
done

gcc -fsanitize=thread -DLOCK= -DUNLOCK= -g race.c -o racy -B"$(reprise --print-gcc-dir)"
run reprise run ./racy
is 66 status
like err '^reprise: 1 finding$'
gcc -fsanitize=thread -DLOCK= -DUNLOCK= -g race.c -o racy # against gcc's own libtsan.so.2
run reprise run ./racy
is 66 status
like err '^reprise: 1 finding$'
ok 'gcc without the wrapper, and a finished gcc program'

done_testing
