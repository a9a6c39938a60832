#!/bin/bash
# What a controlled strategy makes of the world outside of the threads: time is virtual,
# descriptors and futexes wait under the schedule's control, random bytes follow from the seed, and
# that the process stays on one processor is not to be seen. Programs: tests/programs/sched_time_*,
# sched_io_*.
#
#     SEEDS=100 virtual_time.sh    more of them
. "$(dirname "$0")/check.sh"
programs=$REPRISE_SOURCE/tests/programs
reprise --print-runtime-dir >/dev/null 2>&1 || { echo 'skipped: there is no runtime'; exit 77; }

compiler=gcc-12
have $compiler || compiler=clang-19
seeds=${SEEDS:-20}
strategies='random pct pos surw rr'

build() { # build SOURCE OUTPUT [FLAG...]
    local driver=cc std=gnu17 source=$1 output=$2
    shift 2
    case $source in *.cpp) driver=c++ std=gnu++20 ;; esac
    run reprise $driver --with=$compiler -std=$std -g -O1 -Wall -Wextra -pthread -D_GNU_SOURCE "$@" \
        "$programs/$source" -o "$output"
    is 0 status
    is '' err
}

# Runs ./program once; sets hash to that of its schedule, and seen to hash and output.
schedule() { # schedule PROGRAM STRATEGY SEED [OPTIONS]
    rm -f sidecar
    run env TSAN_OPTIONS="seed=$3:strategy=$2:sidecar=$work/sidecar:${4-}" timeout 60 "./$1"
    [ "$status" = 0 ] || complain "repeat with TSAN_OPTIONS=seed=$3:strategy=$2"
    hash=$(sed -n 's/.*"schedule_hash":"\([^"]*\)".*/\1/p' sidecar 2>/dev/null)
    [ -n "$hash" ] || complain 'no schedule_hash in the sidecar'
    seen="$hash $out"
    inexact=$(grep -c '"inexact"' sidecar)
}

# A busy kernel delivers what was sent over TCP when it finds the time. Such a run says so, and only
# then it may be another one.
twice() { # twice PROGRAM STRATEGY SEED
    local first late
    schedule "$1" "$2" "$3"
    first=$seen late=$inexact
    schedule "$1" "$2" "$3"
    [ $((late + inexact)) -gt 0 ] || [ "$seen" = "$first" ] || complain "seed $3 of $2 gave two runs: $first and $seen"
}

# ---- time ----

for name in sleep timers; do
    build "sched_time_$name.c" hours -DUNIT_MS=3600000
    for strategy in $strategies; do
        for seed in 1 2; do
            schedule hours "$strategy" "$seed"
        done
    done
    ok "$name: hours are over at once"

    build "sched_time_$name.c" real
    for strategy in $strategies; do
        for seed in 1 2 3; do
            schedule real "$strategy" "$seed"
        done
    done
    ok "$name: so are milliseconds"
done

# the last one built: timers, which are periodic, so that nothing depends on when they go off
run timeout 60 ./real
is 0 status
ok 'without a strategy'
schedule real random 1 virtual_time=0
ok 'real time, when that is wanted'

# ---- descriptors and futexes ----

several= # did any program do different things under different seeds?
for name in pipe socket stdio futex; do
    build "sched_io_$name.c" "$name"
    run timeout 60 "./$name"
    is 0 status
    [ $name = pipe ] && n=$seeds || n=4
    for strategy in $strategies; do
        for ((seed = 1; seed <= n && !wrong; seed++)); do
            twice $name "$strategy" $seed
            several+="$out"$'\n'
        done
        ok "$name under $strategy"
    done
    [ "$(sort -u <<<"$several" | wc -l)" -gt 3 ] || complain 'all seeds gave one order'
    ok "$name: the seed decides"
    several=
done

build sched_io_atomic_wait.cpp atomic_wait
for strategy in $strategies; do
    twice atomic_wait "$strategy" 1
    is abcabcabc out
done
ok 'std::atomic wait and notify'

# ---- random bytes ----

build sched_io_random.c bytes
schedule bytes random 7
first=$out
schedule bytes random 7
is "$first" out
ok 'random bytes follow from the seed'

schedule bytes random 8
[ "$(sort <<<"$first"$'\n'"$out" | uniq -d)" = "$(grep ^rand <<<"$out")" ] ||
    complain 'another seed gave some of the same bytes'
ok 'another seed gives others'

schedule bytes random 7 pin_random=0:pin_auxv=0
[ "$(sort <<<"$first"$'\n'"$out" | uniq -d)" = "$(grep ^rand <<<"$out")" ] ||
    complain 'bytes are pinned although they are not to be'
ok 'not when that is not wanted'

# ---- processors ----

cc -std=gnu17 -pthread -D_GNU_SOURCE "$programs/sched_io_affinity.c" -o plain
build sched_io_affinity.c pinned
run ./plain
is 0 status
expected=$out
for strategy in $strategies; do
    schedule pinned "$strategy" 1
    is "$expected" out
done
schedule pinned random 1 pin_cpu=-2
is "$expected" out
ok 'the program and what it starts see their processors'

schedule pinned random 1 pin_cpu=9999
like err 'pin_cpu: .*9999'
ok 'a processor that is not there'

done_testing
