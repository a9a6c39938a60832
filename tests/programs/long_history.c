/*
 * Accesses that lie far back: between them and those that race with them, threads lock, read and
 * write so much that the history is tidied many times (option compact_every in the table). Four
 * races must be found across that, with their stacks and threads, and the fixed twin, in which
 * each of the accesses is ordered by a lock that was passed on before, must stay silent.
 */
#include <pthread.h>
#include <stdlib.h>
#include "step.h"

enum { WORKERS = 3, ROUNDS = 4000, TABLE = 512 };

pthread_mutex_t early = PTHREAD_MUTEX_INITIALIZER, busy[8];
pthread_rwlock_t table_lock = PTHREAD_RWLOCK_INITIALIZER;
int written, read_only, halves[2], table[TABLE], counters[8];
char *block;

static void *early_thread(void *arg)
{
    FIX(pthread_mutex_lock(&early));
    written = 1;
    (void)*(volatile int *)&read_only;
    ((volatile char *)halves)[1] = 1;
    ((volatile char *)halves)[5] = 1;
    free(block);
    FIX(pthread_mutex_unlock(&early));
    step_set(1);
    step_wait(2);
    return arg;
}

static int look_up(int k)
{
    pthread_rwlock_rdlock(&table_lock);
    int sum = 0;
    for (int i = 0; i < 16; i++)
        sum += table[(k * 7 + i) % TABLE];
    pthread_rwlock_unlock(&table_lock);
    return sum;
}

static void *worker(void *arg)
{
    for (int i = 0; i < ROUNDS; i++) {
        int k = (i * 5 + (int)(long)arg) % 8;
        pthread_mutex_lock(&busy[k]);
        counters[k] += look_up(i);
        pthread_mutex_unlock(&busy[k]);
        if (i % 256 == 0) {
            pthread_rwlock_wrlock(&table_lock);
            table[i % TABLE]++;
            pthread_rwlock_unlock(&table_lock);
        }
    }
    return arg;
}

static NOINLINE void late_write(void)
{
    written = 2;
}

static NOINLINE void late_write_over_read(void)
{
    read_only = 1;
}

static NOINLINE void late_half(void)
{
    halves[1] = 2;
}

static NOINLINE void late_use(void)
{
    FIX(if (!block))
        ((volatile char *)block)[8] = 1;
}

int main(void)
{
    pthread_t t, workers[WORKERS];

    block = malloc(64);
    for (int k = 0; k < 8; k++)
        pthread_mutex_init(&busy[k], NULL);
    pthread_create(&t, NULL, early_thread, NULL);
    step_wait(1);
    FIX(pthread_mutex_lock(&early));
    FIX(pthread_mutex_unlock(&early));
    for (long i = 0; i < WORKERS; i++)
        pthread_create(&workers[i], NULL, worker, (void *)i);
    for (int i = 0; i < WORKERS; i++)
        pthread_join(workers[i], NULL);
    late_write();
    late_write_over_read();
    late_half();
    late_use();
    step_set(2);
    pthread_join(t, NULL);
    return 0;
}
