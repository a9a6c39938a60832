/* Programs that print what a symbolizer should say about them. A line is
 *     CODE OFFSET function:line function:line ...     innermost first
 *     DATA OFFSET name size line
 * with ';' for spaces inside names. */
#include <link.h>
#include <stdint.h>
#include <stdio.h>

static int first_module(struct dl_phdr_info *info, size_t size, void *base)
{
    (void)size;
    *(uintptr_t *)base = info->dlpi_addr;
    return 1;
}

static uintptr_t offset_of(const void *address)
{
    uintptr_t base = 0;
    dl_iterate_phdr(first_module, &base);
    return (uintptr_t)address - base;
}

/* The return address, moved back into the call. */
static __attribute__((noinline, unused)) void code(const char *expected)
{
    printf("CODE 0x%lx %s\n", (unsigned long)offset_of(__builtin_return_address(0)) - 1, expected);
}

static __attribute__((noinline, unused)) void data(const void *at, const char *expected)
{
    printf("DATA 0x%lx %s\n", (unsigned long)offset_of(at), expected);
}

#define INLINE   static inline __attribute__((always_inline))
#define NOINLINE __attribute__((noinline, noipa)) /* clang does not know noipa, nor need it */
