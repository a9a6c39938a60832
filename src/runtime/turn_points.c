#include "turn_access.h"

#include "access.h"
#include "event.h"
#include "format.h"
#include "numbering.h"
#include "options.h"
#include "shadow_map.h"
#include "turn_state.h"

enum {
    FIRST_TIMES = 8,     /* executions of a place that are points whatever they touch */
    WORDS_MAX = 8,       /* of a range are looked at */
    SPINS = 2000,        /* repeated looks at a few words that nothing else comes between, */
    SPINS_MAX = 1 << 20, /* or repeated accesses of any kind */
};

static enum { SHARED, ALL, NONE } policy;

void rt_turn_access_init(void)
{
    const char *text = rt_options.points;
    policy = rt_strcmp(text, "all") == 0 ? ALL : rt_strcmp(text, "none") == 0 ? NONE : SHARED;
    if (policy == SHARED && rt_strcmp(text, "shared") != 0)
        rt_say("points='%s' is none of shared, all and none; shared is used", text);
}

/* ---- places: how often was this instruction executed? Exact, so addresses don't matter ---- */

static bool is_new_place(rt_pc pc)
{
    static struct rt_numbering places;
    struct rt_numbered *p = rt_number(&places, pc);
    return p && p->count < FIRST_TIMES && ++p->count;
}

/* ---- words ---- */

/* Has another thread used the word so that this access conflicts with it, ordered or not? */
static bool word_is_shared(const struct rt_thread *t, rt_addr word, bool write)
{
    return core_shadow_others(&rt_shadow, t->slot, rt_cell_p(word), rt_cell_q(word), write);
}

static bool is_shared(const struct rt_thread *t, rt_addr addr, size_t bytes, bool write)
{
    rt_addr word = addr & ~7ull, end = addr + bytes;
    for (int i = 0; i < WORDS_MAX && word < end; i++, word += 8)
        if (word_is_shared(t, word, write))
            return true;
    return false;
}

static bool is_own_stack(const struct rt_thread *t, rt_addr addr)
{
    return addr >= t->stack_low && addr < t->stack_high;
}

bool rt_turn_is_point(const struct rt_thread *t, rt_pc pc, rt_addr addr, size_t bytes, bool write)
{
    if (policy == ALL)
        return true;
    if (policy == NONE || !bytes)
        return false;
    return is_shared(t, addr, bytes, write) || (!is_own_stack(t, addr) && is_new_place(pc));
}

/*
 * What the quick look of compiled code says when nobody has taken it away. It decides what is no
 * point; and the watcher comes by at a time of its own, so its coming must not change that.
 */
bool rt_turn_access_known(const struct rt_thread *t, rt_addr a, size_t bytes, enum rt_kind kind)
{
    bool write = kind & RT_KIND_WRITE_BIT;
    uint32_t window = t->tls->window, span = rt_event_plain_end(t) - (window >> 4);
    if (kind & ~(unsigned)RT_VPTR_WRITE || (bytes & (bytes - 1)) || (a & 7 & (bytes - 1)))
        return false;
    if (bytes == 8 || bytes == 16)
        return core_known_word(rt_cell_p(a), write, window, span) &&
               (bytes == 8 || core_known_word(rt_cell_p(a + 8), write, window, span));
    return bytes && bytes < 8 &&
           core_known_half(rt_cell_p(a), rt_cell_q(a), a & 4, ((1u << bytes) - 1) << (a & 3), write,
                           window, span);
}

/* ---- spinning ---- */

/*
 * A thread that reads the same few words over and over comes to no point, for the quick look
 * knows them. Time cannot tell it from one that computes, and must not decide anything. So the
 * watcher only takes the quick look away, and then accesses are counted: thousands of looks at a
 * few words without a store or a point in between change nothing, however many they are, and
 * cannot end by themselves. When the thread gives way is then no matter of time: at whichever of
 * the equal rounds it does so, the run is the same.
 */
bool rt_turn_looks_again(struct rt_turn *me, rt_pc pc, rt_addr addr)
{
    enum { N = sizeof me->looked / sizeof me->looked[0] };
    for (size_t i = 0; i < N; i++)
        if (me->looked[i].pc == pc && me->looked[i].addr == addr)
            return true;
    for (size_t i = N; --i > 0;)
        me->looked[i] = me->looked[i - 1];
    me->looked[0] = (struct rt_look){pc, addr};
    return false;
}

static void stop_counting(struct rt_thread *t)
{
    t->turn->counting = false;
    t->turn->repeats = 0;
    t->tls->span = rt_event_plain_end(t) - (t->tls->window >> 4);
}

bool rt_turn_counts_as_spin(struct rt_thread *t, rt_pc pc, rt_addr addr, bool write)
{
    struct rt_turn *me = t->turn;
    if (!rt_turn_looks_again(me, pc, addr)) {
        if (me->repeats > SPINS || ++me->repeats_broken > SPINS)
            me->repeats_broken = 0, stop_counting(t);
        me->repeats = 0;
        me->wrote = false;
        return false;
    }
    me->wrote |= write;
    if (++me->repeats < (me->wrote ? SPINS_MAX : SPINS))
        return false;
    me->repeats = 0;
    return true;
}
