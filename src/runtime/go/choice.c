/* Who runs next, and the other choices that follow the seed. */
#include "../stack.h"
#include "../sys/sys.h"
#include "turns.h"

/* A strategy looks at all who are ready, several times. Of more than so many it sees a part, which
 * moves along with the steps, so nobody is left out for long. */
enum { SEEN_MAX = 512, SEEN_STEPS = 1024 };

/* ---- who is ready: Go's array and ours ---- */

static struct {
    uint64_t known;  /* entries from the start that were there at the last pick, but for */
    uint64_t chosen; /* the place of who was chosen then, which the last entry has taken */
} array;

static void mark(struct rt_go_pick *p, uint64_t i)
{
    struct rt_go_turn *u = rt_go_turn_adopt(p->ready[i]);
    u->index = i;
    rt_go_is_ready(u);
}

/* Is this one, who should be in the array, where it is said to be? */
static bool stands_at(const struct rt_go_pick *p, const struct rt_go_turn *u, uint64_t i)
{
    return i < p->count && p->ready[i] == u->turn.thread;
}

/* Who is ready by what was told of it, but isn't in the array, waits for something. */
static void drop_others(const struct rt_go_pick *p)
{
    static const char reason[] = "system call";
    for (uint32_t i = rt_turns.nready; i-- > 0;) {
        struct rt_go_turn *u = (struct rt_go_turn *)rt_turn_of(rt_turns.ready[i]);
        if (!stands_at(p, u, u->index))
            rt_go_waits(u, reason, sizeof reason - 1);
    }
}

/*
 * Makes ours what Go's is. Usually that is a look at the entries that are new: who is ready stays
 * so until it is chosen, and when as many are ready as there are entries, it is the same ones.
 */
static void take_array(struct rt_go_pick *p)
{
    if (array.chosen < p->count)
        mark(p, array.chosen);
    for (uint64_t i = array.known < p->count ? array.known : 0; i < p->count; i++)
        mark(p, i);
    if (rt_turns.nready == p->count)
        return;
    for (uint64_t i = 0; i < p->count; i++)
        mark(p, i);
    drop_others(p);
}

static uint64_t place_of(const struct rt_go_pick *p, const struct rt_go_turn *u)
{
    uint64_t i = u->index;
    if (stands_at(p, u, i))
        return i;
    for (i = p->count; i-- > 0;)
        if (stands_at(p, u, i))
            return i;
    return p->count;
}

/* ---- the choice ---- */

/* Who ran until now. */
static struct rt_go_turn *last_one(void)
{
    return rt_go_turns.ended ? rt_go_turns.ended : (struct rt_go_turn *)rt_turns.holder;
}

static bool is_ready(const struct rt_go_turn *u)
{
    return u->turn.state == RT_TURN_READY || u->turn.state == RT_TURN_RUNNING;
}

static struct rt_turn *choose_among(struct rt_go_turn *last, bool yields)
{
    uint32_t n = rt_turns.nready, first = 0;
    if (n > SEEN_MAX) {
        first = (uint32_t)(rt_turns.steps / SEEN_STEPS * (SEEN_MAX / 2) % (n - SEEN_MAX + 1));
        n = SEEN_MAX;
    }
    return rt_turn_pick_of(rt_turns.ready + first, n, &last->turn, yields);
}

/* Everybody who is ready gave way again and again, and there is only one. */
static bool waits_for_time(struct rt_go_turn *last)
{
    if (!last->yields || rt_turns.nready != 1 || ++last->turn.alone < RT_TURN_ALONE_MAX)
        return false;
    last->turn.alone = 0;
    return true;
}

static struct rt_go_turn *choose(struct rt_go_pick *p)
{
    struct rt_go_turn *last = last_one();
    if (!last) /* the first goroutine */
        return (struct rt_go_turn *)rt_turn_of(rt_turns.ready[0]);
    if (is_ready(last) && !last->asked) /* Go had a reason of its own to look for somebody */
        return last;
    p->idle = is_ready(last) && waits_for_time(last);
    return (struct rt_go_turn *)choose_among(last, last->yields);
}

static void switch_to(struct rt_go_turn *next)
{
    struct rt_go_turn *last = last_one();
    if (last && last != next) {
        if (is_ready(last)) {
            last->turn.state = RT_TURN_READY;
            last->turn.ran = rt_turns.steps;
            if (core_unlikely(rt_hang_is_near()))
                last->turn.stack = rt_stack_capture(last->turn.thread, last->turn.pc);
        }
        last->turn.run = last->turn.looks = last->turn.alone = 0;
    }
    rt_go_turn_free_ended();
    next->asked = next->yields = false;
    next->turn.state = RT_TURN_RUNNING;
    next->turn.ran = rt_turns.steps;
    rt_turns.holder = &next->turn;
}

void __reprise_go_pick(struct rt_go_pick *p)
{
    p->chosen = p->idle = 0;
    if (!rt_controlled() || !p->count)
        return;
    rt_go_turns.timer = p->timer;
    take_array(p);
    struct rt_go_turn *next = choose(p);
    uint64_t at = place_of(p, next);
    if (core_unlikely(at == p->count)) { /* cannot be, unless the array lost somebody */
        array.known = 0;
        take_array(p);
        next = (struct rt_go_turn *)rt_turn_of(rt_turns.ready[0]);
        at = place_of(p, next);
    }
    switch_to(next);
    p->chosen = at;
    array.known = p->count - 1;
    array.chosen = at;
}

/* ---- other choices ---- */

void __reprise_go_choose(struct rt_thread *t, uint64_t count, uint64_t *chosen)
{
    struct rt_go_turn *u = rt_go_turn_of(t);
    *chosen = 0;
    if (!u || count <= 1)
        return;
    uint32_t among = count < UINT32_MAX ? (uint32_t)count : UINT32_MAX;
    uint32_t c = core_strategy_choose(&rt_turns.strategy, &u->turn.task, among);
    rt_record_choice(&u->turn, among, c);
    *chosen = c;
}

void __reprise_go_random(struct rt_thread *t, uint64_t stream, uint64_t *out)
{
    static uint32_t draws_of_nobody[2]; /* relaxed: a monitor without a P may draw, too */
    struct rt_go_turn *u = rt_go_turn_of(t);
    uint64_t s = stream == RT_GO_RUNTIME, path = u ? u->path : 0;
    uint64_t n = u ? ++u->draws[s] : __atomic_add_fetch(&draws_of_nobody[s], 1, __ATOMIC_RELAXED);
    *out = core_mix(rt_go_turns.seed ^ core_mix(path + (n << 1 | s) * 0x9e3779b97f4a7c15ull));
}
