/*
 * Threads that sleep in the kernel by a call that no library sees, as OpenMP's do: the others go
 * on, and wake them.
 */
#include "raw_call.h"
#include "sched_check.h"
#include <linux/futex.h>
#include <stdint.h>
#include <sys/syscall.h>

enum { THREADS = 3, ROUNDS = 3 };

static uint32_t go[ROUNDS], there[ROUNDS];
static int total;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static void await(uint32_t *word)
{
    while (!__atomic_load_n(word, __ATOMIC_ACQUIRE))
        raw_call(SYS_futex, (long)word, FUTEX_WAIT_PRIVATE, 0, 0, 0, 0);
}

static void *worker(void *arg)
{
    (void)arg;
    for (int i = 0; i < ROUNDS; i++) {
        await(&go[i]);
        pthread_mutex_lock(&mutex);
        total++;
        pthread_mutex_unlock(&mutex);
        if (__atomic_add_fetch(&there[i], 1, __ATOMIC_ACQ_REL) == THREADS)
            raw_call(SYS_futex, (long)&there[i], FUTEX_WAKE_PRIVATE, 1 << 20, 0, 0, 0);
    }
    return NULL;
}

static void await_all(uint32_t *word)
{
    uint32_t n;
    while ((n = __atomic_load_n(word, __ATOMIC_ACQUIRE)) < THREADS)
        raw_call(SYS_futex, (long)word, FUTEX_WAIT_PRIVATE, n, 0, 0, 0);
}

int main(void)
{
    pthread_t t[THREADS];
    for (int i = 0; i < THREADS; i++)
        t[i] = start(worker, NULL);
    for (int i = 0; i < ROUNDS; i++) {
        __atomic_store_n(&go[i], 1, __ATOMIC_RELEASE);
        raw_call(SYS_futex, (long)&go[i], FUTEX_WAKE_PRIVATE, 1 << 20, 0, 0, 0);
        await_all(&there[i]);
    }
    for (int i = 0; i < THREADS; i++)
        IS(pthread_join(t[i], NULL), 0);
    IS(total, THREADS * ROUNDS);
    return 0;
}
