/*
 * Go's race ABI: what compiled code, the runtime and package sync call under -race.
 *
 * Specification: runtime/race.go, race_amd64.s and runtime/race of the Go distribution. An access
 * of the compiled code is told as one byte at its start; structs, arrays and copies as ranges.
 * Addresses outside of Go's heap, data and bss never come here. Function entry and exit come by
 * entry_amd64.S, atomics are in atomic.c, memory that comes and goes in memory.c.
 */
#include "../access.h"
#include "../filter.h"
#include "goroutine.h"
#include "turn.h"

/* ---- accesses ---- */

/* What was in a stack that moved may be in the heap now. */
static void heed_stack(struct rt_filter *f)
{
    const struct rt_go_g *g = rt_go_current_g();
    if (core_likely(f->stack == g->high))
        return;
    f->stack = g->high;
    rt_filter_empty(f);
}

/* Without a look at anything but cells and what is the goroutine's own. */
static bool known(struct rt_thread *t, rt_addr a, bool write)
{
    if (core_unlikely(!t || rt_strategy != CORE_STRATEGY_OS))
        return false;
    if (write && rt_known_written(&t->own, a, 1))
        return true;
    if (!t->filter)
        return false;
    heed_stack(t->filter);
    return rt_filter_knows_access(t->filter, a, 1, write);
}

static __attribute__((noinline)) void access_slow(struct rt_thread *t, rt_addr a, rt_pc pc,
                                                  enum rt_kind kind)
{
    if (known(t, a, kind & RT_KIND_WRITE_BIT) || !rt_go_enter(t))
        return;
    rt_go_access_point(t, pc, a, 1, kind);
    rt_access_plain(t, pc, a, 1, kind);
    rt_go_leave(t);
}

static __attribute__((noinline)) void range(struct rt_thread *t, rt_addr a, size_t bytes, rt_pc pc,
                                            enum rt_kind kind)
{
    if (!bytes || !rt_go_enter(t))
        return;
    if (t->filter)
        heed_stack(t->filter);
    rt_go_access_point(t, pc, a, bytes, kind);
    rt_access_words(t, pc, a, bytes, kind);
    rt_go_leave(t);
}

/* For the runtime itself: callpc is where the program called it, pc the function it is in. */
static void access_called(struct rt_thread *t, rt_addr a, rt_pc callpc, rt_pc pc, enum rt_kind kind)
{
    if (!t || rt_known(&t->own, a, 1, kind & RT_KIND_WRITE_BIT))
        return;
    if (callpc && t->frames)
        rt_go_frame_push(t, callpc);
    access_slow(t, a, pc, kind);
    if (callpc && t->frames)
        rt_go_frame_pop(t);
}

RT_EXPORT void __tsan_read(struct rt_thread *t, rt_addr a, rt_pc pc);
RT_EXPORT void __tsan_write(struct rt_thread *t, rt_addr a, rt_pc pc);
RT_EXPORT void __tsan_read_pc(struct rt_thread *t, rt_addr a, rt_pc callpc, rt_pc pc);
RT_EXPORT void __tsan_write_pc(struct rt_thread *t, rt_addr a, rt_pc callpc, rt_pc pc);
RT_EXPORT void __tsan_read_range(struct rt_thread *t, rt_addr a, size_t bytes, rt_pc pc);
RT_EXPORT void __tsan_write_range(struct rt_thread *t, rt_addr a, size_t bytes, rt_pc pc);

void __tsan_read(struct rt_thread *t, rt_addr a, rt_pc pc)
{
    if (core_likely(t && rt_known(&t->own, a, 1, false)))
        return;
    access_slow(t, a, pc, RT_READ);
}

void __tsan_write(struct rt_thread *t, rt_addr a, rt_pc pc)
{
    if (core_likely(t && rt_known(&t->own, a, 1, true)))
        return;
    access_slow(t, a, pc, RT_WRITE);
}

void __tsan_read_pc(struct rt_thread *t, rt_addr a, rt_pc callpc, rt_pc pc)
{
    access_called(t, a, callpc, pc, RT_READ);
}

void __tsan_write_pc(struct rt_thread *t, rt_addr a, rt_pc callpc, rt_pc pc)
{
    access_called(t, a, callpc, pc, RT_WRITE);
}

void __tsan_read_range(struct rt_thread *t, rt_addr a, size_t bytes, rt_pc pc)
{
    range(t, a, bytes, pc, RT_READ);
}

void __tsan_write_range(struct rt_thread *t, rt_addr a, size_t bytes, rt_pc pc)
{
    range(t, a, bytes, pc, RT_WRITE);
}

/* ---- synchronisation; the goroutine may be one that is parked ---- */

#define SYNC(name, event)                                                                          \
    RT_EXPORT void name(struct rt_thread *t, rt_addr a);                                           \
    void name(struct rt_thread *t, rt_addr a)                                                      \
    {                                                                                              \
        if (!rt_go_enter(t))                                                                       \
            return;                                                                                \
        event(t, a);                                                                               \
        rt_go_leave(t);                                                                            \
    }

SYNC(__tsan_acquire, rt_acquire)
SYNC(__tsan_release, rt_release_store)
SYNC(__tsan_release_merge, rt_release)
SYNC(__tsan_release_acquire, rt_release_acquire)

RT_EXPORT void __tsan_go_ignore_sync_begin(struct rt_thread *t);
RT_EXPORT void __tsan_go_ignore_sync_end(struct rt_thread *t);

void __tsan_go_ignore_sync_begin(struct rt_thread *t)
{
    if (t)
        t->ignore_sync++;
}

void __tsan_go_ignore_sync_end(struct rt_thread *t)
{
    if (t)
        t->ignore_sync--;
}
