#!/bin/bash
# Shards and `reprise merge`: parts of a hunt on their own, killed, again, missing, damaged.
. "$(dirname "$0")/check.sh"
. "$(dirname "$0")/hunt_lib.sh"

shard() { # shard I OF OPTION... -- PROGRAM
    local i=$1 of=$2
    shift 2
    hunt --shard "$i" --of "$of" --out results "$@"
}
file() { printf 'results/shard-%04d-of-%04d.json' "$1" "$2"; }
field() { python3 -c 'import json,sys; print(json.load(open(sys.argv[1]))[sys.argv[2]])' "$@"; }

all=
for i in 1 2 3; do
    shard $i 3 -n 20 --all ./prog 6%:race 5:race2 19:exit3
    all+=$(sed '/rr/d' seeds | sort -n | uniq | tr '\n' ' ')" "
    [ "$(field "$(file $i 3)" complete)" = True ] || complain 'not complete'
done
[ "$(tr ' ' '\n' <<<"$all" | sort -n | tr '\n' ' ' | xargs)" = "$(seq -s ' ' 20)" ] ||
    complain "not every seed once: $all"
[ ! -e .reprise/findings.db ] || complain 'a shard wrote the database'
run reprise merge results
is 66 status
is '' err
like out '^reprise: 3 findings in 20 seeds of 3 shards$'
like out '^  F[0-9] +data race.*  3 of 20 seeds, first 6  1-aa$'
like out '^  F[0-9] +data race.*  1 of 20 seeds, first 5  1-bb$'
like out '^  F[0-9] +exit status 3.*  1 of 20 seeds, first 19  1-'
has out 'reprise replay 5 -- ./prog'
[ "$(row 'seed, count, schedule, reproduced' 1-aa)" = '6|3|rp1.x.y|1' ] || complain "$(row '*' 1-aa)"
first=$out
run reprise merge results
is 66 status
is "$first" out
[ "$(row count 1-aa)" = 3 ] || complain 'merging again counts again'
ok 'shards are the whole'

shard 2 3 -n 20 --all ./prog 6%:race 5:race2 19:exit3
[ ! -e seeds ] || complain 'what is done is done again'
has out 'is done already'
is 66 status
shard 2 3 -n 21 --all ./prog 6%:race 5:race2 19:exit3
is 125 status
lines err 1
has err 'of another hunt'
ok 'a shard is done once'

echo '{"v":1,' >"$(file 2 3)"
rm "$(file 3 3)"
run reprise merge results
is 1 status
lines err 2
like err 'shard-0002-of-0003.json: damaged'
like err 'no result of 2 of 3 shards: 2-3$'
shard 2 3 -n 20 --all ./prog 6%:race
is 125 status
has err 'is damaged'
rm -rf results
shard 1 2 -n 4 ./prog
is 0 status
run reprise merge results
is 125 status
like out '^reprise: 0 of 2 seeds failed: '
like err 'no result of 1 of 2 shards: 2$'
shard 2 2 -n 4 ./prog
run reprise merge results
is 0 status
like out '^reprise: 0 of 4 seeds failed: fewer than 1 in 1 schedules at 95 % \(2 shards\)$'
ok 'missing and damaged shards'

# Killed in the middle: what was done is not done again, what was found is there.
rm -rf results seeds
"$REPRISE" hunt --shard 1 --of 1 --out results -n 30 -j 2 --all ./prog 2:race any:slow >.out 2>&1 &
pid=$!
while [ "$(field "$(file 1 1)" next 2>/dev/null || echo 0)" -lt 8 ]; do sleep 0.1; done
disown $pid && kill -KILL $pid && tail --pid=$pid -f /dev/null
next=$(field "$(file 1 1)" next)
run reprise merge results
is 66 status
has err 'not finished'
has out 1-aa
shard 1 1 -n 30 -j 2 --all ./prog 2:race any:slow
is 66 status
least=$(sed '/rr/d' seeds | sort -n | head -n 1)
[ "$least" -gt "$next" ] || complain "from $least on although $next were done"
like out ' 1 of 30 seeds, first 2  1-aa$'
ls -A results >.ls
out=$(cat .ls)
is 'shard-0001-of-0001.json' out
ok 'a killed shard goes on where it was'

# Without --all a shard ends with its first finding.
rm -rf results
shard 1 2 -n 40 ./prog 7:race
is 66 status
shard 1 2 -n 40 ./prog 7:race
is 66 status
[ ! -e seeds ] || complain 'it went on'
ok 'a shard that found something is done'

rm -rf results && mkdir results
run reprise merge results
is 125 status
lines err 1
run reprise merge nowhere
is 125 status
lines err 1
for words in '' 'a b' '--nonsense a'; do
    run reprise merge $words
    is 2 status
    lines err 1
done
touch file
hunt --shard 1 --of 1 --out file/sub ./prog
is 125 status
lines err 1
hunt --shard 1 --of 1 --out file ./prog
is 125 status
lines err 1
ok 'nothing to merge, nowhere to write'

done_testing
