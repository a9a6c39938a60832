#include "access.h"
#include "annotate.h"
#include "event.h"
#include "finding.h"
#include "options.h"
#include "thread.h"

/* ---- from a conflict to a finding ---- */

/* A use after free is one only in this order; the other way round it is a race with free(). */
static enum rt_finding_type race_type(enum rt_kind now, enum rt_kind earlier, unsigned tag)
{
    bool freed = earlier & (RT_FREE & ~RT_WRITE);
    bool vptr = (now | earlier) & RT_VPTR_READ;

    if (vptr)
        return freed ? RT_FINDING_VPTR_UAF : RT_FINDING_VPTR_RACE;
    if (freed)
        return RT_FINDING_UAF;
    return tag ? RT_FINDING_EXTERNAL_RACE : RT_FINDING_RACE;
}

/* Where the earlier access began: its bytes are known, its size comes from its site. */
static void place_earlier(struct rt_finding_access *e, rt_addr word, unsigned bytes,
                          unsigned touched, unsigned size)
{
    unsigned common = bytes & touched ? bytes & touched : bytes;
    unsigned first = (unsigned)__builtin_ctz(common);

    if (size && size <= 8 && (size & (size - 1)) == 0) {
        e->addr = word + (first & ~(size - 1));
        e->size = size;
    } else {
        first = (unsigned)__builtin_ctz(bytes);
        e->addr = word + first;
        e->size = (size_t)(32 - __builtin_clz(bytes) - (int)first);
    }
}

RT_COLD void rt_race_report(struct rt_thread *t, rt_pc pc, const struct rt_race *r)
{
    core_id id = (core_id)((uint32_t)r->conflict >> 4);
    struct rt_event ev;
    rt_event_read(id, &ev);

    if (!rt_options.report_bugs || !rt_options.instrumented || t->ignore_reports ||
        (!rt_options.report_atomic_races && ((ev.kind | r->kind) & RT_KIND_ATOMIC_BIT)) ||
        rt_race_is_benign(r->addr, r->size))
        return;
    struct rt_finding *f = rt_finding_begin(t, race_type(r->kind, ev.kind, r->tag | ev.tag));
    if (!f)
        return;
    f->tag = r->tag ? r->tag : ev.tag;
    f->access[0] = (struct rt_finding_access){
        r->addr, r->size, r->kind, t->uid, rt_stack_capture(t, pc), t->lockset, r->tag};
    f->access[1] =
        (struct rt_finding_access){0, 0, ev.kind, ev.thread, ev.stack, ev.lockset, ev.tag};
    place_earlier(&f->access[1], r->word, (unsigned)(r->conflict >> 32), r->touched, ev.size);
    f->naccess = 2;
    if (rt_sleep_covers(t, ev.slot, id))
        f->sleep = t->last_sleep;
    rt_finding_add_thread(f, t->uid);
    rt_finding_add_thread(f, ev.thread);
    rt_finding_add_location(f, r->addr);
    rt_finding_end(t, f);
}

/* ---- one word ---- */

static struct core_actor actor_of(const struct rt_thread *t)
{
    return (struct core_actor){t->slot, t->epoch_first << 4, t->next - t->epoch_first, &t->clock};
}

static bool access_word(struct rt_thread *t, struct rt_race *r, core_id id)
{
    struct core_actor a = actor_of(t);

    r->conflict = core_shadow_access(&rt_shadow, &a, rt_cell_p(r->word), rt_cell_q(r->word),
                                     r->touched, id, r->kind);
    return r->conflict != 0;
}

static bool ignored(const struct rt_thread *t, enum rt_kind kind)
{
    return !rt_multi || (kind & RT_KIND_WRITE_BIT ? t->ignore_writes : t->ignore_reads) > 0;
}

/* ---- events ---- */

/* At most eight bytes; the first conflict of the two words it may touch. */
static bool check_small(struct rt_thread *t, rt_pc pc, rt_addr addr, unsigned size,
                        enum rt_kind kind, unsigned tag, struct rt_race *r)
{
    if (ignored(t, kind))
        return false;
    core_id id = rt_event_id(t, pc, kind, size, tag);
    if (core_unlikely(!id))
        return false;
    unsigned bits = ((1u << size) - 1) << (addr & 7);

    *r = (struct rt_race){addr & ~7ull, bits & 0xff, addr, size, kind, tag, 0};
    bool found = access_word(t, r, id);
    if (core_unlikely(bits >> 8)) { /* goes on in the next word */
        struct rt_race rest = {r->word + 8, bits >> 8, addr, size, kind, tag, 0};
        if (access_word(t, &rest, id) && !found) {
            *r = rest;
            found = true;
        }
    }
    return found;
}

bool rt_access_known(struct rt_thread *t, rt_addr addr, unsigned size, enum rt_kind kind)
{
    struct core_actor a = actor_of(t);
    unsigned bits = ((1u << size) - 1) << (addr & 7);

    return rt_multi && size <= 8 && !(bits >> 8) &&
           core_shadow_knows(&rt_shadow, &a, rt_cell_p(addr), rt_cell_q(addr), bits, kind);
}

/* The cell of the half that addr is in; 0 when there is none that could be known. */
static uint64_t half_cell(rt_addr addr)
{
    /* acquire: Q is at least as new */
    uint64_t p = __atomic_load_n(rt_cell_p(addr), __ATOMIC_ACQUIRE);
    uint32_t w = (uint32_t)p, r = (uint32_t)(p >> 32);

    if (p == CORE_CELL_BUSY || w == CORE_FREED)
        return 0;
    if (!(addr & 4) || (!(w & CORE_TAG) && (r & CORE_TAG ? r & CORE_SET_FULL : !(r & 15))))
        return p;
    return __atomic_load_n(rt_cell_q(addr), __ATOMIC_RELAXED);
}

static void remember_set(struct rt_thread *t, uint32_t set, unsigned bytes)
{
    t->known.set = set;
    t->known.bytes = bytes;
    t->known.epoch = t->epoch_first;
}

/*
 * A read that the quick look doesn't know may be known after all: what several threads read over
 * and over, and what t has written, if its own read of other bytes stands beside that. A set of
 * readers that t was found in is remembered, since many words may have it.
 */
static bool read_known(struct rt_thread *t, rt_addr addr, unsigned size, uint64_t half)
{
    uint32_t set = (uint32_t)(half >> 32), bits = ((1u << size) - 1) << (addr & 3);
    bool speaks_for_it = set & CORE_SET_FULL ? (addr & 7) + size <= 8 : (addr & 3) + size <= 4;

    if (set >> 31 && set == t->known.set && t->known.epoch == t->epoch_first && speaks_for_it &&
        (set & CORE_SET_FULL || !(bits & ~t->known.bytes)))
        return true;
    if (!(set >> 31) && ((uint32_t)half >> 4) - t->epoch_first >= t->next - t->epoch_first)
        return false;
    if (!rt_access_known(t, addr, size, RT_READ))
        return false;
    if (set >> 31 && speaks_for_it)
        remember_set(t, set, bits);
    return true;
}

/* After a read that was looked at: if it left a set as it was, so will the next one. (There are so
 * many readers that this one is not among those that are kept.) */
static void read_left(struct rt_thread *t, rt_addr addr, unsigned size, uint64_t before)
{
    if ((addr & 3) + size <= 4 && half_cell(addr) == before)
        remember_set(t, (uint32_t)(before >> 32), ((1u << size) - 1) << (addr & 3));
}

void rt_access_small(struct rt_thread *t, rt_pc pc, rt_addr addr, unsigned size, enum rt_kind kind,
                     unsigned tag)
{
    struct rt_race r;
    uint64_t before = 0;

    if (kind == RT_READ) {
        before = half_cell(addr);
        if (read_known(t, addr, size, before))
            return;
    } else if (!(kind & RT_KIND_WRITE_BIT) && rt_access_known(t, addr, size, kind)) {
        return;
    }
    if (core_unlikely(check_small(t, pc, addr, size, kind, tag, &r)))
        rt_race_report(t, pc, &r);
    else if (before >> 63)
        read_left(t, addr, size, before);
}

bool rt_access_check(struct rt_thread *t, rt_pc pc, rt_addr addr, unsigned size, enum rt_kind kind,
                     struct rt_race *race)
{
    if (size <= 8)
        return check_small(t, pc, addr, size, kind, 0, race);
    struct rt_race high;
    bool found = check_small(t, pc, addr, 8, kind, 0, race);
    if (check_small(t, pc, addr + 8, 8, kind, 0, &high) && !found) {
        *race = high;
        found = true;
    }
    return found;
}

/* rt_access and rt_access_range are for what libc functions do; compiled code comes in above. */

void rt_access(struct rt_thread *t, rt_pc pc, rt_addr addr, size_t size, enum rt_kind kind)
{
    if (!rt_shadow_covers(addr, size) || rt_options.ignore_interceptors_accesses)
        return;
    if (size > 8)
        rt_access_range(t, pc, addr, size, kind);
    else
        rt_access_small(t, pc, addr, (unsigned)size, kind, 0);
}

void rt_access_tagged(struct rt_thread *t, rt_pc pc, rt_addr addr, enum rt_kind kind, unsigned tag)
{
    if (rt_shadow_covers(addr, 1))
        rt_access_small(t, pc, addr, 1, kind, tag);
}

void rt_access_words(struct rt_thread *t, rt_pc pc, rt_addr addr, size_t bytes, enum rt_kind kind)
{
    if (ignored(t, kind) || !bytes)
        return;
    core_id id = rt_event_id(t, pc, kind, (addr | bytes) & 7 ? 0 : 8, 0);
    if (core_unlikely(!id))
        return;
    bool quick = !(kind & ~(unsigned)RT_WRITE);
    rt_addr end = addr + bytes;

    for (rt_addr word = addr & ~7ull; word < end; word += 8) {
        rt_addr low = word < addr ? addr : word, high = word + 8 < end ? word + 8 : end;
        unsigned touched = (0xffu << (low - word)) & (0xffu >> (word + 8 - high));
        if (quick && touched == 0xff &&
            (rt_known8(t->tls, word, kind & RT_KIND_WRITE_BIT) ||
             core_access_fresh(rt_cell_p(word), id, kind & RT_KIND_WRITE_BIT)))
            continue;
        struct rt_race r = {word, touched, low, high - low, kind, 0, 0};
        if (core_unlikely(access_word(t, &r, id)))
            rt_race_report(t, pc, &r);
    }
}

void rt_access_range(struct rt_thread *t, rt_pc pc, rt_addr addr, size_t bytes, enum rt_kind kind)
{
    if (rt_shadow_covers(addr, bytes) && !rt_options.ignore_interceptors_accesses)
        rt_access_words(t, pc, addr, bytes, kind);
}

void rt_access_free(struct rt_thread *t, rt_pc pc, rt_addr addr, size_t bytes)
{
    if (ignored(t, RT_FREE) || !bytes || !rt_shadow_covers(addr, bytes))
        return;
    core_id id = rt_event_id(t, pc, RT_FREE, 8, 0);
    if (core_unlikely(!id))
        return;
    for (rt_addr word = addr & ~7ull; word < addr + bytes; word += 8) {
        struct core_actor a = actor_of(t);
        struct rt_race r = {word, 0xff, word, 8, RT_FREE, 0, 0};
        r.conflict =
            core_shadow_free(&rt_shadow, &a, rt_cell_p(word), rt_cell_q(word), id, RT_FREE);
        if (core_unlikely(r.conflict))
            rt_race_report(t, pc, &r);
    }
}

void rt_forget_range(rt_addr addr, size_t bytes)
{
    if (rt_multi)
        rt_shadow_forget(addr, bytes);
}
