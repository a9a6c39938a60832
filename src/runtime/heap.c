#include "heap.h"
#include "../core/block.h"
#include "access.h"
#include "draft.h"
#include "event.h"
#include "filter.h"
#include "shadow_map.h"
#include "stack.h"
#include "sys/sys.h"
#include <errno.h>

/*
 * Live blocks, in two tables: small ones by the 64-byte line they start in, so that the block
 * around an address is found by looking at the lines below it; large ones in a table that is
 * searched whole. Only reports search; malloc and free look up a start.
 */
enum {
    SMALL_MAX = 4096,
    LINE_BITS = 6,
    FAR_BITS = 26,
    SMALL_BUCKETS = 1 << 20,
    LARGE_BUCKETS = 1 << 12,
    LOCKS = 1 << 10,
    PAGE = CORE_DRAFT_PAGE,
    DRAFT_MIN = 6 * PAGE,    /* of larger new blocks, whole pages are for a draft */
    MARK_MAX = 64 << 10,     /* larger new blocks start as never accessed */
    WHOLE_MAX = 1 << 20,     /* of larger freed blocks, only touched pages are marked */
    LATELY = 16,             /* large freed blocks of which the shadow is kept, */
    LATELY_BYTES = 16 << 20, /* at most; one in any case */
};

struct block {
    struct block *chain;
    rt_addr start;
    size_t bytes;
    rt_stack stack;
    uint32_t thread : 24, tag : 8;
};

struct table {
    struct block **buckets;
    uint32_t mask;
};

static struct table small_blocks, large_blocks;
static core_lock locks[LOCKS]; /* by bucket & (LOCKS - 1), the same for both tables */

int rt_heap_init(void)
{
    small_blocks.buckets = sys_reserve("blocks", sizeof(struct block *) * SMALL_BUCKETS);
    small_blocks.mask = SMALL_BUCKETS - 1;
    large_blocks.buckets = sys_reserve("blocks", sizeof(struct block *) * LARGE_BUCKETS);
    large_blocks.mask = LARGE_BUCKETS - 1;
    return small_blocks.buckets && large_blocks.buckets ? 0 : -ENOMEM;
}

/* Blocks beside each other are in buckets beside each other: so of the tables only as much is
 * touched as the heap is large. Heaps that are far apart must not fall on the same buckets. */
static uint32_t bucket_of(const struct table *tab, rt_addr start)
{
    return (uint32_t)((start >> LINE_BITS) + (core_mix(start >> FAR_BITS) >> 32)) & tab->mask;
}

static void insert(struct table *tab, struct block *b)
{
    uint32_t i = bucket_of(tab, b->start);
    core_lock_acquire(&locks[i & (LOCKS - 1)]);
    b->chain = tab->buckets[i];
    tab->buckets[i] = b;
    core_lock_release(&locks[i & (LOCKS - 1)]);
}

static struct block *take(struct table *tab, rt_addr start)
{
    uint32_t i = bucket_of(tab, start);
    core_lock_acquire(&locks[i & (LOCKS - 1)]);
    struct block **at = &tab->buckets[i], *b;
    while ((b = *at) && b->start != start)
        at = &b->chain;
    if (b)
        *at = b->chain;
    core_lock_release(&locks[i & (LOCKS - 1)]);
    return b;
}

/* ---- malloc and free ---- */

/* free() marks whole words: the last one of a block of odd size must be forgotten with it. */
static size_t whole_words(size_t bytes)
{
    return (bytes + 7) & ~(size_t)7;
}

/* [low, high): as written by malloc(), whatever was there before. */
static void mark_words(struct rt_thread *t, rt_pc pc, rt_addr low, rt_addr high)
{
    if (low == high)
        return;
    core_id id = rt_event_id(t, pc, RT_ALLOC, 0, 0);
    size_t words = ((low & 7) + (high - low) + 7) / 8;
    rt_filter_empty(t->filter);
    rt_pages_share(low, high - low);
    if (core_likely(id))
        core_block_store(&rt_shadow, rt_cell_p(low), rt_cell_q(low), words, id);
    else
        rt_shadow_forget(low, whole_words(high - low));
}

static void mark_new(struct rt_thread *t, rt_pc pc, rt_addr start, size_t bytes)
{
    if (!rt_multi || !bytes || !rt_shadow_covers(start, bytes))
        return;
    if (bytes > WHOLE_MAX) {
        rt_shadow_forget(start, whole_words(bytes));
        return;
    }
    if (bytes > MARK_MAX || t->ignore_writes) {
        rt_shadow_wipe(start, whole_words(bytes));
        return;
    }
    rt_addr end = start + whole_words(bytes), low = end, high = end;
    if (bytes >= DRAFT_MIN) { /* its pages are for the draft of t */
        low = (start + PAGE - 1) & ~(rt_addr)(PAGE - 1);
        high = end & ~(rt_addr)(PAGE - 1);
        rt_shadow_wipe(low, high - low);
        rt_access_words(t, pc, low, high - low, RT_ALLOC);
    }
    mark_words(t, pc, start, low);
    mark_words(t, pc, high, end);
}

void rt_heap_alloc(struct rt_thread *t, rt_pc pc, void *p, size_t bytes)
{
    if (!p)
        return;
    struct block *b = core_alloc(sizeof *b);
    *b = (struct block){NULL, (rt_addr)p, bytes, rt_stack_capture(t, pc), t->uid, 0};
    mark_new(t, pc, (rt_addr)p, bytes); /* before anybody can find the block */
    insert(bytes <= SMALL_MAX ? &small_blocks : &large_blocks, b);
}

/* Pages of shadow that nobody has touched stay so: a page of it is for a page of the block. */
static void mark_freed_touched(struct rt_thread *t, rt_pc pc, rt_addr start, size_t bytes)
{
    enum { BATCH = 128 };
    unsigned char resident[BATCH];
    rt_addr end = start + bytes;
    for (rt_addr page = start & ~(rt_addr)(PAGE - 1); page < end; page += BATCH * PAGE) {
        rt_addr high = page + BATCH * PAGE < end ? page + BATCH * PAGE : end;
        if (sys_resident((uintptr_t)rt_cell_p(page), high - page, resident))
            continue;
        for (rt_addr a = page; a < high; a += PAGE) {
            rt_addr from = a > start ? a : start, to = a + PAGE < end ? a + PAGE : end;
            if (resident[(a - page) / PAGE] & 1 || rt_page_is_draft(rt_page_of(a)))
                rt_access_free(t, pc, from, to - from);
        }
    }
}

/*
 * Large freed blocks of late, the oldest first. An allocator gives such a block back to the system,
 * and then its shadow can go, too: nothing is there that could be used after free. But only when
 * some others were freed after it, so that a use soon after the free is still reported as one.
 */
static struct lately {
    rt_addr start;
    size_t bytes;
} lately[LATELY];
static unsigned nlately;
static size_t lately_bytes;
static core_lock lately_lock;

static struct lately oldest_out(void)
{
    struct lately out = lately[0];
    nlately--;
    for (unsigned i = 0; i < nlately; i++)
        lately[i] = lately[i + 1];
    lately_bytes -= out.bytes;
    return out;
}

/* The shadow of an address that nobody has: and nobody gets it while we look. */
static void forget_if_unmapped(const struct lately *b)
{
    uintptr_t low = (b->start + 4095) & ~(uintptr_t)4095;
    uintptr_t high = (b->start + b->bytes) & ~(uintptr_t)4095;
    if (low < high && !sys_claim(low, high - low)) {
        rt_shadow_forget(low, high - low);
        sys_unmap((void *)low, high - low);
    }
}

static void freed_large(rt_addr start, size_t bytes)
{
    struct lately out[LATELY];
    unsigned n = 0;
    core_lock_acquire(&lately_lock);
    while (nlately == LATELY || (nlately && lately_bytes > LATELY_BYTES))
        out[n++] = oldest_out();
    lately[nlately++] = (struct lately){start, bytes};
    lately_bytes += bytes;
    core_lock_release(&lately_lock);
    while (n > 0)
        forget_if_unmapped(&out[--n]);
}

static void mark_freed(struct rt_thread *t, rt_pc pc, rt_addr start, size_t bytes)
{
    if (bytes <= WHOLE_MAX)
        rt_access_free(t, pc, start, bytes);
    else
        mark_freed_touched(t, pc, start, bytes);
    if (bytes > MARK_MAX && !t->ignore_writes) {
        if (bytes > WHOLE_MAX)
            rt_shadow_drop_halves(start, bytes);
        freed_large(start, bytes);
    }
}

void rt_heap_free(struct rt_thread *t, rt_pc pc, void *p)
{
    struct block *b = take(&small_blocks, (rt_addr)p);
    if (!b)
        b = take(&large_blocks, (rt_addr)p);
    if (!b) { /* never seen, or freed already: then this is a second free, or a racing one */
        rt_access(t, pc, (rt_addr)p, 8, RT_FREE);
        return;
    }
    if (rt_multi)
        mark_freed(t, pc, b->start, b->bytes);
    rt_sync_forget(t, b->start, b->bytes);
    core_free(b, sizeof *b);
}

void rt_heap_forget(void *p, size_t bytes)
{
    if (core_unlikely(!small_blocks.buckets || !large_blocks.buckets)) /* detection is off */
        return;
    struct block *b = take(&small_blocks, (rt_addr)p);
    if (!b)
        b = take(&large_blocks, (rt_addr)p);
    if (b) {
        rt_sync_forget(NULL, b->start, b->bytes);
        core_free(b, sizeof *b);
    }
    if (bytes && rt_multi)
        rt_forget_range((rt_addr)p, whole_words(bytes));
}

/* ---- look-ups ---- */

static bool block_at(struct table *tab, rt_addr start, struct rt_block *out)
{
    uint32_t i = bucket_of(tab, start);
    core_lock_acquire(&locks[i & (LOCKS - 1)]);
    struct block *b = tab->buckets[i];
    while (b && b->start != start)
        b = b->chain;
    if (b)
        *out = (struct rt_block){b->start, b->bytes, b->stack, b->thread, b->tag};
    core_lock_release(&locks[i & (LOCKS - 1)]);
    return b != NULL;
}

bool rt_heap_at(rt_addr start, struct rt_block *out)
{
    return block_at(&small_blocks, start, out) || block_at(&large_blocks, start, out);
}

/* The block in this bucket that contains addr; its lock is held on success. */
static struct block *search(struct table *tab, uint32_t i, rt_addr addr)
{
    core_lock_acquire(&locks[i & (LOCKS - 1)]);
    for (struct block *b = tab->buckets[i]; b; b = b->chain)
        if (b->start <= addr && (addr - b->start < b->bytes || addr == b->start))
            return b;
    core_lock_release(&locks[i & (LOCKS - 1)]);
    return NULL;
}

static struct block *find(rt_addr addr, uint32_t *bucket)
{
    struct block *b;
    for (rt_addr below = 0; below <= SMALL_MAX && below <= addr; below += 1 << LINE_BITS) {
        *bucket = bucket_of(&small_blocks, addr - below);
        if ((b = search(&small_blocks, *bucket, addr)))
            return b;
    }
    for (*bucket = 0; *bucket <= large_blocks.mask; ++*bucket)
        if ((b = search(&large_blocks, *bucket, addr)))
            return b;
    return NULL;
}

bool rt_heap_find(rt_addr addr, struct rt_block *out)
{
    uint32_t bucket;
    struct block *b = small_blocks.buckets ? find(addr, &bucket) : NULL;
    if (!b)
        return false;
    *out = (struct rt_block){b->start, b->bytes, b->stack, b->thread, b->tag};
    core_lock_release(&locks[bucket & (LOCKS - 1)]);
    return true;
}

void rt_heap_set_tag(rt_addr addr, uint32_t tag)
{
    uint32_t bucket;
    struct block *b = find(addr, &bucket);
    if (!b)
        return;
    b->tag = tag;
    core_lock_release(&locks[bucket & (LOCKS - 1)]);
}

void rt_heap_lock_all(void)
{
    for (int i = 0; i < LOCKS; i++)
        core_lock_acquire(&locks[i]);
    core_lock_acquire(&lately_lock);
}

void rt_heap_unlock_all(void)
{
    core_lock_release(&lately_lock);
    for (int i = 0; i < LOCKS; i++)
        core_lock_release(&locks[i]);
}
