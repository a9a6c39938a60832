#include "access.h"
#include "collect.h"
#include "draft_near.h"
#include "event.h"
#include "format.h"
#include "shadow_map.h"
#include "sys/sys.h"
#include "thread.h"
#include "turn.h"

enum {
    PAGE = CORE_DRAFT_PAGE,
    /* With fewer accesses stored since the last time, to pack its tokens costs more than it saves;
     * then the page is shared. */
    STORES_A_PACK = 64,
    TABLE_PAGE = PAGE / 8 * PAGE, /* of the program's memory: a page of words is for it */
};
#define TABLE_BYTES (sizeof(uint64_t) << (RT_SPACE_BITS - RT_PAGE_BITS))

static uint64_t no_pages = RT_PAGE_SHARED;
struct rt_pages rt_pages = {.word = &no_pages};

static struct core_clock all; /* knows everything */

void rt_drafts_init(void)
{
    if (sys_maps_are_shared() || rt_strategy != CORE_STRATEGY_OS)
        return;
    uint64_t *word = sys_map_large(TABLE_BYTES);
    if (!word)
        return;
    if (rt_draft_pool_init()) {
        sys_unmap(word, TABLE_BYTES);
        return;
    }
    core_clock_know_all(&all, RT_DRAFT_SLOTS);
    rt_pages = (struct rt_pages){word, TABLE_BYTES / sizeof *word - 1, rt_draft_planes,
                                 rt_draft_planes + RT_DRAFT_PLANES_BYTES / 2};
}

static bool enabled(void)
{
    return rt_pages.mask != 0;
}

size_t rt_drafts_resident(void)
{
    return enabled() ? rt_draft_planes_resident() : 0;
}

static rt_addr page_start(rt_addr a)
{
    return a & ~(rt_addr)(PAGE - 1);
}

static uint32_t number_of(uint64_t page)
{
    return (uint32_t)page >> 8;
}

static uint64_t word_of(uint32_t window, uint32_t draft, unsigned first)
{
    return (uint64_t)window << 32 | draft << 8 | first;
}

/* ---- the word of a page ---- */

static uint64_t settled(uint64_t *word)
{
    uint64_t page;
    for (unsigned spins = 0; (page = __atomic_load_n(word, __ATOMIC_ACQUIRE)) == RT_PAGE_BUSY;
         spins++)
        core_relax(spins);
    return page;
}

static bool change(uint64_t *word, uint64_t from, uint64_t to)
{
    /* acquire, release: the draft, and the cells, as the last one left them */
    return __atomic_compare_exchange_n(word, &from, to, false, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED);
}

/* For us to change the page, or to read its draft. */
static bool take(uint64_t *word, uint64_t page)
{
    if (!change(word, page, RT_PAGE_BUSY))
        return false;
    __atomic_thread_fence(__ATOMIC_SEQ_CST); /* the other half of the one in `stands` */
    return true;
}

static void publish(uint64_t *word, uint64_t page)
{
    __atomic_store_n(word, page, __ATOMIC_RELEASE); /* release: as above */
}

/* The cells of this page will be written soon, so their memory comes at once: the kernel would give
 * a page of zeroes to who reads first, and take it away again from all processors when it is
 * written.
 */
static void touch_cells(rt_addr page)
{
    __atomic_fetch_or(rt_cell_p(page), 0, __ATOMIC_RELAXED);
}

static void give_back(uint64_t page)
{
    struct rt_draft_run run = {0};
    rt_draft_give_back(&run, number_of(page));
    rt_draft_give_back_end(&run);
}

/* The page is BUSY, by us: what it had goes to the cells. */
static void write_out(uint64_t page, rt_addr a)
{
    touch_cells(a);
    core_draft_write_out(&rt_shadow, &all, rt_draft_of(page), rt_page_plane(page, true),
                         rt_page_plane(page, false), rt_cell_p(a), rt_cell_q(a));
    give_back(page);
}

/* freed: by whom, if this page is freed as a whole. What is ordered before that needn't be known
 * any more, and its draft is for `run`. */
static void share(rt_addr a, const struct rt_thread *freed, struct rt_draft_run *run)
{
    uint64_t *word = rt_page_word(a), page;

    while ((page = settled(word)) != RT_PAGE_SHARED) {
        if (!rt_page_is_draft(page)) {
            touch_cells(a); /* before it is BUSY: there may be no such page */
            change(word, page, RT_PAGE_SHARED);
            continue;
        }
        if (!take(word, page))
            continue;
        const struct core_draft *d = rt_draft_of(page);
        if (freed && (d->slot == freed->slot || core_draft_ordered(d, &freed->clock)))
            rt_draft_give_back(run, number_of(page));
        else
            write_out(page, a);
        publish(word, RT_PAGE_SHARED);
    }
}

static void share_pages(rt_addr a, size_t bytes, const struct rt_thread *freed)
{
    struct rt_draft_run run = {0};
    for (rt_addr low = page_start(a), end = a + bytes; low < end; low += PAGE)
        share(low, low >= a && low + PAGE <= end ? freed : NULL, &run);
    rt_draft_give_back_end(&run);
}

void rt_pages_share_freed(const struct rt_thread *t, rt_addr a, size_t bytes)
{
    if (enabled())
        share_pages(a, bytes, t);
}

void rt_pages_share_slowly(rt_addr a, size_t bytes)
{
    if (enabled())
        share_pages(a, bytes, NULL);
}

/* Its draft, if it has one, is for `run`. */
static void forget(uint64_t *word, struct rt_draft_run *run)
{
    uint64_t page;
    while ((page = settled(word)) && page != RT_PAGE_NOBODY) {
        if (!change(word, page, RT_PAGE_NOBODY))
            continue;
        if (rt_page_is_draft(page))
            rt_draft_give_back(run, number_of(page));
        return;
    }
}

/* A range so large that it is quicker to look for drafts in it. low, high: of the table's pages. */
static void forget_many(rt_addr low, rt_addr high, struct rt_draft_run *run)
{
    for (uint32_t d = 1; d < rt_drafts_end(); d++) {
        rt_addr at = __atomic_load_n(&rt_drafts[d].page, __ATOMIC_RELAXED);
        if (low <= at && at < high)
            forget(rt_page_word(at), run);
    }
    sys_discard((uintptr_t)rt_page_word(low), (high - low) >> RT_PAGE_BITS << 3);
}

void rt_pages_forget(rt_addr low, rt_addr high)
{
    enum { MANY = 8 * TABLE_PAGE };
    rt_addr inner = (low + TABLE_PAGE - 1) & ~(rt_addr)(TABLE_PAGE - 1);
    rt_addr outer = high & ~(rt_addr)(TABLE_PAGE - 1);
    struct rt_draft_run run = {0};

    if (!enabled())
        return;
    if (outer > inner && outer - inner >= MANY)
        forget_many(inner, outer, &run);
    else
        inner = outer = high;
    for (rt_addr a = low; a < inner; a += PAGE)
        forget(rt_page_word(a), &run);
    for (rt_addr a = outer; a < high; a += PAGE)
        forget(rt_page_word(a), &run);
    rt_draft_give_back_end(&run);
}

bool rt_pages_are_untouched(rt_addr low, rt_addr high)
{
    bool untouched = enabled();
    for (rt_addr a = low; a < high && untouched; a += PAGE)
        untouched = !__atomic_load_n(rt_page_word(a), __ATOMIC_RELAXED);
    return untouched;
}

/* ---- the owner's accesses ---- */

/* A draft of t for the page, which is BUSY, by us; SHARED if that cannot be. */
static uint64_t begin(struct rt_thread *t, rt_addr a)
{
    rt_addr low = page_start(a);
    /* the last slot may have several threads (thread.c) */
    bool fits = t->slot < RT_DRAFT_SLOTS - 1 && rt_shadow_covers(low, PAGE);
    uint32_t d = fits ? rt_draft_new(t->slot) : 0;
    if (!d)
        return RT_PAGE_SHARED;
    __atomic_store_n(&rt_drafts[d].page, low, __ATOMIC_RELAXED);
    return word_of(t->tls->window, d, 1);
}

/* A page of nobody becomes a draft of t. */
static void claim(struct rt_thread *t, uint64_t *word, uint64_t page, rt_addr a)
{
    if (take(word, page))
        publish(word, begin(t, a));
}

/* So does another thread's, if t is ordered after all that was done there. Else it is shared. */
static void take_over(struct rt_thread *t, uint64_t *word, uint64_t page, rt_addr a)
{
    if (!take(word, page))
        return;
    bool ordered = core_draft_ordered(rt_draft_of(page), &t->clock);
    write_out(page, page_start(a));
    publish(word, ordered ? begin(t, a) : RT_PAGE_SHARED);
}

/* Makes room for tokens. first: of this epoch. */
static void pack(struct rt_thread *t, uint64_t *word, uint64_t page, rt_addr a, unsigned first)
{
    struct core_draft *d = rt_draft_of(page);

    if (!take(word, page))
        return;
    if (d->stores < STORES_A_PACK)
        d->last = CORE_DRAFT_TOKENS;
    else
        first = core_draft_pack(d, rt_page_plane(page, true), rt_page_plane(page, false), first);
    d->stores = 0;
    if (d->last > CORE_DRAFT_CROWDED) {
        write_out(page, page_start(a));
        publish(word, RT_PAGE_SHARED);
    } else {
        publish(word, word_of(t->tls->window, number_of(page), first));
    }
}

/* The word of t's draft, of this epoch; or SHARED: the page is not t's. */
static __attribute__((noinline)) uint64_t own(struct rt_thread *t, uint64_t *word, rt_addr a)
{
    uint64_t page;
    while ((page = settled(word)) != RT_PAGE_SHARED) {
        if (!rt_page_is_draft(page)) {
            claim(t, word, page, a);
            continue;
        }
        struct core_draft *d = rt_draft_of(page);
        if (d->slot != t->slot) {
            take_over(t, word, page, a);
            continue;
        }
        if (rt_page_is_mine(page, t->tls))
            return page;
        if (d->last == CORE_DRAFT_TOKENS)
            pack(t, word, page, a, CORE_DRAFT_TOKENS + 1);
        else
            change(word, page, word_of(t->tls->window, number_of(page), d->last + 1));
    }
    return page;
}

static inline uint64_t mine(struct rt_thread *t, uint64_t *word, rt_addr a)
{
    uint64_t page = __atomic_load_n(word, __ATOMIC_ACQUIRE); /* acquire: see rt_page_of */
    return core_likely(page && rt_page_is_mine(page, t->tls)) ? page : own(t, word, a);
}

/* A token for the access. 0: `own` has to be asked again. -1: the access is not looked at. */
static int token(struct rt_thread *t, uint64_t *word, uint64_t page, rt_addr a, rt_pc pc,
                 enum rt_kind kind, unsigned site_size)
{
    core_id id = rt_event_id(t, pc, kind, site_size, 0);
    if (core_unlikely(!id))
        return -1;
    if (core_unlikely(!rt_page_is_mine(page, t->tls))) /* an epoch began with the id */
        return 0;
    unsigned found = core_draft_token(rt_draft_of(page), page & 0xff, id);
    if (core_unlikely(!found))
        pack(t, word, page, a, page & 0xff);
    return (int)found;
}

/* A write of this epoch stands for the read. */
static bool copy_write(uint64_t page, rt_addr a, unsigned size)
{
    uint64_t tokens = rt_draft_written(page, a, size);
    if (!tokens)
        return false;
    rt_draft_touch(rt_draft_of(page), false, size);
    core_draft_store(rt_page_plane(page, false) + (a & (PAGE - 1)), size, tokens);
    return true;
}

static void access_part(struct rt_thread *t, rt_pc pc, rt_addr a, unsigned bytes, enum rt_kind kind,
                        unsigned size)
{
    if (!rt_draft_range(t, pc, a, bytes, kind, size))
        rt_access_small(t, pc, a, bytes, kind, 0);
}

/* Of bytes of two pages. That one of them is shared is no reason to share the other: the next such
 * access would share the one behind it, and so on. */
static bool access_two(struct rt_thread *t, rt_pc pc, rt_addr a, unsigned size, enum rt_kind kind)
{
    rt_addr next = (a | (PAGE - 1)) + 1;
    unsigned bytes = (unsigned)(next - a);

    if (rt_page_of(a) == RT_PAGE_SHARED && rt_page_of(next) == RT_PAGE_SHARED)
        return false;
    access_part(t, pc, a, bytes, kind, size);
    access_part(t, pc, next, size - bytes, kind, size);
    return true;
}

bool rt_draft_access(struct rt_thread *t, rt_pc pc, rt_addr a, unsigned size, enum rt_kind kind)
{
    uint64_t *word = rt_page_word(a), page;
    bool write = kind & RT_KIND_WRITE_BIT;

    if (rt_access_ignored(t, kind))
        return true;
    if (core_unlikely((a & (PAGE - 1)) + size > PAGE))
        return access_two(t, pc, a, size, kind);
    while ((page = mine(t, word, a)) != RT_PAGE_SHARED) {
        if (write || !copy_write(page, a, size)) {
            int x = token(t, word, page, a, pc, kind, size);
            if (x < 0)
                return true;
            if (!x)
                continue;
            rt_draft_touch(rt_draft_of(page), write, size);
            core_draft_store(rt_page_plane(page, write) + (a & (PAGE - 1)), size,
                             core_draft_repeat((unsigned)x));
        }
        if (core_likely(rt_draft_stands(word, page)))
            return true;
    }
    return false;
}

static bool range_known(uint64_t page, rt_addr a, size_t bytes, bool write)
{
    const uint8_t *at = rt_page_plane(page, write) + (a & (PAGE - 1)), *end = at + bytes;

    for (; end - at >= 8; at += 8)
        if (!core_draft_current(core_draft_load(at, 8), 8, page & 0xff))
            return false;
    for (; at < end; at++)
        if (*at < (page & 0xff))
            return false;
    return true;
}

bool rt_draft_range(struct rt_thread *t, rt_pc pc, rt_addr a, size_t bytes, enum rt_kind kind,
                    unsigned site_size)
{
    uint64_t *word = rt_page_word(a), page;
    bool write = kind & RT_KIND_WRITE_BIT;

    while ((page = mine(t, word, a)) != RT_PAGE_SHARED) {
        /* a plane that nobody has stored in would get the kernel's page of zeroes */
        if (rt_draft_of(page)->touched & (write ? RT_DRAFT_W : RT_DRAFT_R) &&
            range_known(page, a, bytes, write))
            return true;
        int x = token(t, word, page, a, pc, kind, site_size);
        if (x < 0)
            return true;
        if (!x)
            continue;
        rt_draft_touch(rt_draft_of(page), write, bytes);
        rt_memset(rt_page_plane(page, write) + (a & (PAGE - 1)), x, bytes);
        if (core_likely(rt_draft_stands(word, page)))
            return true;
    }
    return false;
}

/* ---- the world is stopped ---- */

/* Pages side by side that are to be shown. */
struct pages_run {
    rt_addr low, high;
    rt_pages_fn *fn;
    void *arg;
};

static int show_run(struct pages_run *run)
{
    return run->low < run->high ? run->fn(run->low, run->high, run->arg) : 0;
}

/* Where there is nothing but words of 0, the cells are 0, too. */
static int show_used(struct pages_run *run, rt_addr low, rt_addr high)
{
    int error = 0;
    for (rt_addr a = low; a < high && !error; a += PAGE) {
        if (!*rt_page_word(a))
            continue;
        if (a != run->high) {
            error = show_run(run);
            run->low = a;
        }
        run->high = a + PAGE;
    }
    return error;
}

void rt_page_emptied(rt_addr page)
{
    uint64_t *word = rt_page_word(page);
    if (enabled() && !rt_page_is_draft(*word))
        *word = 0;
}

int rt_pages_walk_used(rt_addr low, rt_addr high, int handle, rt_pages_fn *fn, void *arg)
{
    enum { BATCH = 1024 };
    static unsigned char touched[BATCH]; /* stacks may be small */
    struct pages_run run = {low, low, fn, arg};
    int error = 0;

    if (!enabled())
        return fn(low, high, arg);
    while (low < high && !error) {
        rt_addr at = low & ~(rt_addr)(TABLE_PAGE - 1), end = at + (rt_addr)BATCH * TABLE_PAGE;
        end = end < high ? end : high;
        error = sys_touched(handle, (uintptr_t)rt_page_word(at),
                            (end - at + TABLE_PAGE - 1) / TABLE_PAGE * PAGE, touched);
        for (unsigned char *t = touched; low < end && !error; t++) {
            rt_addr next = (low & ~(rt_addr)(TABLE_PAGE - 1)) + TABLE_PAGE;
            next = next < end ? next : end;
            if (*t & 1)
                error = show_used(&run, low, next);
            low = next;
        }
    }
    return error ? error : show_run(&run);
}

typedef void draft_fn(struct core_draft *d, uint64_t *word, void *arg);

static void for_each(draft_fn *fn, void *arg)
{
    for (uint32_t i = 1; enabled() && i < rt_drafts_end(); i++)
        if (rt_draft_is_used(i))
            fn(&rt_drafts[i], rt_page_word(rt_drafts[i].page), arg);
}

static void mark(struct core_draft *d, uint64_t *word, void *compact)
{
    (void)word;
    for (unsigned i = 1; i <= d->last; i++)
        core_compact_mark_id(compact, d->id[i]);
}

/* For rt_draft_pool_trim. What is in the cells stays. */
static void drop(struct core_draft *d, uint64_t *word)
{
    *word = RT_PAGE_NOBODY;
    d->page = 0;
}

static void move(struct core_draft *d, uint64_t *word, void *compact)
{
    core_id any = 0;
    for (unsigned i = 1; i <= d->last; i++)
        any |= d->id[i] = core_compact_id(compact, d->id[i]);
    if (any)
        *word = word_of(RT_PAGE_OLD, number_of(*word), 1);
    else
        drop(d, word);
}

void rt_drafts_compact(struct core_compact *c, enum rt_compact_step step)
{
    for_each(step == RT_COMPACT_MARK ? mark : move, c);
    if (enabled() && step == RT_COMPACT_MOVE)
        rt_draft_pool_trim();
}

static core_id newest(const struct core_draft *d)
{
    core_id id = 0;
    for (unsigned i = 1; i <= d->last; i++)
        id = d->id[i] > id ? d->id[i] : id;
    return id;
}

struct ages {
    size_t *count, n;
    unsigned shift;
};

static void count_age(struct core_draft *d, uint64_t *word, void *ages)
{
    struct ages *a = ages;
    (void)word;
    a->count[newest(d) >> a->shift]++;
    a->n++;
}

size_t rt_drafts_count(size_t *by_age, unsigned shift)
{
    struct ages a = {by_age, 0, shift};
    for_each(count_age, &a);
    return a.n;
}

static void forget_older(struct core_draft *d, uint64_t *word, void *than)
{
    if (newest(d) < *(core_id *)than)
        drop(d, word);
}

void rt_drafts_forget_older(core_id than)
{
    for_each(forget_older, &than);
    if (enabled())
        rt_draft_pool_trim();
}

static void drop_one(struct core_draft *d, uint64_t *word, void *unused)
{
    (void)unused;
    drop(d, word);
}

void rt_drafts_reset(void)
{
    if (!enabled())
        return;
    for_each(drop_one, NULL);
    rt_draft_pool_trim();
    sys_discard((uintptr_t)rt_pages.word, TABLE_BYTES);
}
