/*
 * FILE streams and what they order.
 *
 * As with descriptors, what goes in happens before what comes out: of the descriptor, wherever
 * that is read, and of the stream itself if it can be read (r+, fmemopen, what one thread's
 * read left in the buffer for another's).
 *
 * Each call also locks the stream, and so orders itself with every other call on it. That order
 * is not recorded, or two threads that print would never race again. What the program locks
 * itself is: flockfile() is a lock like any other, and calls on the stream respect it.
 *
 * The headers of stdio are not included here: they rename and inline what we are to define.
 */
#ifndef REPRISE_RUNTIME_LIBC_STREAM_H
#define REPRISE_RUNTIME_LIBC_STREAM_H

#include "rows.h"
#include <bits/types/FILE.h>
#include <bits/types/struct_FILE.h>

/* Of _flags; they have been the same since glibc 2.0. */
enum { RT_STREAM_NO_READS = 0x0004, RT_STREAM_HAS_FD = 0x2000 };

/* -1: not a stream on a descriptor. The public fileno() may be the program's own. */
static inline int rt_stream_fd(const FILE *f)
{
    return f && (f->_flags & RT_STREAM_HAS_FD) && f->_fileno >= 0 ? f->_fileno : -1;
}

/* Under a controlled strategy (stdio.c): a schedule point, then waits while another thread holds
 * the stream by flockfile(), and until its descriptor is ready when the call is going to use that
 * first thing. What a call waits for in the middle of its work is left to the kernel. */
void rt_stream_wait(struct rt_thread *t, rt_pc pc, FILE *f, enum core_op op);

/* Before a call that puts data in. */
static inline void rt_stream_give(struct rt_thread *t, rt_pc pc, FILE *f)
{
    if (rt_controlled())
        rt_stream_wait(t, pc, f, CORE_OP_IO_WRITE);
    if (!f)
        return;
    rt_acquire(t, (rt_addr)f);
    if (!(f->_flags & RT_STREAM_NO_READS))
        rt_release(t, (rt_addr)f);
    rt_fd_release(t, pc, rt_stream_fd(f));
}

/* After a call that took data out. The next one may find in the buffer what this one read. */
static inline void rt_stream_take(struct rt_thread *t, rt_pc pc, FILE *f)
{
    if (!f)
        return;
    rt_fd_acquire(t, pc, rt_stream_fd(f));
    rt_release_acquire(t, (rt_addr)f);
}

/* Before a call that takes data out. */
#define STREAM_ASK(f)                                                                              \
    if (rt_controlled())                                                                           \
        rt_stream_wait(t, pc, (f), CORE_OP_IO_READ);
#define STREAM_GIVE(f) rt_stream_give(t, pc, (f));
#define STREAM_TAKE(f) rt_stream_take(t, pc, (f));

#endif
