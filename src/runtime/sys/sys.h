/*
 * Raw system calls: the runtime never goes through libc, whose functions the program (or we)
 * may have replaced and whose errno is the program's. Every call returns -errno on failure.
 */
#ifndef REPRISE_RUNTIME_SYS_H
#define REPRISE_RUNTIME_SYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

long sys_call(long number, long a, long b, long c, long d, long e, long f);

/* Anonymous private memory, zeroed, not counted against overcommit where the kernel allows.
 * Returns NULL when there is none. */
void *sys_map(size_t bytes);
/* The same at a fixed place; never replaces an existing mapping. 0 or -errno. */
int sys_map_at(uintptr_t addr, size_t bytes);
/* The same of much more than will be touched. Only by init. NULL also where that would be counted
 * in full. */
void *sys_map_large(size_t bytes);
/* Is this address in such a map? *next: where that changes. */
bool sys_next_large(uintptr_t addr, uintptr_t *next);
/* Like sys_map, for arrays much larger than what will be touched. Only by init; for ever. what:
 * for rt_memory_say; several arrays may have the same. */
void *sys_reserve(const char *what, size_t bytes);
/* The i-th of them, from 0: its resident bytes, and *what. False: there are not so many. */
bool sys_reserved(uint32_t i, const char **what, size_t *resident);
bool sys_is_reserved(uintptr_t addr); /* inside of such an array */
/* Should these large maps be in core files? Before the first of them; by default not. */
void sys_dump_maps(bool wanted);
/* Of all these large maps; shared ones don't count as data of the process. */
size_t sys_large_bytes(bool shared_too);
/* Some large maps had to be made shared (overcommit_memory=2): a child of fork that wrote to them
 * would write to its parent's. The map of sys_map_at it must replace itself. */
bool sys_maps_are_shared(void);
/* Around fork: gives the child its own copy of what sys_reserve made shared. Nobody else may be
 * using the arrays. 0 or -errno; then the child must not use them. */
int sys_fork_before(void);
void sys_fork_parent(void);
void sys_fork_child(void);
int sys_unmap(void *p, size_t bytes);
/* Takes addresses where nothing is mapped, and nobody may use them until sys_unmap. 0 or -errno:
 * there is something. */
int sys_claim(uintptr_t addr, size_t bytes);
/* Gives the pages back; they read as zero afterwards. */
int sys_discard(uintptr_t addr, size_t bytes);

/* One byte a page, bit 0 = in memory. addr page-aligned. */
int sys_resident(uintptr_t addr, size_t bytes, unsigned char *vec);
/* How many bytes of these whole pages are. Any size. */
size_t sys_resident_bytes(uintptr_t addr, size_t bytes);

/* The same for "was ever written": a page in swap counts, which a resident one in a system with
 * swap may miss. begin gives a handle for the others; 0 or -errno. */
int sys_touched_begin(int *handle);
int sys_touched(int handle, uintptr_t addr, size_t bytes, unsigned char *vec);
void sys_touched_end(int handle);

/* After it, every other thread of the process has passed a full memory barrier. 0 or -errno. */
long sys_membarrier(void);

/* Futex: sleep while *word == value; wake up to n. Private to the process. */
int sys_futex_wait(uint32_t *word, uint32_t value);
int sys_futex_wake(uint32_t *word, int n);
void sys_yield(void);
void sys_sleep(const struct timespec *ts); /* all of it, signals or not */

/* Whole buffer, retried on EINTR and short writes. 0 or -errno. */
int sys_write_all(int fd, const void *buf, size_t n);
int sys_open(const char *path, int flags, int mode);
int sys_close(int fd);
ssize_t sys_read(int fd, void *buf, size_t n);
int sys_dup_high(
    int fd); /* close-on-exec duplicate at a high number, so that programs don't trip over it */
pid_t sys_pid(void);
pid_t sys_tid(void);
/* What the kernel says of a thread of this process: 'R' runs, 'S' sleeps, 'D' waits for a device,
 * 'Z' has ended; 0: there is none. Works without TLS. */
char sys_task_state(pid_t tid);
uint64_t sys_monotonic_ns(void);
void sys_clock(clockid_t clock, struct timespec *now); /* untouched when there is no such clock */
_Noreturn void sys_exit(int status);                   /* exit_group */

#endif
