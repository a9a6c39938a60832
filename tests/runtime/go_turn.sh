#!/bin/bash
# The turns of Go programs without Go: a scheduler in small (go_turn/sim.c) asks the runtime for Go.
# One seed gives one order, whatever the array of those who are ready looks like; a schedule brings
# an order back; a run that differs is told; nobody can run: a finding.
. "$(dirname "$0")/../cli/check.sh"
object=$REPRISE_BUILD/go/race_linux_amd64.S
[ -f "$object" ] || { echo 'skipped: there is no runtime for Go'; exit 77; }
[ "$(uname -m)" = x86_64 ] || { echo 'skipped: the runtime for Go is for amd64'; exit 77; }

${CC:-cc} -std=gnu17 -O1 -w -D_GNU_SOURCE -I"$REPRISE_SOURCE/src" -I"$REPRISE_SOURCE/include" \
    "$REPRISE_SOURCE/tests/runtime/go_turn/sim.c" "$object" -o sim || complain 'sim is not built'

sim() { # sim OPTIONS ARGUMENT...: sets order, hash
    rm -f sidecar
    run env REPRISE_OPTIONS="sidecar=$work/sidecar:$1" timeout 60 ./sim "${@:2}"
    order=$(cat .out)
    hash=$(sed -n 's/.*"schedule_hash":"\([^"]*\)".*/\1/p' sidecar 2>/dev/null)
    [ -n "$hash" ] || complain 'no schedule_hash in the sidecar'
}

end_value() { # end_value KEY: a string of the sidecar's last line
    sed -n '$s/.*"'"$1"'":"\([^"]*\)".*/\1/p' sidecar
}

for strategy in random pct pos surw rr; do
    orders=()
    for seed in 1 2 3 4 5 6; do
        sim "seed=$seed:strategy=$strategy" tidy 5 6
        is 0 status
        first=$hash first_order=$order
        orders+=("$order")
        sim "seed=$seed:strategy=$strategy" shuffled 5 6
        [ "$hash $order" = "$first $first_order" ] || complain "seed $seed: the order of the array counts"
    done
    [ "$strategy" = rr ] || [ "$(printf '%s\n' "${orders[@]}" | sort -u | wc -l)" -gt 2 ] ||
        complain "all seeds give one order"
    ok "one seed, one order under $strategy"
done

for strategy in random pct pos surw; do
    for seed in 1 2 3 4 5 6; do
        sim "seed=$seed:strategy=$strategy:record=1" tidy 5 6
        first=$hash first_order=$order
        end_value schedule >schedule
        end_value trail >trail
        sim "seed=$seed:strategy=list:schedule=$work/schedule:expect=$work/trail" tidy 5 6
        [ "$hash $order" = "$first $first_order" ] || complain "seed $seed: not the order that was recorded"
        grep -q differs .err && complain "seed $seed: said to differ"
    done
    ok "schedules of $strategy are played"
done

sim "seed=1:record=1" tidy 5 6
end_value trail >trail
sim "seed=2:expect=$work/trail" tidy 5 6
grep -q 'this run differs from the recorded one at point' .err || complain 'nothing is said'
grep -q '"diverged":{"step":' sidecar || complain 'nothing is recorded'
ok 'a run that differs is told'

sim "seed=1" tidy 3000 2
first=$hash
[ "$(wc -w <<<"$order")" = 6000 ] || complain 'not all have run'
sim "seed=1" shuffled 3000 2
[ "$hash" = "$first" ] || complain 'the order of the array counts'
ok 'thousands of goroutines'

sim "seed=1" stuck
is 66 status
grep -q '"type":"deadlock"' sidecar || complain 'no deadlock in the sidecar'
[ "$(grep -o '"op":"[a-z]*"' sidecar | tr '\n' ' ')" = '"op":"select" "op":"receive" "op":"receive" ' ] ||
    complain 'not what they wait for, in the order of their birth'
ok 'nobody can run'
done_testing
