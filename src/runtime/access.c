#include "../core/block.h"
#include "access_near.h"
#include "annotate.h"
#include "draft.h"
#include "finding.h"
#include "options.h"

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

static bool access_word(struct rt_thread *t, struct rt_race *r, core_id id)
{
    struct core_actor a = rt_actor_of(t, r->kind);

    r->conflict = core_shadow_access(&rt_shadow, &a, rt_cell_p(r->word), rt_cell_q(r->word),
                                     r->touched, id, r->kind);
    if (core_likely(!r->conflict))
        return false;
    rt_filters_void();
    return true;
}

/* ---- events ---- */

/* At most eight bytes; the first conflict of the two words it may touch. */
static bool check_small(struct rt_thread *t, rt_pc pc, rt_addr addr, unsigned size,
                        enum rt_kind kind, unsigned tag, struct rt_race *r)
{
    if (rt_access_ignored(t, kind))
        return false;
    rt_pages_share(addr, size);
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

static bool word_known(const struct core_actor *a, rt_addr word, unsigned touched,
                       enum rt_kind kind)
{
    return core_shadow_knows(&rt_shadow, a, rt_cell_p(word), rt_cell_q(word), touched, kind);
}

bool rt_access_known(struct rt_thread *t, rt_addr addr, unsigned size, enum rt_kind kind)
{
    struct core_actor a = rt_actor_of(t, kind);
    unsigned bits = ((1u << size) - 1) << (addr & 7);

    return rt_multi && size <= 8 && word_known(&a, addr & ~7ull, bits & 0xff, kind) &&
           (!(bits >> 8) || word_known(&a, (addr & ~7ull) + 8, bits >> 8, kind));
}

/* A plain access of compiled code, on its way through the words and halves that it touches. */
struct near_access {
    struct rt_thread *t;
    rt_pc pc;
    enum rt_kind kind;
    unsigned size;
    core_id id; /* drawn when first needed */
};

/* A read that a set of readers stands for is known wherever that set is. */
static void know_set(struct rt_thread *t, const struct core_actor *a, uint64_t c)
{
    uint32_t r = (uint32_t)(c >> 32);
    if (t->filter)
        rt_filter_add_set(t->filter, r, core_shadow_set_knows(&rt_shadow, a, r));
}

static inline bool near_place(struct near_access *x, const struct core_near *n)
{
    struct core_actor a = rt_actor_of(x->t, x->kind);

    if (core_near_knows(&rt_shadow, &a, n, x->kind)) {
        if (core_unlikely(cell_has_set(n->c)) && !(x->kind & RT_KIND_WRITE_BIT))
            know_set(x->t, &a, n->c);
        return true;
    }
    if (!x->id)
        x->id = rt_event_id(x->t, x->pc, x->kind, x->size, 0);
    return core_likely(x->id) && core_near_change(&rt_shadow, &a, n, x->id, x->kind);
}

/* Bytes of both halves of a word. */
static bool near_halves(struct near_access *x, uint64_t *p, uint64_t *q, unsigned mask8)
{
    struct core_near low, high;

    return !core_near_wants_word(p, q, mask8, x->kind) && core_near_find(&low, p, q, mask8 & 15) &&
           core_near_find(&high, p, q, mask8 & 0xf0) && near_place(x, &low) && near_place(x, &high);
}

/* Bytes of a full word. */
static bool near_part(struct near_access *x, uint64_t *p, uint64_t *q, unsigned mask8)
{
    if (!x->id)
        x->id = rt_event_id(x->t, x->pc, x->kind, x->size, 0);
    struct core_actor a = rt_actor_of(x->t, x->kind);
    return core_likely(x->id) && core_near_divide(&rt_shadow, &a, p, q, mask8, x->id, x->kind);
}

static inline bool near_word(struct near_access *x, rt_addr word, unsigned mask8)
{
    uint64_t *p = rt_cell_p(word), *q = rt_cell_q(word);
    struct core_near n;

    if (core_likely(core_near_find(&n, p, q, mask8)))
        return near_place(x, &n);
    if (mask8 != 0xff && near_part(x, p, q, mask8))
        return true;
    return (mask8 & 15) && mask8 >> 4 && near_halves(x, p, q, mask8);
}

/* See core/near.h. False: it has to be looked at closer, and what was done of it counts as an
 * access before it. */
static inline bool access_near(struct rt_thread *t, rt_pc pc, rt_addr addr, unsigned size,
                               enum rt_kind kind)
{
    unsigned bits = ((1u << size) - 1) << (addr & 7);
    struct near_access x = {t, pc, kind, size, 0};

    if (!near_word(&x, addr, bits & 0xff) || (bits >> 8 && !near_word(&x, addr + 8, bits >> 8)))
        return false;
    rt_access_know(t, addr, size, kind & RT_KIND_WRITE_BIT);
    return true;
}

void rt_access_plain(struct rt_thread *t, rt_pc pc, rt_addr addr, unsigned size, enum rt_kind kind)
{
    if (rt_access_ignored(t, kind) || (kind & ~(unsigned)RT_WRITE) ||
        !access_near(t, pc, addr, size, kind))
        rt_access_small(t, pc, addr, size, kind, 0);
}

/* What the shadow knows of it, the filter will. */
static void remember(struct rt_thread *t, rt_addr addr, unsigned size, bool write)
{
    uint64_t c = rt_filter_cell(addr);

    if (!write && rt_filter_set_mask(c, addr, size)) {
        struct core_actor a = rt_actor_of(t, RT_READ);
        __atomic_thread_fence(__ATOMIC_ACQUIRE); /* the set is complete */
        know_set(t, &a, c);
    }
    rt_filter_add(t->filter, addr, size, write);
}

void rt_access_small(struct rt_thread *t, rt_pc pc, rt_addr addr, unsigned size, enum rt_kind kind,
                     unsigned tag)
{
    struct rt_race r;
    bool plain = !(kind & ~(unsigned)RT_WRITE), write = kind & RT_KIND_WRITE_BIT;

    if (rt_access_ignored(t, kind))
        return;
    if (!rt_access_known(t, addr, size, kind) &&
        core_unlikely(check_small(t, pc, addr, size, kind, tag, &r)))
        rt_race_report(t, pc, &r);
    else if (!t->filter)
        rt_event_count_late(t);
    else if (plain)
        remember(t, addr, size, write);
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

/* Some bytes of one word of a range, which the quick look doesn't know. *id is drawn when first
 * needed; 0 then: there are none left. */
static void access_part(struct rt_thread *t, rt_pc pc, rt_addr low, rt_addr high, core_id *id,
                        unsigned site_size, enum rt_kind kind)
{
    rt_addr word = low & ~7ull;
    unsigned touched = (0xffu << (low - word)) & (0xffu >> (word + 8 - high));
    bool plain = !(kind & ~(unsigned)RT_WRITE), write = kind & RT_KIND_WRITE_BIT;

    if (plain) {
        struct near_access x = {t, pc, kind, site_size, *id};
        if (t->filter && rt_filter_has(t->filter, word, touched, write))
            return;
        bool done = near_word(&x, word, touched);
        *id = x.id;
        if (done) {
            if (t->filter)
                rt_filter_put(t->filter, word, touched, write);
            return;
        }
    }
    struct core_actor a = rt_actor_of(t, kind);
    if (!word_known(&a, word, touched, kind)) {
        if (!*id && !(*id = rt_event_id(t, pc, kind, site_size, 0)))
            return;
        struct rt_race r = {word, touched, low, high - low, kind, 0, 0};
        if (core_unlikely(access_word(t, &r, *id))) {
            rt_race_report(t, pc, &r);
            return;
        }
    }
    if (plain && t->filter)
        rt_filter_put(t->filter, word, touched, write);
}

/* The first of whole words that isn't known; end if there is none. */
static rt_addr skip_known(const struct rt_thread *t, rt_addr word, rt_addr end, bool write)
{
    const uint32_t window = t->tls->window, span = t->tls->span;
    while (word < end && (core_known_word(rt_cell_p(word), write, window, span) ||
                          (t->filter && rt_filter_has(t->filter, word, 0xff, write))))
        word += 8;
    return word;
}

/* The first of whole words for which access_part is needed; end if there is none. */
static rt_addr access_block(struct rt_thread *t, rt_pc pc, rt_addr word, rt_addr end, core_id *id,
                            unsigned site_size, enum rt_kind kind)
{
    word = skip_known(t, word, end, kind & RT_KIND_WRITE_BIT);
    if (word == end || (!*id && !(*id = rt_event_id(t, pc, kind, site_size, 0))))
        return word;
    struct core_actor a = rt_actor_of(t, kind);
    return word +
           8 * core_block_access(&rt_shadow, &a, rt_cell_p(word), (end - word) / 8, *id, kind);
}

/* In the cells. */
static void access_cells(struct rt_thread *t, rt_pc pc, rt_addr addr, size_t bytes,
                         enum rt_kind kind, unsigned site_size)
{
    bool plain = !(kind & ~(unsigned)RT_WRITE);
    rt_addr end = addr + bytes;
    core_id id = 0;

    if (t->filter)
        rt_filter_heed_voids(t->filter);
    for (rt_addr at = addr, next; at < end; at = next) {
        if (plain && (at & 7) == 0)
            at = access_block(t, pc, at, end & ~7ull, &id, site_size, kind);
        next = (at & ~7ull) + 8;
        if (at < end)
            access_part(t, pc, at, next < end ? next : end, &id, site_size, kind);
    }
}

#if RT_GO
static rt_addr end_of_part(rt_addr at, rt_addr end)
{
    (void)at;
    return end;
}

static bool in_draft(struct rt_thread *t, rt_pc pc, rt_addr at, size_t bytes, enum rt_kind kind,
                     unsigned site_size)
{
    (void)t, (void)pc, (void)at, (void)bytes, (void)kind, (void)site_size;
    return false;
}
#else
/* Pages that are shared alike, or one that isn't. */
static rt_addr end_of_part(rt_addr at, rt_addr end)
{
    bool shared = rt_page_of(at) == RT_PAGE_SHARED;
    do
        at = (at | (CORE_DRAFT_PAGE - 1)) + 1;
    while (shared && at < end && rt_page_of(at) == RT_PAGE_SHARED);
    return at < end ? at : end;
}

static bool in_draft(struct rt_thread *t, rt_pc pc, rt_addr at, size_t bytes, enum rt_kind kind,
                     unsigned site_size)
{
    if (rt_page_of(at) == RT_PAGE_SHARED)
        return false;
    if (!rt_event_is_apart(kind))
        return rt_draft_range(t, pc, at, bytes, kind, site_size);
    rt_pages_share(at, bytes);
    return false;
}
#endif

void rt_access_words(struct rt_thread *t, rt_pc pc, rt_addr addr, size_t bytes, enum rt_kind kind)
{
    if (rt_access_ignored(t, kind) || !bytes)
        return;
    unsigned site_size = (addr | bytes) & 7 ? 0 : 8;
    for (rt_addr at = addr, end = addr + bytes, next; at < end; at = next) {
        next = end_of_part(at, end);
        if (!in_draft(t, pc, at, next - at, kind, site_size))
            access_cells(t, pc, at, next - at, kind, site_size);
    }
}

void rt_access_range(struct rt_thread *t, rt_pc pc, rt_addr addr, size_t bytes, enum rt_kind kind)
{
    if (rt_shadow_covers(addr, bytes) && !rt_options.ignore_interceptors_accesses)
        rt_access_words(t, pc, addr, bytes, kind);
}

void rt_access_free(struct rt_thread *t, rt_pc pc, rt_addr addr, size_t bytes)
{
    if (rt_access_ignored(t, RT_FREE) || !bytes || !rt_shadow_covers(addr, bytes))
        return;
    rt_pages_share_freed(t, addr, bytes);
    core_id id = rt_event_id(t, pc, RT_FREE, 8, 0);
    if (core_unlikely(!id))
        return;
    rt_filter_empty(t->filter);
    struct core_actor a = rt_actor_of(t, RT_FREE);
    rt_addr first = addr & ~7ull;
    size_t words = (addr - first + bytes + 7) / 8, at = 0;
    uint64_t conflict;
    while ((conflict = core_block_free(&rt_shadow, &a, rt_cell_p(first), rt_cell_q(first), words,
                                       id, RT_FREE, &at))) {
        rt_addr word = first + (at - 1) * 8;
        struct rt_race r = {word, 0xff, word, 8, RT_FREE, 0, conflict};
        rt_filters_void();
        rt_race_report(t, pc, &r);
        a = rt_actor_of(t, RT_FREE);
    }
}

void rt_forget_range(rt_addr addr, size_t bytes)
{
    if (rt_multi)
        rt_shadow_forget(addr, bytes);
}
