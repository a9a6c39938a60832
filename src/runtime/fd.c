/*
 * The table of descriptors. See fd.h for what a descriptor means to the detector.
 *
 * cells[]     one word of address space per descriptor; nothing is ever stored there, only its
 *             shadow is used.
 * descs       what is known of a descriptor, in pages that appear when first needed. Written by
 *             whoever creates or closes the descriptor, read by anybody: a program may well
 *             close a descriptor that another thread is using (we are here to report it), so the
 *             fields are atomics, and a reader can at worst see a sync object that was reused
 *             meanwhile, which orders too much but harms nothing.
 * syncs[]     sync objects, counted references, recycled through a free list. Their addresses
 *             are the names by which sync.c knows them. Index 0 is "none".
 *
 * fd_lock guards references and the free list. No event function is called while it is held.
 */
#include "fd.h"
#include "options.h"
#include "stack.h"

enum {
    FD_MAX = 1 << 20, /* the kernel's default ceiling (fs.nr_open) */
    FD_PAGE = 1024,
    SYNC_MAX = FD_MAX + 16,
};

enum { SYNC_NONE, SYNC_ALL, SYNC_FILES, SYNC_SOCKETS, SYNC_SIGNALS, SYNC_EPOLLS, SYNC_OWN };

struct fd_desc {
    uint32_t sync;
    uint32_t creator; /* uid of the thread that created it, or closed it */
    rt_stack stack;
    bool open, closed; /* neither: never seen, or inherited */
};

struct fd_sync {
    uint32_t refs;   /* free: index of the next free one */
    uint32_t waiter; /* sync object of the epoll that is woken through this one */
    uint32_t shared; /* epoll's own object: also wakes when one of these shared objects is
                        released; bit n is object n < SYNC_OWN */
    uint32_t unused;
};

static uint64_t cells[FD_MAX];
static struct fd_desc *pages[FD_MAX / FD_PAGE];
static struct fd_sync syncs[SYNC_MAX];
static core_lock fd_lock;
static uint32_t sync_free;            /* under fd_lock */
static uint32_t sync_next = SYNC_OWN; /* under fd_lock: from here on never used */

#define RELAXED_LOAD(p)     __atomic_load_n((p), __ATOMIC_RELAXED)
#define RELAXED_STORE(p, v) __atomic_store_n((p), (v), __ATOMIC_RELAXED)

static bool fd_valid(int fd)
{
    return fd >= 0 && fd < FD_MAX;
}

static rt_addr cell_addr(int fd)
{
    return (rt_addr)&cells[fd];
}

static rt_addr sync_addr(uint32_t sync)
{
    return (rt_addr)&syncs[sync];
}

/* NULL: nothing is known of this descriptor. */
static struct fd_desc *desc_peek(int fd)
{
    /* acquire: pairs with the installation of the page, which must be seen zeroed */
    struct fd_desc *page = __atomic_load_n(&pages[fd / FD_PAGE], __ATOMIC_ACQUIRE);
    return page ? &page[fd % FD_PAGE] : NULL;
}

static struct fd_desc *desc_get(int fd)
{
    struct fd_desc *d = desc_peek(fd);
    if (d)
        return d;
    struct fd_desc *page = core_alloc(FD_PAGE * sizeof *page), *before = NULL;
    if (!__atomic_compare_exchange_n(&pages[fd / FD_PAGE], &before, page, false, __ATOMIC_ACQ_REL,
                                     __ATOMIC_ACQUIRE))
        core_free(page, FD_PAGE * sizeof *page);
    return desc_peek(fd);
}

/* ---- sync objects ---- */

static uint32_t sync_ref(uint32_t sync)
{
    if (sync < SYNC_OWN)
        return sync;
    core_lock_acquire(&fd_lock);
    if (syncs[sync].refs)
        syncs[sync].refs++;
    else
        sync = SYNC_NONE; /* its last descriptor was closed at this moment */
    core_lock_release(&fd_lock);
    return sync;
}

static void sync_unref(struct rt_thread *t, uint32_t sync)
{
    while (sync >= SYNC_OWN) {
        core_lock_acquire(&fd_lock);
        bool last = --syncs[sync].refs == 0;
        uint32_t waiter = syncs[sync].waiter;
        core_lock_release(&fd_lock);
        if (!last)
            return;
        rt_sync_forget(t, sync_addr(sync), sizeof syncs[sync]);
        core_lock_acquire(&fd_lock);
        syncs[sync] = (struct fd_sync){.waiter = 0, .unused = sync_free};
        sync_free = sync;
        core_lock_release(&fd_lock);
        sync = waiter;
    }
}

static uint32_t sync_new(void)
{
    core_lock_acquire(&fd_lock);
    uint32_t sync = sync_free;
    if (sync)
        sync_free = syncs[sync].unused;
    else
        sync = sync_next < SYNC_MAX ? sync_next++ : SYNC_NONE;
    if (sync)
        syncs[sync] = (struct fd_sync){.refs = 1};
    core_lock_release(&fd_lock);
    return sync;
}

static uint32_t sync_for_kind(enum rt_fd_kind kind)
{
    if (rt_options.io_sync == 0 || kind == RT_FD_PLAIN)
        return SYNC_NONE;
    if (rt_options.io_sync == 2)
        return SYNC_ALL;
    switch (kind) {
    case RT_FD_FILE:
        return SYNC_FILES;
    case RT_FD_SOCKET:
        return SYNC_SOCKETS;
    case RT_FD_SIGNAL:
        return SYNC_SIGNALS;
    default:
        return sync_new();
    }
}

/* ---- life of a descriptor ---- */

/*
 * The caller's reference to sync passes to the descriptor. The kernel cannot give a number out
 * before it was closed, so what came before the close comes before this; programs that keep
 * their connections in a table by descriptor rely on it.
 */
static void desc_open(struct rt_thread *t, rt_pc pc, int fd, uint32_t sync, enum rt_kind kind)
{
    struct fd_desc *d = desc_get(fd);
    rt_acquire(t, cell_addr(fd));
    /* Not all calls that close are seen (fcloseall, a raw system call): replace what is left. */
    uint32_t old = __atomic_exchange_n(&d->sync, sync, __ATOMIC_RELAXED);
    RELAXED_STORE(&d->creator, t->uid);
    RELAXED_STORE(&d->stack, rt_stack_capture(t, pc));
    RELAXED_STORE(&d->closed, false);
    RELAXED_STORE(&d->open, true);
    sync_unref(t, old);
    rt_forget_range(cell_addr(fd), sizeof cells[0]);
    rt_access(t, pc, cell_addr(fd), sizeof cells[0], kind);
}

static void desc_close(struct rt_thread *t, rt_pc pc, int fd)
{
    struct fd_desc *d = desc_get(fd);
    uint32_t sync = __atomic_exchange_n(&d->sync, SYNC_NONE, __ATOMIC_RELAXED);
    /* Forgotten already now: the number may come back through a call we don't see. */
    rt_forget_range(cell_addr(fd), sizeof cells[0]);
    RELAXED_STORE(&d->creator, t->uid);
    RELAXED_STORE(&d->stack, rt_stack_capture(t, pc));
    RELAXED_STORE(&d->open, false);
    RELAXED_STORE(&d->closed, true);
    sync_unref(t, sync);
}

void rt_fd_create_as(struct rt_thread *t, rt_pc pc, int fd, enum rt_fd_kind kind)
{
    if (fd_valid(fd))
        desc_open(t, pc, fd, sync_for_kind(kind), RT_WRITE);
}

void rt_fd_create(struct rt_thread *t, rt_pc pc, int fd)
{
    rt_fd_create_as(t, pc, fd, RT_FD_FILE);
}

void rt_fd_pair(struct rt_thread *t, rt_pc pc, int rfd, int wfd)
{
    if (!fd_valid(rfd) || !fd_valid(wfd))
        return;
    uint32_t sync = sync_for_kind(RT_FD_EVENT);
    desc_open(t, pc, rfd, sync_ref(sync), RT_WRITE);
    desc_open(t, pc, wfd, sync, RT_WRITE);
}

static uint32_t desc_sync(int fd)
{
    struct fd_desc *d = desc_peek(fd);
    return d ? RELAXED_LOAD(&d->sync) : SYNC_NONE;
}

void rt_fd_dup(struct rt_thread *t, rt_pc pc, int oldfd, int newfd)
{
    if (!fd_valid(oldfd) || !fd_valid(newfd) || oldfd == newfd)
        return;
    rt_fd_access(t, pc, oldfd);
    desc_open(t, pc, newfd, sync_ref(desc_sync(oldfd)), RT_WRITE);
}

void rt_fd_dup_over(struct rt_thread *t, rt_pc pc, int oldfd, int newfd)
{
    if (!fd_valid(oldfd) || !fd_valid(newfd) || oldfd == newfd)
        return;
    rt_fd_access(t, pc, oldfd);
    rt_fd_access(t, pc, newfd);
    desc_open(t, pc, newfd, sync_ref(desc_sync(oldfd)), RT_READ);
}

void rt_fd_replace(struct rt_thread *t, rt_pc pc, int fd, enum rt_fd_kind kind)
{
    if (fd_valid(fd))
        desc_open(t, pc, fd, sync_for_kind(kind), RT_READ);
}

void rt_fd_close(struct rt_thread *t, rt_pc pc, int fd)
{
    if (!fd_valid(fd))
        return;
    rt_access(t, pc, cell_addr(fd), sizeof cells[0], RT_WRITE);
    rt_fd_notify(t, pc, fd);
    rt_release(t, cell_addr(fd));
    desc_close(t, pc, fd);
}

void rt_fd_close_range(struct rt_thread *t, rt_pc pc, unsigned first, unsigned last)
{
    for (unsigned fd = first; fd <= last && fd < FD_MAX; fd++) {
        struct fd_desc *d = desc_peek((int)fd);
        if (!d)
            fd |= FD_PAGE - 1; /* no page: nothing known up to its end */
        else if (RELAXED_LOAD(&d->open))
            rt_fd_close(t, pc, (int)fd);
    }
}

void rt_fd_after_fork(struct rt_thread *t)
{
    /* Other threads of the parent may have used what the child is going to close. Their uses
     * are none of the child's; nor is the lock, should one of them have held it. */
    fd_lock = (core_lock){0};
    for (int page = 0; page < FD_MAX / FD_PAGE; page++)
        if (pages[page])
            rt_forget_range(cell_addr(page * FD_PAGE), FD_PAGE * sizeof cells[0]);
}

/* ---- use ---- */

void rt_fd_access(struct rt_thread *t, rt_pc pc, int fd)
{
    if (fd_valid(fd))
        rt_access(t, pc, cell_addr(fd), sizeof cells[0], RT_READ);
}

void rt_fd_acquire(struct rt_thread *t, rt_pc pc, int fd)
{
    if (!fd_valid(fd))
        return;
    uint32_t sync = desc_sync(fd);
    if (sync)
        rt_acquire(t, sync_addr(sync));
}

static void sync_release(struct rt_thread *t, uint32_t sync)
{
    /* An epoll may be waited for through another one; the kernel allows five levels of it. */
    for (int level = 0; sync && level < 6; level++) {
        rt_release(t, sync_addr(sync));
        sync = RELAXED_LOAD(&syncs[sync].waiter);
    }
}

void rt_fd_release(struct rt_thread *t, rt_pc pc, int fd)
{
    if (fd_valid(fd))
        sync_release(t, desc_sync(fd));
}

void rt_fd_notify(struct rt_thread *t, rt_pc pc, int fd)
{
    uint32_t sync = fd_valid(fd) ? desc_sync(fd) : SYNC_NONE;
    if (sync >= SYNC_OWN || sync == SYNC_SOCKETS) /* nobody waits for the end of a file's use */
        sync_release(t, sync);
}

void rt_fd_signal_sent(struct rt_thread *t)
{
    if (rt_options.io_sync)
        sync_release(t, rt_options.io_sync == 2 ? SYNC_ALL : SYNC_SIGNALS);
}

rt_addr rt_fd_object(int fd)
{
    uint32_t sync = fd_valid(fd) ? desc_sync(fd) : SYNC_NONE;
    return sync ? sync_addr(sync) : cell_addr(fd_valid(fd) ? fd : 0);
}

/* ---- epoll ---- */

/*
 * A waiter learns from epoll_wait alone that someone wrote, so the write must order the wait
 * itself. Each object names one epoll it wakes; an object in several epolls wakes SYNC_EPOLLS,
 * which every epoll_wait acquires. Shared objects (sockets) are the other way round: the epoll
 * remembers which of them it listens to.
 */
static void sync_add_waiter(struct rt_thread *t, uint32_t sync, uint32_t epoll)
{
    uint32_t dropped = SYNC_NONE;
    core_lock_acquire(&fd_lock);
    if (sync < SYNC_OWN) {
        syncs[epoll].shared |= 1u << sync;
    } else if (syncs[sync].refs && syncs[epoll].refs && !syncs[sync].waiter) {
        syncs[epoll].refs++;
        RELAXED_STORE(&syncs[sync].waiter, epoll);
    } else if (syncs[sync].waiter != epoll) {
        dropped = syncs[sync].waiter;
        RELAXED_STORE(&syncs[sync].waiter, SYNC_EPOLLS);
    }
    core_lock_release(&fd_lock);
    sync_unref(t, dropped);
}

void rt_fd_epoll_add(struct rt_thread *t, rt_pc pc, int epfd, int fd)
{
    if (!fd_valid(epfd) || !fd_valid(fd))
        return;
    uint32_t sync = desc_sync(fd), epoll = desc_sync(epfd);
    if (sync && epoll >= SYNC_OWN && sync != epoll)
        sync_add_waiter(t, sync, epoll);
}

void rt_fd_epoll_acquire(struct rt_thread *t, rt_pc pc, int epfd)
{
    uint32_t epoll = fd_valid(epfd) ? desc_sync(epfd) : SYNC_NONE;
    if (!epoll)
        return;
    rt_acquire(t, sync_addr(epoll));
    if (epoll < SYNC_OWN)
        return;
    rt_acquire(t, sync_addr(SYNC_EPOLLS));
    uint32_t shared = RELAXED_LOAD(&syncs[epoll].shared);
    for (uint32_t sync = 1; sync < SYNC_OWN; sync++)
        if (shared >> sync & 1)
            rt_acquire(t, sync_addr(sync));
}

/* ---- reports ---- */

bool rt_fd_of_address(rt_addr addr, int *fd, uint32_t *thread, rt_stack *stack, bool *closed)
{
    if (addr < (rt_addr)cells || addr >= (rt_addr)(cells + FD_MAX))
        return false;
    *fd = (int)((addr - (rt_addr)cells) / sizeof cells[0]);
    struct fd_desc *d = desc_peek(*fd);
    *thread = d ? RELAXED_LOAD(&d->creator) : 0;
    *stack = d ? RELAXED_LOAD(&d->stack) : 0;
    *closed = d && RELAXED_LOAD(&d->closed);
    return true;
}
