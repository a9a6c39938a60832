/*
 * Buffers in pieces (struct iovec), for readv, sendmsg and their likes. The vector itself is
 * read, then the first n bytes of its buffers are read or written.
 */
#ifndef REPRISE_RUNTIME_LIBC_VECTOR_H
#define REPRISE_RUNTIME_LIBC_VECTOR_H

#include "rows.h"
#include <limits.h>
#include <sys/uio.h>

/* More pieces than the kernel takes are none: the call is going to fail. */
static inline bool rt_row_vector(struct rt_thread *t, rt_pc pc, const struct iovec *v, size_t count)
{
    if (!v || count > IOV_MAX)
        return false;
    IN(v, count * sizeof *v)
    return true;
}

static inline void rt_row_in_vector(struct rt_thread *t, rt_pc pc, const struct iovec *v,
                                    size_t count, size_t n)
{
    if (!rt_row_vector(t, pc, v, count))
        return;
    for (size_t i = 0; i < count && n > 0; i++) {
        size_t part = v[i].iov_len < n ? v[i].iov_len : n;
        IN(v[i].iov_base, part)
        n -= part;
    }
}

/* After the call; that the vector was read has been told before it. */
static inline void rt_row_out_vector(struct rt_thread *t, rt_pc pc, const struct iovec *v,
                                     size_t count, size_t n)
{
    for (size_t i = 0; v && i < count && n > 0; i++) {
        size_t part = v[i].iov_len < n ? v[i].iov_len : n;
        OUT(v[i].iov_base, part)
        n -= part;
    }
}

#endif
