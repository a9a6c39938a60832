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
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static uint64_t guarded; // by lock
static unsigned turn;    // by lock
static atomic_uint_fast64_t counter;
static uint64_t slots[1024]; // by lock: written by one thread, read by another

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
