/*
 * Kernels whose cost may grow with something: `grow KERNEL N` prints "NS BYTES": processor time of
 * the process for one operation, and by how much its resident memory grew for each thing.
 *
 *     access N    N live threads; each writes and reads memory of its own and reads what all read,
 *                 with a mutex of its own now and then. NS an access, BYTES a thread
 *     lock N      N live threads, N mutexes, each used by two threads. NS a lock and unlock
 *     live N      N threads that are created, wait for each other, and end. NS and BYTES a thread
 *     locks N     N mutexes, each taken by two threads. NS a lock and unlock, BYTES a mutex
 *     full N      N MB that two threads write, word by word. NS a write, BYTES a byte
 *     sparse N    N MB of which two threads read a word a page. NS a read, BYTES a page
 *
 * None has a race. BYTES is of the whole process, so what `native` has is to be subtracted.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

enum { OPERATIONS = 1 << 22, WORDS = 512, PAGE = 4096, STACK = 128 << 10 };

struct job {
    void *(*run)(void *);
    long first, n, operations;
};

static long things; /* N */
static pthread_mutex_t *mutexes;
static long shared[WORDS];
static char *memory;
static pthread_barrier_t begin, end;

static double cpu_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static double resident(void)
{
    long pages = 0;
    FILE *f = fopen("/proc/self/statm", "r");
    if (!f || fscanf(f, "%*s %ld", &pages) != 1)
        exit(3);
    fclose(f);
    return (double)pages * PAGE;
}

static void need(int error, const char *what)
{
    if (!error)
        return;
    fprintf(stderr, "grow: %s: %s\n", what, strerror(error));
    exit(3);
}

static void *in_step(void *job)
{
    struct job *j = job;
    pthread_barrier_wait(&begin);
    j->run(j);
    pthread_barrier_wait(&end);
    return NULL;
}

static void *nothing(void *job)
{
    return job;
}

/* Threads that begin together and end together; main takes the measures in between. */
static void measure(long threads, void *(*run)(void *), long operations, long per, double base)
{
    double start = cpu_ns();
    pthread_t *t = calloc((size_t)threads, sizeof *t);
    struct job *jobs = calloc((size_t)threads, sizeof *jobs);
    pthread_attr_t small;
    pthread_attr_init(&small);
    pthread_attr_setstacksize(&small, STACK);
    pthread_barrier_init(&begin, NULL, (unsigned)threads + 1);
    pthread_barrier_init(&end, NULL, (unsigned)threads + 1);
    for (long i = 0; i < threads; i++) {
        jobs[i] = (struct job){run, i, threads, operations / threads};
        need(pthread_create(&t[i], &small, in_step, &jobs[i]), "pthread_create");
    }
    if (run != nothing) /* then it is what threads cost */
        start = cpu_ns();
    pthread_barrier_wait(&begin);
    pthread_barrier_wait(&end);
    double ns = cpu_ns() - start, bytes = resident() - base;
    for (long i = 0; i < threads; i++)
        pthread_join(t[i], NULL);
    if (run == nothing)
        ns = cpu_ns() - start;
    printf("%.2f %.1f\n", ns / (double)operations, bytes / (double)per);
}

/* ---- the kernels ---- */

static void *access_memory(void *job)
{
    const struct job *j = job;
    volatile long own[WORDS];
    long sum = 0;
    for (int i = 0; i < WORDS; i++)
        own[i] = i;
    for (long i = 0, k = 0; i < j->operations; i += 4 * WORDS, k++) {
        pthread_mutex_lock(&mutexes[j->first]);
        for (int w = 0; w < WORDS; w++)
            own[w] += 1;
        for (int w = 0; w < WORDS; w++)
            sum += own[(w * 7) % WORDS] + ((volatile long *)shared)[w];
        pthread_mutex_unlock(&mutexes[j->first]);
    }
    return (void *)sum;
}

static void *lock_in_pairs(void *job)
{
    const struct job *j = job;
    static long counters[1 << 16];
    for (long i = 0; i < j->operations; i++) {
        long m = (j->first + (i & 1)) % j->n;
        pthread_mutex_lock(&mutexes[m]);
        counters[m]++;
        pthread_mutex_unlock(&mutexes[m]);
    }
    return NULL;
}

static void *lock_each(void *job)
{
    const struct job *j = job;
    for (long i = 0; i < j->operations; i++) {
        pthread_mutex_lock(&mutexes[i % things]);
        pthread_mutex_unlock(&mutexes[i % things]);
    }
    return NULL;
}

static void *write_all(void *job)
{
    const struct job *j = job;
    volatile long *words = (volatile long *)(void *)memory + j->first * j->operations;
    for (long i = 0; i < j->operations; i++)
        words[i] = i;
    return NULL;
}

static void *read_pages(void *job)
{
    const struct job *j = job;
    long sum = 0;
    for (long i = 0; i < j->operations; i++)
        sum += *(volatile long *)(void *)(memory + (j->first * j->operations + i) * PAGE);
    return (void *)sum;
}

static void *map(long mb)
{
    void *p = mmap(NULL, (size_t)mb << 20, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (p == MAP_FAILED)
        need(12, "mmap"); /* ENOMEM */
    return p;
}

static void make_mutexes(long n)
{
    mutexes = calloc((size_t)n, sizeof *mutexes);
    for (long i = 0; i < n; i++)
        pthread_mutex_init(&mutexes[i], NULL);
}

int main(int argc, char **argv)
{
    const char *kernel = argc > 2 ? argv[1] : "";
    double base = resident();
    things = argc > 2 ? atol(argv[2]) : 0;

    if (things <= 0)
        return fprintf(stderr, "usage: grow access|lock|live|locks|full|sparse N\n"), 2;
    if (!strcmp(kernel, "access") || !strcmp(kernel, "lock"))
        make_mutexes(things + 1);
    if (!strcmp(kernel, "access"))
        measure(things, access_memory, OPERATIONS * 4l, things, base);
    else if (!strcmp(kernel, "lock"))
        measure(things, lock_in_pairs, OPERATIONS / 4, things, base);
    else if (!strcmp(kernel, "locks")) {
        make_mutexes(things);
        long operations = things * 4 > OPERATIONS / 4 ? things * 4 : OPERATIONS / 4;
        measure(2, lock_each, operations, things, base);
    } else if (!strcmp(kernel, "live")) {
        measure(things, nothing, things, things, base);
    } else if (!strcmp(kernel, "full")) {
        memory = map(things);
        measure(2, write_all, things << 17, things << 20, base);
    } else if (!strcmp(kernel, "sparse")) {
        memory = map(things);
        measure(2, read_pages, things << 8, things << 8, base);
    } else {
        return 2;
    }
    return 0;
}
