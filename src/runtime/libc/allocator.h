/*
 * What the hooks of malloc() and of operator new share.
 *
 * The program's own allocator does the work: glibc's, or one that replaces it. Blocks are known
 * to the detector by where they start. The allocator may call itself (new calls malloc) and
 * libc calls it from inside other hooks; so these scopes open at any depth, but not inside the
 * allocator: there the outermost call is the program's.
 */
#ifndef REPRISE_RUNTIME_LIBC_ALLOCATOR_H
#define REPRISE_RUNTIME_LIBC_ALLOCATOR_H

#include "../hook.h"

struct rt_thread *rt_allocator_enter(struct rt_scope *s, rt_pc caller);

/* Like RT_SCOPE. t is NULL for calls that are not to be looked at. */
#define RT_ALLOCATOR_SCOPE(name)                                                                   \
    struct rt_scope rt_scope_ __attribute__((cleanup(rt_scope_leave)));                            \
    struct rt_thread *t = rt_allocator_enter(&rt_scope_, RT_CALLER);                               \
    const rt_pc pc = (rt_pc)(uintptr_t)RT_SELF(name) + 1;                                          \
    (void)pc

static inline void rt_allocator_end(struct rt_thread **t)
{
    (*t)->in_allocator = false;
}

/* Runs a call of the real allocator. */
#define RT_ALLOCATOR(t, ...)                                                                       \
    do {                                                                                           \
        struct rt_thread *rt_a_ __attribute__((cleanup(rt_allocator_end))) = (t);                  \
        rt_a_->in_allocator = true;                                                                \
        __VA_ARGS__;                                                                               \
    } while (0)

/* A block came from the real allocator, or NULL. Both return p. */
void *rt_allocated(struct rt_thread *t, rt_pc pc, void *p, size_t bytes);
void *rt_allocated_unseen(void *p, size_t bytes); /* t was NULL */
/* Before a block goes back to the real allocator. t may be NULL; p may not. */
void rt_freeing(struct rt_thread *t, rt_pc pc, void *p);

/* More than max_allocation_size_mb, or above soft_rss_limit_mb: ends the program, or returns true
 * with errno = ENOMEM. */
bool rt_allocation_refused(size_t bytes);

/* malloc() and free() of this process, for operator new without libstdc++. */
void *rt_allocator_malloc(size_t alignment, size_t bytes); /* alignment 0: malloc */
void rt_allocator_free(void *p);

/* Functions to call after each allocation and before each free, as __sanitizer_ hooks. NULLs are
 * skipped. Returns how many pairs there are now, 0 when there is no room for another. */
typedef void (*rt_malloc_hook)(const volatile void *p, size_t bytes);
typedef void (*rt_free_hook)(const volatile void *p);
int rt_allocator_add_hooks(rt_malloc_hook on_malloc, rt_free_hook on_free);

#endif
