/*
 * Memory that Go's allocator hands out and takes back.
 *
 * Nobody but the allocator has a pointer to memory that is being allocated, so its shadow is
 * cleared without a look at who else might touch it. Memory that is swept only loses the clocks of
 * what stood in it: the rest goes when it is allocated again.
 */
#include "../access.h"
#include "../event.h"
#include "../filter.h"
#include "../shadow_map.h"
#include "../sync.h"
#include "goroutine.h"
#include "turn.h"

/* Beyond this the shadow's pages go back to the system. */
enum { CLEARED_BY_HAND = 128 << 10 };

static bool owns_nothing(uint64_t cell)
{
    return (cell & CORE_CELL(CORE_TAG, CORE_TAG)) == 0 || cell == CORE_CELL_DEAD;
}

static void clear_word(rt_addr a)
{
    uint64_t *p = rt_cell_p(a);
    uint64_t cell = __atomic_load_n(p, __ATOMIC_RELAXED);
    if (core_likely(!cell))
        return;
    uint64_t *q = rt_cell_q(a);
    if (core_unlikely(!owns_nothing(cell) || !owns_nothing(*q))) {
        core_shadow_store(&rt_shadow, p, q, 0); /* gives the record back */
        return;
    }
    __atomic_store_n(q, 0, __ATOMIC_RELAXED);
    __atomic_store_n(p, 0, __ATOMIC_RELAXED);
}

static void clear(rt_addr low, rt_addr high)
{
    if (high > low + CLEARED_BY_HAND)
        rt_shadow_forget(low, high - low);
    else
        for (rt_addr a = low; a < high; a += 8)
            clear_word(a);
}

RT_EXPORT void __tsan_map_shadow(rt_addr a, size_t bytes);
RT_EXPORT void __tsan_malloc(struct rt_thread *t, rt_pc pc, rt_addr a, size_t bytes);
RT_EXPORT void __tsan_free(rt_addr a, size_t bytes);
RT_EXPORT void __reprise_go_collected(void);
RT_EXPORT void __tsan_proc_create(void **proc);
RT_EXPORT void __tsan_proc_destroy(void *proc);

/* Data and bss once, then each piece that the heap grows by: most of it lies in our windows. */
void __tsan_map_shadow(rt_addr a, size_t bytes)
{
    if (rt_enabled && !rt_shadow_extend(a, bytes)) {
        rt_enabled = false;
        rt_say("no room for the shadow of memory at %p; races are not detected from here on",
               (void *)a);
    }
}

void __tsan_malloc(struct rt_thread *t, rt_pc pc, rt_addr a, size_t bytes)
{
    (void)t, (void)pc; /* always 0 */
    struct rt_tls *gate = rt_go_enter_shared();
    if (!gate)
        return;
    /* No two objects share a word under -race, but small ones stand at the end of theirs. */
    clear(a & ~7ull, (a + bytes + 7) & ~7ull);
    rt_go_memory_is_new(a, bytes);
    rt_go_leave_shared(gate);
}

void __tsan_free(rt_addr a, size_t bytes)
{
    struct rt_tls *gate = rt_go_enter_shared();
    if (!gate)
        return;
    rt_sync_forget(NULL, a, bytes);
    rt_go_leave_shared(gate);
}

/* Called by Go's edited collector when all that is alive is marked, before anything is swept; the
 * world is stopped. */
void __reprise_go_collected(void)
{
    rt_filters_void();
}

/* We need nothing of a P, but Go wants a pointer. */
void __tsan_proc_create(void **proc)
{
    static char any;
    *proc = &any;
}

void __tsan_proc_destroy(void *proc)
{
    (void)proc;
}
