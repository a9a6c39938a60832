#!/bin/bash
# inject.sh - reprise.h in programs: without a runtime, with one of either kind, with each setting,
# and the examples that show it. The numbers themselves: tests/core/test_inject.c.
. "${BASH_SOURCE[0]%/*}/check.sh"
reprise --print-runtime-dir >/dev/null 2>&1 || { echo 'skipped: there is no runtime'; exit 77; }
unset GRSEED GRMAX GRZBIAS GRSTACK GRDEBUG
include=$REPRISE_SOURCE/include
runtime=$(reprise --print-runtime-dir)
export PATH=$PATH:/usr/local/go/bin:/usr/lib/go/bin

cat >points.c <<'END'
#include <errno.h>
#include <reprise/reprise.h>
#include <stdio.h>
#include <stdlib.h>

/* Two places, one context. */
static void __attribute__((noinline)) here(void) { reprise_inject("bar", 3); __asm__(""); }
static void __attribute__((noinline)) there(void) { reprise_inject("bar", 3); __asm__(""); }

int main(int argc, char **argv)
{
    char seed[8] = "unset";
    size_t length = reprise_seed(seed, sizeof seed);
    void (*volatile calls[])(void) = {here, there};
    errno = 77;
    for (int i = 0; argc > 1 ? i < atoi(argv[1]) : i < 2; i++)
        calls[i % 2]();
    reprise_point();
    reprise_inject("a\nb", 3);
    if (argc > 9)
        reprise_inject(NULL, 0);
    else
        (void)0; /* the macros are expressions */
    printf("active %d, seed %zu '%s', errno %d\n", reprise_active(), length, seed, errno);
    return (int)reprise_seed(NULL, 0) != (int)length;
}
END
off="active 0, seed 0 '', errno 77"
on="active 1, seed 3 'foo', errno 77"
foo=$'reprise: t=2.436968ms (seed=foo, context=bar)
reprise: t=2.436968ms (seed=foo, context=bar)
reprise: t=3.996407ms (seed=foo, context=)'

# ---- no runtime ----

for compiler in gcc g++ 'clang-19' 'gcc -no-pie -O2' 'gcc -static'; do
    have "${compiler%% *}" || { skip "no ${compiler%% *}"; continue; }
    case $compiler in g++*) language='-x c++' ;; *) language= ;; esac
    run $compiler -Wall -Wextra -Werror -I"$include" $language points.c -o alone
    is 0 status; is '' err
    GRSEED=foo GRDEBUG=1 run ./alone
    is 0 status; is "$off" out; is '' err
    ok "without a runtime nothing happens: $compiler"
done

gcc -I"$include" points.c -o alone
GRSEED=foo GRDEBUG=1 run env LD_PRELOAD="$runtime/libreprise.so" ./alone
is 0 status; is "$on" out; has err "$foo"
ok 'a runtime that is preloaded is found by a program that was not built for it'

# ---- reprise cc ----

for build in '' --shared-runtime -fno-sanitize=thread; do
    run reprise cc -g -Wall -Werror $build points.c -o points
    is 0 status; is '' err
    [ "$build" != -fno-sanitize=thread ] || break
    GRSEED=foo GRDEBUG=1 run ./points
    is 0 status; is "$on" out; has err "$foo"; lines err 4
done
ok 'reprise cc finds the header, and its runtime obeys the environment'

reprise cc -g points.c -o points
run ./points
is 0 status; is "$off" out; is '' err
GRSEED= GRMAX=nonsense run ./points
is 0 status; is "$off" out; is '' err
GRDEBUG=1 run ./points
is "$off" out; is 'reprise: GRSEED is not set; replay is off' err
ok 'no seed: off, and other settings are not looked at'

GRSEED=foo GRDEBUG=1 run ./points
has err '(seed=foo, context=a\x0ab)'
ok 'a line of GRDEBUG is one line whatever the context'

GRSEED=foo GRDEBUG=1 REPRISE_OPTIONS=enabled=0 run ./points
is 0 status; is "$on" out; has err "$foo"
ok 'the rule works with detection off'

for bad in GRMAX=10 GRMAX=0s GRMAX=-1ms GRZBIAS=1.0 GRZBIAS=-1 GRZBIAS=x GRSTACK=yes; do
    run env GRSEED=foo GRDEBUG=1 "$bad" ./points
    is 0 status; is "$off" out; lines err 1
    like err "^reprise: ${bad%=*}='${bad#*=}' is not .*; replay is off\$"
    ok "$bad: one line, replay off, the program runs on"
done

# ---- settings ----

GRSEED=foo GRMAX=100us GRDEBUG=1 run ./points
has err 't=36.968µs (seed=foo, context=bar)'
ok 'GRMAX'

# the first 62 of 64 calls that tests/vectors/inject.tsv has for this seed and bias
pattern=$(awk -F'\t' '$1 == "bias" && $2 == "foo" && $3 == "0.5" { print substr($4, 1, 62) }' \
    "$REPRISE_SOURCE/tests/vectors/inject.tsv")
GRSEED=foo GRZBIAS=0.5 GRMAX=1us GRDEBUG=1 run ./points 62
got=$(sed -n '1,62{s/.*t=0s .*/0/;s/.*t=.*/1/;p}' <<<"$err" | tr -d '\n')
is "$pattern" got
ok 'GRZBIAS draws as GoReplay does'

delays() { sed -n '1,2s/.*t=\([^ ]*\) .*/\1/p' <<<"$err"; }
GRSEED=foo GRSTACK=1 GRDEBUG=1 run ./points
first=$(delays)
[ "$(sort -u <<<"$first" | wc -l)" = 2 ] || complain 'two places have one delay'
for i in 1 2 3; do
    GRSEED=foo GRSTACK=1 GRDEBUG=1 run ./points
    delays_now=$(delays)
    is "$first" delays_now
done
GRSEED=foo GRSTACK=1 GRDEBUG=1 run setarch -R ./points
delays_now=$(delays)
[ "$status" != 0 ] || is "$first" delays_now
ok 'GRSTACK tells places apart, the same in each run'

# ---- with a strategy ----

GRSEED=bar REPRISE_OPTIONS=strategy=random:seed=foo run ./points
is 0 status; is "$on" out; is '' err
ok 'the seed of a strategy is the seed of the run'

cat >hour.c <<'END'
#include <pthread.h>
#include <reprise/reprise.h>
static void *visit(void *arg) { reprise_inject("x", 1); return arg; }
int main(void)
{
    pthread_t t[4];
    for (int i = 0; i < 4; i++)
        pthread_create(&t[i], NULL, visit, NULL);
    for (int i = 0; i < 4; i++)
        pthread_join(t[i], NULL);
    return 0;
}
END
reprise cc -g hour.c -o hour
GRSEED=foo GRMAX=1000h REPRISE_OPTIONS=strategy=random:seed=1 run timeout 100 ./hour
is 0 status; is '' err
ok 'one thread at a time: a point is a place to switch, and nobody sleeps'

# ---- examples ----

examples=$REPRISE_SOURCE/examples

# rule MAX: the order of ex01 with the seed foo; rule MAX raft: a seed with which raft fails by a
# wide margin.
rule() {
    python3 - "$@" <<'END'
import sys

def delay(text, h=0xcbf29ce484222325):
    for c in text.encode():
        h = (h ^ c) * 0x100000001b3 % 2**64
    return h % most

most = int(sys.argv[1]) * 10**6
if len(sys.argv) == 2:
    print("".join(map(str, sorted(range(8), key=lambda n: delay("fooi=%d" % n)))))
for seed in range(10**6 if len(sys.argv) > 2 else 0):
    down, look, send = (delay("%d%s" % (seed, at)) for at in ("step down", "look", "send"))
    if min(down - look, look + send - down) > most / 3:
        print(seed)
        break
END
}

# The delays decide the order as long as what the machine adds is shorter. When it comes out
# wrong, it is asked for again with longer delays.
in_order() { # in_order COMMAND...
    local max
    for max in 100 1000 10000; do
        GRSEED=foo GRMAX=${max}ms run "$@"
        [ "$(tr -dc 0-7 <<<"$out")" != "$(rule $max)" ] || return 0
    done
    complain 'not in the order of the delays'
}

if have python3; then
    reprise cc -g "$examples/ex01/ex01.c" -o ex01
    in_order ./ex01
    ok 'ex01 in C: the order of the delays'
    run ./ex01 plain
    is 0 status; lines out 8
    ok 'ex01 plain: some order'
fi

reprise cc -g "$examples/raft/raft.c" -o raft
reprise cc -g -DFIXED "$examples/raft/raft.c" -o fixed
GRSEED=2 run ./fixed
is 0 status; is '' err
ok 'raft repaired: silent'
if have python3; then
    for max in 1000 20000; do
        GRSEED=$(rule $max raft) GRMAX=${max}ms run ./raft
        case $err in *SEGV*) break ;; esac
    done
    has err SEGV; lacks out refused
    ok 'raft: a seed brings the crash'
fi
GRSEED=17 run ./raft
is 66 status; has err 'data race'; has out 'refused'
ok 'raft: the race is seen in the harmless order, too'

if have go && [ -n "${HOME-}" ]; then
    export GOTOOLCHAIN=local GOPROXY=off GOFLAGS=-mod=mod GOWORK=off
    for example in ex01 raft; do
        run go -C "$examples/$example/go" build -o "$PWD/$example.go" .
        is 0 status
    done
    GRSEED=foo GRMAX=1ns GRDEBUG=1 run ./raft.go
    has err 't=0s (seed=foo, context=look)'
    ok 'the examples in Go build and run'
    if have python3; then
        in_order ./ex01.go
        ok 'ex01 in Go: the order of the delays'
    fi
else
    skip 'no go'
fi

done_testing
