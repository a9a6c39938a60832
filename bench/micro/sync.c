// Kernels about what orders threads, and about the calls a runtime intercepts.

#define _GNU_SOURCE
#include <pthread.h>
#include <spawn.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "micro.h"

extern char **environ;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_rwlock_t readers = PTHREAD_RWLOCK_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static uint64_t guarded; // by lock; in kernel_barrier, set before the threads start
static unsigned turn;    // by lock
static atomic_uint_fast64_t counter;
static uint64_t slots[1024]; // by lock or by readers: written by one thread, read by another

// A mutex that nobody else wants.
void kernel_lock_own(struct micro *m)
{
    pthread_mutex_t own = PTHREAD_MUTEX_INITIALIZER;
    uint64_t *w = (uint64_t *)m->buffer;

    for (uint64_t i = 0; i < m->ops; i++) {
        pthread_mutex_lock(&own);
        *w += i;
        pthread_mutex_unlock(&own);
    }
    m->result = *w;
}

// One mutex that everybody wants.
void kernel_lock_shared(struct micro *m)
{
    for (uint64_t i = 0; i < m->ops; i++) {
        pthread_mutex_lock(&lock);
        guarded += i;
        pthread_mutex_unlock(&lock);
    }
    m->result = m->ops;
}

// As many locks as a large program has, one after the other, each with a word of its own.
void kernel_lock_many(struct micro *m)
{
    enum { LOCKS = 4096 };
    struct guarded {
        pthread_mutex_t lock;
        uint64_t value;
    } *all = calloc(LOCKS, sizeof *all);

    for (size_t i = 0; i < LOCKS; i++)
        pthread_mutex_init(&all[i].lock, NULL);
    for (uint64_t i = 0; i < m->ops; i++) {
        struct guarded *g = all + i * 37 % LOCKS;
        pthread_mutex_lock(&g->lock);
        g->value += i;
        pthread_mutex_unlock(&g->lock);
    }
    for (size_t i = 0; i < LOCKS; i++)
        pthread_mutex_destroy(&all[i].lock);
    m->result = all[5].value;
    free(all);
}

// Fifteen readers to a writer.
void kernel_rwlock(struct micro *m)
{
    uint64_t sum = 0;

    for (uint64_t i = 0; i < m->ops; i++) {
        if (i % 16) {
            pthread_rwlock_rdlock(&readers);
            sum += slots[i % 1024];
        } else {
            pthread_rwlock_wrlock(&readers);
            slots[i % 1024] += i;
        }
        pthread_rwlock_unlock(&readers);
    }
    m->result = sum;
}

// Two threads wake each other in turns.
void kernel_ping_pong(struct micro *m)
{
    for (uint64_t i = 0; i < m->ops; i++) {
        pthread_mutex_lock(&lock);
        while (turn != m->id)
            pthread_cond_wait(&changed, &lock);
        turn = !turn;
        pthread_cond_signal(&changed);
        pthread_mutex_unlock(&lock);
    }
    m->result = m->ops;
}

void kernel_atomic_add(struct micro *m)
{
    for (uint64_t i = 0; i < m->ops; i++)
        atomic_fetch_add_explicit(&counter, 1, memory_order_acq_rel);
    m->result = m->ops;
}

void kernel_atomic_load(struct micro *m)
{
    uint64_t sum = 0;

    for (uint64_t i = 0; i < m->ops; i++)
        sum += atomic_load_explicit(&counter, memory_order_acquire);
    m->result = sum;
}

// Blocks of 32 words change hands under a lock: memory that several threads have written.
void kernel_hand_over(struct micro *m)
{
    uint64_t sum = 0;

    for (uint64_t i = 0; i < m->ops; i += 32) {
        pthread_mutex_lock(&lock);
        uint64_t *w = slots + guarded++ % 32 * 32;
        for (int k = 0; k < 32; k++)
            sum += w[k]++;
        pthread_mutex_unlock(&lock);
    }
    m->result = sum;
}

// Small and middling blocks, freed in another order than allocated.
void kernel_malloc(struct micro *m)
{
    void *held[64] = {0};

    for (uint64_t i = 0; i < m->ops; i++) {
        size_t at = i * 37 % 64;
        free(held[at]);
        held[at] = malloc(16 + i * 29 % 900);
        if (held[at])
            *(uint64_t *)held[at] = i;
    }
    for (size_t i = 0; i < 64; i++)
        free(held[i]);
    m->result = m->ops;
}

static void *do_nothing(void *arg)
{
    return arg;
}

// Threads that come and go, eight at a time.
void kernel_threads(struct micro *m)
{
    pthread_t thread[8];

    for (uint64_t i = 0; i < m->ops; i += 8) {
        for (int k = 0; k < 8; k++)
            if (pthread_create(&thread[k], NULL, do_nothing, m))
                abort();
        for (int k = 0; k < 8; k++)
            pthread_join(thread[k], NULL);
    }
    m->result = m->ops;
}

enum { CROWD = 512 };

static pthread_barrier_t meeting;
static uint64_t
    crowd_words[CROWD]; // each written by its thread, read by the next one a phase later

static void *meet(void *arg)
{
    uint64_t *mine = arg, phases = guarded;
    uint64_t *next = crowd_words + (mine - crowd_words + 1) % CROWD;
    uint64_t sum = 0;

    for (uint64_t i = 0; i < phases; i++) {
        *mine += i;
        pthread_barrier_wait(&meeting);
        sum += *next;
        pthread_barrier_wait(&meeting);
    }
    *mine = sum;
    return NULL;
}

// 512 threads that meet at a barrier; an operation is one phase of all.
void kernel_barrier(struct micro *m)
{
    static pthread_t thread[CROWD];
    pthread_attr_t small;

    guarded = m->ops;
    pthread_attr_init(&small);
    pthread_attr_setstacksize(&small, 128 << 10);
    pthread_barrier_init(&meeting, NULL, CROWD);
    for (int i = 0; i < CROWD; i++)
        if (pthread_create(&thread[i], &small, meet, crowd_words + i))
            abort();
    for (int i = 0; i < CROWD; i++)
        pthread_join(thread[i], NULL);
    pthread_barrier_destroy(&meeting);
    pthread_attr_destroy(&small);
    m->result = crowd_words[1];
}

// The whole life of a process that does nothing: start-up and exit of the runtime.
void kernel_start(struct micro *m)
{
    char *argv[] = {"micro", "nothing", NULL};

    for (uint64_t i = 0; i < m->ops; i++) {
        pid_t pid;
        int status;
        if (posix_spawn(&pid, "/proc/self/exe", NULL, NULL, argv, environ) ||
            waitpid(pid, &status, 0) < 0 || status)
            abort();
    }
    m->result = m->ops;
}
