/*
 * Silent: one thread unmaps a page and another maps one at the same address. Like malloc, the
 * kernel orders the two.
 */
#include <pthread.h>
#include <sys/mman.h>
#include "step.h"

#define LENGTH (1UL << 16)

static void use_pages(void *where)
{
    volatile char *pages = mmap(where, LENGTH, PROT_READ | PROT_WRITE,
                                MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    for (size_t k = 0; k < LENGTH; k += 64)
        pages[k] = 1;
    munmap((void *)pages, LENGTH);
}

static void *worker(void *arg)
{
    use_pages(arg);
    step_set(1);
    return NULL;
}

int main(void)
{
    pthread_t t;
    void *where = mmap(NULL, LENGTH, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    munmap(where, LENGTH);
    pthread_create(&t, NULL, worker, where);
    step_wait(1);
    use_pages(where);
    pthread_join(t, NULL);
    return 0;
}
