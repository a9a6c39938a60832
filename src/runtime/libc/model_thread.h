/*
 * Joins, ends and yields of threads as the scheduler sees them (turn.h). Robust mutexes belong
 * here: the kernel gives them up when their thread ends.
 */
#ifndef REPRISE_RUNTIME_LIBC_MODEL_THREAD_H
#define REPRISE_RUNTIME_LIBC_MODEL_THREAD_H

#include "model_wait.h"
#include "pthreads.h"

enum { RT_JOIN_ASK = -1 };
/*
 * Controlled: waits until the thread has ended. 0: now the real join doesn't wait. An error: what
 * the join returns. RT_JOIN_ASK: the real join must be asked, outside of the turn. target may be
 * anything that pthread_join takes; uid is what rt_pthread_uid says of it.
 */
int rt_model_join(struct rt_thread *t, rt_pc pc, pthread_t target, uint32_t uid,
                  struct rt_until until);

/* A join: err gets an error number or what the real one returned. */
#define RT_JOIN(target, until, err, real)                                                          \
    do {                                                                                           \
        uint32_t uid_ = rt_pthread_uid(target);                                                    \
        rt_turn_point(t, pc, CORE_OP_JOIN, 0);                                                     \
        int model_ = rt_controlled() ? rt_model_join(t, pc, target, uid_, until) : RT_JOIN_ASK;    \
        RT_QUIET(t); /* the real one frees thread-local memory of the dead thread */               \
        if (model_ == RT_JOIN_ASK)                                                                 \
            RT_BLOCKING(err = (real));                                                             \
        else if (!model_)                                                                          \
            RT_PROGRAM(err = (real));                                                              \
        else                                                                                       \
            (err) = model_;                                                                        \
        if (!(err))                                                                                \
            rt_pthread_joined(t, target, uid_);                                                    \
    } while (0)

/* The last thing of a thread that needs the turn. Any strategy; in a scope. */
void rt_model_end(struct rt_thread *t);

/*
 * Cancellation. A thread that may be cancelled at any instruction would unwind while another one
 * has the turn, or inside the runtime. So glibc's signal for that is blocked in it, and put off as
 * those of the program are (signals.h) until the thread leaves a scope with the turn.
 */
enum { RT_SIGNAL_CANCEL = 32 };
/* By the thread itself, after the real pthread_setcanceltype. Any strategy. */
void rt_model_cancel_type(struct rt_thread *t, bool async);
/* After a real pthread_cancel that succeeded. Controlled. */
void rt_model_cancelled(struct rt_thread *t, pthread_t target);

/* sched_yield and its kin. False: the real one is to be called. Any strategy. */
bool rt_yield(struct rt_thread *t, rt_pc pc);

#endif
