/*
 * Barriers. What a thread did before its wait of a round happens before what any thread does
 * after its wait of that round - and before nothing else: a quick thread may arrive for the next
 * round while a slow one has not left this one yet, and what the quick one did in between is not
 * ordered before the slow one. So each round has a clock of its own.
 *
 *     arrive   take a ticket; ticket / count is the round; release into the round's clock
 *     (real wait)
 *     leave    acquire the round's clock; the last to leave frees the round
 *
 * The tickets are taken before the real wait, so they can differ from the true order of arrival:
 * when more threads use the barrier than it has room for, a later ticket may overtake and leave
 * with an earlier round. A ticket of round r is safe if somebody has left round r-1, for then
 * that round was complete before the ticket was taken. With as many threads as the barrier counts
 * this always holds: the thread itself has left. Once a ticket is not safe, the barrier counts as
 * crowded for good, and all rounds share one clock, which orders too much and never too little.
 * Every arrival releases into both clocks, so nothing is lost when that happens.
 *
 * Barriers shared between processes, and those that we didn't see being made, have only the
 * shared clock: it lives at the barrier's address.
 *
 * Under a controlled strategy the rounds are the barrier: the real one has no non-blocking form and
 * is not told of arrivals. Tickets are then taken in the order of arrival, as the turn goes.
 */
#include "model_wait.h"
#include "pthreads.h"

/* Its address carries the clock. It outlives its barrier: threads may still have to leave. */
struct round {
    struct barrier *barrier; /* NULL when that is gone; lock */
    uint64_t number;
    unsigned count, left; /* threads it lets through, and that have left it; left: lock */
    bool crowded;         /* copied from the barrier when that goes; lock */
    unsigned here;        /* arrived, under a controlled strategy; the thread with the turn */
    struct round *next;   /* of the same barrier; lock */
};

struct barrier {
    rt_addr addr;
    unsigned count;
    bool crowded;
    uint64_t arrived, left; /* in all rounds */
    struct round *rounds;   /* not yet left by all, newest first */
    struct barrier *next;
};

enum { BUCKETS = 64 };
static struct barrier *buckets[BUCKETS];
static core_lock lock; /* all of the above, where nothing else is said */

static struct barrier **find(rt_addr addr)
{
    struct barrier **b = &buckets[core_mix(addr >> 4) % BUCKETS];
    while (*b && (*b)->addr != addr)
        b = &(*b)->next;
    return b;
}

static struct round *round_of(struct barrier *b, uint64_t number)
{
    struct round *r = b->rounds;
    while (r && r->number != number)
        r = r->next;
    if (!r) {
        r = core_alloc(sizeof(*r));
        *r = (struct round){.barrier = b, .number = number, .count = b->count, .next = b->rounds};
        b->rounds = r;
    }
    return r;
}

static void drop(rt_addr addr)
{
    struct barrier **at = find(addr), *b = *at;
    if (!b)
        return;
    for (struct round *r = b->rounds; r; r = r->next) {
        r->barrier = NULL;
        r->crowded = b->crowded;
    }
    *at = b->next;
    core_free(b, sizeof(*b));
}

static void make(rt_addr addr, unsigned count)
{
    core_lock_acquire(&lock);
    drop(addr);
    if (count) {
        struct barrier *b = core_alloc(sizeof(*b));
        b->addr = addr;
        b->count = count;
        *find(addr) = b; /* at the end of its chain */
    }
    core_lock_release(&lock);
}

/* Returns the round, to be given to leave(); NULL when the barrier is unknown. */
static struct round *arrive(struct rt_thread *t, rt_addr addr)
{
    struct round *r = NULL;

    core_lock_acquire(&lock);
    struct barrier *b = *find(addr);
    if (b) {
        uint64_t number = b->arrived++ / b->count;
        b->crowded |= number > 0 && b->left <= (number - 1) * b->count;
        r = round_of(b, number);
    }
    core_lock_release(&lock);
    if (r) /* stays: this thread has not left it */
        rt_release(t, (rt_addr)r);
    rt_release(t, addr);
    return r;
}

static void free_round(struct rt_thread *t, struct round *r)
{
    rt_sync_forget(t, (rt_addr)r, sizeof(*r));
    core_free(r, sizeof(*r));
}

static void leave(struct rt_thread *t, rt_addr addr, struct round *r)
{
    if (!r) {
        rt_acquire(t, addr);
        return;
    }
    rt_acquire(t, (rt_addr)r);
    core_lock_acquire(&lock);
    struct barrier *b = r->barrier;
    bool crowded = b ? b->crowded : r->crowded;
    bool last = ++r->left == r->count;
    if (b) {
        b->left++;
        struct round **at = &b->rounds;
        while (*at != r)
            at = &(*at)->next;
        if (last)
            *at = r->next;
    }
    core_lock_release(&lock);
    if (crowded)
        rt_acquire(t, addr);
    if (last)
        free_round(t, r);
}

RT_INTERCEPT(int, pthread_barrier_init,
             (pthread_barrier_t * b, const pthread_barrierattr_t *attr, unsigned count))
{
    RT_SCOPE(pthread_barrier_init);
    if (!t)
        return RT_REAL(pthread_barrier_init)(b, attr, count);
    int shared = PTHREAD_PROCESS_PRIVATE;
    rt_access(t, pc, (rt_addr)b, 1, RT_WRITE);
    int err = RT_REAL(pthread_barrier_init)(b, attr, count);
    if (attr)
        pthread_barrierattr_getpshared(attr, &shared);
    if (!err)
        make((rt_addr)b, shared == PTHREAD_PROCESS_PRIVATE ? count : 0);
    return err;
}

RT_INTERCEPT(int, pthread_barrier_destroy, (pthread_barrier_t * b))
{
    RT_SCOPE(pthread_barrier_destroy);
    if (!t)
        return RT_REAL(pthread_barrier_destroy)(b);
    int err;
    rt_access(t, pc, (rt_addr)b, 1, RT_WRITE);
    RT_BLOCKING(err = RT_REAL(pthread_barrier_destroy)(b)); /* until all have left */
    return err; /* its record serves threads that are not out of our leave() yet */
}

/* The last to arrive lets the others through. False: the barrier is not known. */
static bool wait_by_model(struct rt_thread *t, rt_pc pc, rt_addr addr, struct round *r, int *err)
{
    const struct rt_wait w = {.op = CORE_OP_BARRIER_WAIT, .object = addr, .deadline_ns = RT_NEVER};

    if (!r)
        return false;
    if (++r->here == r->count) {
        rt_turn_wake(t, addr, RT_WAKE_ALL);
        *err = PTHREAD_BARRIER_SERIAL_THREAD;
        return true;
    }
    while (r->here < r->count)
        rt_model_park(t, pc, &w);
    *err = 0;
    return true;
}

RT_INTERCEPT(int, pthread_barrier_wait, (pthread_barrier_t * b))
{
    RT_SCOPE(pthread_barrier_wait);
    if (!t)
        return RT_REAL(pthread_barrier_wait)(b);
    int err;
    rt_turn_point(t, pc, CORE_OP_BARRIER_WAIT, (rt_addr)b);
    rt_access(t, pc, (rt_addr)b, 1, RT_READ);
    struct round *r = arrive(t, (rt_addr)b);
    RT_MODEL_OR_REAL(wait_by_model(t, pc, (rt_addr)b, r, &err), err,
                     RT_REAL(pthread_barrier_wait)(b));
    if (!err || err == PTHREAD_BARRIER_SERIAL_THREAD) {
        /* not ordered by the barrier: whoever destroys it now races with this thread */
        rt_access(t, pc, (rt_addr)b, 1, RT_READ);
        leave(t, (rt_addr)b, r);
    }
    return err;
}
