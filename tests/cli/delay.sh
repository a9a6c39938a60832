#!/bin/bash
# delay.sh - strategy delay in whole programs: it finds what order hides, and changes nothing else.
# Which points sleep for how long, and the budget: tests/runtime/delay.c.
. "${BASH_SOURCE[0]%/*}/check.sh"
reprise --print-runtime-dir >/dev/null 2>&1 || { echo 'skipped: there is no runtime'; exit 77; }
unset GRSEED GRMAX GRZBIAS GRSTACK GRDEBUG
bench=$REPRISE_SOURCE/bench/delay

delay() { REPRISE_OPTIONS=strategy=delay:atexit_sleep_ms=0:$1 run "${@:2}"; }

# By itself a third of all seeds fails; that 60 in a row don't happens once in 10^10.
for program in lost_update two_locks atomics; do
    reprise cc -g -O1 "$bench/$program.c" -o $program
    wrongly=0
    for seed in {1..60}; do
        delay seed=$seed ./$program
        case $status in
        0) ;;
        1) wrongly=1 && break ;;
        *) complain 'neither right nor wrong' ;;
        esac
    done
    is 1 wrongly
    is '' err # no race in it, and nothing is said of the seed
    ok "$program: a seed brings it"
done

for bad in max_delay=10 max_delay=-1s max_delay=; do
    delay "seed=1:$bad" ./lost_update
    like err "^reprise: max_delay='${bad#*=}' is no duration.*10ms is used\$"; lines err 1
    ok "$bad: one line, the program runs on"
done

cat >signals.c <<'END'
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/time.h>
#include <unistd.h>

/* A timer that fires all the time, threads that lock and wait, a child: all of it has to end. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static int turn;
static atomic_int ticks;

static void tick(int sig) { (void)sig; ticks++; }

static void *play(void *arg)
{
    int mine = *(int *)arg;
    for (int i = 0; i < 20; i++) {
        pthread_mutex_lock(&lock);
        while (turn % 4 != mine)
            pthread_cond_wait(&changed, &lock);
        turn++;
        pthread_cond_broadcast(&changed);
        pthread_mutex_unlock(&lock);
    }
    return NULL;
}

int main(void)
{
    struct itimerval often = {{0, 500}, {0, 500}};
    int numbers[4] = {0, 1, 2, 3};
    pthread_t threads[4];
    signal(SIGALRM, tick);
    setitimer(ITIMER_REAL, &often, NULL);
    for (int i = 0; i < 4; i++)
        pthread_create(&threads[i], NULL, play, &numbers[i]);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    while (!ticks)
        pause();
    printf("%d\n", turn);
    return 0;
}
END
reprise cc -g -O1 signals.c -o signals
for seed in 1 2 3 4 5 6; do
    delay seed=$seed timeout 100 ./signals
    is 0 status; is 80 out; is '' err
done
ok 'conditions and signals: it ends, with the right sum'

cat >handler.c <<'END'
#include <pthread.h>
#include <signal.h>
#include <sys/time.h>
#include <unistd.h>

/* Main, the only thread that takes signals, sleeps somewhere for hours: the handler ends it. */
static void end(int sig)
{
    (void)sig;
    write(1, "woken\n", 6);
    _exit(0);
}

static void *idle(void *arg)
{
    for (;;)
        pause();
    return arg;
}

int main(void)
{
    pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
    struct itimerval often = {{0, 50000}, {0, 50000}};
    pthread_t t;
    sigset_t alarm;
    sigemptyset(&alarm);
    sigaddset(&alarm, SIGALRM);
    pthread_sigmask(SIG_BLOCK, &alarm, NULL);
    pthread_create(&t, NULL, idle, NULL);
    pthread_sigmask(SIG_UNBLOCK, &alarm, NULL);
    signal(SIGALRM, end);
    setitimer(ITIMER_REAL, &often, NULL);
    for (int i = 0; i < 3; i++) {
        pthread_mutex_lock(&m);
        pthread_mutex_unlock(&m);
    }
    write(1, "awake\n", 6);
    _exit(0);
}
END
reprise cc -g -O1 handler.c -o handler
woken=0
for seed in 1 2 3 4 5 6 7 8; do
    delay seed=$seed:max_delay=5h timeout 60 ./handler
    is 0 status; like out '^(woken|awake)$'
    [ "$out" != woken ] || woken=1
done
is 1 woken
ok 'a handler runs while its thread sleeps'
done_testing
