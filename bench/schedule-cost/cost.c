/*
 * cost KERNEL OPERATIONS: what schedule points and accesses cost.
 *
 *     tiny       two threads, one locked update each
 *     lock       four threads take and give back one mutex
 *     atomic     four threads add to one atomic number
 *     private, write8, read8, walk
 *                one thread accesses memory, another one has been started and waits: there is
 *                nobody to switch to, but the process has threads
 *
 * OPERATIONS is for all threads together. With 0 the process does the rest, so a difference is the
 * cost of the operations.
 */
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { THREADS = 4, WORDS = 1 << 17 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static atomic_long counter;
static long total, operations;
static sem_t wakeup;
static uint64_t *words;

/* Each pass really loads and stores. */
#define FORGET() __asm__ volatile("" ::: "memory")

static void *lock_loop(void *unused)
{
    for (long i = 0; i < operations / THREADS; i++) {
        pthread_mutex_lock(&lock);
        total++;
        pthread_mutex_unlock(&lock);
    }
    return unused;
}

static void *atomic_loop(void *unused)
{
    for (long i = 0; i < operations / THREADS; i++)
        atomic_fetch_add(&counter, 1);
    return unused;
}

static void *tiny(void *unused)
{
    pthread_mutex_lock(&lock);
    total++;
    pthread_mutex_unlock(&lock);
    return unused;
}

static void *park(void *unused)
{
    sem_wait(&wakeup);
    return unused;
}

static void private_loop(void)
{
    for (long i = 0; i < operations; i += 8) {
        for (int k = 0; k < 8; k++)
            words[k] += (uint64_t)i;
        FORGET();
    }
}

static void write8(void)
{
    for (long i = 0; i < operations; i++) {
        words[i % WORDS] = (uint64_t)i;
        FORGET();
    }
}

static void read8(void)
{
    uint64_t sum = 0;
    for (long i = 0; i < operations; i++) {
        sum += words[i % WORDS];
        FORGET();
    }
    words[0] = sum;
}

static void walk(void)
{
    uint64_t at = 0;
    for (long i = 0; i < operations; i++)
        at = words[at];
    words[0] = at;
}

/* One cycle through all words, in an order that jumps. */
static void make_cycle(void)
{
    for (uint64_t i = 0; i < WORDS; i++)
        words[i] = (i + 40503) % WORDS; /* odd: every word is met */
}

static void threads(int count, void *(*body)(void *))
{
    pthread_t ids[THREADS];
    for (int i = 0; i < count; i++)
        pthread_create(&ids[i], NULL, body, NULL);
    for (int i = 0; i < count; i++)
        pthread_join(ids[i], NULL);
}

static void accesses(void (*body)(void))
{
    pthread_t parked;
    words = malloc(WORDS * sizeof(*words));
    make_cycle();
    sem_init(&wakeup, 0, 0);
    pthread_create(&parked, NULL, park, NULL);
    body();
    sem_post(&wakeup);
    pthread_join(parked, NULL);
}

int main(int argc, char **argv)
{
    const char *kernel = argc == 3 ? argv[1] : "";
    operations = argc == 3 ? atol(argv[2]) : 0;
    if (!strcmp(kernel, "tiny"))
        threads(2, tiny);
    else if (!strcmp(kernel, "lock"))
        threads(THREADS, lock_loop);
    else if (!strcmp(kernel, "atomic"))
        threads(THREADS, atomic_loop);
    else if (!strcmp(kernel, "private"))
        accesses(private_loop);
    else if (!strcmp(kernel, "write8"))
        accesses(write8);
    else if (!strcmp(kernel, "read8"))
        accesses(read8);
    else if (!strcmp(kernel, "walk"))
        accesses(walk);
    else
        return 2;
    return 0;
}
