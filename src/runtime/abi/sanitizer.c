/*
 * The interface that all sanitizers share (sanitizer/common_interface_defs.h and
 * allocator_interface.h), as far as a program may count on it being there. What makes no sense
 * for a race detector does nothing.
 */
#include "../finding.h"
#include "../format.h"
#include "../heap.h"
#include "../libc/allocator.h"
#include "../module.h"
#include "../report_text.h"
#include "../say.h"
#include "../symbol.h"
#include "../sys/sys.h"
#include "scope.h"

#include <malloc.h>

/* ---- where reports go ---- */

static char report_path[4096]; /* as the program set it, with the process id */

RT_EXPORT void __sanitizer_set_report_path(const char *path)
{
    rt_init();
    struct rt_text b = {.data = report_path, .capacity = sizeof report_path, .fixed = true};
    rt_put(&b, "%s.%d", path ? path : "", sys_pid());
    rt_stream_set_path(path ? path : "");
}

RT_EXPORT void __sanitizer_set_report_fd(void *fd)
{
    rt_init();
    report_path[0] = '\0';
    rt_stream_set_fd((int)(intptr_t)fd);
}

RT_EXPORT const char *__sanitizer_get_report_path(void)
{
    return report_path[0] ? report_path : NULL;
}

/* Reports are written by system calls that a sandbox which lets the program write lets through. */
RT_EXPORT void __sanitizer_sandbox_on_notify(void *arguments) {}

RT_EXPORT __attribute__((weak)) void __sanitizer_report_error_summary(const char *summary)
{
    rt_stream_write(summary, rt_strlen(summary));
    rt_stream_write("\n", 1);
}

RT_EXPORT void __sanitizer_set_death_callback(void (*callback)(void))
{
    rt_death_callback = callback;
}

/* True for the first who asks: whoever it is may report a crash. */
RT_EXPORT int __sanitizer_acquire_crash_state(void)
{
    static uint32_t taken;
    return !__atomic_exchange_n(&taken, 1, __ATOMIC_RELAXED);
}

/* ---- accesses that compilers don't see as unaligned ---- */

#define UNALIGNED(bits)                                                                            \
    RT_EXPORT uint##bits##_t __sanitizer_unaligned_load##bits(const void *p)                       \
    {                                                                                              \
        struct {                                                                                   \
            uint##bits##_t value;                                                                  \
        } __attribute__((packed)) const *at = p;                                                   \
        ABI_SCOPE_BARE();                                                                          \
        if (t)                                                                                     \
            rt_access(t, pc, (rt_addr)p, bits / 8, RT_READ);                                       \
        return at->value;                                                                          \
    }                                                                                              \
    RT_EXPORT void __sanitizer_unaligned_store##bits(void *p, uint##bits##_t value)                \
    {                                                                                              \
        struct {                                                                                   \
            uint##bits##_t value;                                                                  \
        } __attribute__((packed)) *at = p;                                                         \
        ABI_SCOPE_BARE();                                                                          \
        if (t)                                                                                     \
            rt_access(t, pc, (rt_addr)p, bits / 8, RT_WRITE);                                      \
        at->value = value;                                                                         \
    }

UNALIGNED(16)
UNALIGNED(32)
UNALIGNED(64)

/* ---- stacks and symbols ---- */

RT_EXPORT void __sanitizer_print_stack_trace(void)
{
    ABI_SCOPE_BARE();
    struct rt_text text = {0};
    if (!t)
        return;
    bool locked = rt_report_lock(t);
    rt_put_stack(&text, rt_stack_capture(t, pc));
    rt_stream_write(text.data, text.length);
    if (locked)
        rt_report_unlock();
    rt_text_free(&text);
}

/* Strings one after the other, and an empty one at the end; what doesn't fit is left out. */
struct strings {
    char *to;
    size_t room; /* the end's zero not counted */
};

static void add_string(struct strings *s, const struct rt_text *text)
{
    if (!text->length || text->length + 1 > s->room)
        return;
    rt_memcpy(s->to, text->data, text->length);
    s->to[text->length] = '\0';
    s->to += text->length + 1;
    s->room -= text->length + 1;
}

RT_EXPORT void __sanitizer_symbolize_pc(void *at, const char *format, char *out, size_t room)
{
    if (!room)
        return;
    struct strings s = {out, room - 1};
    struct rt_text text = {0};
    {
        ABI_SCOPE_BARE();
        bool locked = rt_report_lock(t ? t : rt_self());
        const struct rt_code *code = rt_symbol_code((rt_pc)at);
        for (size_t i = 0; i < code->rows; i++) {
            struct rt_shown_frame frame = {code, &code->row[i], i > 0};
            rt_text_reset(&text);
            rt_put_frame(&text, format, (unsigned)i, &frame);
            add_string(&s, &text);
        }
        if (locked)
            rt_report_unlock();
        rt_text_free(&text);
    }
    *s.to = '\0';
}

/* %g is the name of the variable, %m its module, %o the offset there; a percent sign is %%. */
static void put_data(struct rt_text *b, const char *format, const struct rt_data *d)
{
    for (const char *f = format; *f; f++) {
        if (*f != '%' || !f[1]) {
            rt_put_bytes(b, f, 1);
            continue;
        }
        switch (*++f) {
        case 'g':
            rt_put(b, "%s", d->name);
            break;
        case 'm':
            rt_put(b, "%s", d->module ? d->module->path : "");
            break;
        case 'o':
            rt_put(b, "0x%lx", d->offset);
            break;
        case '%':
            rt_put(b, "%%");
            break;
        default:
            break;
        }
    }
}

RT_EXPORT void __sanitizer_symbolize_global(void *at, const char *format, char *out, size_t room)
{
    static struct rt_data data; /* under the report lock */
    if (!room)
        return;
    struct strings s = {out, room - 1};
    struct rt_text text = {0};
    {
        ABI_SCOPE_BARE();
        bool locked = rt_report_lock(t ? t : rt_self());
        if (rt_symbol_data((rt_addr)at, &data))
            put_data(&text, format, &data);
        add_string(&s, &text);
        if (locked)
            rt_report_unlock();
        rt_text_free(&text);
    }
    *s.to = '\0';
}

RT_EXPORT int __sanitizer_get_module_and_offset_for_pc(void *at, char *path, size_t room,
                                                       void **offset)
{
    const struct rt_module *m = rt_module_of((rt_addr)at);
    if (!m)
        return 0;
    struct rt_text b = {.data = path, .capacity = room, .fixed = true};
    if (room)
        rt_put(&b, "%s", m->path);
    *offset = (void *)((uintptr_t)at - m->base);
    return 1;
}

/* ---- the heap: it is the program's own allocator ---- */

RT_EXPORT size_t __sanitizer_get_estimated_allocated_size(size_t bytes)
{
    return bytes;
}

RT_EXPORT int __sanitizer_get_ownership(const volatile void *p)
{
    ABI_SCOPE_BARE();
    (void)t;
    struct rt_block block;
    return rt_heap_at((rt_addr)p, &block);
}

RT_EXPORT const void *__sanitizer_get_allocated_begin(const void *p)
{
    ABI_SCOPE_BARE();
    (void)t;
    struct rt_block block;
    return rt_heap_find((rt_addr)p, &block) ? (const void *)block.start : NULL;
}

RT_EXPORT size_t __sanitizer_get_allocated_size(const volatile void *p)
{
    ABI_SCOPE_BARE();
    (void)t;
    struct rt_block block;
    return p && rt_heap_at((rt_addr)p, &block) ? block.bytes : 0;
}

RT_EXPORT size_t __sanitizer_get_allocated_size_fast(const volatile void *p)
{
    return __sanitizer_get_allocated_size(p);
}

/* Totals are glibc's; another allocator keeps its own, and glibc then says next to nothing. */
extern struct mallinfo2 mallinfo2(void) __attribute__((weak));

static struct mallinfo2 totals(void)
{
    return mallinfo2 ? mallinfo2() : (struct mallinfo2){0};
}

RT_EXPORT size_t __sanitizer_get_current_allocated_bytes(void)
{
    struct mallinfo2 m = totals();
    return m.uordblks + m.hblkhd;
}

RT_EXPORT size_t __sanitizer_get_heap_size(void)
{
    struct mallinfo2 m = totals();
    return m.arena + m.hblkhd;
}

RT_EXPORT size_t __sanitizer_get_free_bytes(void)
{
    return totals().fordblks;
}

RT_EXPORT size_t __sanitizer_get_unmapped_bytes(void)
{
    return 0;
}

RT_EXPORT void __sanitizer_purge_allocator(void) {}

RT_EXPORT void __sanitizer_print_memory_profile(size_t top_percent, size_t contexts) {}

RT_EXPORT int __sanitizer_install_malloc_and_free_hooks(rt_malloc_hook on_malloc,
                                                        rt_free_hook on_free)
{
    return rt_allocator_add_hooks(on_malloc, on_free);
}

/* ---- of other sanitizers: containers are never poisoned here, stacks never fake ---- */

RT_EXPORT void __sanitizer_annotate_contiguous_container(const void *begin, const void *end,
                                                         const void *old_middle,
                                                         const void *new_middle)
{
}

RT_EXPORT void __sanitizer_annotate_double_ended_contiguous_container(
    const void *storage_begin, const void *storage_end, const void *old_begin, const void *old_end,
    const void *new_begin, const void *new_end)
{
}

RT_EXPORT int __sanitizer_verify_contiguous_container(const void *begin, const void *middle,
                                                      const void *end)
{
    return 1;
}

RT_EXPORT int __sanitizer_verify_double_ended_contiguous_container(const void *storage_begin,
                                                                   const void *begin,
                                                                   const void *end,
                                                                   const void *storage_end)
{
    return 1;
}

RT_EXPORT const void *__sanitizer_contiguous_container_find_bad_address(const void *begin,
                                                                        const void *middle,
                                                                        const void *end)
{
    return NULL;
}

RT_EXPORT const void *__sanitizer_double_ended_contiguous_container_find_bad_address(
    const void *storage_begin, const void *begin, const void *end, const void *storage_end)
{
    return NULL;
}

RT_EXPORT void __sanitizer_start_switch_fiber(void **fake_stack, const void *bottom, size_t bytes)
{
    if (fake_stack)
        *fake_stack = NULL;
}

RT_EXPORT void __sanitizer_finish_switch_fiber(void *fake_stack, const void **bottom, size_t *bytes)
{
}

/* ---- coverage: whoever wants it brings his own; programs link without ---- */

#define COVERAGE(name)                                                                             \
    RT_EXPORT __attribute__((weak)) void __sanitizer_##name(void) {}

COVERAGE(cov_trace_pc)
COVERAGE(cov_trace_pc_indir)
COVERAGE(cov_trace_pc_guard)
COVERAGE(cov_trace_pc_guard_init)
COVERAGE(cov_trace_cmp)
COVERAGE(cov_trace_cmp1)
COVERAGE(cov_trace_cmp2)
COVERAGE(cov_trace_cmp4)
COVERAGE(cov_trace_cmp8)
COVERAGE(cov_trace_const_cmp1)
COVERAGE(cov_trace_const_cmp2)
COVERAGE(cov_trace_const_cmp4)
COVERAGE(cov_trace_const_cmp8)
COVERAGE(cov_trace_switch)
COVERAGE(cov_trace_div4)
COVERAGE(cov_trace_div8)
COVERAGE(cov_trace_gep)
COVERAGE(cov_load1)
COVERAGE(cov_load2)
COVERAGE(cov_load4)
COVERAGE(cov_load8)
COVERAGE(cov_load16)
COVERAGE(cov_store1)
COVERAGE(cov_store2)
COVERAGE(cov_store4)
COVERAGE(cov_store8)
COVERAGE(cov_store16)
COVERAGE(cov_8bit_counters_init)
COVERAGE(cov_bool_flag_init)
COVERAGE(cov_pcs_init)
COVERAGE(cov_cfs_init)
COVERAGE(cov_reset)
COVERAGE(cov_dump)
COVERAGE(dump_coverage)
COVERAGE(dump_trace_pc_guard_coverage)
