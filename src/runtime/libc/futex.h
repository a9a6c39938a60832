/*
 * Futexes of the program, as it calls them itself: syscall(SYS_futex, ...), which is also what
 * std::atomic<T>::wait of C++20 does. What libc does inside of its own functions is not seen here.
 *
 * Under a controlled strategy the word is the program's and the queue is ours: who waits has given
 * the turn away until somebody wakes that address. Waiters beyond this process's known threads
 * are woken, too, by the real call. A futex orders nothing in memory; programs do that with the
 * word itself.
 */
#ifndef REPRISE_RUNTIME_LIBC_FUTEX_H
#define REPRISE_RUNTIME_LIBC_FUTEX_H

#include "../turn.h"

/* The arguments of the system call. Returns its result or -errno, or RT_FUTEX_REAL when only the
 * kernel can do it (priority inheritance; a process with one thread, that waits for another
 * process). By the thread with the turn. */
enum { RT_FUTEX_REAL = -4096 };
long rt_futex(struct rt_thread *t, rt_pc pc, uint32_t *word, int op, uint32_t value, long timeout,
              uint32_t *word2, uint32_t value3);

#endif
