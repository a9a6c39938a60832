#!/bin/bash
# `reprise hunt` with real programs: each bug is found within some seeds, comes back by the line
# that is printed, and its fixed twin stays silent.
programs=$(cd "$(dirname "$0")" && pwd)/programs
. "$(dirname "$0")/check.sh"
have sqlite3 || { skip 'no sqlite3 to look into the database'; done_testing; }

build() { # build NAME [OPTION...]: from hunted.c
    local name=$1
    shift
    "$REPRISE" cc -g -O1 "$@" -o "$name" "$programs/hunted.c" >build.log 2>&1 ||
        { cat build.log; complain "$name does not build"; }
}
row() { sqlite3 .reprise/findings.db "select $1 from finding where id=$2"; }
# The line to type next does what it says.
replays() { # replays STATUS
    local line
    line=$(sed -nE 's/.*to play it again: reprise (replay .*)/\1/p' <<<"$out" | head -n 1)
    run bash -c "\"\$REPRISE\" $line"
    is "$1" status
}

build race -DRACE
run reprise hunt -n 500 ./race
is 66 status
like out '^F1  data race  '
like out 'hunted.c:'
[ "$(row 'reproduced, schedule like "rp1.%", hash like "0x%", length(trail) > 4' 1)" = '1|1|1|1' ] ||
    complain "$(row '*' 1)"
replays 66
build race-fixed -DRACE -DFIXED
run reprise hunt -n 100 ./race-fixed
is 0 status
like out '^reprise: 0 of 100 seeds failed: fewer than 1 in 33 schedules'
ok 'a race'

build lost -DLOST
run reprise hunt -n 500 ./lost
is 1 status
like out '^F[0-9]+  exit status 1$'
like out '^  \| lost$'
replays 1
seed=$(sed -nE 's/^  seed ([0-9]+) of.*/\1/p' .out)
first=$(reprise hunt -n 500 -j 1 ./lost | sed -nE 's/^  seed ([0-9]+) of.*/\1/p')
second=$(reprise hunt -n 500 -j 5 ./lost | sed -nE 's/^  seed ([0-9]+) of.*/\1/p')
[ -n "$first" ] && [ "$first" = "$second" ] || complain "seeds '$first' and '$second'"
build lost-fixed -DLOST -DFIXED
run reprise hunt -n 100 ./lost-fixed
is 0 status
ok 'a lost update under a mutex'

build deadlock -DDEADLOCK
run reprise hunt --set detect_deadlocks=0 -n 500 ./deadlock
is 66 status
like out '^F[0-9]+  .*deadlock'
replays 66
build deadlock-fixed -DDEADLOCK -DFIXED
run reprise hunt -n 100 ./deadlock-fixed
is 0 status
ok 'a deadlock'

build assert -DASSERT
run reprise hunt -n 500 ./assert
is 1 status
like out '^F[0-9]+  signal 6 \(Aborted\): .*Assertion .ready'
replays 134
ok 'an assertion'

build crash -DCRASH
run reprise hunt -n 500 ./crash
is 1 status
like out '^F[0-9]+  crash: SEGV .*hunted.c:[0-9:]+ in '
ok 'a crash'

build hang -DHANG
run reprise hunt --timeout 2 --set max_steps=0 -n 500 ./hang
is 1 status
like out '^F[0-9]+  no end within 2 s$'
ok 'no end'

build order -DORDER
run reprise hunt -n 500 --check 'test "$(cat)" = ab' ./order
is 1 status
like out '^F[0-9]+  --check failed: exit status 1'
ok 'wrong output'

for strategy in pct pos surw; do
    run reprise hunt -n 500 --strategy $strategy ./lost
    is 1 status
    has out "--strategy $strategy -- ./lost"
    replays 1
done
ok 'other strategies'

gcc -g -O1 -pthread -DLOST -o plain "$programs/hunted.c"
run reprise hunt -n 500 ./plain
is 1 status
lines err 1
has err 'not instrumented'
ok 'a program that was not built with reprise cc'

done_testing
