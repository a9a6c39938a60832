/*
 * The runtime's own memory: core_alloc and core_free over anonymous mappings.
 *
 * Sizes are rounded up to classes; a class has a list of free pieces and cuts new ones from a
 * slab. Pieces go back to their class, slabs are kept. Large requests are mappings of their
 * own. When the system has no more memory, detection ends, one line says so, and a small
 * reserve lets the calls under way finish.
 */
#include "arena.h"
#include "format.h"
#include "rt.h"
#include "sys/sys.h"

enum {
    CLASSES = 48,
    LARGE = 32 << 10,
    SLAB = 256 << 10,
    RESERVE = 1 << 20,
};

struct piece {
    struct piece *next;
};

struct class
{
    core_lock lock;
    struct piece *free;
    char *slab, *slab_end;
};

static struct class classes[CLASSES];
static char reserve[RESERVE] __attribute__((aligned(16)));
static size_t reserve_used;
static size_t bytes_mapped; /* relaxed: a statistic */

/* 16-byte steps to 256, then four classes an octave. */
static unsigned class_of(size_t bytes, size_t *rounded)
{
    if (bytes <= 256) {
        unsigned c = bytes ? (unsigned)((bytes - 1) / 16) : 0;
        *rounded = (c + 1) * 16;
        return c;
    }
    unsigned octave = 63 - (unsigned)__builtin_clzll(bytes - 1);
    size_t step = (size_t)1 << (octave - 2);
    unsigned quarter = (unsigned)((bytes - 1 - ((size_t)1 << octave)) / step);
    *rounded = ((size_t)1 << octave) + (quarter + 1) * step;
    return 16 + (octave - 8) * 4 + quarter;
}

RT_COLD void rt_out_of_memory(void)
{
    if (__atomic_exchange_n(&rt_enabled, false, __ATOMIC_RELAXED))
        rt_say("out of memory: race detection stops here; findings made so far stand");
}

static RT_COLD void *exhausted(size_t bytes)
{
    rt_out_of_memory();
    size_t at = __atomic_fetch_add(&reserve_used, (bytes + 15) & ~(size_t)15, __ATOMIC_RELAXED);
    if (at + bytes > RESERVE)
        rt_die("out of memory");
    return reserve + at;
}

static void *map(size_t bytes)
{
    void *p = sys_map(bytes);
    if (p)
        __atomic_fetch_add(&bytes_mapped, bytes, __ATOMIC_RELAXED);
    return p;
}

static void *cut(struct class *c, size_t bytes)
{
    if ((size_t)(c->slab_end - c->slab) < bytes) {
        char *slab = map(SLAB);
        if (!slab)
            return NULL;
        c->slab = slab;
        c->slab_end = slab + SLAB;
    }
    void *p = c->slab;
    c->slab += bytes;
    return p;
}

void *core_alloc(size_t bytes)
{
    if (core_unlikely(bytes > LARGE)) {
        void *p = map((bytes + 4095) & ~(size_t)4095);
        return p ? p : exhausted(bytes);
    }
    size_t rounded;
    struct class *c = &classes[class_of(bytes, &rounded)];
    core_lock_acquire(&c->lock);
    struct piece *p = c->free;
    bool used_before = p != NULL;
    if (p)
        c->free = p->next;
    else
        p = cut(c, rounded);
    core_lock_release(&c->lock);
    if (core_unlikely(!p))
        return exhausted(bytes);
    if (used_before)
        rt_memset(p, 0, rounded);
    return p;
}

void core_free(void *p, size_t bytes)
{
    if ((char *)p >= reserve && (char *)p < reserve + RESERVE)
        return;
    if (core_unlikely(bytes > LARGE)) {
        size_t whole = (bytes + 4095) & ~(size_t)4095;
        sys_unmap(p, whole);
        __atomic_fetch_sub(&bytes_mapped, whole, __ATOMIC_RELAXED);
        return;
    }
    size_t rounded;
    struct class *c = &classes[class_of(bytes, &rounded)];
    core_lock_acquire(&c->lock);
    struct piece *piece = p;
    piece->next = c->free;
    c->free = piece;
    core_lock_release(&c->lock);
}

void core_relax(unsigned spins)
{
    enum { BEFORE_YIELD = 64 };
    if (spins < BEFORE_YIELD)
        __builtin_ia32_pause();
    else
        sys_yield(); /* the holder may be waiting for this processor */
}

size_t rt_arena_bytes(void)
{
    size_t bytes = __atomic_load_n(&bytes_mapped, __ATOMIC_RELAXED);
    for (int i = 0; i < CLASSES; i++) {
        core_lock_acquire(&classes[i].lock);
        bytes -= (size_t)(classes[i].slab_end - classes[i].slab);
        core_lock_release(&classes[i].lock);
    }
    return bytes;
}

void rt_arena_lock_all(void)
{
    for (int i = 0; i < CLASSES; i++)
        core_lock_acquire(&classes[i].lock);
}

void rt_arena_unlock_all(void)
{
    for (int i = 0; i < CLASSES; i++)
        core_lock_release(&classes[i].lock);
}
