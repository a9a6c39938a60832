/*
 * The interface of managed runtimes (a JVM) that keep a heap of their own: blocks in one range
 * of addresses, moved by a collector while the world is stopped, and monitors named by address.
 *
 * Blocks are kept by java.c, because the collector asks for "the next block from here" and moves
 * whole stretches.
 */
#include "../java.h"
#include "../thread.h"
#include "scope.h"

typedef unsigned long jptr;

RT_EXPORT void __tsan_java_preinit(const char *libjvm_path)
{
    rt_init();
}

RT_EXPORT void __tsan_java_init(jptr heap_begin, jptr heap_size)
{
    ABI_SCOPE_BARE();
    if (t)
        rt_java_init(heap_begin, heap_size);
}

RT_EXPORT int __tsan_java_fini(void)
{
    return rt_finish(0);
}

RT_EXPORT void __tsan_java_alloc(jptr ptr, jptr size)
{
    ABI_SCOPE_BARE();
    if (t)
        rt_java_alloc(t, 0, ptr, size); /* the frames are the managed code's own */
}

RT_EXPORT void __tsan_java_free(jptr ptr, jptr size)
{
    ABI_SCOPE_BARE();
    if (t)
        rt_java_free(t, ptr, size);
}

RT_EXPORT void __tsan_java_move(jptr from, jptr to, jptr size)
{
    ABI_SCOPE_BARE();
    if (t)
        rt_java_move(t, from, to, size);
}

RT_EXPORT jptr __tsan_java_find(jptr *from, jptr to)
{
    ABI_SCOPE_BARE();
    rt_addr at = *from;
    size_t bytes = t ? rt_java_find(&at, to) : 0;
    *from = at;
    return bytes;
}

/* Finalizers run after everything that happened to the object, whoever did it: the collector
 * saw that nobody can reach it any more. Which threads those were is unknown, so it is all. */
static void acquire_from(struct rt_thread *other, void *t)
{
    struct rt_thread *self = t;
    if (other != self)
        /* relaxed: an id that is drawn right now may or may not count, as in time */
        core_clock_raise(&self->clock, other->slot,
                         __atomic_load_n(&other->next, __ATOMIC_RELAXED));
}

RT_EXPORT void __tsan_java_finalize(void)
{
    ABI_SCOPE_BARE();
    if (!t || t->ignore_sync)
        return;
    rt_thread_lock_all();
    rt_thread_for_each(acquire_from, t);
    rt_thread_unlock_all();
}

/* ---- monitors: exist without being created, and may be taken again by their owner ---- */

enum { MONITOR = RT_MUTEX_LINKER_INIT | RT_MUTEX_WRITE_REENTRANT };

RT_EXPORT void __tsan_java_mutex_lock(jptr addr)
{
    ABI_SCOPE_BARE();
    if (!t)
        return;
    rt_mutex_pre_lock(t, pc, addr, MONITOR);
    rt_mutex_lock(t, pc, addr, MONITOR, 1);
}

RT_EXPORT void __tsan_java_mutex_unlock(jptr addr)
{
    ABI_SCOPE_BARE();
    if (t)
        rt_mutex_unlock(t, pc, addr, 0);
}

RT_EXPORT void __tsan_java_mutex_read_lock(jptr addr)
{
    ABI_SCOPE_BARE();
    if (!t)
        return;
    rt_mutex_pre_read_lock(t, pc, addr, MONITOR);
    rt_mutex_read_lock(t, pc, addr, MONITOR);
}

RT_EXPORT void __tsan_java_mutex_read_unlock(jptr addr)
{
    ABI_SCOPE_BARE();
    if (t)
        rt_mutex_read_unlock(t, pc, addr);
}

/* wait() gives up all levels and takes them again. */
RT_EXPORT void __tsan_java_mutex_lock_rec(jptr addr, int levels)
{
    ABI_SCOPE_BARE();
    if (!t)
        return;
    rt_mutex_pre_lock(t, pc, addr, MONITOR);
    rt_mutex_lock(t, pc, addr, MONITOR | RT_MUTEX_RECURSIVE_LOCK, levels);
}

RT_EXPORT int __tsan_java_mutex_unlock_rec(jptr addr)
{
    ABI_SCOPE_BARE();
    return t ? rt_mutex_unlock(t, pc, addr, RT_MUTEX_RECURSIVE_UNLOCK) : 0;
}

/* ---- volatile variables ---- */

RT_EXPORT void __tsan_java_acquire(jptr addr)
{
    ABI_SCOPE_BARE();
    if (t)
        rt_acquire(t, addr);
}

RT_EXPORT void __tsan_java_release(jptr addr)
{
    ABI_SCOPE_BARE();
    if (t)
        rt_release(t, addr);
}

RT_EXPORT void __tsan_java_release_store(jptr addr)
{
    ABI_SCOPE_BARE();
    if (t)
        rt_release_store(t, addr);
}
