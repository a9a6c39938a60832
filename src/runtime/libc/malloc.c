/*
 * malloc() and its family.
 *
 * A block's life: the real allocation, then ALLOC (a first write after all that happened to the
 * memory before); FREE (a write to the whole block), then the real free. The order matters: what
 * is free may be another thread's block before free() returns, so its end must be known first.
 * realloc() is the end of one block and the start of another for the same reason, even when it
 * stays in place; when the real one fails, the block is made known again.
 *
 * To find the real functions we ask the dynamic linker, which may allocate. What it gets then
 * comes from a small buffer and stays there.
 */
#include "../format.h"
#include "../heap.h"
#include "../memory_limits.h"
#include "../options.h"
#include "../signals.h"
#include "allocator.h"
#include <errno.h>
#include <malloc.h>
#include <stdlib.h>

/* ---- what all of them do ---- */

struct rt_thread *rt_allocator_enter(struct rt_scope *s, rt_pc caller)
{
    struct rt_thread *t = rt_self();
    if (t && t->in_allocator) {
        *s = (struct rt_scope){0};
        return NULL;
    }
    return rt_scope_enter_nested(s, caller);
}

enum { HOOKS = 5 };
static struct {
    rt_malloc_hook on_malloc;
    rt_free_hook on_free;
} hooks[HOOKS];
static int nhooks; /* release: the pair below is written */

int rt_allocator_add_hooks(rt_malloc_hook on_malloc, rt_free_hook on_free)
{
    if (nhooks == HOOKS || (!on_malloc && !on_free))
        return 0;
    hooks[nhooks].on_malloc = on_malloc;
    hooks[nhooks].on_free = on_free;
    __atomic_store_n(&nhooks, nhooks + 1, __ATOMIC_RELEASE);
    return nhooks;
}

static RT_COLD void call_malloc_hooks(struct rt_thread *t, void *p, size_t bytes, int n)
{
    for (int i = 0; i < n; i++)
        if (hooks[i].on_malloc)
            RT_BLOCKING(hooks[i].on_malloc(p, bytes));
}

static RT_COLD void call_free_hooks(struct rt_thread *t, void *p, int n)
{
    for (int i = 0; i < n; i++)
        if (hooks[i].on_free)
            RT_BLOCKING(hooks[i].on_free(p));
}

void *rt_allocated(struct rt_thread *t, rt_pc pc, void *p, size_t bytes)
{
    if (!p)
        return NULL;
    rt_heap_alloc(t, pc, p, bytes);
    if (core_unlikely(t->in_handler))
        rt_check_signal_unsafe(t, pc);
    int n = __atomic_load_n(&nhooks, __ATOMIC_ACQUIRE);
    if (core_unlikely(n))
        call_malloc_hooks(t, p, bytes, n);
    return p;
}

/* By a thread that nobody told us of. The block may be handed to one that we know. */
void *rt_allocated_unseen(void *p, size_t bytes)
{
    struct rt_thread *t = rt_self();
    if (p && rt_ready && !(t && t->in_allocator))
        rt_heap_forget(p, bytes);
    return p;
}

void rt_freeing(struct rt_thread *t, rt_pc pc, void *p)
{
    if (!t) {
        struct rt_thread *self = rt_self();
        if (rt_ready && !(self && self->in_allocator))
            rt_heap_forget(p, 0);
        return;
    }
    int n = __atomic_load_n(&nhooks, __ATOMIC_ACQUIRE);
    if (core_unlikely(n))
        call_free_hooks(t, p, n);
    if (core_unlikely(t->in_handler))
        rt_check_signal_unsafe(t, pc);
    rt_heap_free(t, pc, p);
}

bool rt_allocation_refused(size_t bytes)
{
    size_t limit = rt_options.max_allocation_size_mb
                       ? (size_t)rt_options.max_allocation_size_mb << 20
                       : (size_t)1 << 40;

    bool full = __atomic_load_n(&rt_limits_refuse, __ATOMIC_RELAXED);

    if (core_likely(bytes <= limit && !full) || !rt_ready)
        return false;
    if (full && !rt_options.allocator_may_return_null)
        rt_die("the process has more memory than soft_rss_limit_mb=%d; "
               "allocator_may_return_null=1 lets the program have NULL instead",
               rt_options.soft_rss_limit_mb);
    if (!rt_options.allocator_may_return_null)
        rt_die("requested allocation size 0x%zx exceeds maximum supported size of 0x%zx; "
               "allocator_may_return_null=1 lets the program have NULL instead",
               bytes, limit);
    errno = ENOMEM;
    return true;
}

/* ---- before the real functions are known ---- */

static char early[1 << 14] __attribute__((aligned(16)));
static size_t early_used;

static bool is_early(const void *p)
{
    return (const char *)p >= early && (const char *)p < early + sizeof(early);
}

/* The size is kept before the block. */
static void *early_alloc(size_t alignment, size_t bytes)
{
    size_t at, next;
    if (alignment < 16)
        alignment = 16;
    do {
        at = __atomic_load_n(&early_used, __ATOMIC_RELAXED);
        next = (at + sizeof(size_t) + alignment - 1) & ~(alignment - 1);
        if (bytes > sizeof(early) || next + bytes > sizeof(early))
            return NULL;
    } while (!__atomic_compare_exchange_n(&early_used, &at, next + bytes, false, __ATOMIC_RELAXED,
                                          __ATOMIC_RELAXED));
    ((size_t *)(early + next))[-1] = bytes;
    return early + next;
}

static size_t early_size(const void *p)
{
    return ((const size_t *)p)[-1];
}

static bool known; /* the real functions */

static bool find_real(void);

static inline bool have_real(void)
{
    return core_likely(known) || find_real();
}

/* ---- the hooks ---- */

RT_INTERCEPT(void *, malloc, (size_t bytes))
{
    if (!have_real())
        return early_alloc(0, bytes);
    RT_ALLOCATOR_SCOPE(malloc);
    if (!t)
        return rt_allocated_unseen(RT_REAL(malloc)(bytes), bytes);
    if (rt_allocation_refused(bytes))
        return NULL;
    void *p;
    RT_ALLOCATOR(t, p = RT_REAL(malloc)(bytes));
    return rt_allocated(t, pc, p, bytes);
}

RT_INTERCEPT(void *, calloc, (size_t n, size_t size))
{
    size_t bytes;
    if (__builtin_mul_overflow(n, size, &bytes))
        bytes = SIZE_MAX;
    if (!have_real())
        return early_alloc(0, bytes); /* fresh */
    RT_ALLOCATOR_SCOPE(calloc);
    if (!t)
        return rt_allocated_unseen(RT_REAL(calloc)(n, size), bytes);
    if (rt_allocation_refused(bytes))
        return NULL;
    void *p;
    RT_ALLOCATOR(t, p = RT_REAL(calloc)(n, size));
    return rt_allocated(t, pc, p, bytes);
}

static void free_from(struct rt_thread *t, rt_pc pc, void *p, void (*real)(void *))
{
    rt_freeing(t, pc, p);
    if (t)
        RT_ALLOCATOR(t, real(p));
    else
        real(p);
}

RT_INTERCEPT(void, free, (void *p))
{
    if (!p || is_early(p) || !have_real())
        return;
    RT_ALLOCATOR_SCOPE(free);
    free_from(t, pc, p, RT_REAL(free));
}

RT_INTERCEPT(void, cfree, (void *p))
{
    if (!p || is_early(p) || !have_real())
        return;
    RT_ALLOCATOR_SCOPE(cfree);
    free_from(t, pc, p, RT_REAL(free));
}

/* malloc, copy, free, for a block of the early buffer. */
static void *realloc_early(void *p, size_t bytes)
{
    void *q = malloc(bytes);
    if (q && p)
        rt_memcpy(q, p, bytes < early_size(p) ? bytes : early_size(p));
    return q;
}

static void *realloc_from(struct rt_thread *t, rt_pc pc, void *p, size_t bytes,
                          void *(*real)(void *, size_t))
{
    struct rt_block old;
    bool was_known = false;
    void *q;

    if (rt_allocation_refused(bytes))
        return NULL;
    if (p) {
        was_known = rt_heap_at((rt_addr)p, &old);
        rt_freeing(t, pc, p);
    }
    RT_ALLOCATOR(t, q = real(p, bytes));
    if (!q && bytes && was_known) /* it failed, p is still there */
        rt_allocated(t, pc, p, old.bytes);
    return rt_allocated(t, pc, q, bytes);
}

RT_INTERCEPT(void *, realloc, (void *p, size_t bytes))
{
    if (!have_real() || is_early(p))
        return realloc_early(p, bytes);
    RT_ALLOCATOR_SCOPE(realloc);
    if (t)
        return realloc_from(t, pc, p, bytes, RT_REAL(realloc));
    if (p)
        rt_freeing(NULL, 0, p);
    return rt_allocated_unseen(RT_REAL(realloc)(p, bytes), bytes);
}

RT_INTERCEPT(void *, reallocarray, (void *p, size_t n, size_t size))
{
    size_t bytes;
    if (__builtin_mul_overflow(n, size, &bytes))
        bytes = SIZE_MAX;
    if (!have_real() || is_early(p))
        return realloc_early(p, bytes);
    RT_ALLOCATOR_SCOPE(reallocarray);
    if (t)
        return realloc_from(t, pc, p, bytes, RT_REAL(realloc));
    if (p)
        rt_freeing(NULL, 0, p);
    return rt_allocated_unseen(RT_REAL(realloc)(p, bytes), bytes);
}

/* ---- aligned ---- */

#define ALIGNED(name, alignment, bytes, ...)                                                       \
    if (!have_real())                                                                              \
        return early_alloc(alignment, bytes);                                                      \
    RT_ALLOCATOR_SCOPE(name);                                                                      \
    if (!t)                                                                                        \
        return rt_allocated_unseen(RT_REAL(name)(__VA_ARGS__), bytes);                             \
    if (rt_allocation_refused(bytes))                                                              \
        return NULL;                                                                               \
    void *p;                                                                                       \
    RT_ALLOCATOR(t, p = RT_REAL(name)(__VA_ARGS__));                                               \
    return rt_allocated(t, pc, p, bytes)

RT_INTERCEPT(void *, memalign, (size_t alignment, size_t bytes))
{
    ALIGNED(memalign, alignment, bytes, alignment, bytes);
}

RT_INTERCEPT(void *, __libc_memalign, (size_t alignment, size_t bytes))
{
    ALIGNED(__libc_memalign, alignment, bytes, alignment, bytes);
}

RT_INTERCEPT(void *, aligned_alloc, (size_t alignment, size_t bytes))
{
    ALIGNED(aligned_alloc, alignment, bytes, alignment, bytes);
}

RT_INTERCEPT(void *, valloc, (size_t bytes))
{
    ALIGNED(valloc, 4096, bytes, bytes);
}

RT_INTERCEPT(void *, pvalloc, (size_t bytes))
{
    ALIGNED(pvalloc, 4096, bytes, bytes); /* the block is known without its rounding up */
}

RT_INTERCEPT(int, posix_memalign, (void **out, size_t alignment, size_t bytes))
{
    if (!have_real())
        return (*out = early_alloc(alignment, bytes)) ? 0 : ENOMEM;
    RT_ALLOCATOR_SCOPE(posix_memalign);
    int err;
    if (!t) {
        err = RT_REAL(posix_memalign)(out, alignment, bytes);
        if (!err)
            rt_allocated_unseen(*out, bytes);
        return err;
    }
    int before = errno; /* this one returns its error */
    if (rt_allocation_refused(bytes)) {
        errno = before;
        return ENOMEM;
    }
    RT_ALLOCATOR(t, err = RT_REAL(posix_memalign)(out, alignment, bytes));
    if (!err)
        rt_allocated(t, pc, *out, bytes);
    return err;
}

/* No more than was asked for: the rest of the block still has the history of its earlier life. */
RT_INTERCEPT(size_t, malloc_usable_size, (void *p))
{
    struct rt_block b;
    if (!p)
        return 0;
    if (is_early(p))
        return early_size(p);
    RT_ALLOCATOR_SCOPE(malloc_usable_size);
    if (t && rt_heap_at((rt_addr)p, &b))
        return b.bytes;
    return RT_REAL(malloc_usable_size)(p);
}

/* ---- the real ones ---- */

static bool find_real(void)
{
    static bool busy;

    if (__atomic_exchange_n(&busy, true, __ATOMIC_RELAXED))
        return known;
    RT_REAL(malloc);
    RT_REAL(calloc);
    RT_REAL(realloc);
    RT_REAL(free);
    known = true;
    return true;
}

void *rt_allocator_malloc(size_t alignment, size_t bytes)
{
    return alignment ? RT_REAL(memalign)(alignment, bytes) : RT_REAL(malloc)(bytes);
}

void rt_allocator_free(void *p)
{
    RT_REAL(free)(p);
}
