/* A runtime that does nothing but show that it was linked: it answers getppid() with 4242, and
 * says at the end whether it was started before the constructors and saw accesses. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/types.h>

#define EXPORT __attribute__((visibility("default")))

static int started, accesses, constructed_before_start;

EXPORT pid_t getppid(void);
EXPORT pid_t getppid(void)
{
    return 4242;
}

EXPORT void stub_constructed(void);
EXPORT void stub_constructed(void) /* called by a constructor of the program */
{
    constructed_before_start = !started;
}

static void at_end(void)
{
    printf("runtime: %s, %s\n", constructed_before_start ? "late" : "early",
           accesses ? "saw accesses" : "saw nothing");
}

EXPORT void __tsan_init(void);
EXPORT void __tsan_init(void)
{
    if (!started++)
        atexit(at_end);
}

#define HOOK(name, ...)                                                                            \
    EXPORT void __tsan_##name(__VA_ARGS__);                                                        \
    EXPORT void __tsan_##name(__VA_ARGS__)                                                         \
    {                                                                                              \
        accesses++;                                                                                \
    }
#define HOOKS(size)                                                                                \
    HOOK(read##size, void *p)                                                                      \
    HOOK(write##size, void *p)                                                                     \
    HOOK(unaligned_read##size, void *p)                                                            \
    HOOK(unaligned_write##size, void *p)
HOOKS(1)
HOOKS(2)
HOOKS(4)
HOOKS(8)
HOOKS(16)
HOOK(read_range, void *p, long n)
HOOK(write_range, void *p, long n)
HOOK(vptr_update, void **p, void *v)
HOOK(vptr_read, void **p)

EXPORT void __tsan_func_entry(void *pc);
EXPORT void __tsan_func_exit(void);
EXPORT void __tsan_func_entry(void *pc) {}
EXPORT void __tsan_func_exit(void) {}
