/*
 * Accesses to objects of a library that is not instrumented: the library says that its caller
 * reads or modifies an object, and tags name the type of the object in reports.
 */
#include "../external.h"
#include "../stack.h"
#include "scope.h"

RT_EXPORT void *__tsan_external_register_tag(const char *object_type)
{
    rt_init();
    return (void *)(uintptr_t)rt_tag_register(object_type);
}

RT_EXPORT void __tsan_external_register_header(void *tag, const char *header)
{
    rt_init();
    rt_tag_set_header((unsigned)(uintptr_t)tag, header);
}

RT_EXPORT void __tsan_external_assign_tag(void *addr, void *tag)
{
    ABI_SCOPE_BARE();
    if (t)
        rt_heap_set_tag((rt_addr)addr, (uint32_t)(uintptr_t)tag);
}

/* The access is where the library calls us; below it is the library's caller, which the library
 * itself has no frame for. */
static void access(struct rt_thread *t, rt_pc pc, void *addr, void *caller, void *tag,
                   enum rt_kind kind)
{
    if (caller)
        rt_frame_push(&rt_tls, (rt_pc)caller);
    rt_access_tagged(t, pc, (rt_addr)addr, kind, (unsigned)(uintptr_t)tag);
    if (caller)
        rt_frame_pop(&rt_tls);
}

RT_EXPORT void __tsan_external_read(void *addr, void *caller, void *tag)
{
    ABI_SCOPE_BARE();
    if (t)
        access(t, pc, addr, caller, tag, RT_READ);
}

RT_EXPORT void __tsan_external_write(void *addr, void *caller, void *tag)
{
    ABI_SCOPE_BARE();
    if (t)
        access(t, pc, addr, caller, tag, RT_WRITE);
}
