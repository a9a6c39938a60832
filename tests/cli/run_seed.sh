#!/bin/bash
# `reprise run` with a seed: what is refused, what reaches the runtime, what the end says. With the
# real runtime: the same seed is the same run.
. "$(dirname "$0")/check.sh"

cat >options <<'END'
#!/bin/bash
printf '%s\n' "$REPRISE_OPTIONS" "preload: ${LD_PRELOAD-}"
END
chmod +x options

run reprise run --seed '' ./options
is 2 status
is 'reprise run: the seed is empty; any text is one' err
run reprise run --seed $'a\xffb' ./options
is 2 status
is 'reprise run: the seed is no text: a byte 0xff in it' err
run reprise run --seed $'a\nb' ./options
is 2 status
run reprise run --seed "$(printf 'x%.0s' {1..256})" ./options
is 2 status
has err 'too long'
for strategy in nonsense pct:depth=0 pct:deep=1 '' random:stay=x list; do
    run reprise run --strategy "$strategy" ./options
    is 2 status
    lines err 1
done
for words in '--schedule ./none' '--schedule rp1.AAAA.00' '--schedule rp9.AAAA.00' \
    '--schedule ./options' '--strategy pct --schedule rp1.x.y' '--trace'; do
    run reprise run $words ./options
    is 2 status
    lines err 1
done
[ ! -e .reprise ] || complain 'left .reprise behind'
ok 'what is refused, in one line'

run reprise run --seed 'it is 42' --strategy pct:depth=3 --trace steps ./options
is 0 status
like out "^trace='$PWD/steps':seed='it is 42':strategy='pct:depth=3':sidecar="
like out '^preload: $'
run reprise run --seed 42 ./options
like out "^seed='42':sidecar="
run reprise run --strategy pos ./options
like out "^seed='[0-9]+':strategy='pos':sidecar="
run reprise run --strategy rr ./options
like out "^strategy='rr':sidecar="
run reprise run ./options
like out "^sidecar="
ok 'seed and strategy reach the runtime'

run reprise run --seed 1 ./nowhere
is 127 status
is 'reprise run: ./nowhere: not found' err
touch plain && run reprise run --seed 1 ./plain
is 126 status
is 'reprise run: ./plain: Permission denied' err
mkdir directory && run reprise run --seed 1 ./directory
is 126 status
ok 'what cannot be run'

reprise --print-runtime-dir >/dev/null 2>&1 || { skip 'there is no runtime'; cat >circles.c <<'END'
#include <pthread.h>
#include <stdatomic.h>
static atomic_int never;
static void *wait_for_it(void *unused) { while (!atomic_load(&never)) ; return unused; }
int main(void)
{
    pthread_t t;
    pthread_create(&t, NULL, wait_for_it, NULL);
    return pthread_join(t, NULL);
}
END
run reprise cc -g circles.c -o circles
run timeout 2 "$REPRISE" run --seed 1 ./circles
is 124 status
like err '^reprise: seed 1 \(random\): [0-9,]* points, .*schedule 0x'
ok 'a run that is ended from outside says how it went'
run reprise run --seed 1 --set max_steps=10000 ./circles
is 66 status
has err 'livelock'
ok 'a run without an end is a livelock'

done_testing; }

cat >lost.c <<'END'
#include <pthread.h>
#include <stdio.h>
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static int balance;
static int get(void)
{
    pthread_mutex_lock(&mutex);
    int value = balance;
    pthread_mutex_unlock(&mutex);
    return value;
}
static void set(int value)
{
    pthread_mutex_lock(&mutex);
    balance = value;
    pthread_mutex_unlock(&mutex);
}
static void *deposit(void *unused)
{
    for (int i = 0; i < 3; i++)
        set(get() + 1);
    return unused;
}
int main(void)
{
    pthread_t one, other;
    pthread_create(&one, NULL, deposit, NULL);
    pthread_create(&other, NULL, deposit, NULL);
    pthread_join(one, NULL);
    pthread_join(other, NULL);
    printf("balance %d\n", balance);
    return balance == 6 ? 0 : 3;
}
END
run reprise cc -g -O1 lost.c -o lost
is 0 status
gcc -g -O1 -pthread lost.c -o uninstrumented
gcc -g -O1 -static -pthread lost.c -o static 2>/dev/null

hash_of() { sed -nE 's/^reprise: .* schedule (0x[0-9a-f]+)$/\1/p' <<<"$err"; }

# same COMMAND...: five times with equal status, output and schedule. Sets $hash.
same() {
    run "$@"
    local first="$status $out $(hash_of)"
    hash=$(hash_of)
    [ -n "$hash" ] || complain 'no schedule hash'
    for i in 2 3 4 5; do
        run "$@"
        [ "$status $out $(hash_of)" = "$first" ] || complain "not as the first: $first"
    done
}

for strategy in random pct pos surw rr; do
    same "$REPRISE" run --seed 7 --strategy $strategy ./lost
    like err "^reprise: seed 7 \($strategy\): [0-9,]+ points?, [0-9,]+ switch(es)?, schedule 0x[0-9a-f]+$"
    fixed=$hash
    same "$REPRISE" run --aslr --seed 7 --strategy $strategy ./lost
    is "$fixed" hash
    ok "$strategy: a seed is a run, with and without ASLR"
done

hashes= failing=
for seed in $(seq 1 60); do
    run reprise run --seed $seed ./lost
    [ $status = 0 ] || [ $status = 3 ] || complain 'neither right nor wrong'
    hashes+="$(hash_of)"$'\n'
    [ $status != 3 ] || failing=${failing:-$seed}
done
[ "$(sort -u <<<"$hashes" | wc -l)" -gt 5 ] || complain 'the seeds are all alike'
[ -n "$failing" ] || { complain 'no seed loses an update'; failing=1; }
ok 'other seeds are other runs, and some lose an update'

run reprise run --seed $failing ./lost 'an argument'
is 3 status
like err "^  to play it again: reprise replay $failing -- ./lost 'an argument'$"
run reprise run --seed $failing --strategy random --set points=all ./lost
[ $status = 0 ] || like err "^  to play it again: reprise replay $failing --set points=all -- ./lost$"
run reprise run -q --seed $failing ./lost
like err "^reprise: seed $failing "
ok 'a failure comes with the line to type next'

run reprise run --seed 7 --strategy surw grep SigBlk: /proc/self/status
like out '^SigBlk:[[:space:]]*0+$'
ok 'no signal stays blocked'

run reprise run --seed 7 --trace steps ./lost
like "out" 'balance'
head -n 1 steps >.out && out=$(cat .out)
is $'trace\t1' out
out=$(cut -f 1 steps | sort | uniq -c | sort -rn | head -n 1)
has out point
ok 'a trace'

same "$REPRISE" run --seed 7 ./uninstrumented
has err 'reprise run: ./uninstrumented is not instrumented: its libc calls are the schedule points'
run reprise run ./uninstrumented
has err 'build it with reprise cc'
lacks err points
ok 'a program without the runtime gets it preloaded'

if [ -x static ]; then
    run reprise run --seed 7 ./static
    is 125 status
    lines err 1
    has err 'is static and has no runtime in it'
    ok 'a static program without the runtime'
fi
if [ "$(id -u)" = 0 ] && cp uninstrumented setuid && chown nobody setuid && chmod u+s setuid; then
    run reprise run --seed 7 ./setuid
    is 125 status
    lines err 1
    has err 'runs with rights of its own'
    ok 'a setuid program'
fi

cat >race.c <<'END'
#include <pthread.h>
static int counter;
static void *bump(void *unused) { counter++; return unused; }
int main(void)
{
    pthread_t one, other;
    pthread_create(&one, NULL, bump, NULL);
    pthread_create(&other, NULL, bump, NULL);
    pthread_join(one, NULL);
    return pthread_join(other, NULL);
}
END
run reprise cc -g race.c -o race
run reprise run --seed 1 ./race
is 66 status
like err '^reprise: 1 finding$'
has err 'reprise replay 1 -- ./race'
run reprise run --seed 1 sh -c './race; exit $?'
is 66 status
has err 'WARNING: ThreadSanitizer: data race'
ok 'races are found under a seed, also below a shell'

cat >circles.c <<'END'
#include <pthread.h>
#include <stdatomic.h>
static atomic_int never;
static void *wait_for_it(void *unused) { while (!atomic_load(&never)) ; return unused; }
int main(void)
{
    pthread_t t;
    pthread_create(&t, NULL, wait_for_it, NULL);
    return pthread_join(t, NULL);
}
END
run reprise cc -g circles.c -o circles
run timeout 2 "$REPRISE" run --seed 1 ./circles
is 124 status
like err '^reprise: seed 1 \(random\): [0-9,]* points, .*schedule 0x'
ok 'a run that is ended from outside says how it went'
run reprise run --seed 1 --set max_steps=10000 ./circles
is 66 status
has err 'livelock'
ok 'a run without an end is a livelock'

done_testing
