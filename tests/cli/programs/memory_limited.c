/*
 * Races, limits its own memory to 1 GB, and goes on until that is used up:
 *
 *     as, data    setrlimit() of the address space or of data
 *     raw         of the address space, by a bare system call: nobody can know
 *     none        no limit of its own; stops after 2 GB
 *
 * It prints what a program sees of its limit, roughly.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { MB = 1 << 20, BLOCKS = 2000, SMALL = 100000 };

static int racy;
static pthread_mutex_t mutexes[SMALL];
static volatile long cells[SMALL];

static void *race(void *unused)
{
    racy++;
    return unused;
}

static void *work(void *unused)
{
    for (int i = 0; i < SMALL; i++) {
        pthread_mutex_lock(&mutexes[i]);
        cells[i]++;
        pthread_mutex_unlock(&mutexes[i]);
        free(malloc(16));
    }
    return unused;
}

static const char *in_thread(void *(*body)(void *))
{
    pthread_t t;
    if (pthread_create(&t, NULL, body, NULL))
        return "refused";
    body(NULL);
    pthread_join(t, NULL);
    return "ok";
}

static void limit_memory(const char *how)
{
    struct rlimit limit = {1024ul * MB, RLIM_INFINITY};
    int what = strcmp(how, "data") ? RLIMIT_AS : RLIMIT_DATA;
    if (!strcmp(how, "raw"))
        syscall(SYS_prlimit64, 0, what, &limit, NULL);
    else if (strcmp(how, "none") && setrlimit(what, &limit))
        perror("setrlimit");
    if (strcmp(how, "none") && getrlimit(what, &limit) == 0)
        printf("limit %lu MB\n", (unsigned long)limit.rlim_cur / MB);
}

int main(int argc, char **argv)
{
    long blocks = 0;
    in_thread(race);
    limit_memory(argc > 1 ? argv[1] : "none");
    printf("threads %s\n", in_thread(work));
    while (blocks < BLOCKS && malloc(MB))
        blocks++;
    work(NULL);
    printf("%s\n", blocks == BLOCKS ? "no end" : blocks > 800 ? "full" : "full too early");
    printf("threads %s\n", in_thread(work));
    return argc > 2 ? atoi(argv[2]) : 0;
}
