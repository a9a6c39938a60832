/*
 * Modelled waiting: what hooks do under a controlled strategy instead of a real call that blocks.
 *
 * The real object keeps its state. A hook tries the non-blocking form of the real operation, and
 * while that says "busy" the thread gives its turn away (turn.h) until another thread has changed
 * the object. A family of operations is described by a struct rt_model_kind; a hook then needs one
 * line:
 *
 *     RT_MODEL_OR_REAL(rt_model_wait(t, pc, &kind, m, RT_FOREVER, &err), err,
 *                      RT_REAL(pthread_mutex_lock)(m));
 *
 * Where the real function must be asked, because it knows better (EDEADLK, an invalid time) or
 * because others than the threads here can change the object (it is shared between processes), the
 * model says no, and the real call is made as if there were no model: outside of the turn.
 *
 * Unless said otherwise everything here is called under a controlled strategy, by the thread with
 * the turn, in a scope.
 */
#ifndef REPRISE_RUNTIME_LIBC_MODEL_WAIT_H
#define REPRISE_RUNTIME_LIBC_MODEL_WAIT_H

#include "../hook.h"
#include "../turn.h"
#include <errno.h>
#include <time.h>

/* err gets the result of the operation: from the model, which returns true then, or from the real
 * function. */
#define RT_MODEL_OR_REAL(model, err, real)                                                         \
    do {                                                                                           \
        if (!rt_controlled() || !(model))                                                          \
            RT_BLOCKING((err) = (real));                                                           \
    } while (0)

/* How long to wait: until a time of a clock, or for ever (NULL). */
struct rt_until {
    clockid_t clock;
    const struct timespec *deadline;
};
#define RT_FOREVER            ((struct rt_until){0, NULL})
#define RT_UNTIL(clock, time) ((struct rt_until){clock, time})

/* False: the real function has its own opinion of such a time. */
bool rt_until_is_valid(struct rt_until until);
uint64_t rt_until_ns(struct rt_until until);

/* A family of operations that wait for an object. */
struct rt_model_kind {
    enum core_op op;
    /* Performs it, or returns EBUSY if it would have to wait. errno may change. */
    int (*attempt)(void *object);
    /* It is busy: must the real function be asked? See above. */
    bool (*beyond)(const void *object);
    /* Is a cancellation point and can end with EINTR, as waits for semaphores are. */
    bool cancellable;
};

/* *err: 0, ETIMEDOUT, EINTR or what attempt returned. False: ask the real function. */
bool rt_model_wait(struct rt_thread *t, rt_pc pc, const struct rt_model_kind *kind, void *object,
                   struct rt_until until, int *err);

/*
 * One rt_turn_wait, with what is due at its end: handlers of signals have run, a cancellation has
 * been acted upon if it may. RT_WOKE_TIMEOUT; RT_WOKE_INTERRUPTED when w is interruptible and the
 * kernel would not have started the wait again; otherwise RT_WOKE: the caller looks again.
 */
enum rt_woke rt_model_park(struct rt_thread *t, rt_pc pc, const struct rt_wait *w);
/* After the real operation: who waits for the object looks again. Any strategy. */
static inline void rt_model_wake(struct rt_thread *t, const volatile void *object)
{
    if (rt_controlled())
        rt_turn_wake(t, (rt_addr)object, RT_WAKE_ALL);
}

/* If it has been cancelled and allows it, the thread ends here. */
void rt_model_test_cancel(struct rt_thread *t);

/* Who holds the mutex, lock or spin lock at this address, as struct rt_wait wants it. */
uint32_t rt_model_holder(rt_addr mutex);

#endif
