#!/bin/bash
# What options do to reports: symbols, places, formats, suppressions, exit. Each with a program
# that has one race and one that forks and closes everything.
. "$(dirname "$0")/../cli/check.sh"

cat >race.c <<'END'
#include <pthread.h>
#include <unistd.h>
int Global;
pthread_mutex_t mu = PTHREAD_MUTEX_INITIALIZER;
int step[2];
static void bump(void) { Global++; }
static void *T(void *p)
{
    pthread_mutex_lock(&mu);
    bump();
    pthread_mutex_unlock(&mu);
    write(step[1], "", 1) < 0 ? _exit(3) : 0;
    return p;
}
int main(void)
{
    pthread_t t;
    char c;
    if (pipe(step))
        return 4;
    pthread_create(&t, NULL, T, NULL);
    read(step[0], &c, 1) < 0 ? _exit(5) : 0;
    Global = 42;
    pthread_join(t, NULL);
    return 0;
}
END
run reprise cc -g -O1 -pthread race.c -o race
is 0 status
ok 'the program builds'
# io_sync=0: the pipe orders the run but doesn't hide the race.
base=io_sync=0:atexit_sleep_ms=0
with() { run env TSAN_OPTIONS="$base:$1" "${@:2}" ./race; }

# The form, line by line, numbers masked.
mask() {
    sed -E "s/0x[0-9a-f]+/ADDR/g; s/BuildId: [0-9a-f]+/BuildId: ID/g; s/(pid|tid)=[0-9]+/\1=N/g" <<<"$err"
}
cat >expected <<'END'
==================
WARNING: ThreadSanitizer: data race (pid=N)
  Write of size 4 at ADDR by main thread:
    #0 main race.c:23:12 (race+ADDR) (BuildId: ID)

  Previous write of size 4 at ADDR by thread T1 (mutexes: write M0):
    #0 bump race.c:6:32 (race+ADDR) (BuildId: ID)
    #1 T race.c:10:5 (race+ADDR)

  Location is global 'Global' of size 4 at ADDR (race+ADDR)

  Mutex M0 (ADDR) created at:
    #0 pthread_mutex_lock <null> (race+ADDR) (BuildId: ID)
    #1 T race.c:9:5 (race+ADDR) (BuildId: ID)

  Thread T1 (tid=N, running) created by main thread at:
    #0 pthread_create <null> (race+ADDR) (BuildId: ID)
    #1 main race.c:21:5 (race+ADDR) (BuildId: ID)

SUMMARY: ThreadSanitizer: data race race.c:23:12 in main
==================
ThreadSanitizer: reported 1 warnings
END
with "strip_path_prefix=$PWD/"
is 66 status
# columns and the state of T1 depend on the compiler and on luck
plain() { sed -E 's/(\.c:[0-9]+):[0-9]+/\1/; s/running|finished/STATE/' "$@"; }
if ! diff <(plain expected) <(mask | plain) >difference; then
    complain 'not the stock layout'
    cat difference
fi
ok 'the stock layout'

with symbolize=0
has err '    #0 <null> <null> (race+0x'
has err "  Location is global '??' at 0x"
lacks err 'race.c'
ok 'symbolize=0'

for symbolizer in /nonexistent /bin/true /bin/false; do
    with '' REPRISE_SYMBOLIZER=$symbolizer
    is 66 status
    has err '    #0 <null> <null> (race+0x'
    has err 'reported 1 warnings'
done
ok 'no symbolizer, or a dead one: offsets'

with 'stack_trace_format="<%n %f %s %l %m %o %F %S %L %M %p %%>"'
like err "^<0 main [^ ]*/race.c 23 [^ ]*/race 0x[0-9a-f]+ in main [^ ]*/race.c:23[:0-9]* [^ ]*/race.c:23[:0-9]* \(race\+0x[0-9a-f]+\).* 0x[0-9a-f]{12} %>$"
with stack_trace_format=DEFAULT
like err '^    #0 0x[0-9a-f]{12} in main [^ ]*race.c:23'
ok 'stack_trace_format'

with print_summary=0
lacks err SUMMARY
with exitcode=5
is 5 status
with exitcode=0
is 0 status
with halt_on_error=1:exitcode=7
is 7 status
with halt_on_error=1:abort_on_error=1
is 134 status
with report_bugs=0
is 0 status
is '' err
ok 'what a finding does to the exit'

with log_path="$PWD/new/dir/log"
is '' err
[ "$(grep -c '^WARNING: ThreadSanitizer: data race' new/dir/log.*)" = 1 ] || complain 'no report in the log'
with log_path=stdout
is '' err
has out 'WARNING: ThreadSanitizer: data race'
with log_path=/proc/none/log
has err "reprise: cannot write log_path '/proc/none/log'"
has err 'WARNING: ThreadSanitizer: data race'
ok 'log_path'

with color=always
has err $'\033[1m\033[31mWARNING'
with color=auto
lacks err $'\033'
ok 'color'

# suppress TEMPLATE STATUS
suppress() {
    printf '%s\n' '# a comment' "$1" >supp
    with suppressions=supp
    [ "$status" = "$2" ] || complain "'$1' gives status $status"
}
suppress race:Global 0
suppress 'race:^bump$' 0
suppress 'race:race.c' 0
suppress 'race:/race$' 0
suppress 'race_top:^bump$' 0
suppress 'race_top:^T$' 66
suppress 'race:nobody' 66
suppress 'thread:bump' 66
printf 'race:bump\nrace:nobody\n' >supp
with suppressions=supp:print_suppressions=1
has err 'ThreadSanitizer: Matched 1 suppressions (pid='
has err '1 race:bump'
has err 'race:nobody'
with suppressions=none
has err "reprise: cannot read the suppressions in 'none': no such file or directory"
is 66 status
printf 'nonsense\nrace:bump\n' >supp
with suppressions=supp
has err "line 1: 'nonsense'"
is 0 status
ok 'suppressions'

with nonsense=1:exitcode=maybe
has err "reprise: unknown option 'nonsense'"
lines err "$(($(wc -l <expected) + 2))"
printf 'exitcode=9 print_summary=0' >more
with include=more
is 9 status
lacks err SUMMARY
with include=none
has err "reprise: cannot read options from 'none': no such file or directory"
run env TSAN_OPTIONS=$base:exitcode=3 REPRISE_OPTIONS=exitcode=4 ./race
is 4 status
ok 'where options come from'

# values FILE EXPRESSION: of the object `o` of each line, on one line
values() {
    python3 -c 'import json, sys
for o in map(json.loads, open(sys.argv[1])):
    v = eval(sys.argv[2])
    print(v, end=" ") if v is not None else None' "$@"
}
with sidecar=side
[ "$(values side 'o["kind"]')" = 'start finding end ' ] || complain "lines of the sidecar"
[ "$(values side '(o["type"], o["accesses"][1]["mutexes"][0]["mode"], o["locations"][0]["name"], len(o["modules"])) if o["kind"] == "finding" else None')" = "('data-race', 'write', 'Global', 1) " ] || complain 'the finding'
mv side first
with sidecar=side
[ "$(values first 'o.get("signature")')" = "$(values side 'o.get("signature")')" ] || complain 'the signature changes'
with sidecar=/dev/full
has err "reprise: cannot write findings to '/dev/full': no space left on device"
has err 'WARNING: ThreadSanitizer: data race'
is 66 status
ok 'the sidecar'

# Nobody reads: the program must not die of it.
with '' bash -c 'trap "" USR1; exec 2> >(exec true); sleep 0.2; exec "$@"' x
is 66 status
ok 'standard error is a pipe that nobody reads'

cat >family.c <<'END'
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
int a;
static void *T(void *p) { a++; return p; }
static void race(void)
{
    pthread_t t;
    pthread_create(&t, NULL, T, NULL);
    a = 1;
    pthread_join(t, NULL);
}
static void on_child(int s)
{
    int saved = errno;
    (void)s;
    write(1, "SIGCHLD\n", 8) < 0 ? 0 : 0;
    errno = saved;
}
int main(int argc, char **argv)
{
    int status;
    (void)argv;
    signal(SIGCHLD, on_child);
    race();
    if (argc > 1)
        for (int fd = 0; fd < 2000; fd++)
            close(fd);
    printf("children: %d\n", !(wait(&status) < 0 && errno == ECHILD));
    fflush(stdout);
    if (fork() == 0)
        exit(0);
    pid_t pid;
    while ((pid = wait(&status)) < 0 && errno == EINTR)
        continue;
    printf("child: %d\n", WEXITSTATUS(status));
    return 0;
}
END
run reprise cc -g -O1 -pthread family.c -o family
run env TSAN_OPTIONS=atexit_sleep_ms=0:die_after_fork=0:sidecar=family.json ./family
is 66 status
is $'children: 0\nSIGCHLD\nchild: 0' out
ok 'the symbolizer is no child, and a child has no findings of its parent'
rm -f family.json
run env TSAN_OPTIONS=atexit_sleep_ms=0:die_after_fork=0:sidecar=family.json ./family close
is 66 status
[ "$(values family.json 'o["kind"]')" = 'start finding start end end ' ] || complain "$(cut -c1-100 family.json)"
ok 'a program that closes every descriptor'

done_testing
