/* A thread spins on what another does after a sleep, by plain reads, by atomic ones and giving way.
 */
#include "sched_check.h"
#include <sched.h>

/* That is a race, but not what this is about. */
const char *__tsan_default_suppressions(void);
const char *__tsan_default_suppressions(void)
{
    return "race:later\n";
}

static volatile int plain;
static int atomic, yielded;

static void *later(void *arg)
{
    (void)arg;
    sleep(5);
    plain = 1;
    sleep(5);
    __atomic_store_n(&atomic, 1, __ATOMIC_RELEASE);
    sleep(60);
    __atomic_store_n(&yielded, 1, __ATOMIC_RELEASE);
    return NULL;
}

int main(void)
{
    pthread_t t = start(later, NULL);
    while (!plain)
        ;
    while (!__atomic_load_n(&atomic, __ATOMIC_ACQUIRE))
        ;
    while (!__atomic_load_n(&yielded, __ATOMIC_ACQUIRE))
        sched_yield();
    IS(pthread_join(t, NULL), 0);
    return 0;
}
