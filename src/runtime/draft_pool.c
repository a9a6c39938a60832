#include "draft_pool.h"
#include "format.h"
#include "sys/sys.h"
#include <errno.h>

enum {
    PAGE = CORE_DRAFT_PAGE,
    KEPT_MOST = 512, /* unused drafts whose planes stay in memory */
};

struct core_draft *rt_drafts;
uint8_t *rt_draft_planes;
static uint32_t *unused; /* by slot: a list that only it takes from */
static uint32_t next = 1, end = 1;
static uint32_t kept; /* relaxed: a limit that may be passed by a few */

int rt_draft_pool_init(void)
{
    rt_draft_planes = sys_map_large(RT_DRAFT_PLANES_BYTES);
    rt_drafts = sys_reserve("draft tables", sizeof *rt_drafts * RT_DRAFTS);
    unused = sys_reserve("draft tables", sizeof *unused * RT_DRAFT_SLOTS);
    if (rt_draft_planes && rt_drafts && unused)
        return 0;
    if (rt_draft_planes)
        sys_unmap(rt_draft_planes, RT_DRAFT_PLANES_BYTES);
    return -ENOMEM;
}

uint32_t rt_drafts_end(void)
{
    return __atomic_load_n(&end, __ATOMIC_RELAXED);
}

static uint8_t *plane_of(uint32_t draft, bool write)
{
    return rt_draft_planes + ((size_t)draft + (write ? 0 : RT_DRAFTS)) * PAGE;
}

size_t rt_draft_planes_resident(void)
{
    size_t bytes = (size_t)rt_drafts_end() * PAGE;
    return sys_resident_bytes((uintptr_t)plane_of(0, true), bytes) +
           sys_resident_bytes((uintptr_t)plane_of(0, false), bytes);
}

/* ---- into use ---- */

static uint32_t take_unused(uint32_t slot)
{
    /* acquire: link, and that nobody reads it any more. Others only add: no A-B-A */
    uint32_t d = __atomic_load_n(&unused[slot], __ATOMIC_ACQUIRE);
    while (d && !__atomic_compare_exchange_n(&unused[slot], &d, rt_drafts[d].link, true,
                                             __ATOMIC_ACQUIRE, __ATOMIC_ACQUIRE))
        ;
    if (d && rt_drafts[d].kept)
        __atomic_fetch_sub(&kept, 1, __ATOMIC_RELAXED);
    return d;
}

static void raise_end(uint32_t above)
{
    uint32_t e = __atomic_load_n(&end, __ATOMIC_RELAXED);
    while (e <= above && !__atomic_compare_exchange_n(&end, &e, above + 1, true, __ATOMIC_RELAXED,
                                                      __ATOMIC_RELAXED))
        ;
}

/* One that is in no list. */
static uint32_t take_next(void)
{
    while (__atomic_load_n(&next, __ATOMIC_RELAXED) < RT_DRAFTS) {
        /* relaxed: only uniqueness matters */
        uint32_t d = __atomic_fetch_add(&next, 1, __ATOMIC_RELAXED);
        if (d < RT_DRAFTS && !__atomic_load_n(&rt_drafts[d].page, __ATOMIC_RELAXED)) {
            raise_end(d);
            return d;
        }
    }
    return 0;
}

uint32_t rt_draft_new(uint32_t slot)
{
    uint32_t d = take_unused(slot);
    if (!d && !(d = take_next()))
        return 0;
    struct core_draft *x = &rt_drafts[d];
    if (x->touched & RT_DRAFT_W)
        rt_memset(plane_of(d, true), 0, PAGE);
    if (x->touched & RT_DRAFT_R)
        rt_memset(plane_of(d, false), 0, PAGE);
    core_draft_clear(x);
    x->touched = 0;
    x->stores = 0;
    x->slot = slot;
    return d;
}

/* ---- out of use ---- */

static void discard_planes(uint32_t low, uint32_t n)
{
    sys_discard((uintptr_t)plane_of(low, true), (size_t)n * PAGE);
    sys_discard((uintptr_t)plane_of(low, false), (size_t)n * PAGE);
}

static void list(uint32_t d)
{
    struct core_draft *x = &rt_drafts[d];
    __atomic_store_n(&x->page, RT_DRAFT_UNUSED, __ATOMIC_RELAXED);
    x->link = __atomic_load_n(&unused[x->slot], __ATOMIC_RELAXED);
    /* release: link */
    while (!__atomic_compare_exchange_n(&unused[x->slot], &x->link, d, true, __ATOMIC_RELEASE,
                                        __ATOMIC_RELAXED))
        ;
}

void rt_draft_give_back_end(struct rt_draft_run *run)
{
    if (!run->n)
        return;
    bool keep = __atomic_load_n(&kept, __ATOMIC_RELAXED) + run->n <= KEPT_MOST;
    if (keep)
        __atomic_fetch_add(&kept, run->n, __ATOMIC_RELAXED);
    else
        discard_planes(run->low, run->n);
    for (uint32_t d = run->low; d < run->low + run->n; d++) {
        /* its owner may still store what nobody will read: so touched stays as it is */
        rt_drafts[d].kept = keep;
        list(d);
    }
    run->n = 0;
}

void rt_draft_give_back(struct rt_draft_run *run, uint32_t draft)
{
    if (draft + 1 == run->low) {
        run->low--;
    } else if (draft != run->low + run->n) {
        rt_draft_give_back_end(run);
        run->low = draft;
    }
    run->n++;
}

/* Drafts from low to high, as if they had never been. */
static void clear(uint32_t low, uint32_t high)
{
    uintptr_t first = ((uintptr_t)&rt_drafts[low] + PAGE - 1) & ~(uintptr_t)(PAGE - 1);
    uintptr_t last = (uintptr_t)&rt_drafts[high] & ~(uintptr_t)(PAGE - 1);

    discard_planes(low, high - low);
    if (first < last)
        sys_discard(first, last - first);
    for (uint32_t d = low; d < high; d++)
        if ((uintptr_t)&rt_drafts[d] < first || (uintptr_t)&rt_drafts[d + 1] > last)
            rt_memset(&rt_drafts[d], 0, sizeof rt_drafts[d]);
}

void rt_draft_pool_trim(void)
{
    uint32_t low = 1, all = rt_drafts_end(), used = 0;

    for (uint32_t d = 1; d <= all; d++) {
        if (d < all && !rt_draft_is_used(d))
            continue;
        if (low < d)
            clear(low, d);
        if (d < all)
            used = d;
        low = d + 1;
    }
    sys_discard((uintptr_t)unused, sizeof *unused * RT_DRAFT_SLOTS);
    kept = 0;
    next = 1;
    end = used + 1;
}
