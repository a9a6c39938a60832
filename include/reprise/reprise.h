/*
 * reprise.h - what a program may tell Reprise, and ask it.
 *
 * None of it is needed: Reprise works on programs that never heard of it. A program that includes
 * this header and calls these functions needs nothing else either. They are weak references: with
 * a Reprise runtime in the process (built with `reprise cc`, linked with libreprise.a or
 * libreprise.so) they reach it, and without one they do nothing and cost a comparison, whatever
 * the environment says. So calls may stay in a program that is shipped.
 *
 * To be called from C11 and C++ with gcc or clang. Each function may be called by any thread, at
 * any time, also from a signal handler and before main; none of them changes errno or allocates.
 */
#ifndef REPRISE_H
#define REPRISE_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

#define REPRISE_WEAK_ __attribute__((weak))

/*
 * reprise_inject - a point at which the order of threads may matter.
 *
 * CONTEXT are SIZE bytes that tell this visit of the point from others: the number of the thread,
 * the name of the request. They are read during the call only. NULL and 0 for none. They should
 * not hold what differs between runs, like addresses, times or process ids.
 *
 * When the environment variable GRSEED is set and not empty, the calling thread sleeps for
 *
 *     FNV-1a-64(GRSEED followed by CONTEXT) modulo GRMAX, in nanoseconds
 *
 * so the same seed gives each context the same delay in every run, and another seed others: the
 * rule of GoReplay, with the same numbers. The other variables are
 *
 *     GRMAX    what all delays are below, as in 500us, 10ms (the default), 1m30s
 *     GRZBIAS  how many of the delays are zero instead: from 0.0 (the default) up to but not
 *              including 1.0
 *     GRSTACK  1: the call stack is hashed, too, so one context differs from place to place
 *     GRDEBUG  not empty: a line on stderr for each call
 *
 * They are read once, when the program starts. One that is malformed gives a line on stderr and
 * leaves the delays off.
 *
 * When the program runs under a strategy that lets one thread run at a time (`reprise run
 * --strategy random`, hunt, replay), the call is a schedule point instead: any other thread may
 * run before it returns, and nobody sleeps. Without GRSEED and under strategy delay it is one
 * more place where the thread may sleep, and CONTEXT does not count.
 *
 * It orders nothing: for the race detector, threads that sleep here are as unordered as before.
 */
void reprise_inject(const void *context, size_t size) REPRISE_WEAK_;
#define reprise_inject(context, size) (reprise_inject ? reprise_inject((context), (size)) : (void)0)

/* reprise_point - the same without a context. */
#define reprise_point() reprise_inject(NULL, 0)

/*
 * reprise_active - may reprise_inject do anything in this run?
 *
 * Returns 1 when GRSEED is in force or the run has a strategy, else 0. For programs to whom it
 * costs something to make a context. It is the same during a whole run.
 */
int reprise_active(void) REPRISE_WEAK_;
#define reprise_active() (reprise_active ? reprise_active() : 0)

/*
 * reprise_seed - the seed of this run, to write it into a log or to derive own choices from it.
 *
 * Copies the seed into TEXT, cut off to SIZE bytes and always terminated by a zero byte unless
 * SIZE is 0, when TEXT may be NULL. The seed is that of the strategy, if the run has one, else
 * GRSEED. Returns the length of the whole seed; 0, and the empty text, when there is none.
 */
size_t reprise_seed(char *text, size_t size) REPRISE_WEAK_;
#define reprise_seed(text, size)                                                                   \
    (reprise_seed ? reprise_seed((text), (size)) : reprise_no_seed_((text), (size)))

static inline size_t reprise_no_seed_(char *text, size_t size)
{
    if (size)
        *text = '\0';
    return 0;
}

#ifdef __cplusplus
}
#endif

#endif
