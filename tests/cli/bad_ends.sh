#!/bin/bash
# However a program ends, and whatever it does to its surroundings: what was found is in the
# sidecar, and a program without findings ends as it does without us.
programs=$(cd "$(dirname "$0")/../programs" && pwd)
. "$(dirname "$0")/check.sh"
reprise --print-runtime-dir >/dev/null 2>&1 || { echo 'skipped: there is no runtime'; exit 77; }
export TSAN_OPTIONS=atexit_sleep_ms=0

flags='-g -O1 -pthread -D_GNU_SOURCE -w'
variants() { # variants SOURCE FLAG... : native (fixed), racy, fixed
    local source=$programs/$1
    shift
    gcc $flags -DFIXED "$@" "$source" -o native || complain 'does not compile'
    reprise cc --with=gcc $flags "$@" "$source" -o racy || complain 'does not compile'
    reprise cc --with=gcc $flags -DFIXED "$@" "$source" -o fixed || complain 'does not compile'
}
one_finding() { # one_finding : of the last `reprise run`
    like err '^reprise: 1 finding$'
    like err '^  data race  .*'
}
as_native() { # as_native [STATUS] : `fixed` ends like `native`, or with a status of ours
    local expected
    expected=$(exec 2>/dev/null </dev/null; ./native >&2; echo $?)
    expected=${1:-$expected}
    run reprise run ./fixed
    is $expected status
    lacks err WARNING
}

while read -r end ours; do
    variants end_after_race.c "-DEND=$end"
    run reprise run ./racy
    one_finding
    as_native $ours
    ok "the end: $end"
done <<'END'
exit(5)
_exit(5)
_Exit(5)
quick_exit(5)
by_raw_exit()
by_kill()
abort()
raise(SIGTERM)
by_segv() 66
END
# A crash is reported, with status 66; without that, it is the program's own.
TSAN_OPTIONS=$TSAN_OPTIONS:handle_segv=0 as_native
ok 'handle_segv=0'

# Its death comes from outside, in the middle of it all.
cat >forever.c <<'END'
#include <pthread.h>
#include <signal.h>
#include <unistd.h>
int shared;
static void *worker(void *arg)
{
    shared++;
    return arg;
}
int main(void)
{
    pthread_t t;
    sigset_t all;
    pthread_create(&t, NULL, worker, NULL);
    shared++;
    pthread_join(t, NULL);
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, NULL);
    for (;;)
        pause();
}
END
run reprise cc --with=gcc -g forever.c -o forever
is 0 status
for signal in KILL STOP; do
    rm -f sidecar && mkfifo errors
    TSAN_OPTIONS=$TSAN_OPTIONS:sidecar=$work/sidecar ./forever 2>errors &
    pid=$!
    grep -q '^SUMMARY' errors # the report is written, then the sidecar
    for _ in {1..100}; do grep -qs '"kind":"finding"' sidecar && break; sleep 0.1; done
    kill -$signal $pid
    run reprise report sidecar # also while it is still there
    like out '^1\. data race'
    kill -KILL $pid 2>/dev/null
    wait $pid 2>/dev/null
    rm errors
done
ok 'killed from outside'

for program in 'close_all.c -DFROM=3' 'close_all.c -DFROM=0' no_descriptors.c block_signals.c \
    'own_malloc.c -fno-builtin' tiny_stack.c; do
    variants $program
    run reprise run ./racy
    is 66 status
    one_finding
    as_native
    ok "$program"
done

# Not ours at all: a program without instrumentation, under each way in.
printf '#include <stdio.h>\nint main(void) { puts("plain"); return 3; }\n' >plain.c
gcc plain.c -o plain
run reprise run ./plain
is 3 status
is plain out
has err 'plain is not instrumented'
run env LD_PRELOAD="$(reprise --print-gcc-dir)/libtsan.so.2" ./plain
is 3 status
is plain out
is '' err
ok 'a program without instrumentation'

done_testing
