#include "tls.h"
#include <dlfcn.h>
#include <pthread.h>
#include <sys/resource.h>

static rt_addr thread_pointer(void)
{
    return (rt_addr)__builtin_thread_pointer();
}

/* Static TLS lies below the thread pointer, the C library's own thread structure above it. */
static size_t static_tls_bytes(void)
{
    static size_t bytes; /* written by the first call, in init */
    if (!bytes) {
        void (*info)(size_t *, size_t *) =
            (void (*)(size_t *, size_t *))dlsym(RTLD_DEFAULT, "_dl_get_tls_static_info");
        size_t align;
        bytes = 4096;
        if (info)
            info(&bytes, &align);
    }
    return bytes;
}

void rt_tls_bounds(struct rt_thread *t)
{
    enum { TCB_BYTES = 2304, MAIN_MOST = 64 << 20 };
    pthread_attr_t attr;
    void *low;
    size_t bytes;

    t->tls_high = thread_pointer() + TCB_BYTES;
    t->tls_low = t->tls_high - static_tls_bytes();
    if (pthread_getattr_np(pthread_self(), &attr))
        return;
    if (!pthread_attr_getstack(&attr, &low, &bytes)) {
        t->stack_high = (rt_addr)low + bytes;
        if (t->is_main && bytes > MAIN_MOST) /* unlimited: what is likely to be used */
            bytes = MAIN_MOST;
        t->stack_low = t->stack_high - bytes;
    }
    pthread_attr_destroy(&attr);
}
