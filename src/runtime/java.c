#include "java.h"

#include "stack.h"
#include "sync.h"

enum { GRANULE = 8, PAGE_GRANULES = 512, PAGE_BYTES = GRANULE * PAGE_GRANULES };

struct block {
    size_t bytes; /* 0: no block starts here */
    rt_stack stack;
    uint32_t thread;
};

static core_lock lock;              /* guards the pages and what is in them */
static rt_addr heap_low, heap_high; /* written once, before the first block */
static struct block **pages;

void rt_java_init(rt_addr low, size_t bytes)
{
    if (pages || !low || low % GRANULE || low + bytes <= low)
        return;
    pages = core_alloc((bytes / PAGE_BYTES + 1) * sizeof *pages);
    heap_low = low;
    heap_high = low + bytes;
}

/* ---- slots of addresses; under lock ---- */

static bool in_heap(rt_addr addr)
{
    return heap_low <= addr && addr < heap_high;
}

static struct block **page_of(rt_addr addr)
{
    return &pages[(addr - heap_low) / PAGE_BYTES];
}

/* The slot of an address of the heap, NULL when its page has none. */
static struct block *slot_of(rt_addr addr)
{
    struct block *page = *page_of(addr);
    return page ? &page[(addr - heap_low) / GRANULE % PAGE_GRANULES] : NULL;
}

static struct block *make_slot(rt_addr addr)
{
    if (!*page_of(addr))
        *page_of(addr) = core_alloc(PAGE_GRANULES * sizeof(struct block));
    return slot_of(addr);
}

/* The next block's slot at or after *at and below high, and *at is its address; or NULL. */
static struct block *next_block(rt_addr *at, rt_addr high)
{
    rt_addr a = (*at + GRANULE - 1) & ~(rt_addr)(GRANULE - 1);
    if (a < heap_low)
        a = heap_low;
    if (high > heap_high)
        high = heap_high;
    while (a < high) {
        struct block *b = slot_of(a);
        if (b && b->bytes) {
            *at = a;
            return b;
        }
        a = b ? a + GRANULE : heap_low + ((a - heap_low) / PAGE_BYTES + 1) * PAGE_BYTES;
    }
    return NULL;
}

/* ---- interface ---- */

void rt_java_alloc(struct rt_thread *t, rt_pc pc, rt_addr start, size_t bytes)
{
    rt_stack stack = rt_stack_capture(t, pc);
    rt_forget_range(start, bytes); /* the collector reuses memory without telling */
    core_lock_acquire(&lock);
    if (in_heap(start))
        *make_slot(start) = (struct block){bytes, stack, t->uid};
    core_lock_release(&lock);
}

void rt_java_free(struct rt_thread *t, rt_addr low, size_t bytes)
{
    core_lock_acquire(&lock);
    rt_addr at = low;
    for (struct block *b; (b = next_block(&at, low + bytes)); at += GRANULE)
        b->bytes = 0;
    core_lock_release(&lock);
    rt_sync_forget(t, low, bytes);
    rt_forget_range(low, bytes);
}

/* From the end that is overwritten last, so that an overlap does no harm. */
static void move_blocks(rt_addr from, rt_addr to, size_t bytes)
{
    bool down = to < from;
    for (size_t done = 0; done < bytes; done += GRANULE) {
        size_t offset = down ? done : bytes - GRANULE - done;
        if (!in_heap(from + offset) || !in_heap(to + offset))
            continue;
        struct block *source = slot_of(from + offset);
        struct block moved = source ? *source : (struct block){0};
        if (source)
            source->bytes = 0;
        struct block *target = moved.bytes ? make_slot(to + offset) : slot_of(to + offset);
        if (target)
            *target = moved;
    }
}

void rt_java_move(struct rt_thread *t, rt_addr from, rt_addr to, size_t bytes)
{
    core_lock_acquire(&lock);
    if (pages)
        move_blocks(from, to, bytes);
    core_lock_release(&lock);
    rt_sync_move(t, from, to, bytes);
    rt_forget_range(from, bytes);
    rt_forget_range(to, bytes);
}

size_t rt_java_find(rt_addr *at, rt_addr high)
{
    size_t bytes = 0;
    core_lock_acquire(&lock);
    if (pages) {
        const struct block *b = next_block(at, high);
        bytes = b ? b->bytes : 0;
    }
    core_lock_release(&lock);
    return bytes;
}

bool rt_java_block_at(rt_addr addr, struct rt_block *out)
{
    bool found = false;
    if (!in_heap(addr))
        return false;
    core_lock_acquire(&lock);
    for (rt_addr a = (addr - heap_low) / GRANULE * GRANULE + heap_low;;) {
        const struct block *b = slot_of(a);
        if (b && b->bytes) {
            found = addr - a < b->bytes;
            *out = (struct rt_block){a, b->bytes, b->stack, b->thread, 0};
            break;
        }
        rt_addr page = heap_low + (a - heap_low) / PAGE_BYTES * PAGE_BYTES;
        if (!b)
            a = page; /* nothing in the whole page */
        if (a == heap_low)
            break;
        a -= GRANULE;
    }
    core_lock_release(&lock);
    return found;
}
