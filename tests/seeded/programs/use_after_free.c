/* Main frees the job as soon as the worker says "done", which it says before its last access. */
#include <stdatomic.h>
#include <string.h>

#include "seeded.h"

struct job {
    char name[24];
    int result;
};

static atomic_int done;

static void *worker(void *argument)
{
    struct job *job = argument;
    job->result = (int)strlen(job->name);
#ifndef FIXED
    atomic_store(&done, 1);
#endif
    job->name[0] = 'X';
#ifdef FIXED
    atomic_store(&done, 1);
#endif
    return NULL;
}

int main(void)
{
    struct job *job = calloc(1, sizeof(*job));
    strcpy(job->name, "first");
    pthread_t thread = start(worker, job);
    if (atomic_load(&done))
        free(job);
    else
        job = NULL; /* kept for ever */
    join(thread);
    return 0;
}
