/*
 * Mappings: fresh memory has no history.
 *
 * mmap() counts as a write to the start of what it maps, as malloc() does for a block, so that
 * handing the memory to another thread without synchronisation is found. mprotect(), mlock() and
 * munlock() change nothing for us and are not hooked; mlockall() is answered without being done:
 * it would make the kernel fill all of the shadow.
 */
#include "../hook.h"
#include "../shadow_map.h"
#include <errno.h>
#include <stdarg.h>
#include <sys/mman.h>
#include <unistd.h>

enum { MARK_BYTES = 64 << 10, PAGE_BYTES = 4096 };

static void mapped(struct rt_thread *t, rt_pc pc, void *p, size_t bytes)
{
    bytes = (bytes + PAGE_BYTES - 1) & ~(size_t)(PAGE_BYTES - 1);
    if (!rt_shadow_covers((rt_addr)p, bytes) && !rt_shadow_extend((rt_addr)p, bytes))
        return;
    rt_forget_range((rt_addr)p, bytes);
    if (!t)
        return;
    rt_sync_forget(t, (rt_addr)p, bytes);
    if (rt_multi)
        rt_access_range(t, pc, (rt_addr)p, bytes < MARK_BYTES ? bytes : MARK_BYTES, RT_ALLOC);
}

/* Nonsense is left to the kernel to refuse. */
static bool is_range(rt_addr addr, size_t bytes)
{
    return bytes && addr % PAGE_BYTES == 0 && addr < RT_SPACE_MASK &&
           bytes <= RT_SPACE_MASK + 1 - addr;
}

static void unmapping(struct rt_thread *t, rt_addr addr, size_t bytes)
{
    if (!is_range(addr, bytes))
        return;
    rt_forget_range(addr, bytes);
    rt_sync_forget(t, addr, bytes);
}

/* A hint that points into the shadow is dropped; a demand is refused as if there were no room. */
static bool refused(void **addr, size_t bytes, int flags)
{
    if (!rt_ready || !*addr || !rt_shadow_conflicts((rt_addr)*addr, bytes))
        return false;
    if (flags & (MAP_FIXED | MAP_FIXED_NOREPLACE)) {
        errno = ENOMEM;
        return true;
    }
    *addr = NULL;
    return false;
}

typedef void *mmap_fn(void *, size_t, int, int, int, off_t);

static void *map(struct rt_thread *t, rt_pc pc, mmap_fn *real, void *addr, size_t bytes, int prot,
                 int flags, int fd, off_t offset)
{
    if (refused(&addr, bytes, flags))
        return MAP_FAILED;
    if (t && fd >= 0 && !(flags & MAP_ANONYMOUS))
        rt_fd_access(t, pc, fd);
    void *p = real(addr, bytes, prot, flags, fd, offset);
    if (p != MAP_FAILED && rt_ready)
        mapped(t, pc, p, bytes);
    return p;
}

RT_INTERCEPT(void *, mmap, (void *addr, size_t bytes, int prot, int flags, int fd, off_t offset))
{
    RT_SCOPE(mmap);
    return map(t, pc, RT_REAL(mmap), addr, bytes, prot, flags, fd, offset);
}

RT_INTERCEPT(void *, mmap64, (void *addr, size_t bytes, int prot, int flags, int fd, off_t offset))
{
    RT_SCOPE(mmap64);
    return map(t, pc, RT_REAL(mmap64), addr, bytes, prot, flags, fd, offset);
}

/* Forgotten before it is gone: afterwards it may be another thread's. */
RT_INTERCEPT(int, munmap, (void *addr, size_t bytes))
{
    RT_SCOPE(munmap);
    if (rt_ready && is_range((rt_addr)addr, bytes) && rt_shadow_conflicts((rt_addr)addr, bytes)) {
        errno = EINVAL;
        return -1;
    }
    if (t)
        unmapping(t, (rt_addr)addr, bytes);
    return RT_REAL(munmap)(addr, bytes);
}

/* What is moved has no history at its new place; what another thread mapped at the old one
 * meanwhile loses its own, which hides a race at worst. */
RT_INTERCEPT(void *, mremap, (void *old, size_t old_bytes, size_t bytes, int flags, ...))
{
    va_list ap;
    va_start(ap, flags);
    void *to = flags & MREMAP_FIXED ? va_arg(ap, void *) : NULL;
    va_end(ap);

    RT_SCOPE(mremap);
    if (refused(&to, bytes, MAP_FIXED))
        return MAP_FAILED;
    void *p = RT_REAL(mremap)(old, old_bytes, bytes, flags, to);
    if (p == MAP_FAILED || !rt_ready)
        return p;
    if (p != old) {
        if (t)
            unmapping(t, (rt_addr)old, old_bytes);
        mapped(t, pc, p, bytes);
    } else if (bytes > old_bytes) {
        size_t kept = (old_bytes + PAGE_BYTES - 1) & ~(size_t)(PAGE_BYTES - 1);
        if (bytes > kept)
            mapped(t, pc, (char *)p + kept, bytes - kept);
    }
    return p;
}

/* The break: malloc() moves it by itself; this is for programs that do it as well. What lies
 * above it may once have been a heap block. */
RT_INTERCEPT(void *, sbrk, (intptr_t by))
{
    RT_SCOPE(sbrk);
    void *p = RT_REAL(sbrk)(by);
    if (t && by > 0 && p != (void *)-1) {
        rt_forget_range((rt_addr)p, (size_t)by);
        rt_sync_forget(t, (rt_addr)p, (size_t)by);
    }
    return p;
}

RT_INTERCEPT(int, mlockall, (int flags))
{
    return 0;
}

RT_INTERCEPT(int, munlockall, (void))
{
    return 0;
}
