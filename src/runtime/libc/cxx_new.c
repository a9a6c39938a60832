/*
 * operator new and delete, all the forms that C++ has: they are functions of the program's C++
 * library, or of an allocator that replaces them, and stay so. Where none is there (the library
 * is linked into the program, and the linker took ours for its own) malloc() does the work.
 *
 * A program's own operators replace these: the symbols are weak.
 */
#include "allocator.h"
#include <dlfcn.h>

typedef void (*new_handler)(void);
extern new_handler get_new_handler(void) __asm__("_ZSt15get_new_handlerv") __attribute__((weak));
extern void throw_bad_alloc(void) __asm__("_ZSt17__throw_bad_allocv") __attribute__((weak));

/* As the standard asks: handlers are called until memory is found, or there is none. */
static void *new_by_malloc(struct rt_thread *t, size_t alignment, size_t bytes, bool nothrow)
{
    for (;;) {
        void *p = rt_allocator_malloc(alignment, bytes ? bytes : 1);
        if (p)
            return p;
        new_handler handler = get_new_handler ? get_new_handler() : NULL;
        if (!handler)
            break;
        handler();
    }
    if (nothrow)
        return NULL;
    if (throw_bad_alloc)
        throw_bad_alloc();
    rt_die("operator new is out of memory (%zu bytes), and no C++ library is there to throw",
           bytes);
}

/* An impossible size makes the real function fail in its own way. */
static size_t granted(size_t bytes)
{
    return rt_allocation_refused(bytes) ? (size_t)-1 / 2 : bytes;
}

/*
 * NEW(symbol, parameters after the size, arguments after the size, alignment or 0, nothrow)
 * DELETE(symbol, parameters after the pointer, arguments after the pointer)
 */
#define NEW(name, parameters, arguments, alignment, nothrow)                                       \
    RT_INTERCEPT(void *, name, (size_t bytes UNPAREN parameters))                                  \
    {                                                                                              \
        RT_ALLOCATOR_SCOPE(name);                                                                  \
        void *p;                                                                                   \
        if (!t)                                                                                    \
            return rt_allocated_unseen(RT_HAVE(name)                                               \
                                           ? RT_REAL(name)(bytes UNPAREN arguments)                \
                                           : new_by_malloc(t, alignment, bytes, nothrow),          \
                                       bytes);                                                     \
        RT_ALLOCATOR(t, p = RT_HAVE(name) ? RT_REAL(name)(granted(bytes) UNPAREN arguments)        \
                                          : new_by_malloc(t, alignment, granted(bytes), nothrow)); \
        return rt_allocated(t, pc, p, bytes);                                                      \
    }

#define DELETE(name, parameters, arguments)                                                        \
    RT_INTERCEPT(void, name, (void *p UNPAREN parameters))                                         \
    {                                                                                              \
        if (!p)                                                                                    \
            return;                                                                                \
        RT_ALLOCATOR_SCOPE(name);                                                                  \
        rt_freeing(t, pc, p);                                                                      \
        if (!t && RT_HAVE(name))                                                                   \
            RT_REAL(name)(p UNPAREN arguments);                                                    \
        else if (!t)                                                                               \
            rt_allocator_free(p);                                                                  \
        else                                                                                       \
            RT_ALLOCATOR(t, RT_HAVE(name) ? RT_REAL(name)(p UNPAREN arguments)                     \
                                          : rt_allocator_free(p));                                 \
    }

#define UNPAREN(...) __VA_ARGS__

NEW(_Znwm, (), (), 0, false)
NEW(_Znam, (), (), 0, false)
NEW(_ZnwmRKSt9nothrow_t, (, const void *tag), (, tag), 0, true)
NEW(_ZnamRKSt9nothrow_t, (, const void *tag), (, tag), 0, true)
NEW(_ZnwmSt11align_val_t, (, size_t alignment), (, alignment), alignment, false)
NEW(_ZnamSt11align_val_t, (, size_t alignment), (, alignment), alignment, false)
NEW(_ZnwmSt11align_val_tRKSt9nothrow_t, (, size_t alignment, const void *tag), (, alignment, tag),
    alignment, true)
NEW(_ZnamSt11align_val_tRKSt9nothrow_t, (, size_t alignment, const void *tag), (, alignment, tag),
    alignment, true)

DELETE(_ZdlPv, (), ())
DELETE(_ZdaPv, (), ())
DELETE(_ZdlPvm, (, size_t bytes), (, bytes))
DELETE(_ZdaPvm, (, size_t bytes), (, bytes))
DELETE(_ZdlPvRKSt9nothrow_t, (, const void *tag), (, tag))
DELETE(_ZdaPvRKSt9nothrow_t, (, const void *tag), (, tag))
DELETE(_ZdlPvSt11align_val_t, (, size_t alignment), (, alignment))
DELETE(_ZdaPvSt11align_val_t, (, size_t alignment), (, alignment))
DELETE(_ZdlPvmSt11align_val_t, (, size_t bytes, size_t alignment), (, bytes, alignment))
DELETE(_ZdaPvmSt11align_val_t, (, size_t bytes, size_t alignment), (, bytes, alignment))
DELETE(_ZdlPvSt11align_val_tRKSt9nothrow_t, (, size_t alignment, const void *tag),
       (, alignment, tag))
DELETE(_ZdaPvSt11align_val_tRKSt9nothrow_t, (, size_t alignment, const void *tag),
       (, alignment, tag))
