/*
 * Waiting: for an object, for a time, for descriptors. And what happens when everybody does.
 *
 * Who waits is in one list, in order of arrival. A wake looks through it for its object; there are
 * as many as threads, and a wake costs a futex call anyway.
 */
#include "turn_state.h"

#include "hook.h"
#include "options.h"
#include "signals.h"
#include "stack.h"
#include "sys/spawn.h"
#include "sys/sys.h"
#include "thread.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <sys/syscall.h>

enum {
    /* Real time that the world outside gets before virtual time goes on: a program that waits for
     * nothing but time ends at once, one that also listens gets what is sent to it. */
    PATIENCE_MS = 100,
    FOREIGN_MS = 10,
    EARLY_SLEEP = 4,       /* one of so many short sleeps is over before others do a thing */
    EARLY_SLEEP_MAX_S = 2, /* longer ones are watchdogs */
};

/* One who waits for this condition is woken without a signal; libc/model_cond.c; weak: tests link
 * without it. */
void rt_model_cond_woken(rt_addr cond) __attribute__((weak));

/* ---- the list ---- */

static void link_waiting(struct rt_turn *u)
{
    rt_turn_link_waiting(u);
    rt_turns.waiting_fds += u->nfds > 0;
    rt_turns.timed += u->wait.deadline_ns != RT_NEVER;
}

static void unlink_waiting(struct rt_turn *u)
{
    rt_turn_unlink_waiting(u);
    rt_turns.waiting_fds -= u->nfds > 0;
    rt_turns.timed -= u->wait.deadline_ns != RT_NEVER;
}

void rt_turn_end_wait(struct rt_turn *u, enum rt_woke why)
{
    unlink_waiting(u);
    u->woke = why;
    rt_turn_ready(u);
    core_strategy_woken(&rt_turns.strategy, &u->task);
}

/* ---- deadlines ---- */

static struct rt_alarm *alarms; /* by deadline; equal ones in the order they were set */

static uint64_t earliest(void)
{
    uint64_t first = alarms ? alarms->deadline_ns : RT_NEVER;
    for (struct rt_turn *u = rt_turns.first_waiting; u && rt_turns.timed; u = u->next_waiting)
        if (u->wait.deadline_ns < first)
            first = u->wait.deadline_ns;
    return first;
}

/* The step at which the running thread has to look up. */
static void set_attention(void)
{
    uint64_t first = earliest(), now = rt_clock_ns();
    uint64_t at = rt_options.max_steps ? (uint64_t)rt_options.max_steps : UINT64_MAX;
    if (first != RT_NEVER) {
        uint64_t steps = first > now ? (first - now) / RT_STEP_NS + 1 : 0;
        if (rt_turns.steps + steps < at)
            at = rt_turns.steps + steps;
    }
    if (at > rt_turns.steps + RT_TURN_FAIR_EVERY)
        at = rt_turns.steps + RT_TURN_FAIR_EVERY;
    rt_turns.attention = at;
}

static void ring_alarms(void)
{
    while (alarms && alarms->deadline_ns <= rt_clock_ns()) {
        struct rt_alarm *a = alarms;
        alarms = a->next;
        a->deadline_ns = 0;
        core_lock_release(&rt_turns.lock);
        a->ring(rt_self(), a);
        core_lock_acquire(&rt_turns.lock);
    }
}

void rt_turn_expire(void)
{
    ring_alarms();
    uint64_t now = rt_clock_ns();
    struct rt_turn *next;
    for (struct rt_turn *u = rt_turns.first_waiting; u; u = next) {
        next = u->next_waiting;
        if (u->wait.deadline_ns <= now)
            rt_turn_end_wait(u, RT_WOKE_TIMEOUT);
    }
    set_attention();
}

static void take_alarm(struct rt_alarm *a)
{
    struct rt_alarm **at = &alarms;
    while (*at && *at != a)
        at = &(*at)->next;
    if (*at)
        *at = a->next;
}

void rt_turn_at(struct rt_thread *t, struct rt_alarm *a, uint64_t deadline_ns)
{
    struct rt_alarm **at = &alarms;
    core_lock_acquire(&rt_turns.lock);
    take_alarm(a);
    a->deadline_ns = deadline_ns == RT_NEVER ? 0 : deadline_ns;
    if (deadline_ns != RT_NEVER) {
        while (*at && (*at)->deadline_ns <= deadline_ns)
            at = &(*at)->next;
        a->next = *at;
        *at = a;
    }
    set_attention();
    core_lock_release(&rt_turns.lock);
    if (t && deadline_ns != RT_NEVER) { /* it may spin until then, and time goes on with points */
        rt_thread_become_multi(t);
        rt_turn_outside_start();
    }
}

bool rt_turn_any_alarm(void)
{
    return alarms != NULL;
}

static void jump_to(uint64_t time_ns)
{
    uint64_t now = rt_clock_ns();
    if (time_ns > now)
        rt_clock_jump(time_ns - now);
    rt_turn_expire();
}

/* ---- descriptors ---- */

static int kick_fd = -1;   /* eventfd: ends the sleep of those who poll */
static unsigned nsleepers; /* in poll: one that was the idler may still be there */

static int poll_now(struct pollfd *fds, nfds_t n, int64_t ms)
{
    struct timespec ts = {ms / 1000, ms % 1000 * 1000000};
    return (int)sys_call(SYS_ppoll, (long)fds, (long)n, ms < 0 ? 0 : (long)&ts, 0, 8, 0);
}

void rt_turn_look_at_fds(void)
{
    struct rt_turn *next;
    bool by_chance = rt_turns.fds_by_chance;
    rt_turns.fds_changed = rt_turns.fds_by_chance = false;
    if (!rt_turns.waiting_fds)
        return;
    for (struct rt_turn *u = rt_turns.first_waiting; u; u = next) {
        next = u->next_waiting;
        if (!u->nfds || poll_now(u->fds, u->nfds, 0) == 0)
            continue;
        rt_turn_end_wait(u, RT_WOKE);
        if (by_chance)
            rt_record_inexact(RT_INEXACT_EXTERNAL);
    }
}

void rt_turn_fd_changed(struct rt_thread *t)
{
    (void)t;
    if (rt_turns.waiting_fds)
        rt_turns.fds_by_chance = false, rt_turns.fds_changed = true;
}

void rt_turn_kick(void)
{
    uint64_t one = 1;
    sys_call(SYS_write, kick_fd, (long)&one, sizeof one, 0, 0, 0);
}

static void open_kick(void)
{
    int fd = (int)sys_call(SYS_eventfd2, 0, EFD_CLOEXEC | EFD_NONBLOCK, 0, 0, 0, 0);
    kick_fd = fd < 0 ? fd : sys_dup_high(fd);
    if (fd >= 0)
        sys_close(fd);
}

void rt_turn_spins_alone(void)
{
    uint64_t deadline = earliest();
    if (rt_clock_is_virtual() && deadline != RT_NEVER && !rt_turns.outside && !rt_turns.waiting_fds)
        jump_to(deadline);
}

/* The parent's kicks are none of the child's. */
void rt_turn_wait_after_fork(void)
{
    if (kick_fd >= 0)
        sys_close(kick_fd);
    kick_fd = -1;
    nsleepers = 0;
}

/* ---- nobody is ready ---- */

/* Lock held. All descriptors that are waited for, behind the kick. Owned by the caller. */
static struct pollfd *gather(unsigned *count)
{
    unsigned n = 1;
    for (struct rt_turn *u = rt_turns.first_waiting; u; u = u->next_waiting)
        n += u->nfds;
    struct pollfd *all = core_alloc(n * sizeof *all);
    all[0] = (struct pollfd){.fd = kick_fd, .events = POLLIN};
    *count = n;
    n = 1;
    for (struct rt_turn *u = rt_turns.first_waiting; u; u = u->next_waiting)
        for (unsigned i = 0; i < u->nfds; i++)
            all[n++] = u->fds[i];
    return all;
}

/* Lock held before and after, not during. */
static void sleep_outside(struct rt_turn *me, int64_t ms)
{
    unsigned n;
    uint64_t kicks;
    if (kick_fd < 0)
        open_kick();
    struct pollfd *all = gather(&n);
    me->polling = true;
    nsleepers++;
    rt_turns.holder = NULL;
    rt_turns.idler = me;
    core_lock_release(&rt_turns.lock);
    rt_turn_leave_gate(me);
    poll_now(all, n, ms);
    rt_turn_enter_gate(me);
    core_lock_acquire(&rt_turns.lock);
    me->polling = false;
    if (--nsleepers == 0) /* the kick may have been for another one */
        sys_read(kick_fd, &kicks, sizeof kicks);
    core_free(all, n * sizeof *all);
}

/* Another process may send it. */
static bool signal_awaited(void)
{
    const struct rt_turn *u = rt_turns.first_waiting;
    while (u && u->wait.op != CORE_OP_SIGNAL)
        u = u->next_waiting;
    return u && rt_signals_any_handler();
}

static bool anyone_outside(void)
{
    return rt_turns.outside > 0 || rt_turns.waiting_fds > 0 || signal_awaited();
}

/* Lock held. All that wait with a handler to run. Is there any such thread, but the holder? */
static bool interrupt_pending(void)
{
    bool any = false;
    for (struct rt_turn *u = rt_turns.all; u; u = u->next) {
        const struct rt_tls *tls = u->thread->tls;
        /* relaxed: set by a handler on that thread, which only parks */
        if (u == rt_turns.holder || !tls || !__atomic_load_n(&tls->pending, __ATOMIC_RELAXED))
            continue;
        any = true;
        if (u->state == RT_TURN_WAITING)
            rt_turn_end_wait(u, RT_WOKE_INTERRUPTED);
    }
    return any;
}

/* Lock held. One look at the world; somebody may be ready after it. False: see rt_turn_idle. */
static bool wait_for_world(struct rt_turn *me, uint64_t deadline)
{
    uint64_t now = rt_clock_ns();
    int64_t ms = -1;
    if (deadline != RT_NEVER) {
        ms = deadline > now ? (int64_t)((deadline - now + 999999) / 1000000) : 0;
        if (rt_clock_is_virtual() && ms > PATIENCE_MS)
            ms = PATIENCE_MS;
    }
    /* a signal that comes just before a thread sleeps doesn't end its sleep */
    if ((ms < 0 || ms > PATIENCE_MS) && rt_signals_any_handler())
        ms = PATIENCE_MS;
    uint64_t before = sys_monotonic_ns();
    sleep_outside(me, ms);
    if (rt_turns.holder || rt_turns.idler != me)
        return false;
    rt_turns.idler = NULL;
    rt_turns.holder = me;
    rt_turn_look_at_fds();
    if (interrupt_pending())
        rt_record_inexact(RT_INEXACT_SIGNAL);
    else if (rt_turns.nready)
        rt_record_inexact(RT_INEXACT_EXTERNAL);
    else if (ms >= 0 && deadline != RT_NEVER &&
             sys_monotonic_ns() - before >= (uint64_t)ms * 1000000)
        jump_to(deadline);
    return true;
}

/* ---- threads that the runtime doesn't know ---- */

/* Of libc's own (SIGEV_THREAD), or made by clone. */
static bool has_foreign_threads(void)
{
    struct stat s;
    bool main_lives = false;
    if (sys_call(SYS_newfstatat, AT_FDCWD, (long)"/proc/self/task", (long)&s, 0, 0, 0))
        return false;
    unsigned known = sys_threads();
    for (const struct rt_turn *u = rt_turns.all; u; u = u->next, known++)
        main_lives |= u->thread->is_main;
    return s.st_nlink > 2u + known + !main_lives; /* main stays in the list */
}

/*
 * Lock held; nobody can run. They use the same objects and tell nobody: after a while everybody
 * looks again. A wait for a condition ends without a reason, as it may. False: see rt_turn_idle.
 */
static bool wait_for_foreign(struct rt_turn *me)
{
    sleep_outside(me, FOREIGN_MS);
    if (rt_turns.holder || rt_turns.idler != me)
        return false;
    rt_turns.idler = NULL;
    rt_turns.holder = me;
    rt_record_inexact(RT_INEXACT_FOREIGN);
    for (struct rt_turn *u; (u = rt_turns.first_waiting);) {
        if (u->wait.op == CORE_OP_COND_WAIT && rt_model_cond_woken)
            rt_model_cond_woken(u->wait.object);
        rt_turn_end_wait(u, RT_WOKE);
    }
    return true;
}

bool rt_turn_idle(struct rt_turn *me)
{
    rt_turn_look_at_fds();
    while (!rt_turns.nready) {
        if (rt_tls.pending && me->state == RT_TURN_WAITING) {
            rt_turn_end_wait(me, RT_WOKE_INTERRUPTED);
            break;
        }
        uint64_t deadline = earliest();
        if (!anyone_outside() && deadline == RT_NEVER && has_foreign_threads()) {
            if (!wait_for_foreign(me)) {
                core_lock_release(&rt_turns.lock);
                return false;
            }
        } else if (!anyone_outside() && deadline == RT_NEVER) {
            core_lock_release(&rt_turns.lock);
            rt_hang_deadlock(me); /* comes back when a signal may still help */
            core_lock_acquire(&rt_turns.lock);
        } else if (!anyone_outside() && rt_clock_is_virtual()) {
            jump_to(deadline);
        } else if (!wait_for_world(me, deadline)) {
            core_lock_release(&rt_turns.lock);
            return false;
        }
    }
    return true;
}

/* ---- to wait ---- */

static enum rt_woke wait_until_woken(struct rt_turn *me)
{
    core_lock_acquire(&rt_turns.lock);
    rt_turn_unready(me);
    me->state = RT_TURN_WAITING;
    link_waiting(me);
    set_attention();
    if (core_unlikely(rt_turns.fds_changed))
        rt_turn_look_at_fds();
    for (;;) {
        if (rt_turns.nready || rt_turn_idle(me)) {
            struct rt_turn *next = rt_turn_pick(me, false);
            if (next == me) {
                me->state = RT_TURN_RUNNING;
                rt_turns.holder = me;
                core_lock_release(&rt_turns.lock);
                return me->woke;
            }
            rt_turn_give(next);
        }
        rt_turn_park(me);
        if (!me->on_duty)
            return me->woke;
        core_lock_acquire(&rt_turns.lock);
        me->on_duty = false;
        me->state = RT_TURN_WAITING;
    }
}

/* Other threads may be that slow: a short sleep orders nothing. */
static bool overtakes(struct rt_thread *t, const struct rt_wait *w)
{
    uint64_t now = rt_clock_ns();
    if (w->op != CORE_OP_SLEEP || !rt_clock_is_virtual() || w->deadline_ns == RT_NEVER ||
        w->deadline_ns > now + EARLY_SLEEP_MAX_S * 1000000000ull)
        return false;
    if (alarms && alarms->deadline_ns <= w->deadline_ns) /* which may have to interrupt it */
        return false;
    if (rt_turn_choose(t, EARLY_SLEEP) != 1)
        return false;
    core_lock_acquire(&rt_turns.lock);
    jump_to(w->deadline_ns);
    core_lock_release(&rt_turns.lock);
    rt_turn_yield(t, 0);
    return true;
}

enum rt_woke rt_turn_wait(struct rt_thread *t, rt_pc pc, const struct rt_wait *w)
{
    struct rt_turn *me = rt_turn_mine(t);
    if (!me)
        return RT_WOKE;
    rt_turn_step(me, pc, w->op, w->object);
    if (me->cancelled && w->cancellable) {
        me->cancelled = false;
        return RT_WOKE_CANCELLED;
    }
    if (rt_tls.pending) { /* put off since the scope was opened: nothing would wake the thread */
        if (w->interruptible)
            return RT_WOKE_INTERRUPTED;
        RT_PROGRAM((void)0); /* the handlers: who waits for a lock is interrupted, too */
        return RT_WOKE;
    }
    if (overtakes(t, w))
        return RT_WOKE_TIMEOUT;
    me->wait = *w;
    me->stack = rt_stack_capture(t, pc);
    rt_record_wait(me);
    enum rt_woke woke = wait_until_woken(me);
    if (woke == RT_WOKE_CANCELLED)
        me->cancelled = false;
    if (woke != RT_WOKE_INTERRUPTED || w->interruptible)
        return woke;
    RT_PROGRAM((void)0); /* as above */
    return RT_WOKE;
}

enum rt_woke rt_turn_wait_fds(struct rt_thread *t, rt_pc pc, struct pollfd *fds, nfds_t n,
                              uint64_t deadline_ns)
{
    struct rt_turn *me = rt_turn_mine(t);
    if (!me || poll_now(fds, n, 0) != 0)
        return RT_WOKE;
    me->fds = fds;
    me->nfds = (unsigned)n;
    enum rt_woke woke = rt_turn_wait(t, pc,
                                     &(struct rt_wait){.op = CORE_OP_IO_READ,
                                                       .deadline_ns = deadline_ns,
                                                       .interruptible = true,
                                                       .cancellable = true});
    me->nfds = 0;
    return woke;
}

enum rt_woke rt_turn_wait_fd(struct rt_thread *t, rt_pc pc, int fd, short events,
                             uint64_t deadline_ns)
{
    struct pollfd one = {.fd = fd, .events = events};
    return rt_turn_wait_fds(t, pc, &one, 1, deadline_ns);
}

/* ---- to wake ---- */

/* Lock held. The index-th of those who wait for an object. */
static struct rt_turn *waiter(rt_addr object, uint32_t index)
{
    struct rt_turn *u = rt_turns.first_waiting;
    for (; u; u = u->next_waiting)
        if (u->wait.object == object && index-- == 0)
            break;
    return u;
}

int rt_turn_waiters(rt_addr object)
{
    int n = 0;
    core_lock_acquire(&rt_turns.lock);
    for (struct rt_turn *u = rt_turns.first_waiting; u; u = u->next_waiting)
        n += u->wait.object == object;
    core_lock_release(&rt_turns.lock);
    return n;
}

/* Who is meant when n of them are: the index. */
static uint32_t next_waiter(struct rt_thread *t, int n, int waiting)
{
    bool all = n == RT_WAKE_ALL || n >= waiting;
    return all ? 0 : rt_turn_choose(t, (uint32_t)waiting);
}

int rt_turn_wake(struct rt_thread *t, rt_addr object, int n)
{
    int woken = 0;
    if (!object || !rt_turns.first_waiting)
        return 0;
    for (int waiting = rt_turn_waiters(object); waiting && woken != n; waiting--, woken++) {
        uint32_t index = next_waiter(t, n == RT_WAKE_ALL ? n : n - woken, waiting);
        core_lock_acquire(&rt_turns.lock);
        struct rt_turn *u = waiter(object, index);
        if (u) /* else a signal from outside has ended a wait meanwhile */
            rt_turn_end_wait(u, RT_WOKE);
        core_lock_release(&rt_turns.lock);
        if (!u)
            break;
    }
    return woken;
}

int rt_turn_requeue(rt_addr from, rt_addr to, int n)
{
    int moved = 0;
    core_lock_acquire(&rt_turns.lock);
    for (struct rt_turn *u; (n < 0 || moved < n) && (u = waiter(from, 0)); moved++)
        u->wait.object = to;
    core_lock_release(&rt_turns.lock);
    return moved;
}

void rt_turn_cancel(struct rt_thread *t, struct rt_thread *target)
{
    struct rt_turn *u = target->turn;
    (void)t;
    if (!u)
        return;
    core_lock_acquire(&rt_turns.lock);
    u->cancelled = true;
    if (u->state == RT_TURN_WAITING && u->wait.cancellable)
        rt_turn_end_wait(u, RT_WOKE_CANCELLED);
    core_lock_release(&rt_turns.lock);
}

void rt_turn_interrupt(struct rt_thread *t, struct rt_thread *target)
{
    struct rt_turn *u = target->turn;
    (void)t;
    if (!u)
        return;
    core_lock_acquire(&rt_turns.lock);
    if (u->state == RT_TURN_WAITING)
        rt_turn_end_wait(u, RT_WOKE_INTERRUPTED);
    core_lock_release(&rt_turns.lock);
}

bool rt_turn_interrupt_pending(struct rt_thread *t)
{
    (void)t;
    core_lock_acquire(&rt_turns.lock);
    bool any = interrupt_pending();
    core_lock_release(&rt_turns.lock);
    return any;
}

struct rt_thread *rt_turn_find(uint32_t uid, pid_t tid)
{
    struct rt_thread *found = NULL;
    if (uid == -1u && !tid)
        return NULL;
    core_lock_acquire(&rt_turns.lock);
    for (struct rt_turn *u = rt_turns.all; u && !found; u = u->next)
        if ((uid == -1u || u->task.id == uid) && (!tid || u->thread->os_tid == tid) &&
            u->state != RT_TURN_ENDED)
            found = u->thread;
    core_lock_release(&rt_turns.lock);
    return found;
}

/* From outside of the process, or from a timer: at a time of its own. */
void rt_turn_disturbed(struct rt_turn *me)
{
    core_lock_acquire(&rt_turns.lock);
    if (me->state == RT_TURN_WAITING) {
        rt_record_inexact(RT_INEXACT_SIGNAL);
        rt_turn_end_wait(me, RT_WOKE_INTERRUPTED);
        if (!rt_turns.holder) {
            rt_turn_give(me);
            return;
        }
    }
    core_lock_release(&rt_turns.lock);
}
