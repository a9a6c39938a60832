#include "delay.h"
#include "../core/duration.h"
#include "../core/inject.h"
#include "format.h"
#include "options.h"
#include "sys/sys.h"

/* One of so many points sleeps, as a power of two: rarer is what is more frequent. */
enum {
    SYNC_LOG2 = 1,
    ATOMIC_LOG2 = 2,
    ACCESS_LOG2 = 3,
    EXTRA_SLEEPS = 10, /* of full length, that a run may make at its start */
    SKIP_LOG2 = 8,
};

static uint64_t seeded[CORE_OP_COUNT]; /* hash of seed and operation */
static struct core_inject rule;
static struct rt_delay_budget budget;
static core_lock lock; /* guards budget; a leaf */

void rt_delay_init(void)
{
    int64_t max;
    if (core_duration_parse(rt_options.max_delay, &max) || max < 0) {
        rt_say("max_delay='%s' is no duration, as 500us, 10ms or 1s; 10ms is used",
               rt_options.max_delay);
        max = 10000000;
    }
    uint64_t seed = core_fnv(CORE_FNV_START, rt_options.seed, rt_strlen(rt_options.seed));
    for (int op = 0; op < CORE_OP_COUNT; op++) {
        const char *name = core_op_name((enum core_op)op);
        seeded[op] = core_fnv(seed, name, rt_strlen(name));
    }
    rule.max_ns = (uint64_t)max;
    budget = (struct rt_delay_budget){
        .start = sys_monotonic_ns(),
        .extra = EXTRA_SLEEPS * rule.max_ns,
        .slowdown = (uint32_t)rt_options.max_slowdown,
    };
}

static int left_out_log2(enum core_op op)
{
    switch (op) {
    case CORE_OP_READ:
    case CORE_OP_WRITE:
        return ACCESS_LOG2;
    case CORE_OP_ATOMIC_LOAD:
    case CORE_OP_ATOMIC_STORE:
    case CORE_OP_ATOMIC_RMW:
    case CORE_OP_FENCE:
        return ATOMIC_LOG2;
    default:
        return SYNC_LOG2;
    }
}

uint64_t rt_delay_ns(const struct rt_thread *t, enum core_op op, uint64_t stack)
{
    /* a few instructions first: this is asked at accesses */
    uint64_t which = core_mix(core_mix(stack ^ seeded[op]) ^ t->path);
    if (core_likely(which >> (64 - left_out_log2(op))))
        return 0;
    struct core_inject i = rule;
    i.seeded = core_fnv_number(seeded[op], t->path);
    i.stack = true;
    return core_inject_ns(&i, NULL, 0, stack);
}

bool rt_delay_grant(struct rt_delay_budget *b, uint64_t now, uint64_t ns)
{
    uint64_t end = now + ns, from = b->until > now ? b->until : now;
    uint64_t more = end > from ? end - from : 0;
    uint64_t slept = b->asleep - (b->until > now ? b->until - now : 0);
    uint64_t awake = now - b->start - slept;
    if (b->asleep + more > (b->slowdown - 1) * awake + b->extra)
        return false;
    b->asleep += more;
    b->until = from + more;
    return true;
}

void rt_delay_woke(struct rt_delay_budget *b, uint64_t now)
{
    if (now <= b->until)
        return;
    b->asleep += now - b->until;
    b->until = now;
}

/* Looking at the clock takes longer than a lock and an unlock. Where the budget is spent and points
 * come thick, most of them aren't looked at: none, then ever more after each refusal in a row. */
bool rt_delay_granted(uint64_t ns)
{
    static uint32_t skip;     /* relaxed, and may lose counts: it is a guess */
    static uint32_t refusals; /* under lock */
    uint32_t left = __atomic_load_n(&skip, __ATOMIC_RELAXED);
    if (left) {
        __atomic_store_n(&skip, left - 1, __ATOMIC_RELAXED);
        return false;
    }
    uint64_t now = sys_monotonic_ns();
    core_lock_acquire(&lock);
    bool yes = rt_delay_grant(&budget, now, ns);
    refusals = yes ? 0 : refusals + (refusals < SKIP_LOG2);
    __atomic_store_n(&skip, (1u << refusals) - 1, __ATOMIC_RELAXED);
    core_lock_release(&lock);
    return yes;
}

void rt_delay_slept(void)
{
    uint64_t now = sys_monotonic_ns();
    core_lock_acquire(&lock);
    rt_delay_woke(&budget, now);
    core_lock_release(&lock);
}
