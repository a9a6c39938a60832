/*
 * Objects that may be shared between processes: their waits are real, so the schedule is not exact;
 * but all works.
 */
#include "sched_check.h"
#include <fcntl.h>
#include <semaphore.h>

enum { ITEMS = 6 };

static pthread_mutex_t m;
static pthread_cond_t c;
static pthread_rwlock_t l;
static pthread_barrier_t b;
static sem_t s;
static int n;

static void make(void)
{
    pthread_mutexattr_t ma;
    pthread_condattr_t ca;
    pthread_rwlockattr_t la;
    pthread_barrierattr_t ba;
    pthread_mutexattr_init(&ma);
    pthread_condattr_init(&ca);
    pthread_rwlockattr_init(&la);
    pthread_barrierattr_init(&ba);
    pthread_mutexattr_setpshared(&ma, PTHREAD_PROCESS_SHARED);
    pthread_condattr_setpshared(&ca, PTHREAD_PROCESS_SHARED);
    pthread_rwlockattr_setpshared(&la, PTHREAD_PROCESS_SHARED);
    pthread_barrierattr_setpshared(&ba, PTHREAD_PROCESS_SHARED);
    IS(pthread_mutex_init(&m, &ma), 0);
    IS(pthread_cond_init(&c, &ca), 0);
    IS(pthread_rwlock_init(&l, &la), 0);
    IS(pthread_barrier_init(&b, &ba, 2), 0);
    IS(sem_init(&s, 1, 0), 0);
}

static void meet(void)
{
    int r = pthread_barrier_wait(&b);
    CHECK(r == 0 || r == PTHREAD_BARRIER_SERIAL_THREAD);
}

static void *produce(void *arg)
{
    for (int i = 0; i < ITEMS; i++) {
        IS(pthread_mutex_lock(&m), 0);
        n++;
        IS(pthread_cond_signal(&c), 0);
        IS(pthread_mutex_unlock(&m), 0);
    }
    meet();
    for (int i = 0; i < ITEMS; i++) {
        IS(pthread_rwlock_wrlock(&l), 0);
        n++;
        IS(pthread_rwlock_unlock(&l), 0);
        IS(sem_post(arg), 0);
    }
    return NULL;
}

static void consume(sem_t *sem)
{
    pthread_t t = start(produce, sem);
    for (int i = 0; i < ITEMS; i++) {
        IS(pthread_mutex_lock(&m), 0);
        while (n == 0)
            IS(pthread_cond_wait(&c, &m), 0);
        n--;
        IS(pthread_mutex_unlock(&m), 0);
    }
    meet();
    for (int i = 0; i < ITEMS; i++) {
        IS(sem_wait(sem), 0);
        IS(pthread_rwlock_rdlock(&l), 0);
        CHECK(n > i);
        IS(pthread_rwlock_unlock(&l), 0);
    }
    end_of(t);
    n = 0;
}

int main(void)
{
    char name[40];
    make();
    consume(&s);
    snprintf(name, sizeof name, "/sched_shared.%d", (int)getpid());
    sem_t *named = sem_open(name, O_CREAT | O_EXCL, 0600, 0);
    if (named == SEM_FAILED)
        return 0;
    sem_unlink(name);
    consume(named);
    sem_close(named);
    return 0;
}
