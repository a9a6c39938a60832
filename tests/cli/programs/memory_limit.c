/*
 * Touches 512 MB in two threads, word by word, a piece each in turns under a mutex; in the end both
 * touch one word, with "racy" without the mutex. Says how much memory the process had at most, and
 * whether what was computed under the mutex is right.
 */
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

enum { PIECE = 1 << 20, PIECES = 256, THREADS = 2 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char *memory;
static int next, racy;
static long sum, last;

static void touch(volatile long *words)
{
    for (size_t i = 0; i < PIECE / sizeof *words; i++)
        words[i] = 1;
}

static int take(void)
{
    pthread_mutex_lock(&lock);
    int piece = next < PIECES * THREADS ? next++ : -1;
    sum += piece >= 0;
    pthread_mutex_unlock(&lock);
    return piece;
}

static void *work(void *unused)
{
    for (int piece; (piece = take()) >= 0;)
        touch((void *)(memory + (size_t)piece * PIECE));
    if (!racy)
        pthread_mutex_lock(&lock);
    last++;
    if (!racy)
        pthread_mutex_unlock(&lock);
    return unused;
}

static long most_mb(void)
{
    char line[200];
    long kb = 0;
    FILE *f = fopen("/proc/self/status", "r");
    while (f && fgets(line, sizeof line, f))
        sscanf(line, "VmHWM: %ld", &kb);
    if (f)
        fclose(f);
    return kb >> 10;
}

int main(int argc, char **argv)
{
    pthread_t t[THREADS];
    size_t bytes = (size_t)PIECE * PIECES * THREADS;
    racy = argc > 1 && !strcmp(argv[1], "racy");
    memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    for (int i = 0; i < THREADS; i++)
        pthread_create(&t[i], NULL, work, NULL);
    for (int i = 0; i < THREADS; i++)
        pthread_join(t[i], NULL);
    printf("%ld pieces\n%ld\n", sum, most_mb() - (long)(bytes >> 20));
    return 0;
}
