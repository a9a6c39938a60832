/*
 * Descriptors in more detail than rt.h needs: what kinds of them there are, and epoll.
 *
 * A descriptor is two things here. It is a memory cell of its own: using it reads the cell,
 * creating and closing it writes the cell, so that the ordinary race detection finds a close
 * that is not ordered with a use. And it carries a sync object: what goes in (write, send)
 * happens before what comes out (read, recv, poll) of any descriptor with the same object.
 *
 * Which descriptors share an object depends on the kind, because data may come out somewhere
 * else than it went in: the ends of a pipe and duplicates share their own object, all files
 * share one (the same file may be open twice) and all sockets share one (the peer may be us,
 * or someone who passes the message on). Sharing too much can hide a race; sharing too little
 * would invent one. Option io_sync: 0 gives no descriptor an object, 2 the same one to all.
 */
#ifndef REPRISE_RUNTIME_FD_H
#define REPRISE_RUNTIME_FD_H

#include "rt.h"

enum rt_fd_kind {
    RT_FD_PLAIN,  /* orders nothing: pidfd */
    RT_FD_FILE,   /* shares with all files */
    RT_FD_SOCKET, /* shares with all sockets */
    RT_FD_EVENT,  /* has its own: eventfd, epoll, timerfd */
    RT_FD_SIGNAL, /* signalfd: shares with all that send signals */
};

/* After the real call; fd < 0 does nothing. rt_fd_create is the same with RT_FD_FILE. */
void rt_fd_create_as(struct rt_thread *t, rt_pc pc, int fd, enum rt_fd_kind kind);

/* dup2, dup3: newfd may have been open and is then replaced. That counts as a use and not as a
 * write: programs put another descriptor over one in use on purpose, to end its use. */
void rt_fd_dup_over(struct rt_thread *t, rt_pc pc, int oldfd, int newfd);

/* freopen: fd, which others may be using, now means something else. */
void rt_fd_replace(struct rt_thread *t, rt_pc pc, int fd, enum rt_fd_kind kind);

/* close_range(): before the real call. */
void rt_fd_close_range(struct rt_thread *t, rt_pc pc, unsigned first, unsigned last);

/* The peer will notice this call although no data goes in: shutdown, listen. */
void rt_fd_notify(struct rt_thread *t, rt_pc pc, int fd);

/* t sends a signal, which somebody may read from a signalfd. */
void rt_fd_signal_sent(struct rt_thread *t);

/* fd is being added to epfd: whatever is written to fd may from now on wake epfd's waiters. */
void rt_fd_epoll_add(struct rt_thread *t, rt_pc pc, int epfd, int fd);
/* epoll_wait on epfd has returned events. */
void rt_fd_epoll_acquire(struct rt_thread *t, rt_pc pc, int epfd);

/* The address that stands for what is behind a descriptor: the same for both ends of a pipe and for
 * duplicates. Never 0. For schedule points. */
rt_addr rt_fd_object(int fd);

#endif
