/*
 * Where the memory of this process is: what the runtime holds, by what it is for. Measured from
 * what the kernel says is resident, never counted along the way. Takes milliseconds for gigabytes,
 * no memory and no TLS, so the thread that watches the limits may call it.
 */
#ifndef REPRISE_RUNTIME_MEMORY_USE_H
#define REPRISE_RUNTIME_MEMORY_USE_H

#include <stdbool.h>
#include <stddef.h>

struct rt_memory_use {
    size_t process;        /* resident bytes of the whole process */
    size_t runtime;        /* of it the runtime's: all below */
    size_t shadow, halves; /* cells P; cells Q, of split words */
    size_t drafts;         /* of pages that one thread uses */
    size_t tables;         /* the arrays of sys_reserve */
    size_t arena;          /* clocks, objects, blocks, threads: what core_alloc cuts from */
    size_t calls;          /* call stacks of live threads */
};

size_t rt_memory_of_process(void);
/* All but the calls, which need a lock. False: somebody else is measuring. */
bool rt_memory_measure(struct rt_memory_use *use);
void rt_memory_after_fork(void); /* in the child */
/* At exit, with verbosity: a line that says how much of what there is. Not inside of a scope. */
void rt_memory_say(void);

#endif
