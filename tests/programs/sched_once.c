/* Once: one routine, everybody waits for it; one that is cancelled starts again; routines nest. */
#include "sched_check.h"
#include <threads.h>

static pthread_once_t once = PTHREAD_ONCE_INIT, again = PTHREAD_ONCE_INIT;
static pthread_once_t outer = PTHREAD_ONCE_INIT, inner = PTHREAD_ONCE_INIT;
static once_flag flag = ONCE_FLAG_INIT;
static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
static int runs, done, flags, tries, in, out;

static void routine(void)
{
    runs++;
    for (int i = 0; i < 3; i++) {
        pthread_mutex_lock(&m);
        sched_yield();
        pthread_mutex_unlock(&m);
    }
    done = 1;
}

static void set_flag(void)
{
    sched_yield();
    flags++;
}

static void run_inner(void)
{
    in++;
    sched_yield();
}

static void run_outer(void)
{
    sched_yield();
    IS(pthread_once(&inner, run_inner), 0);
    out++;
}

static void *use(void *arg)
{
    IS(pthread_once(&once, routine), 0);
    IS(runs, 1);
    IS(done, 1);
    call_once(&flag, set_flag);
    IS(flags, 1);
    IS(pthread_once(arg ? &inner : &outer, arg ? run_inner : run_outer), 0);
    return NULL;
}

static void end_first(void)
{
    if (++tries == 1) {
        sched_yield();
        pthread_cancel(pthread_self());
        pthread_testcancel();
    }
}

static void *try_it(void *arg)
{
    IS(pthread_once(&again, end_first), 0);
    IS(tries, 2);
    return arg;
}

int main(void)
{
    pthread_t t[4];
    int which;

    for (int i = 0; i < 4; i++)
        t[i] = start(use, i % 2 ? &which : NULL);
    for (int i = 0; i < 4; i++)
        end_of(t[i]);
    IS(in, 1);
    IS(out, 1);
    for (int i = 0; i < 4; i++)
        t[i] = start(try_it, NULL);
    int cancelled = 0;
    for (int i = 0; i < 4; i++)
        cancelled += end_of(t[i]) == PTHREAD_CANCELED;
    IS(cancelled, 1);
    return 0;
}
