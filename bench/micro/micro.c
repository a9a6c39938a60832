// micro NAME [SCALE]: run one kernel and print the nanoseconds that one operation takes, as wall
// time and as processor time. micro --list: the kernels and what they are about. SCALE multiplies
// the operations (default 1); the times are the whole kernel's, from the first thread's start to
// the last one's end, divided by the operations of one thread. Processor time is that of all
// threads and child processes.

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "micro.h"

enum { MAX_THREADS = 8 };

static const struct kernel {
    const char *name;
    unsigned threads;
    uint64_t ops; // each thread; some 50 ms without instrumentation
    void (*run)(struct micro *m);
    const char *group; // what bench/overhead sums up together
    const char *what;
} kernels[] = {
    {"private", 2, 40000000, kernel_private, "access", "read and write the same 8 words"},
    {"stream8", 2, 20000000, kernel_stream8, "access", "read and write 1 MiB, 8 bytes at a time"},
    {"stream4", 2, 20000000, kernel_stream4, "access", "the same, 4 bytes at a time"},
    {"stream2", 2, 20000000, kernel_stream2, "access", "the same, 2 bytes at a time"},
    {"stream1", 2, 20000000, kernel_stream1, "access", "the same, 1 byte at a time"},
    {"neighbours", 2, 20000000, kernel_neighbours, "access", "two threads write every second byte"},
    {"false-share", 2, 6000000, kernel_false_share, "access",
     "two threads write every second word of a line"},
    {"shared-read", 2, 20000000, kernel_shared_read, "access", "two threads read one table"},
    {"tree", 2, 6000000, kernel_tree, "access", "search a shared tree, one call a level"},
    {"list", 2, 10000000, kernel_list, "access", "walk a list and write to each node"},
    {"calls", 2, 10000000, kernel_calls, "access", "calls and returns with one read each"},
    {"deep", 2, 10000000, kernel_deep, "access", "recursion, 1000 deep"},
    {"ranges", 2, 600000, kernel_ranges, "access", "memset and memcpy of 4 KiB"},
    {"memcpy", 2, 6000000, kernel_memcpy, "access", "memcpy of 16 to 79 bytes"},
    {"lock-own", 2, 1000000, kernel_lock_own, "lock", "an uncontended mutex a thread"},
    {"lock-shared", 2, 300000, kernel_lock_shared, "lock", "one mutex, two threads"},
    {"lock-many", 2, 1000000, kernel_lock_many, "lock", "4096 mutexes a thread"},
    {"rwlock", 2, 300000, kernel_rwlock, "lock", "one reader/writer lock, one writer in 16"},
    {"ping-pong", 2, 3000, kernel_ping_pong, "lock", "two threads in turns, condition variable"},
    {"atomic-add", 2, 2000000, kernel_atomic_add, "atomic", "fetch_add on one word, two threads"},
    {"atomic-load", 2, 20000000, kernel_atomic_load, "atomic", "acquire loads of one word"},
    {"hand-over", 2, 6000000, kernel_hand_over, "lock", "32-word blocks change hands under a lock"},
    {"malloc", 2, 1000000, kernel_malloc, "libc", "malloc and free, 16 to 900 bytes"},
    {"threads", 1, 1000, kernel_threads, "thread", "create and join, 8 at a time"},
    {"barrier", 1, 20, kernel_barrier, "thread", "512 threads meet at a barrier"},
    {"start", 1, 20, kernel_start, "thread", "processes that do nothing"},
};

enum { KERNELS = sizeof kernels / sizeof *kernels };

static const struct kernel *chosen;
static volatile uint64_t sink; // what the kernels computed, so that they must compute it

static void *run_thread(void *arg)
{
    chosen->run(arg);
    return NULL;
}

static double clock_ns(clockid_t clock)
{
    struct timespec t;

    clock_gettime(clock, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static double timeval_ns(struct timeval t)
{
    return (double)t.tv_sec * 1e9 + (double)t.tv_usec * 1e3;
}

static double processor_ns(void)
{
    struct rusage children;

    getrusage(RUSAGE_CHILDREN, &children);
    return clock_ns(CLOCK_PROCESS_CPUTIME_ID) + timeval_ns(children.ru_utime) +
           timeval_ns(children.ru_stime);
}

static int run(double scale)
{
    struct micro m[MAX_THREADS] = {0};
    pthread_t thread[MAX_THREADS];
    uint64_t *shared = malloc(SHARED_WORDS * sizeof *shared);

    for (uint64_t i = 0; i < SHARED_WORDS; i++)
        shared[i] = i * 0x2545f4914f6cdd1du >> 7;
    for (unsigned i = 0; i < chosen->threads; i++) {
        m[i] = (struct micro){.id = i, .ops = (uint64_t)((double)chosen->ops * scale)};
        m[i].shared = shared;
        m[i].buffer = calloc(1, BUFFER_BYTES);
    }
    double wall = clock_ns(CLOCK_MONOTONIC), processor = processor_ns();
    for (unsigned i = 0; i < chosen->threads; i++)
        if (pthread_create(&thread[i], NULL, run_thread, &m[i]))
            return 1;
    for (unsigned i = 0; i < chosen->threads; i++) {
        pthread_join(thread[i], NULL);
        sink += m[i].result;
    }
    printf("%.3f\t%.3f\n", (clock_ns(CLOCK_MONOTONIC) - wall) / (double)m[0].ops,
           (processor_ns() - processor) / (double)m[0].ops);
    for (unsigned i = 0; i < chosen->threads; i++)
        free(m[i].buffer);
    free(shared);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc > 1 && !strcmp(argv[1], "nothing"))
        return 0;
    if (argc > 1 && !strcmp(argv[1], "--list")) {
        for (int i = 0; i < KERNELS; i++)
            printf("%-12s %-7s %s\n", kernels[i].name, kernels[i].group, kernels[i].what);
        return 0;
    }
    for (int i = 0; i < KERNELS && argc > 1; i++)
        if (!strcmp(argv[1], kernels[i].name))
            chosen = &kernels[i];
    double scale = argc > 2 ? atof(argv[2]) : 1;
    if (!chosen || scale <= 0) {
        fprintf(stderr, "micro: usage: micro NAME [SCALE] | micro --list\n");
        return 2;
    }
    return run(scale);
}
