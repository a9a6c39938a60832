#!/bin/bash
# `reprise replay`: what is refused; seeds, findings and schedule strings come back, K times, under
# gdb, with and without ASLR; and runs that are not the same are told apart.
. "$(dirname "$0")/check.sh"

run reprise replay
is 2 status
lines err 1
for words in '42' '42 --' '42 --times 0 -- true' '42 --times x -- true' '--seed 1 --seed 2 -- true' \
    '--seed 1 --finding F1 -- true' '42 --strategy nonsense -- true' '42 --strategy list -- true' \
    '42 --gdb --times 3 -- true' '42 --timeout 0 -- true' '42 --timeout 3x -- true' '42 --set x=1 -- true' '42 --nonsense -- true' \
    '--schedule ./none -- true' 'rp1.AAAA.00 -- true' 'rp9.AAAA.00 -- true' 'rp1. -- true' \
    '--schedule /dev/null -- true' 'F1 -- true' '--finding 1-abcd -- true' '-- true'; do
    run reprise replay $words
    is 2 status
    lines err 1
done
run reprise replay --seed '' -- true
is 2 status
has err 'the seed is empty'
run reprise replay F7
has err 'F7'
run reprise replay 42
is 'reprise replay: no program given; write: reprise replay 42 -- PROGRAM ARGUMENT...' err
mkdir .reprise && head -c 5000 /dev/urandom >.reprise/findings.db
run reprise replay F1
is 2 status
lines err 1
rm -r .reprise
ok 'what is refused, in one line'

run reprise replay 42 -- ./nowhere
is 127 status
is 'reprise replay: ./nowhere: not found' err
touch plain && run reprise replay 42 ./plain
is 126 status
is 'reprise replay: ./plain: Permission denied' err
ok 'what cannot be run'

reprise --print-runtime-dir >/dev/null 2>&1 || { skip 'there is no runtime'; done_testing; }

cat >lost.c <<'END'
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static int balance;
static int get(void)
{
    pthread_mutex_lock(&mutex);
    int value = balance;
    pthread_mutex_unlock(&mutex);
    return value;
}
void set(int value)
{
    pthread_mutex_lock(&mutex);
    balance = value;
    pthread_mutex_unlock(&mutex);
}
static void *look(void *unused)
{
    get();
    return unused;
}
static void *deposit(void *unused)
{
#ifdef MORE
    pthread_t third;
    if (!pthread_create(&third, NULL, look, NULL))
        pthread_join(third, NULL);
#endif
    for (int i = 0; i < 3; i++)
        set(get() + 1);
    return unused;
}
int main(int argc, char **argv)
{
    pthread_t one, other;
    pthread_create(&one, NULL, deposit, NULL);
    pthread_create(&other, NULL, deposit, NULL);
    pthread_join(one, NULL);
    pthread_join(other, NULL);
    printf("balance %d\n", balance);
    if (argc > 1 && argv[1][0] == 'p') /* not pinned */
        printf("process %d\n", (int)getpid());
    if (argc > 1 && argv[1][0] == 's')
        for (int i = getpid() % 7; i >= 0; i--)
            get();
    if (argc > 1 && argv[1][0] == 'f') { /* nor what is in files */
        FILE *file = fopen("count", "r");
        for (int i = file ? fgetc(file) - '0' : 0; i > 0; i--)
            get();
    }
    return balance == 6 ? 0 : 3;
}
END
run reprise cc -g -O0 lost.c -o lost
is 0 status
hash_of() { sed -nE 's/^reprise: .*schedule (0x[0-9a-f]+)$/\1/p' <<<"$err" | head -n 1; }

for failing in $(seq 1 100); do
    run reprise run -q --seed $failing ./lost
    [ $status = 0 ] || break
done
is 3 status
hash=$(hash_of)
lost=$out
line=$(sed -n 's/^  to play it again: reprise //p' <<<"$err")
run bash -c "\"\$REPRISE\" $line"
is 3 status
is "$lost" out
[ "$(hash_of)" = "$hash" ] || complain "not schedule $hash"
like err "^reprise: seed $failing \(random\): [0-9,]+ points?, [0-9,]+ switch(es)?, schedule $hash$"
like err "^  in a debugger: reprise replay $failing --gdb -- ./lost$"
run reprise replay --aslr --seed $failing ./lost
is 3 status
[ "$(hash_of)" = "$hash" ] || complain "not schedule $hash"
ok 'the line of a failure plays it again'

for layout in '' --aslr; do
    run reprise replay $failing --times 50 $layout -- ./lost
    is 3 status
    like err "^reprise: 50 of 50 the same: exit status 3, output 10 bytes, schedule $hash$"
    is '' out
done
run reprise replay "a text" --times 3 --strategy pct -- ./lost
like err '^reprise: 3 of 3 the same: exit status [03], output 10 bytes, schedule 0x'
has err "reprise replay 'a text' --strategy pct -- ./lost"
ok '--times proves it'

run reprise replay 1 --times 4 -- ./lost p
is 125 status
like err '^reprise: run 2 differs: its output, [0-9]+ bytes instead of [0-9]+, from line 2 on$'
like err '^reprise: 1 of 4 the same: '
run reprise replay 1 --times 8 -- ./lost s
is 125 status
like err '^reprise: run [2-8] differs: schedule 0x[0-9a-f]+ instead of 0x[0-9a-f]+'
ok 'runs that are not the same'

REPRISE_OPTIONS=record=1 run reprise run -q --seed $failing --sidecar recorded ./lost
string=$(sed -nE 's/.*"schedule":"(rp1\.[^"]*)".*/\1/p' recorded)
like string '^rp1\.'
run reprise replay "$string" -- ./lost
is 3 status
[ "$(hash_of)" = "$hash" ] || complain "not schedule $hash"
like err '^reprise: schedule: [0-9,]+ points'
{ echo 'Bug 17: it fails like this:'; fold -w 20 <<<"$string"; } >file
run reprise replay file --times 5 -- ./lost
is 3 status
like err "^reprise: 5 of 5 the same: .* schedule $hash$"
run reprise run --schedule "$string" ./lost
is 3 status
has err 'reprise replay --schedule rp1.'
ok 'a schedule string is the run'

middle=$((${#string} / 2))
character=${string:middle:1}
damaged=${string:0:middle}$([ "$character" = A ] && echo B || echo A)${string:middle+1}
for text in "$damaged" "${string:0:-1}" "${string:0:12}" "rp7${string:3}" "${string}x"; do
    run reprise replay "$text" -- ./lost
    is 2 status
    lines err 1
    has err schedule
    run reprise run --schedule "$text" ./lost
    is 2 status
done
ok 'damaged strings are refused'

run reprise cc -g -O0 -DMORE lost.c -o lost
run reprise replay "$string" -- ./lost
like err '^reprise replay: the schedule is of another build of ./lost: played as far as it fits'
like err 'differs from its schedule at point [0-9]+, where T[0-9]+ is about to do: '
[ $status = 3 ] || [ $status = 125 ] || complain 'neither reproduced nor left'
run timeout 60 "$REPRISE" replay "$string" --times 5 -- ./lost
has err '5 of 5 the same'
run reprise cc -g -O0 lost.c -o lost
run reprise replay "$string" -- ./lost
is 3 status
lacks err 'another build'
ok 'a schedule of another build'

gcc -g -O1 -pthread lost.c -o uninstrumented
run reprise replay 5 --times 10 -- ./uninstrumented
has err 'its libc calls are the schedule points'
like err '^reprise: 10 of 10 the same: '
run reprise replay 5 --strategy delay --times 2 -- ./lost
like err '^reprise: under this strategy threads run in parallel, so runs may differ$'
run reprise replay 5 --strategy delay -- ./lost
like err '^reprise: seed 5 \(delay\): threads ran in parallel'
run reprise replay no/such.txt -- ./lost
like err '^reprise replay: there is no file no/such.txt, so it is taken as a seed$'
like err '^reprise: seed no/such.txt \(random\): '
run reprise replay --seed no/such.txt -- ./lost
lacks err 'there is no file'
ok 'a program without the runtime; a strategy that promises less'

cat >endless.c <<'END'
int main(void)
{
    for (volatile int i = 0;; i++)
        ;
}
END
gcc endless.c -o endless
run reprise replay 1 --times 2 --timeout 0.2 -- ./endless
has err '2 of 2 the same: no end within 0.2 s'
for limit in 200ms 2s 20s; do # on a busy machine the first may end before the program has begun
    run reprise replay 1 --timeout $limit -- ./endless
    grep -q 'did not come up' <<<"$err" || break
done
is 143 status
like err '^reprise: seed 1 \(random\): 0 points, 0 switches, schedule '
ok 'a program without an end'

cat >killed.c <<'END'
#include <signal.h>

int main(void)
{
    return raise(SIGKILL);
}
END
gcc killed.c -o killed
run reprise replay 1 -- ./killed
is 137 status
has err 'ended before it could say how it was scheduled'
ok 'a program that is killed'

if have gdb && gdb -q -batch -ex 'set startup-with-shell off' -ex run --args ./uninstrumented 2>&1 |
    grep -q 'exited'; then
    cat >commands <<'END'
break set if value == 2
run
print balance
continue
delete
continue
quit
END
    run bash -c "\"\$REPRISE\" replay $failing --gdb --set sidecar=$PWD/side -- ./lost <commands"
    grep -q "\"schedule_hash\":\"$hash\"" side || complain "not schedule $hash under gdb"
    like out 'Breakpoint 1, set \(value=2\)'
    like out 'balance [0-9]'
    like out 'exited with code 03'
    like err '^reprise: type `break'
    run bash -c "printf '%s\n' run run quit | \"\$REPRISE\" replay 5 --gdb --aslr -- ./uninstrumented"
    [ "$(grep -c 'balance' <<<"$out")" = 2 ] || complain 'did not run twice'
    ok 'gdb'
else
    skip 'there is no gdb that works here'
fi
run env PATH=/nowhere "$REPRISE" replay 5 --gdb -- ./lost
is 125 status
is 'reprise replay: --gdb: there is no gdb on this machine; install it first' err
ok 'no gdb'

if reprise help hunt >/dev/null 2>&1; then
    run reprise hunt -n 200 -- ./lost
    run reprise replay F1 --times 5
    is 3 status
    like err '^reprise: 5 of 5 the same: exit status 3'
    run reprise replay F1
    is 3 status
    like err '^reprise: F1 \(seed [0-9]+, [a-z:=0-9]+\): [0-9,]+ points'
    like err '^reprise: F1 came back: '
    like err '^  to see why: reprise shrink F1$'
    echo 5 >count
    rm -r .reprise && run reprise hunt -n 200 -- ./lost f
    run reprise replay F1
    is 3 status
    echo 2 >count
    run reprise replay F1
    is 125 status
    like err 'differs from the recorded one at point [0-9]+, where T0 is about to do: '
    run reprise replay F1 --times 3
    is 125 status
    has err '3 of 3 the same'
    has err 'F1 was found with schedule 0x'
    run reprise replay F99
    is 2 status
    like err 'no finding F99'
    run reprise cc -g -O0 -DMORE lost.c -o lost
    run reprise replay F1
    like err 'F1 was found in another build of ./lost'
    sed -i 's/balance == 6 ? 0 : 3/0/' lost.c && run reprise cc -g -O0 lost.c -o lost
    run reprise replay F1
    is 125 status
    like err '^reprise: F1 did not come back'
    like err '^  to look whether it is gone: reprise hunt -- ./lost( |$)'
    ok 'findings of a hunt'

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
    rm -r .reprise && run reprise hunt ./race
    run reprise replay F1 --times 4
    is 66 status
    like err '^reprise: 4 of 4 the same: exit status 66, output 0 bytes, 1 finding, schedule 0x'
    lacks err 'come back'
    run reprise hunt ./race
    signature=$(grep -oE '1-[0-9a-f]{16}' <<<"$out$err" | head -n 1)
    run reprise replay "${signature:0:9}"
    is 66 status
    like err '^reprise: F1 came back: data race'
    ok 'findings of the detector'
fi

done_testing
