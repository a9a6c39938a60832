/*
 * Turns: under a controlled strategy one thread of the program runs at a time, and this is where
 * it is decided who. The strategies themselves are core/strategy.h.
 *
 * Exactly one known thread has the turn. It gives it away here and nowhere else:
 *
 *     at a schedule point      rt_turn_point: before an operation whose order matters
 *     when it has to wait      rt_turn_wait: for an object, a time, or both
 *     around system calls      RT_BLOCKING (hook.h) does it, through rt_turn_outside
 *     at its end               rt_turn_end
 *
 * Blocking operations are never performed as such. The front end tries the non-blocking form, and
 * when that says "busy" waits here until whoever can change it has told so:
 *
 *     lock:     rt_turn_point(t, pc, CORE_OP_LOCK, addr);
 *               while ((err = trylock(m)) == EBUSY)
 *                   rt_turn_wait(t, pc, &(struct rt_wait){.op = CORE_OP_LOCK, .object = addr,
 * ...}); unlock:   rt_turn_point(t, pc, CORE_OP_UNLOCK, addr); unlock(m); rt_turn_wake(t, addr,
 * RT_WAKE_ALL);
 *
 * So the objects keep their own state, a foreign thread (one the runtime doesn't know) may use
 * them, too, and a crash leaves them as they would be.
 *
 * All functions are called by the thread with the turn, inside a scope at depth 1, unless said
 * otherwise. Under the strategies os and delay, and while the process has one thread, points do
 * nothing (delay: rt_delay_point); everything else must be guarded by rt_controlled().
 */
#ifndef REPRISE_RUNTIME_TURN_H
#define REPRISE_RUNTIME_TURN_H

#include "../core/strategy.h"
#include "rt.h"
#include <poll.h>

/* Set once, by init, before there is a second thread. */
extern enum core_strategy_kind rt_strategy RT_OURS;

/* One thread at a time? */
static inline bool rt_controlled(void)
{
    return core_unlikely(rt_strategy > CORE_STRATEGY_DELAY);
}

/* From init. Reads the options seed, strategy, schedule, profile. */
void rt_turn_init(void);

/* ---- points ---- */

/*
 * Before the operation `op` on the object at this address (0: none). Any other thread may run
 * before it returns. Controlled: a schedule point. delay: perhaps a sleep. os: nothing.
 */
void rt_turn_point_slow(struct rt_thread *t, rt_pc pc, enum core_op op, rt_addr object);
static inline void rt_turn_point(struct rt_thread *t, rt_pc pc, enum core_op op, rt_addr object)
{
    if (core_unlikely(rt_strategy != CORE_STRATEGY_OS))
        rt_turn_point_slow(t, pc, op, object);
}

/* t spins, or said so (sched_yield): others go first. */
void rt_turn_yield(struct rt_thread *t, rt_pc pc);

/* One of count, 0 the usual one; e.g. which waiter. Part of the schedule. */
uint32_t rt_turn_choose(struct rt_thread *t, uint32_t count);

/* A number that follows from the seed. For pinned random sources. */
uint64_t rt_turn_random(void);

/* ---- waiting ---- */

enum rt_woke {
    RT_WOKE,             /* somebody called rt_turn_wake */
    RT_WOKE_TIMEOUT,     /* the deadline passed */
    RT_WOKE_INTERRUPTED, /* a signal handler ran, or is to run when the scope closes */
    RT_WOKE_CANCELLED,   /* pthread_cancel: call pthread_testcancel outside of the runtime */
};

#define RT_NEVER UINT64_MAX

struct rt_wait {
    enum core_op op;      /* what it does, for reports: CORE_OP_LOCK waits for a lock */
    rt_addr object;       /* whose rt_turn_wake ends it; 0: only the deadline does */
    uint64_t deadline_ns; /* on rt_clock_ns; RT_NEVER */
    bool interruptible;   /* signals end it (RT_WOKE_INTERRUPTED); else they wait */
    bool cancellable;     /* is a cancellation point */
    uint32_t holder;      /* uid + 1 of who has what it waits for; 0 unknown. For reports */
    const char *reason;   /* the same in words; NULL: op says it */
};

/* Gives the turn away until one of these happens and the strategy lets t run again. When nobody
 * can run and no deadline is left: a deadlock, which is reported and ends the process. While the
 * process has one thread it waits, too: a sleep takes its virtual time, alarms ring in it. */
enum rt_woke rt_turn_wait(struct rt_thread *t, rt_pc pc, const struct rt_wait *w);

enum { RT_WAKE_ALL = -1 };
/* Up to n of those who wait for the object are ready again; the strategy chooses which, when not
 * all. Returns how many. For a word that several kinds of waiters share, all are considered. */
int rt_turn_wake(struct rt_thread *t, rt_addr object, int n);
/* How many wait for it. */
int rt_turn_waiters(rt_addr object);
/* Moves up to n waiters from one object to another (FUTEX_REQUEUE). */
int rt_turn_requeue(rt_addr from, rt_addr to, int n);
/* t's wait, if it is in one, ends with RT_WOKE_CANCELLED or RT_WOKE_INTERRUPTED when it allows. */
void rt_turn_cancel(struct rt_thread *t, struct rt_thread *target);
void rt_turn_interrupt(struct rt_thread *t, struct rt_thread *target);
/* The same for all threads whose handler waits to run. Is there any such thread? */
bool rt_turn_interrupt_pending(struct rt_thread *t);
/* The live thread with this uid (-1u: any), or this tid of the system (0: any). NULL: none. */
struct rt_thread *rt_turn_find(uint32_t uid, pid_t tid);

/* ---- lives ---- */

/* The parent, before the real create; the child does not count until rt_turn_created. */
void rt_turn_born(struct rt_thread *t, struct rt_thread *child);
/* The parent, after the real create succeeded: waits until the child has reached rt_turn_start,
 * so what the system does for it is done while nobody else runs. Ready from here on. */
void rt_turn_created(struct rt_thread *t, struct rt_thread *child);
/* The real create failed. */
void rt_turn_unborn(struct rt_thread *t, struct rt_thread *child);
/* The child, first: parks until it gets the turn. */
void rt_turn_start(struct rt_thread *child);
/* The last thing of a thread. Wakes those who wait for rt_turn_end_of(t). What libc does after it
 * is over when the next thread runs. */
void rt_turn_end(struct rt_thread *t);
/* The object that a join waits for, of a live thread by uid; 0 when it has ended. */
rt_addr rt_turn_end_of(uint32_t uid);
/* In the child of fork: the caller is alone. */
void rt_turn_after_fork(struct rt_thread *t);
/* The run ends (exit, a deadly signal): writes the profile and the end of the trace. Any thread. */
void rt_turn_finish(int status);

/* Waits for its turn, so it is not inside the runtime though a scope is open. Any thread. */
bool rt_turn_is_parked(const struct rt_thread *t);

/* ---- outside: calls of the system that may block ---- */

/*
 * Around a real call of which nothing is known (RT_BLOCKING): begin is a schedule point; the turn
 * is kept while the call runs or waits for a device, and given away when the kernel says that the
 * thread sleeps in it. Nested calls and threads without a turn: nothing.
 */
void rt_turn_outside_begin(struct rt_thread *t);
void rt_turn_outside_end(struct rt_thread *t);
/* t has just come to a point and found that the call won't have to wait for another thread: the
 * next begin of t is no point, so that this stays true. */
void rt_turn_outside_next(struct rt_thread *t);
/* The next one is to wait for something that is mostly soon there, as the end of a child is: the
 * turn is given away only after a quarter of a second, so that chance seldom has a say. */
void rt_turn_outside_patiently(struct rt_thread *t);

/*
 * Before a real operation on a descriptor that would wait until it is ready (poll events): gives
 * the turn away until it is. Whoever changes a descriptor of the process calls rt_turn_fd_changed.
 * A descriptor that never blocks, or an error: returns at once. deadline as in rt_wait.
 */
enum rt_woke rt_turn_wait_fd(struct rt_thread *t, rt_pc pc, int fd, short events,
                             uint64_t deadline_ns);
void rt_turn_fd_changed(struct rt_thread *t);
/* The same for any of several; events as for poll, revents may be written. n 0: until the deadline
 * or a signal. */
enum rt_woke rt_turn_wait_fds(struct rt_thread *t, rt_pc pc, struct pollfd *fds, nfds_t n,
                              uint64_t deadline_ns);

/* ---- virtual time ---- */

/* Time of the program: real under os and delay, and with virtual_time=0; else it starts at a
 * constant, goes on a little with each point, and jumps to the next deadline when nobody can run.
 * rt_clock_ns is CLOCK_MONOTONIC's; the others differ by rt_clock_offset_ns. */
uint64_t rt_clock_ns(void);
enum { RT_STEP_NS = 1000 }; /* what a point takes */
/* By the holder, also for each look at a clock: who spins until a time gets there. */
void rt_clock_jump(uint64_t ns);
int64_t rt_clock_offset_ns(clockid_t clock); /* CLOCK_REALTIME - CLOCK_MONOTONIC, ... */
bool rt_clock_is_virtual(void);
/* A deadline of the program in a clock, as rt_wait wants it; RT_NEVER for NULL. */
uint64_t rt_clock_deadline_ns(clockid_t clock, const struct timespec *deadline);
/* The same for "so much from now". */
uint64_t rt_clock_after_ns(uint64_t ns);

/*
 * Something that happens at a time, without a thread of its own: timers. ring is called when time
 * has reached the deadline, by the thread that has the turn or is giving it away, which may be
 * about to wait itself; the alarm is off then. It comes to no point and does not wait; it may set
 * alarms, call rt_turn_wake, rt_turn_interrupt and rt_turn_fd_changed, and send signals.
 * A set alarm counts as a deadline: while there is one, nothing is a deadlock.
 */
struct rt_alarm {
    uint64_t deadline_ns; /* turn.c's, like next; the owner zeroes both before first use */
    struct rt_alarm *next;
    void (*ring)(struct rt_thread *t, struct rt_alarm *a);
};
/* Sets it, or moves it when it is set; RT_NEVER: off. Of several at one time the first set rings
 * first. */
void rt_turn_at(struct rt_thread *t, struct rt_alarm *a, uint64_t deadline_ns);

#endif
