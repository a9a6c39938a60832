#!/bin/bash
# `reprise hunt`: which seeds are tried, what counts as a failure, what is said and kept. The
# program is a script that plays the runtime; hunt_programs.sh has real ones.
. "$(dirname "$0")/check.sh"
. "$(dirname "$0")/hunt_lib.sh"

# ---- words ----

for words in '' '--' '--nonsense x' '-n 0 ./prog' '-n x ./prog' '-n -1 ./prog' '-n 5x ./prog' \
    '-n 99999999999999999999 ./prog' '--time x ./prog' '--time 0 ./prog' '--time 5y ./prog' \
    '-j 0 ./prog' '-j x ./prog' '--strategy nosuch ./prog' '--strategy pct:nosuch=1 ./prog' \
    '--strategy random,,pct ./prog' '--strategy rr ./prog' '--strategy list ./prog' \
    '--seed-from x ./prog' '--timeout x ./prog' '--success 256 ./prog' '--set x ./prog' \
    '--set nosuch=1 ./prog' '--set seed=1 ./prog' '--color red ./prog' '--shard 1 ./prog' \
    '--shard 1 --of 2 ./prog' '--shard 3 --of 2 --out d ./prog' '--shard 0 --of 2 --out d ./prog' \
    '--all=1 ./prog' '-n'; do
    hunt $words
    is 2 status
    lines err 1
    is '' out
done
[ ! -e seeds ] || complain 'something ran'
ok 'wrong usage is one line'

hunt ./nowhere
is 127 status
lines err 1
touch plain
hunt ./plain
is 126 status
lines err 1
hunt .
is 126 status
hunt ./prog silent
is 125 status
lines err 1
has err 'the runtime is not in any process of it'
ok 'what cannot be hunted'

# ---- seeds ----

hunt -n 6 -j 2 ./prog
is 0 status
[ "$(seeds)" = 'rr 1 2 3 4 5 6 ' ] || complain "seeds $(seeds)"
has out '0 of 6 seeds failed: fewer than 1 in 2 schedules at 95 %'
has out '-n 60 --seed-from 7 -- ./prog'
is '' err
hunt -n 3 --seed-from 40 ./prog
[ "$(seeds)" = 'rr 40 41 42 ' ] || complain "seeds $(seeds)"
hunt -n 100 -j 2 ./prog
has out 'fewer than 1 in 33 schedules' # 1 / (1 - 0.05^(1/100)) = 33.9
hunt -n 4 --strategy random,pct:depth=3 --success 3,7 --check 'cat >&2' --all ./prog
has out "reprise hunt --strategy random,pct:depth=3 --success 3,7 --all --check 'cat >&2' -n 40 --seed-from 5 -- ./prog"
hunt --time 0.5 ./prog
is 0 status
has out 'seeds failed: fewer than 1 in'
ok 'seeds and silence'

# The lowest seed that fails, however many run at a time.
for jobs in 1 3 7; do
    hunt -n 40 -j $jobs ./prog 9:slow 9:race 11:race2 10:race2 30:exit3
    is 66 status
    like out '^  seed 9 of random; signature 1-aa$'
    lacks out 1-bb
    like out '^  to play it again: reprise replay 9 -- ./prog 9:slow'
    like out '^reprise: 1 finding in 9 seeds '
    like out 'reprise shrink F1$'
done
ok 'the lowest seed that fails'

rm -rf .reprise
hunt -n 20 --all ./prog 3%:race 4%:race2 7:exit5
is 66 status
like out '^reprise: 3 findings in 20 seeds '
like out '^  F[0-9] +data race.*  6 of 20 seeds, first 3  1-aa$'
like out '^  F[0-9] +data race.*  4 of 20 seeds, first [48]  1-bb$' # 12 has only 1-aa
like out '^  F[0-9] +exit status 5.*  1 of 20 seeds, first 7  1-'
[ "$(row 'count, build_id, schedule, trail, hash, steps, reproduced, type, status' 1-aa)" = \
    '6|ab12|rp1.x.y|1:00|0x3|7|1|data-race|0' ] || complain "$(row '*' 1-aa)"
before=$(row id 1-aa)
hunt -n 20 --all ./prog 3%:race
[ "$(row count 1-aa)" = 6 ] || complain 'the same seeds are counted twice'
hunt -n 30 --all ./prog 3%:race
[ "$(row count,id 1-aa)" = "10|$before" ] || complain "$(row count,id 1-aa)"
ok '--all, rates, counts in the database'

hunt -n 5 --all ./prog any:exit3
is 1 status
like out '  5 of 5 seeds, and the first run  1-'
ok 'a rate is one of seeds'

hunt -n 4 --all --strategy random,pct:depth=3 ./prog any:out 3:race 4:race2
like out 'reprise replay 3 --strategy pct:depth=3 -- ./prog'
like out 'reprise replay 4 -- ./prog'
has out '(random, pct:depth=3; '
hunt -n 1 --set history_size=2 -- ./prog '1:race' 'a b'
has out "reprise replay 1 --set history_size=2 -- ./prog 1:race 'a b'"
[ "$(row settings 1-aa)" = '' ] || complain "a row that replays was changed: $(row settings 1-aa)"
ok 'strategies take turns; the line to type has what is needed'

# ---- failures ----

rm -rf .reprise
hunt -n 3 ./prog 2:exit3
is 1 status
like out '^F1  exit status 3$'
like out '^  \| gone wrong$'
hunt -n 3 ./prog 2:abort
is 1 status
like out 'signal 6 \(Aborted\)$'
hunt -n 3 ./prog 2:assert
is 1 status
like out "signal 6 \(Aborted\): a.c:12: f: Assertion .x == 1' failed.$"
hunt -n 3 ./prog 2:crash
is 1 status
like out 'crash: SEGV /x/a.c:12:3 in f$'
hunt -n 3 --timeout 2 ./prog 2:hang
is 1 status
like out 'no end within 2 s$'
hunt -n 3 --success 3,4 ./prog 2:exit3 3:exit4
is 0 status
hunt -n 6 --all ./prog 2:abort 3:assert 4:exit3 5:exit4 6:race
is 66 status
like out '^reprise: 5 findings in 6 seeds '
ok 'kinds of failures'

hunt -n 3 ./prog 2:leak-exit # nobody is joined by a program that gives up
is 1 status
like out '^F[0-9]+  exit status 7$'
has out 'reprise replay 2 --set exitcode=0 -- ./prog'
lacks out 1-dd
[ "$(sqlite3 .reprise/findings.db "select settings, status from finding where title like '%status 7'")" = \
    'exitcode=0|7' ] || complain 'not kept as it is'
hunt -n 3 ./prog 2:race-exit
is 66 status
like out '^reprise: 2 findings in 2 seeds'
[ "$(grep -E '^F' <<<"$out" | head -n 1 | grep -c 'exit status 7')" = 1 ] || complain 'what ended it is not first'
hunt -n 3 --set exitcode=9 ./prog 2:race
is 66 status
like out '^reprise: 1 finding in 2 seeds'
hunt -n 3 ./prog 2:halt
is 66 status
like out '^reprise: 1 finding in 2 seeds'
hunt -n 3 ./prog 2:livelock
has out 'reprise replay 2 --set max_steps=1000700 -- ./prog'
hunt -n 3 --set max_steps=5 ./prog 2:livelock
has out 'reprise replay 2 --set max_steps=5 -- ./prog'
ok 'what else is found in a run that fails'

hunt -n 3 --check '! grep -q wrong' ./prog any:out
is 1 status
has err 'fails without any scheduling'
hunt -n 3 --check '! grep wrong' ./prog 2:out
is 1 status
like out '^F[0-9]+  --check failed: exit status 1: wrong 2$'
like out 'reprise replay 2 '
hunt -n 3 --check 'cat >/dev/null; exit 0' ./prog 2:out
is 0 status
ok '--check'

hunt -n 3 ./prog any:exit2
is 1 status
like err '^reprise hunt: ./prog fails without any scheduling \(strategy rr\): exit status 2; '
like err '^  \| gone wrong$'
has err 'reprise replay 0 --strategy rr -- ./prog any:exit2'
[ "$(seeds | xargs)" = rr ] || complain "seeds $(seeds)"
hunt -n 9 --keep-going ./prog rr:exit2 3:exit2 7:race
is 66 status
like out '^  seed 7 of random; signature 1-aa$'
hunt -n 9 ./prog rr:exit2 # which works when the kernel schedules
is 1 status
is '' err
has out 'reprise replay 0 --strategy rr -- ./prog'
hunt -n 5 ./prog rr:race
is 66 status
has out 'reprise replay 0 --strategy rr -- ./prog'
has out 'before any seed'
ok 'a program that fails anyway'

rm -rf .reprise once-*
hunt -n 6 ./prog 5:once-race
is 66 status
has out 'not reproduced'
[ "$(row reproduced 1-cc)" = 0 ] || complain "$(row '*' 1-cc)"
ok 'what does not come back is told so'

# ---- its input and output ----

cat >reads <<'PROG'
#!/bin/bash
read -r line
exec ./prog "$line"
PROG
chmod +x reads
echo 4:race >input
command='hunt <input'
"$REPRISE" hunt -n 6 ./reads <input >.out 2>.err
status=$? out=$(cat .out) err=$(cat .err)
is 66 status
like out '^  seed 4 of random'
ok 'each run reads an input file from its start'

# ---- where findings go ----

rm -rf .reprise && mkdir .reprise && head -c 8192 /dev/zero | tr '\0' x >.reprise/findings.db
hunt -n 9 ./prog 5:race
is 66 status
lines err 1
has err 'damaged'
file=$(sed -nE 's/.*  kept in (.*); to put.*/\1/p' <<<"$out")
[ -s "$file" ] || complain "not kept in '$file'"
rm .reprise/findings.db
run reprise merge "$file"
is 66 status
[ "$(row seed,count 1-aa)" = '5|1' ] || complain 'not merged'
ok 'a damaged database'

rm -rf .reprise
hunt -n 9 ./prog 5:race
sqlite3 .reprise/findings.db >.sqlite 2>&1 <<<'BEGIN EXCLUSIVE;
.shell touch locked; while [ ! -e unlock ]; do sleep 0.1; done' &
while [ ! -e locked ]; do sleep 0.1; done
hunt -n 9 ./prog 6:race2
touch unlock
wait
is 66 status
lines err 1
has err 'findings.db: locked by another process'
file=$(sed -nE 's/.*  kept in (.*); to put.*/\1/p' <<<"$out")
run reprise merge "$file"
is 66 status
[ "$(row seed 1-bb)" = 6 ] || complain 'not merged'
ok 'a locked database'

mkdir temporary readonly
cp prog readonly
if [ "$(id -u)" != 0 ]; then
    chmod 555 readonly
    run env -C readonly TMPDIR="$PWD/temporary" "$REPRISE" hunt -n 9 ./prog 5:race
    has out "kept in $PWD/temporary/hunt-"
elif mount --bind readonly readonly 2>/dev/null && mount -o remount,ro,bind readonly; then
    run env -C readonly TMPDIR="$PWD/temporary" "$REPRISE" hunt -n 9 ./prog 5:race
    is 66 status
    lines err 1
    has out "kept in $PWD/temporary/hunt-"
    umount readonly
else
    skip 'no directory is read-only for root here'
fi
ok 'a directory that may not be written'

mkdir full
if mount -t tmpfs -o size=64k tmpfs full 2>/dev/null; then
    cp prog full && head -c 1M /dev/zero >full/filler 2>/dev/null
    run env -C full TMPDIR="$PWD/full" "$REPRISE" hunt -n 9 ./prog 5:race
    is 66 status
    lines err 1
    has err 'no space left'
    file=$(sed -nE 's/.*  kept in (.*); to put.*/\1/p' <<<"$out")
    [ -s "$file" ] || complain "not kept in '$file'"
    rm -f "$file"
    umount full
else
    skip 'no tmpfs can be mounted'
fi
ok 'a full disk'

# ---- ends ----

rm -rf .reprise seeds
"$REPRISE" hunt --all --time 60 ./prog 2:race any:slow >.out 2>.err &
pid=$!
while ! grep -q '^8$' seeds 2>/dev/null; do sleep 0.1; done
kill -INT $pid # a job in the background of a script ignores INT, so another word as well
kill -TERM $pid
wait $pid
command='kill -TERM' status=$? out=$(cat .out) err=$(cat .err)
is 66 status
like out '^reprise: interrupted$'
like out '^reprise: 1 finding in [0-9]+ seeds'
pgrep -f "$PWD/prog" && complain 'something is left'
rm seeds
"$REPRISE" hunt --time 60 ./prog any:slow >.out 2>.err &
pid=$!
while ! grep -q '^8$' seeds 2>/dev/null; do sleep 0.1; done
kill -TERM $pid
wait $pid
status=$? out=$(cat .out)
is 130 status
ok 'interrupted: a summary, nothing is left'

rm -rf .reprise seeds
"$REPRISE" hunt --all --time 60 ./prog 2:race any:slow >.out 2>.err &
pid=$!
while ! grep -q 'reprise replay' .out 2>/dev/null; do sleep 0.1; done
disown $pid && kill -KILL $pid && tail --pid=$pid -f /dev/null
command='kill -KILL'
[ "$(row seed,reproduced,schedule 1-aa)" = '2|1|rp1.x.y' ] || complain "$(row '*' 1-aa)"
hunt -n 3 ./prog 3:race2
is 66 status
[ "$(row seed 1-bb)" = 3 ] || complain 'the database is of no use afterwards'
ok 'killed: what was printed is kept'

run script -qec "stty cols 80; $REPRISE hunt -n 5 --all ./prog 2:race any:slow" /dev/null
has out 'seeds/s'
has out 'of 5 seeds, first 2'
hunt -n 5 ./prog
lacks err seeds/s
ok 'progress is for terminals'

done_testing
