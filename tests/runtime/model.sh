#!/bin/bash
# pthread and C11 threads under the controlled strategies: programs that check what each call
# returns (tests/programs/sched_*) end well whatever the seed, and a seed gives one schedule.
#
#     model.sh [PROGRAM...]        all, or only these: mutex, cond, ...
#     SEEDS=100 model.sh           more of them; REPEAT=0: each only once
. "$(dirname "$0")/../cli/check.sh"
programs=$REPRISE_SOURCE/tests/programs
reprise --print-runtime-dir >/dev/null 2>&1 || { echo 'skipped: there is no runtime'; exit 77; }

compiler=gcc-12
have $compiler || compiler=clang-19
seeds=${SEEDS:-20} repeat=${REPEAT:-1}

build() { # build SOURCE OUTPUT
    local driver=cc std=gnu17
    case $1 in *.cpp) driver=c++ std=gnu++17 ;; esac
    run reprise $driver --with=$compiler -std=$std -g -O1 -pthread -D_GNU_SOURCE "$1" -o "$2"
    is 0 status
}

# Runs ./program once; sets hash to that of its schedule.
schedule() { # schedule PROGRAM STRATEGY SEED
    rm -f sidecar
    run env TSAN_OPTIONS="seed=$3:strategy=$2:sidecar=$work/sidecar" timeout 60 "./$1"
    [ "$status" = 0 ] || complain "repeat with TSAN_OPTIONS=seed=$3:strategy=$2"
    hash=$(sed -n 's/.*"schedule_hash":"\([^"]*\)".*/\1/p' sidecar 2>/dev/null)
    [ -n "$hash" ] || complain 'no schedule_hash in the sidecar'
}

# What is waited for in the kernel, or comes from other processes, gives no exact schedule.
is_exact() {
    case $1 in shared | unannounced | process | signal_outside | foreign) return 1 ;; esac
}

try() { # try PROGRAM STRATEGY
    local seed first different=
    is_exact "$1" || local seeds=$(((seeds + 3) / 4))
    for ((seed = 1; seed <= seeds && !wrong; seed++)); do
        schedule "$1" "$2" $seed
        first=$hash
        [ "$different" ] || different=$first
        [ "$different" = "$first" ] || different=several
        is_exact "$1" && [ "$repeat" = 1 ] && [ $wrong = 0 ] || continue
        schedule "$1" "$2" $seed
        [ "$hash" = "$first" ] || complain "seed $seed of $2 gave two schedules: $first $hash"
    done
    # a strategy that takes no notice of its seed would pass all of the above
    [ $wrong = 1 ] || [ "$2" = rr ] || [ "$seeds" -lt 5 ] || ! is_exact "$1" ||
        [ "$different" = several ] || [ "$1" = spin_alarm ] || # main gave way: others come first
        complain "all seeds of $2 gave one schedule"
    ok "$1 under $2"
}

[ $# -gt 0 ] || set -- mutex cond rwlock barrier once sem thread cancel c11 main_exit guard shared \
    fork exit process signal_outside spin_sleep spin_alarm unannounced foreign
for name; do
    for source in "$programs/sched_$name".c*; do build "$source" "$name"; done
    if [ $wrong = 1 ]; then
        ok "$name is built"
        continue
    fi
    for strategy in random pct pos rr; do try "$name" "$strategy"; done
done
done_testing
