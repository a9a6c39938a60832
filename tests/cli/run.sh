#!/bin/bash
# `reprise run`: status, descriptors, signals, options, sidecar. The programs are scripts that
# play the runtime: they read REPRISE_OPTIONS and write lines into the sidecar.
. "$(dirname "$0")/check.sh"

cat >found <<'END'
#!/bin/bash
# Appends two reports of one finding and one other, and exits with $1.
sidecar=$(sed -E "s/.*sidecar='([^']*)'.*/\1/" <<<"$REPRISE_OPTIONS")
cat >>"$sidecar" <<'LINES'
{"v":1,"kind":"start","pid":1,"exe":"/bin/true","args":[]}
{"v":1,"kind":"finding","pid":1,"n":1,"type":"data-race","title":"data race","signature":"1-a","accesses":[{"op":"write","size":4,"address":"0x10","thread":0,"stack":[[-1,"0x1234"]]},{"op":"read","size":4,"address":"0x10","thread":1,"stack":[[-1,"0x5678"]]}]}
{"v":1,"kind":"finding","pid":1,"n":2,"type":"data-race","title":"data race","signature":"1-a"}
{"v":1,"kind":"finding","pid":1,"n":3,"type":"thread-leak","title":"thread leak","signature":"1-b"}
LINES
exit "$1"
END
cat >options <<'END'
#!/bin/bash
printf '%s\n' "$REPRISE_OPTIONS" "$REPRISE_SYMBOLIZER" "$@"
END
chmod +x found options

for status_wanted in 0 1 66 255; do
    run reprise run -- bash -c "exit $status_wanted"
    is $status_wanted status
done
run reprise run bash -c 'kill -9 $$'
is 137 status
run reprise run bash -c 'kill -TERM $$'
is 143 status
ok 'the exit status of the program'

run bash -c 'echo in | "$REPRISE" run -q sh -c "cat; echo err >&2; exit 3"'
is 3 status
is in out
like err '^err$'
run reprise run ./options -v --quiet -- x
like out '^-v$'
like out '^--quiet$'
like out '^--$'
run bash -c '"$REPRISE" run -q sh -c "[ -t 9 ] || echo here >&9" 9>nine; cat nine'
has out here
ok 'descriptors and arguments stay'

run reprise run ./nowhere
is 127 status
is 'reprise run: ./nowhere: not found' err
touch plain && run reprise run ./plain
is 126 status
lines err 1
printf '#!/nonexistent/shell\n' >bad && chmod +x bad && run reprise run ./bad
is 126 status
run reprise run .
is 126 status
[ ! -e .reprise ] || complain 'left .reprise behind'
ok 'what cannot be run'

for words in '' '--' '--nonsense x' '--exitcode x true' '--exitcode 256 true' '--set x true' \
    '--set nosuch=1 true' '--set io_sync=9 true' '--color=red true' '--suppressions ./no true' \
    '--exitcode' '--halt=1 true'; do
    run reprise run $words
    is 2 status
    lines err 1
done
ok 'wrong usage is one line'

touch supp
run reprise run --suppressions supp --log out --exitcode 3 --halt --set history_size=2 --color=never ./options
like out "^suppressions='$PWD/supp':log_path='$PWD/out':exitcode='3':halt_on_error='1':history_size='2':color='never':sidecar='$PWD/.reprise/run-.*\.jsonl'$"
has out "$REPRISE"
run reprise run --set "strip_path_prefix=it's" ./options
has out "strip_path_prefix=\"it's\""
run reprise run --set "strip_path_prefix='\"" ./options
is 2 status
run env REPRISE_OPTIONS=exitcode=1 REPRISE_SYMBOLIZER=mine "$REPRISE" run --exitcode 2 ./options
like out "^exitcode=1:exitcode='2':"
like out '^mine$'
run reprise run --log stdout ./options
has out "log_path='stdout'"
ok 'options reach the runtime'

run reprise run true
lines err 2
has err 'true is not instrumented'
has err 'no findings'
run reprise run --quiet ./options
is '' err
run reprise run ./options
is 'reprise: no findings' err
[ ! -e .reprise ] || complain 'left .reprise behind'
ok 'nothing found'

run reprise run ./found 66
is 66 status
like err '^reprise: 2 findings$'
like err '^  data race    0x1234, 0x5678 \(2 times\)$'
like err '^  thread leak$'
file=$(sed -nE 's/.*reprise report (.*)/\1/p' <<<"$err")
like err "kept in $file;"
run reprise report "$file"
is 0 status
like out '^1\. data race  1-a  \(2 times\)$'
run git -c init.defaultBranch=x init -q . && run git status --short
lacks out .reprise
run reprise run --quiet ./found 0
has err '2 findings'
run reprise run --no-summary ./found 0
is '' err
rm -rf .reprise
ok 'findings'

run reprise run --sidecar mine.jsonl ./found 66
has err 'reprise report mine.jsonl'
run reprise run --sidecar mine.jsonl ./options
has err 'no findings'
[ "$(wc -l <mine.jsonl)" = 4 ] || complain 'a sidecar of the user was changed'
run reprise run --sidecar no/such/dir ./options
is 125 status
lines err 1
echo 'half a li' >torn.jsonl
run reprise run --sidecar torn.jsonl ./found 0
has err '2 findings'
ok '--sidecar'

mkdir locked temporary
if (cd locked && chmod 555 . && ! touch x 2>/dev/null); then
    run env -C locked TMPDIR="$PWD/temporary" "$REPRISE" run ../found 0
    like err "kept in $PWD/temporary/reprise-[0-9]+/run-"
else # root may write everywhere: a file in the way does the same
    chmod 755 locked && touch locked/.reprise
    run env -C locked TMPDIR="$PWD/temporary" "$REPRISE" run ../found 0
    like err "kept in $PWD/temporary/reprise-[0-9]+/run-"
    touch file
    run env -C locked TMPDIR="$PWD/file" "$REPRISE" run ../options
    is 0 status
    has err 'findings are not kept'
fi
ok 'no place for the sidecar'

# A signal sent to the command alone reaches the program; one to the group arrives once.
cat >catch.c <<'END'
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
static volatile sig_atomic_t got;
static void count(int s) { (void)s; got++; }
int main(int argc, char **argv)
{
    (void)argc;
    sigset_t one, old;
    int number = atoi(argv[1]);
    sigemptyset(&one);
    sigaddset(&one, number);
    sigprocmask(SIG_BLOCK, &one, &old);
    signal(number, count);
    puts("ready");
    fflush(stdout);
    while (!got)
        sigsuspend(&old);
    printf("got %d\n", (int)got);
    return 4;
}
END
gcc -o catch catch.c
for signal in HUP INT QUIT TERM USR1 USR2; do
    mkfifo pipe
    # a job in the background of a script ignores INT and QUIT; env puts that right
    env --default-signal=INT,QUIT "$REPRISE" run -q ./catch "$(kill -l $signal)" >pipe 2>/dev/null &
    pid=$!
    {
        read -r -t 20 first
        kill -$signal $pid
        read -r -t 20 second
    } <pipe
    wait $pid
    status=$? command="kill -$signal" out="$first $second" err=
    is 4 status
    is 'ready got 1' out
    rm pipe
done
ok 'signals are passed on'

done_testing
