#!/bin/bash
# memory_limit_mb, flush_memory_ms, soft_rss_limit_mb, hard_rss_limit_mb: what each does, and that
# a run which was less exact for it says so, in the report and in the sidecar.
programs=$(cd "$(dirname "$0")" && pwd)/programs
. "$(dirname "$0")/check.sh"
reprise --print-runtime-dir >/dev/null 2>&1 || { echo 'skipped: there is no runtime'; exit 77; }

compiler=gcc
have $compiler || compiler=clang-19
run reprise cc --with=$compiler -g -O1 "$programs/memory_user.c" -o user
is 0 status
with() { run env TSAN_OPTIONS="atexit_sleep_ms=0:sidecar=$work/sidecar:$1" ./user "${@:2}"; }

# The race is found in any case; a note follows the report, and no other.
finds_race() {
    is 66 status
    like err '^WARNING: ThreadSanitizer: data race'
    like err '#0 race .*memory_user\.c'
}
degraded() {
    like err '^note: older accesses were forgotten to save memory: races with them are not seen$'
    grep -q '"degraded":\["history"\]' sidecar || complain 'nothing in the sidecar'
    reprise report sidecar | grep -qx '  note: this run was not exact: history' ||
        complain 'nothing in the report'
    rm -f sidecar
}

with ''
finds_race
lacks err 'note:'
lacks err 'reprise:'
! grep -q degraded sidecar || complain 'degraded in the sidecar'
rm sidecar
ok 'no limit, nothing said'

with memory_limit_mb=1000 # more than it takes
finds_race
lacks err 'note:'
lacks err 'reprise:'
rm sidecar
with memory_limit_mb=50 drop
finds_race
is drop out
degraded
like err '^reprise: memory_limit_mb=50 is reached: older accesses are forgotten'
ok 'memory_limit_mb'

# The steps, on a program with 512 MB of shadow. `own`: what it had at most beside its memory.
run reprise cc --with=$compiler -g -O1 "$programs/memory_limit.c" -o limit
is 0 status
steps() { # steps LIMIT ARGUMENT...
    rm -f sidecar
    run env TSAN_OPTIONS="atexit_sleep_ms=0:sidecar=$work/sidecar:memory_limit_mb=$1" ./limit "${@:2}"
    like out '^512 pieces$'
    own=$(sed -n 2p "$work/.out")
    counts=$(sed -n 's/.*"memory_limit":{"compact":\([0-9]*\),"oldest":\([0-9]*\),"all":\([0-9]*\)}.*/\1 \2 \3/p' sidecar)
}
steps 0
is 0 status
lacks err 'reprise:'
is '' counts
[ "$own" -gt 400 ] || complain "$own MB without a limit"
steps 96
is 0 status
[ "$own" -lt 300 ] || complain "$own MB with a limit of 96"
read -r compact oldest all <<<"$counts"
[ "${oldest:-0}" -gt 0 ] || complain "steps: '$counts'"
like err '^reprise: memory_limit_mb=96 is reached: older accesses are forgotten'
like err "^reprise: memory_limit_mb=96: the history was compacted early $compact times, the oldest of it forgotten $oldest times, all of it $all times\$"
lines err 2
ok 'a limit is kept, in steps that are told; the twin is silent'
steps 96 racy
is 66 status
like err '^WARNING: ThreadSanitizer: data race'
like err '#0 work .*memory_limit\.c'
like err '^note: older accesses were forgotten to save memory: races with them are not seen$'
grep -q '"degraded":\["history"\]' sidecar || complain 'nothing in the sidecar'
rm -f sidecar
ok 'a race within what is remembered is found'

with flush_memory_ms=100 drop
finds_race
is drop out
lacks err 'reprise:'
degraded
ok 'flush_memory_ms'

with hard_rss_limit_mb=150 wait
is 66 status
is '' out
like err '^reprise: the process has [0-9]+ MB, more than hard_rss_limit_mb=150: it ends here$'
lines err 1
ok 'hard_rss_limit_mb'

with soft_rss_limit_mb=150:allocator_may_return_null=1 refuse
finds_race
is $'refuse\ngrant' out
with soft_rss_limit_mb=150 refuse
is 66 status
like err '^reprise: the process has more memory than soft_rss_limit_mb=150; allocator_may_return_null=1'
ok 'soft_rss_limit_mb'

# The child of a fork is watched, too.
cat >forks.c <<'END'
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
int main(int argc, char **argv)
{
    int status;
    (void)argc;
    pid_t child = fork();
    if (!child) {
        for (int i = 0; i < 6000; i++) {
            char *volatile p = malloc(1 << 20);
            for (int k = 0; p && k < 1 << 20; k += 4096)
                p[k] = 1;
            usleep(10000);
        }
        return 3;
    }
    (void)argv;
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 4;
}
END
run reprise cc --with=$compiler -O1 forks.c -o forks
run env TSAN_OPTIONS=hard_rss_limit_mb=100:exitcode=7 ./forks
is 7 status
like err 'hard_rss_limit_mb=100: it ends here$'
ok 'in the child of a fork'

done_testing
