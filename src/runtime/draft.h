/*
 * Whose a page of the program's memory is: nobody's yet, one thread's, which keeps a draft of it
 * (core/draft.h), or shared, and then the cells have what was done there. rt_page_of says it:
 *
 * - 0, untouched: its cells are 0. In a process with one thread that reads as "known".
 * - NOBODY: as untouched, but its cells may still say something, from before it had a draft or
 *   from a thread that used the memory while it was forgotten.
 * - window << 32 | draft << 8 | first: a draft of the thread with that window in the present epoch
 *   (struct rt_tls); first is its first token of that epoch. In any other epoch all tokens are old.
 * - BUSY: somebody is changing it, or writes the draft out: wait.
 * - SHARED: see the cells. It stays so until its memory is forgotten, or until a compaction finds
 *   nothing in them.
 *
 * A word changes by compare-and-swap. Threads other than the owner only take it to BUSY and on.
 *
 * The owner stores tokens without a lock, passes a fence, and looks at the word again: if it has
 * changed, the access may have been missed, and is made once more, in the cells. Who takes the page
 * away changes the word first (a compare-and-swap, so a fence) and then reads the draft. So either
 * the owner's second look finds the change, or its token is found in the plane.
 *
 * All this happens in a scope (hook.h). So a thread cannot be in the middle of a store when it
 * takes a draft for another page: a draft is used again only by the slot that had it.
 *
 * There are no drafts in Go programs, under a strategy, and where memory must be backed by a file.
 */
#ifndef REPRISE_RUNTIME_DRAFT_H
#define REPRISE_RUNTIME_DRAFT_H

#include "../core/compact.h"
#include "../core/draft.h"
#include "collect.h"
#include "draft_pool.h"
#include "rt.h"
#include "shadow_map.h"

#define RT_PAGE_SHARED (0xffffffffull << 32)
#define RT_PAGE_BUSY   (0xfffffffeull << 32)
#define RT_PAGE_NOBODY (0xfffffffcull << 32)
/* No epoch's window: for a draft that its owner has to come back to by a compare-and-swap. */
#define RT_PAGE_OLD 0xfffffffdu

enum { RT_PAGE_BITS = 12 };

/* mask: 0 where there are no drafts; then the only word is SHARED. Written by init. */
extern struct rt_pages {
    uint64_t *word;
    uintptr_t mask;
    uint8_t *w, *r; /* the planes */
} rt_pages RT_OURS;

CORE_INLINE uint64_t *rt_page_word(rt_addr a)
{
    return &rt_pages.word[(a >> RT_PAGE_BITS) & rt_pages.mask];
}

CORE_INLINE uint64_t rt_page_of(rt_addr a)
{
    /* acquire: the draft that it names is there */
    return __atomic_load_n(rt_page_word(a), __ATOMIC_ACQUIRE);
}

CORE_INLINE bool rt_page_is_draft(uint64_t page)
{
    return (uint32_t)page != 0;
}

CORE_INLINE uint8_t *rt_page_plane(uint64_t page, bool write)
{
    const unsigned shift = RT_PAGE_BITS - 8; /* from draft << 8 */
    uint8_t *planes = write ? rt_pages.w : rt_pages.r;
    return planes + ((uint64_t)((uint32_t)page & ~0xffu) << shift);
}

/* Is it the draft of this thread and epoch? */
CORE_INLINE bool rt_page_is_mine(uint64_t page, const volatile struct rt_tls *tls)
{
    return (uint32_t)(page >> 32) == tls->window;
}

/* The quick look at such a page: 1, 2, 4, 8 or 16 bytes. */
CORE_INLINE bool rt_page_knows(uint64_t page, rt_addr a, unsigned size, bool write)
{
    size_t offset = a & (CORE_DRAFT_PAGE - 1);
    const uint8_t *at = rt_page_plane(page, write) + offset;
    unsigned first = page & 0xff;

    if (size > 1 && core_unlikely(offset > CORE_DRAFT_PAGE - size)) /* goes on in the next page */
        return false;
    if (size == 16)
        return core_draft_current(core_draft_load(at, 8), 8, first) &&
               core_draft_current(core_draft_load(at + 8, 8), 8, first);
    return core_draft_current(core_draft_load(at, size), size, first);
}

typedef int rt_pages_fn(rt_addr low, rt_addr high, void *arg);

#if !RT_GO
/* After the strategy is known. Without drafts all is in the cells. */
void rt_drafts_init(void);
/* A plain access of 1, 2, 4 or 8 bytes, in a scope of t. True: that was it. False: its pages are
 * shared, and it is for their cells. */
bool rt_draft_access(struct rt_thread *t, rt_pc pc, rt_addr a, unsigned size, enum rt_kind kind);
/* The same of a range within one page. */
bool rt_draft_range(struct rt_thread *t, rt_pc pc, rt_addr a, size_t bytes, enum rt_kind kind,
                    unsigned site_size);
/* From now on the cells of these bytes are in use, and what a draft had is in them. In a scope. */
void rt_pages_share_slowly(rt_addr a, size_t bytes);
/* The same of a block that t frees. */
void rt_pages_share_freed(const struct rt_thread *t, rt_addr a, size_t bytes);
/* Whole pages whose cells are all 0 (or soon will be, before anybody uses that memory). */
void rt_pages_forget(rt_addr low, rt_addr high);
/* Are the cells of all these pages 0? False: perhaps. */
bool rt_pages_are_untouched(rt_addr low, rt_addr high);

/* World stopped. The stubs are for Go. */

/* Shows the pages of [low, high) whose cells may be in use, those that are side by side at once, to
 * fn, until it returns other than 0; which is returned, or -errno. handle: of sys_touched. */
int rt_pages_walk_used(rt_addr low, rt_addr high, int handle, rt_pages_fn *fn, void *arg);
/* The cells of this page are 0. */
void rt_page_emptied(rt_addr page);

void rt_drafts_compact(struct core_compact *c, enum rt_compact_step step); /* mark, move */
/* counts drafts by newest id >> shift; or forgets those that are older */
size_t rt_drafts_count(size_t *by_age, unsigned shift);
void rt_drafts_forget_older(core_id than);
void rt_drafts_reset(void);
/* Bytes that the planes have in memory. Any time. */
size_t rt_drafts_resident(void);
#else
static inline int rt_pages_walk_used(rt_addr low, rt_addr high, int handle, rt_pages_fn *fn,
                                     void *arg)
{
    (void)handle;
    return fn(low, high, arg);
}
static inline void rt_page_emptied(rt_addr page)
{
    (void)page;
}
static inline bool rt_pages_are_untouched(rt_addr low, rt_addr high)
{
    (void)low, (void)high;
    return false;
}
static inline void rt_pages_share_freed(const struct rt_thread *t, rt_addr a, size_t bytes)
{
    (void)t, (void)a, (void)bytes;
}
static inline void rt_pages_forget(rt_addr low, rt_addr high)
{
    (void)low, (void)high;
}
static inline void rt_drafts_compact(struct core_compact *c, enum rt_compact_step step)
{
    (void)c, (void)step;
}
static inline size_t rt_drafts_count(size_t *by_age, unsigned shift)
{
    (void)by_age, (void)shift;
    return 0;
}
static inline void rt_drafts_forget_older(core_id than)
{
    (void)than;
}
static inline void rt_drafts_reset(void) {}
static inline size_t rt_drafts_resident(void)
{
    return 0;
}
#endif

CORE_INLINE void rt_pages_share(rt_addr a, size_t bytes)
{
#if !RT_GO
    if (core_unlikely(rt_page_of(a) != RT_PAGE_SHARED) ||
        core_unlikely(rt_page_of(a + bytes - 1) != RT_PAGE_SHARED) || bytes > CORE_DRAFT_PAGE)
        rt_pages_share_slowly(a, bytes);
#else
    (void)a;
    (void)bytes;
#endif
}

#endif
