/*
 * Calls of the system that may block, and the thread that watches them.
 *
 * Most such calls are over at once; giving the turn away for each would be slow and would let
 * chance in. So the thread keeps the turn, and a watching thread, which libc doesn't know, looks
 * now and then whether the kernel has put the holder to sleep. Only then the turn is taken from it:
 *
 *     call_word   0: no call;  count << 32 | tid: the holder is in its count-th call
 *
 *     holder   begin: 0 -> word        end: word -> 0, or it was taken: come back as one of many
 *     watcher  the same word twice, and the thread sleeps: word -> 0, and the next one gets the
 * turn
 *
 * Whether a call sleeps at all is up to the world outside, so a run in which the turn was taken
 * while others could run is marked as inexact.
 *
 * The watcher also sees when the holder comes to no point for long: it may spin on plain memory,
 * where the quick look of compiled code lets it pass (turn_access.c).
 */
#include "turn_state.h"

#include "format.h"
#include "options.h"
#include "sys/spawn.h"
#include "sys/sys.h"
#include "turn_access.h"

enum { LOOK_EVERY_US = 2000, COMPLAIN_AFTER_S = 5, PATIENCE_US = 250000, UNANNOUNCED_LOOKS = 5 };

static uint64_t call_word; /* seq_cst: the hand-over between holder and watcher */
static uint64_t calls;     /* by the holder */
static bool started;       /* by the holder */
static uint32_t patience; /* looks at a sleeping holder until the turn is taken; before call_word */

/* ---- the holder ---- */

void rt_turn_outside_begin(struct rt_thread *t)
{
    struct rt_turn *me = rt_multi ? rt_turn_mine(t) : NULL;
    if (!me)
        return;
    if (!me->no_point)
        rt_turn_point_slow(t, 0, CORE_OP_EXTERNAL, 0);
    me->no_point = false;
    __atomic_store_n(&patience, me->patiently ? PATIENCE_US / LOOK_EVERY_US : 1, __ATOMIC_RELAXED);
    me->patiently = false;
    me->outside = true;
    __atomic_store_n(&call_word, ++calls << 32 | (uint32_t)t->os_tid, __ATOMIC_SEQ_CST);
}

void rt_turn_outside_next(struct rt_thread *t)
{
    struct rt_turn *me = t->turn;
    if (me)
        me->no_point = true;
}

void rt_turn_outside_patiently(struct rt_thread *t)
{
    struct rt_turn *me = rt_multi ? rt_turn_mine(t) : NULL;
    if (me)
        me->patiently = true;
}

static void come_back(struct rt_turn *me)
{
    core_lock_acquire(&rt_turns.lock);
    if (me->state != RT_TURN_OUTSIDE) { /* see take_unannounced */
        core_lock_release(&rt_turns.lock);
        return;
    }
    rt_turns.outside--;
    rt_turn_ready(me);
    core_strategy_woken(&rt_turns.strategy, &me->task);
    if (!rt_turns.holder) {
        rt_turn_give(me);
    } else {
        rt_record_inexact(RT_INEXACT_EXTERNAL);
        core_lock_release(&rt_turns.lock);
    }
    rt_turn_park(me);
}

void rt_turn_outside_end(struct rt_thread *t)
{
    struct rt_turn *me = t->turn;
    if (!me || !me->outside)
        return;
    me->outside = false;
    /* only the holder's call is in the word: if it is there, the turn is still mine */
    uint64_t seen = __atomic_load_n(&call_word, __ATOMIC_SEQ_CST);
    if ((uint32_t)seen == (uint32_t)t->os_tid &&
        __atomic_compare_exchange_n(&call_word, &seen, 0, false, __ATOMIC_SEQ_CST,
                                    __ATOMIC_SEQ_CST))
        return;
    come_back(me);
}

/* ---- the watcher; a device it waits for (state D) is soon there ---- */

/* Lock held; gives it up. */
static void take_from(struct rt_turn *u)
{
    rt_turn_unready(u);
    u->state = RT_TURN_OUTSIDE;
    rt_turns.outside++;
    rt_turn_give(rt_turn_next(u));
}

static void take_turn(uint64_t word)
{
    core_lock_acquire(&rt_turns.lock);
    struct rt_turn *u = rt_turns.holder;
    if (!u || !__atomic_compare_exchange_n(&call_word, &word, 0, false, __ATOMIC_SEQ_CST,
                                           __ATOMIC_SEQ_CST)) {
        core_lock_release(&rt_turns.lock);
        return;
    }
    take_from(u);
}

/*
 * The holder sleeps in a call that was not announced: of code with calls of the system of its own
 * (OpenMP), or for a lock inside of libc. It is as if it had begun a call: at its next point it
 * sees `outside` and comes back as one of many. If it may be on the way into the runtime it keeps
 * the turn; should it have seen the flag already, then come_back notices.
 */
static void take_unannounced(void)
{
    core_lock_acquire(&rt_turns.lock);
    struct rt_turn *u = rt_turns.holder;
    const struct rt_tls *tls = u && rt_turns.all->next ? u->thread->tls : NULL;
    /* relaxed: the barrier orders it with the flag, as in rt_world_stop */
    if (!tls || u->outside || __atomic_load_n(&tls->depth, __ATOMIC_RELAXED) ||
        sys_task_state(u->thread->os_tid) != 'S') {
        core_lock_release(&rt_turns.lock);
        return;
    }
    __atomic_store_n(&u->outside, true, __ATOMIC_RELAXED);
    if (sys_membarrier() || __atomic_load_n(&tls->depth, __ATOMIC_RELAXED)) {
        __atomic_store_n(&u->outside, false, __ATOMIC_RELAXED);
        core_lock_release(&rt_turns.lock);
        return;
    }
    rt_record_inexact(RT_INEXACT_EXTERNAL);
    take_from(u);
}

/* Nothing can be done about it, but who waits for the end of the run should know why. */
static void complain(void)
{
    static bool said;
    core_lock_acquire(&rt_turns.lock);
    const struct rt_turn *u = rt_turns.holder;
    bool others = rt_turns.nready > 1 || rt_turns.timed > 0;
    uint32_t id = u ? u->task.id : 0;
    core_lock_release(&rt_turns.lock);
    if (said || !u || !others)
        return;
    said = true;
    rt_say(
        "T%u has come to no schedule point for %d s, and nobody else can run: it computes, or it "
        "spins in code that is not instrumented",
        id, COMPLAIN_AFTER_S);
}

static int watch(void *unused)
{
    const struct timespec pause = {0, LOOK_EVERY_US * 1000};
    uint64_t last_word = 0, last_steps = 0;
    uint32_t idle = 0; /* looks without a step in between */
    uint32_t asleep = 0;
    (void)unused;
    for (;;) {
        sys_sleep(&pause);
        uint64_t word = __atomic_load_n(&call_word, __ATOMIC_SEQ_CST);
        uint64_t steps = __atomic_load_n(&rt_turns.steps, __ATOMIC_RELAXED);
        if (word && word == last_word) {
            if (sys_task_state((pid_t)(uint32_t)word) == 'S' &&
                ++asleep >= __atomic_load_n(&patience, __ATOMIC_RELAXED))
                take_turn(word);
        } else if (!word && steps == last_steps) {
            rt_turn_access_watch();
            if (idle >= UNANNOUNCED_LOOKS)
                take_unannounced();
            if (++idle == COMPLAIN_AFTER_S * 1000000 / LOOK_EVERY_US)
                complain();
        }
        if (rt_turns.waiting_fds) /* what comes from outside is seen in between, too */
            rt_turns.fds_by_chance = !rt_turns.fds_changed, rt_turns.fds_changed = true;
        if (steps != last_steps)
            idle = 0;
        if (word != last_word)
            asleep = 0;
        last_word = word;
        last_steps = steps;
    }
    return 0;
}

void rt_turn_outside_start(void)
{
    if (started)
        return;
    started = true;
    int error = sys_thread(watch, NULL);
    if (error)
        rt_say("cannot start the thread that watches system calls (error %d): one that blocks may "
               "block all",
               -error);
}

void rt_turn_outside_after_fork(void)
{
    started = false;
    call_word = 0;
    sys_threads_after_fork();
}
