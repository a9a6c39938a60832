/*
 * What a thread is about to do, in the words of schedulers and explanations.
 *
 * One row an operation: its name in traces, and how it touches its object. Two pending operations
 * of different threads on one object conflict unless both only read it.
 */
#ifndef REPRISE_CORE_OP_H
#define REPRISE_CORE_OP_H

#include <stdbool.h>
#include <stdint.h>

/*      name            text                 how     */
#define CORE_OPS(ROW)                                                                              \
    ROW(NONE, "nothing", NOTHING)                                                                  \
    ROW(START, "start", NOTHING) /* first thing of a thread */                                     \
    ROW(EXIT, "end", NOTHING)    /* last thing of a thread */                                      \
    ROW(READ, "read", READS)     /* plain memory; object: the word */                              \
    ROW(WRITE, "write", CHANGES)                                                                   \
    ROW(ATOMIC_LOAD, "atomic load", READS)                                                         \
    ROW(ATOMIC_STORE, "atomic store", CHANGES)                                                     \
    ROW(ATOMIC_RMW, "atomic update", CHANGES)                                                      \
    ROW(FENCE, "fence", NOTHING)                                                                   \
    ROW(LOCK, "lock", CHANGES) /* mutex, rwlock for writing, spin lock */                          \
    ROW(READ_LOCK, "read lock", READS)                                                             \
    ROW(TRY_LOCK, "try lock", CHANGES)                                                             \
    ROW(UNLOCK, "unlock", CHANGES)                                                                 \
    ROW(COND_WAIT, "wait", CHANGES)                                                                \
    ROW(COND_SIGNAL, "signal", CHANGES)                                                            \
    ROW(COND_BROADCAST, "broadcast", CHANGES)                                                      \
    ROW(BARRIER_WAIT, "barrier wait", CHANGES)                                                     \
    ROW(SEM_WAIT, "semaphore wait", CHANGES)                                                       \
    ROW(SEM_POST, "semaphore post", CHANGES)                                                       \
    ROW(ONCE, "once", CHANGES)                                                                     \
    ROW(FUTEX_WAIT, "futex wait", CHANGES)                                                         \
    ROW(FUTEX_WAKE, "futex wake", CHANGES)                                                         \
    ROW(CREATE, "create thread", CHANGES) /* object: 0 */                                          \
    ROW(JOIN, "join", NOTHING)                                                                     \
    ROW(DETACH, "detach", NOTHING)                                                                 \
    ROW(CANCEL, "cancel", CHANGES)                                                                 \
    ROW(SLEEP, "sleep", NOTHING)                                                                   \
    ROW(YIELD, "yield", NOTHING)                                                                   \
    ROW(SIGNAL, "send signal", CHANGES)                                                            \
    ROW(IO_READ, "input", CHANGES) /* object: the descriptor's */                                  \
    ROW(IO_WRITE, "output", CHANGES)                                                               \
    ROW(EXTERNAL, "system call", NOTHING) /* anything else that may block */                       \
    ROW(INJECT, "inject", NOTHING)        /* reprise_inject() */                                   \
    ROW(CHAN_SEND, "send", CHANGES)       /* of Go: object: the channel */                         \
    ROW(CHAN_RECEIVE, "receive", CHANGES)                                                          \
    ROW(CHAN_CLOSE, "close", CHANGES)                                                              \
    ROW(SELECT, "select", CHANGES) /* of several channels; object: 0 */

enum core_op_effect { CORE_OP_NOTHING, CORE_OP_READS, CORE_OP_CHANGES };

enum core_op {
#define ROW(name, text, how) CORE_OP_##name,
    CORE_OPS(ROW)
#undef ROW
        CORE_OP_COUNT
};

/* "try lock"; never NULL. */
const char *core_op_name(enum core_op op);
/* The op of that name, CORE_OP_COUNT when there is none. */
enum core_op core_op_of_name(const char *name);
enum core_op_effect core_op_effect(enum core_op op);

/* Reaches into another thread: a signal, a cancellation. */
bool core_op_is_sent(enum core_op op);

/* Does the order of the two matter? Objects: 0 is none. */
bool core_op_conflict(enum core_op a, uint32_t object_a, enum core_op b, uint32_t object_b);

#endif
