/*
 * The runtime inside the program under test: its thread state and the events that front ends
 * (abi/, libc/) turn their calls into.
 *
 * A front end holds no policy. It opens a scope (hook.h), tells what happens in the words of
 * this header, performs the real operation, and returns. The order is part of the meaning:
 *
 *     release side:  event, then the real operation      (unlock, post, write, create)
 *     acquire side:  the real operation, then the event  (lock, wait, read, join)
 *
 * so that whoever the real operation lets through already finds the clock it must join.
 *
 * Unless said otherwise a function here is called by the thread it names (t == rt_self()),
 * inside a scope, and neither allocates from the program's heap nor touches errno.
 */
#ifndef REPRISE_RUNTIME_RT_H
#define REPRISE_RUNTIME_RT_H

#include "../core/clock.h"
#include "../core/core.h"
#include <stdarg.h>
#include <sys/types.h>

/*
 * What the program calls by name. All of it stands in one section, so that reports know a frame
 * of the runtime without symbols, in a static executable, too. RT_HOOK is for functions of ours
 * that have callers or callees in the program and aren't exported: thread starts and the like.
 */
#ifndef RT_GO
#define RT_GO 0 /* 1: the object for Go programs */
#endif

#if RT_GO
/* One unit that the Go linker takes in; hidden, so that plugins have theirs. */
#define RT_HOOK
#define RT_EXPORT __attribute__((visibility("hidden"), used, externally_visible))
#else
#define RT_HOOK   __attribute__((section("rt_text")))
#define RT_EXPORT __attribute__((visibility("default"))) RT_HOOK
#endif
#define RT_COLD CORE_COLD
/* Of a variable: it is in the same object file in the end, so compiled code need not look
 * its address up. For what the hooks of accesses read. */
#define RT_OURS __attribute__((visibility("hidden")))

typedef uintptr_t rt_addr; /* an address of the program */
typedef uintptr_t rt_pc;   /* a return address, or the start of a function + 1 */
typedef uint32_t rt_stack; /* an interned call stack, 0 = unknown; see stack.h */

/* What one access does. FREE and ALLOC are plain writes that remember where they came from. */
enum rt_kind {
    RT_READ = 0,
    RT_WRITE = 1,
    RT_ATOMIC_READ = 2,
    RT_ATOMIC_WRITE = 3,
    RT_KIND_WRITE_BIT = 1,
    RT_KIND_ATOMIC_BIT = 2,
    RT_FREE = 5,       /* free(): a write to the whole block */
    RT_ALLOC = 9,      /* malloc(): the first write, ordered after the block's earlier life */
    RT_VPTR_READ = 16, /* of the pointer to the virtual table */
    RT_VPTR_WRITE = 17,
    RT_KIND_MASK = 31,
};

struct rt_frame {
    rt_pc pc;      /* where the function on top of this frame returns to */
    uint64_t hash; /* of all frames up to this one: names the calling context */
};

struct rt_jumps;   /* libc/setjmp.c: where longjmp may go */
struct rt_ignores; /* ignore.c: where ignores began */
struct rt_turn;    /* turn.c */

/*
 * The hot words of a thread. Where the host has thread-local storage, that is where they are
 * (initial-exec, nothing else of the runtime is thread-local); in a Go program they are part of
 * the goroutine's struct rt_thread. rt_thread.tls leads to them either way.
 * window/span: ids drawn in the current epoch; "this access is mine and of this epoch" is
 *     ror32(word - window, 4) < span            (word = id << 4 | byte mask; see core/shadow.h)
 * While the process has one thread, window is 0 and span is all ones: every cell is "mine".
 */
struct rt_tls {
    uint32_t window;
    uint32_t span;
    struct rt_frame *top; /* next free frame; top[-1] is the current one */
    struct rt_thread *thread;
    int depth;        /* > 0: inside the runtime; signals are deferred, hooks pass through */
    uint64_t pending; /* bit N-1: signal N is deferred; set by the handler on this thread */
};

/* As many releases are remembered as mutexes are usually held at a time. */
enum { RT_UNSEEN_MAX = RT_GO ? 1 : 4 };

/* A mutex that a thread locked lately, if that was simple. While the word of the object is this
 * one, nobody has touched it since the thread did. */
struct rt_last {
    rt_addr addr; /* 0: none */
    struct rt_sync *object;
    uint64_t key; /* where */
    uint32_t word, below, with;
    unsigned short flags;
    bool held; /* else the thread has unlocked it */
};
enum { RT_LAST_MAX = 4 };

/* An atomic access that the shadow has: the cells have not changed since. */
struct rt_atomic_known {
    rt_addr addr;
    uint64_t p, q; /* q: 0 where P speaks for all bytes */
    core_id epoch;
    uint16_t size, kind;
};
enum { RT_ATOMICS_KNOWN = 4 };

/*
 * One thread, or fiber, of the program. Everything is used by that thread alone unless the
 * comment says otherwise.
 */
struct rt_thread {
    /* identity */
    uint32_t slot; /* index into clocks; reused when every trace of the last owner is ordered */
    uint32_t uid;  /* T%u of the reports: main is 0, then creation order; never reused */
    pid_t os_tid;  /* 0 until started */

    /* names it by (parent, k-th child): unlike uid the same in each run, even when several
     * threads create threads at the same time */
    uint64_t path;
    uint32_t children; /* threads it has created */

    struct rt_tls *tls; /* of the system thread that runs it; NULL when none does */
    struct rt_tls own;  /* tls points here when the host has no thread-local storage */

    /* time */
    struct core_clock clock; /* what happened before; own slot's entry is ignored */
    core_id next, end;       /* unused ids of the current run */
    core_id epoch_first;     /* ids from here to next were drawn in this epoch, */
    core_id plain_first; /* and none from here on to plain_next for an atomic access or free() */
    core_id plain_next, plain_end; /* event.h: unused ids below those; 0: next is for all */
    uint16_t plain_left;           /* how many it leaves at a time */
    bool keeps_window;             /* see there */
    core_id told;                  /* the time of its last release, */
    uint32_t told_version;         /* and of which clock; see rt_event_tell */
    uint32_t nunseen;  /* its last releases, if they were each on one object, latest last; */
    struct rt_unseen { /* nobody may have learned of them yet: see rt_event_take_back */
        const void *object;
        uint32_t learned;
        core_id epoch_first; /* of the epoch that the release ended */
    } unseen[RT_UNSEEN_MAX];
    struct core_clock fence_release; /* published by relaxed stores; see abi/tsan_atomic.c */
    struct core_clock fence_acquire; /* gathered by relaxed loads */
    uint32_t lockset;                /* mutexes held now; see lockset.h */

#if !RT_GO
    struct rt_last last[RT_LAST_MAX];                 /* mutex.c: by a hash of the address */
    struct rt_atomic_known atomics[RT_ATOMICS_KNOWN]; /* abi/tsan_atomic.c: the same */
#endif

    /* depth of ignore requests; > 0 means ignore */
    int ignore_reads, ignore_writes, ignore_sync, ignore_interceptors;
    int ignore_reports; /* AnnotateEnableRaceDetection and friends */

    /* signals */
    int in_handler; /* nesting of user handlers */
    int sending;    /* the signal that this thread is sending to itself, 0 = none */

    void *altstack; /* altstack.c: for crash handlers; belongs to the system thread */

    /* owned; freed by rt_jumps_free and rt_ignores_free; NULL until needed */
    struct rt_jumps *jumps;
    struct rt_ignores *ignores;

    /* call stack: frames[0] is a sentinel */
    struct rt_frame *frames;
    size_t frames_bytes;
    struct rt_frame *frames_end; /* go/call_stack.c: where they have to grow */
    struct rt_frame *saved_top;  /* of a fiber that isn't running */

    /* memory of its own */
    rt_addr stack_low, stack_high; /* [low, high) of the system stack, 0 when unknown */
    rt_addr tls_low, tls_high;     /* [low, high) of static TLS */

    rt_stack last_sleep;  /* where it slept last, 0 = never */
    core_id *sleep_clock; /* next id of each slot when it woke */
    uint32_t sleep_clock_slots;

    bool is_fiber, is_main, finished;
    bool in_allocator; /* libc/malloc.c: what the real allocator calls is its own */
    void *user;        /* libc/pthread_once.c: calls in progress */
    char name[24]; /* as set by pthread_setname_np and the like; written under rt_threads lock */

    struct rt_turn *turn; /* NULL without a controlled strategy */

    /* caches: event.c */
    struct rt_caches *caches;
    struct core_memo *memo;   /* NULL for one that has done little */
    struct rt_filter *filter; /* filter.h; NULL for one that has done little */

    struct rt_thread *list_next,
        *list_prev; /* all live threads; under the thread registry's lock */
};

/* Depth in the child of vfork, which borrows its parent's memory, rt_tls included: no hook does
 * anything there, and nothing of the parent's is changed. */
enum { RT_DEPTH_VFORK = 1 << 20 };

#if !RT_GO
extern __thread struct rt_tls rt_tls __attribute__((tls_model("initial-exec")));

/* The current thread, NULL when the runtime isn't up or doesn't know this thread. */
static inline struct rt_thread *rt_self(void)
{
    return rt_tls.thread;
}
#endif

/* ---- init.c ---- */

extern bool rt_ready RT_OURS;   /* init is complete */
extern bool rt_enabled RT_OURS; /* false: detection is off (no memory, no shadow, enabled=0) */
extern bool rt_multi RT_OURS;   /* a second thread was created */

/* Takes these steps in order, rt_shadow_map_init first. False: one failed, which was said, and
 * there is no detection. Once, by init. */
bool rt_init_steps(int (*const steps[])(void), size_t count);

/* Brings the runtime up. Idempotent; callable from any hook, constructor or not. */
void rt_init(void);

/* Is there another runtime, which gets the program's calls? So in a program that brings one along
 * and is started by one into which ours was preloaded. */
bool rt_is_second(void);

/* Ends the run: thread leaks, last line, exit status. Returns the status to exit with instead
 * of status (exitcode= when there were findings). Idempotent. */
int rt_finish(int status);
/* libc/exit.c: has rt_finish called when the program exits. Once, from init. */
void rt_exit_init(void);

/* ---- access.c: memory accesses. pc is where the access is. ---- */

void rt_access(struct rt_thread *t, rt_pc pc, rt_addr addr, size_t size, enum rt_kind kind);
/* Any length, also 0; each 8-byte word of it counts as an access of its own. */
void rt_access_range(struct rt_thread *t, rt_pc pc, rt_addr addr, size_t bytes, enum rt_kind kind);
static inline void rt_read_range(struct rt_thread *t, rt_pc pc, const void *p, size_t n)
{
    rt_access_range(t, pc, (rt_addr)p, n, RT_READ);
}
static inline void rt_write_range(struct rt_thread *t, rt_pc pc, const void *p, size_t n)
{
    rt_access_range(t, pc, (rt_addr)p, n, RT_WRITE);
}
/* free() of a block: a write to all its words, after which any access to them is a report. */
void rt_access_free(struct rt_thread *t, rt_pc pc, rt_addr addr, size_t bytes);
/* Access through an external object type (Swift, __tsan_external_*); tag 0 = none. */
void rt_access_tagged(struct rt_thread *t, rt_pc pc, rt_addr addr, enum rt_kind kind, unsigned tag);
/* Forgets what happened to a range: new mapping, dead stack, unmapped. */
void rt_forget_range(rt_addr addr, size_t bytes);

/* ---- sync.c: happens-before edges through an address ---- */

void rt_acquire(struct rt_thread *t, rt_addr addr);
void rt_release(struct rt_thread *t, rt_addr addr);       /* joins into what is there */
void rt_release_store(struct rt_thread *t, rt_addr addr); /* replaces what is there */
void rt_release_acquire(struct rt_thread *t, rt_addr addr);
/* Forgets clocks and mutexes that live in a range (free, munmap, destroy). */
void rt_sync_forget(struct rt_thread *t, rt_addr addr, size_t bytes);

/* ---- mutex.c: locks. Flags are those of the public interface (__tsan_mutex_*). ---- */

enum rt_mutex_flags {
    RT_MUTEX_LINKER_INIT = 1 << 0,
    RT_MUTEX_WRITE_REENTRANT = 1 << 1,
    RT_MUTEX_READ_REENTRANT = 1 << 2,
    RT_MUTEX_READ_LOCK = 1 << 3,
    RT_MUTEX_TRY_LOCK = 1 << 4,
    RT_MUTEX_TRY_LOCK_FAILED = 1 << 5,
    RT_MUTEX_RECURSIVE_LOCK = 1 << 6,
    RT_MUTEX_RECURSIVE_UNLOCK = 1 << 7,
    RT_MUTEX_NOT_STATIC = 1 << 8,
    /* not of the public interface: created by its real init, not by an annotation, which may come
     * when the mutex is in use already */
    RT_MUTEX_FRESH = 1 << 30,
};

void rt_mutex_create(struct rt_thread *t, rt_pc pc, rt_addr addr, unsigned flags);
void rt_mutex_destroy(struct rt_thread *t, rt_pc pc, rt_addr addr, unsigned flags);
/* Before blocking: checks the lock order. */
void rt_mutex_pre_lock(struct rt_thread *t, rt_pc pc, rt_addr addr, unsigned flags);
/* After success. recursion: how many levels to take when RECURSIVE_LOCK is set (cond_wait). */
void rt_mutex_lock(struct rt_thread *t, rt_pc pc, rt_addr addr, unsigned flags, int recursion);
/* Before the real unlock. Returns the levels given up (RECURSIVE_UNLOCK: all of them). */
int rt_mutex_unlock(struct rt_thread *t, rt_pc pc, rt_addr addr, unsigned flags);
void rt_mutex_pre_read_lock(struct rt_thread *t, rt_pc pc, rt_addr addr, unsigned flags);
void rt_mutex_read_lock(struct rt_thread *t, rt_pc pc, rt_addr addr, unsigned flags);
void rt_mutex_read_unlock(struct rt_thread *t, rt_pc pc, rt_addr addr);
/* For unlock calls that don't say which kind of lock is held (pthread_rwlock_unlock). */
void rt_mutex_read_or_write_unlock(struct rt_thread *t, rt_pc pc, rt_addr addr);
/* The real lock said EINVAL: reports a use of an invalid mutex. */
void rt_mutex_invalid(struct rt_thread *t, rt_pc pc, rt_addr addr);
/* A robust mutex whose owner died (EOWNERDEAD): drops the old owner. */
void rt_mutex_repair(struct rt_thread *t, rt_addr addr);

/* ---- thread.c: life of threads and fibers ---- */

enum { RT_THREAD_DETACHED = 1, RT_THREAD_FIBER = 2, RT_THREAD_NO_SYNC = 4 };

/* Called by the parent before the real create: gives the child its identity and the parent's
 * clock (release). The caller hands the result to the child or to rt_thread_cancel. */
struct rt_thread *rt_thread_create(struct rt_thread *parent, rt_pc pc, unsigned flags);
void rt_thread_cancel(struct rt_thread *child); /* the real create failed */
/* First thing in the child: installs it as current, learns stack and TLS, forgets their past. */
void rt_thread_start(struct rt_thread *child);
/* Last thing in the child. Afterwards rt_self() is NULL; joined or detached, it frees itself. */
void rt_thread_end(struct rt_thread *t);
/* By the joiner after the real join; child must be finished. Afterwards child is gone. */
void rt_thread_join(struct rt_thread *t, uint32_t uid);
void rt_thread_detach(struct rt_thread *t, uint32_t uid);
void rt_thread_set_name(struct rt_thread *t, const char *name);
/* Fibers: switch this system thread to another rt_thread. no_sync: no happens-before edge. */
void rt_fiber_switch(struct rt_thread *from, struct rt_thread *to, bool no_sync);
void rt_fiber_destroy(struct rt_thread *t, struct rt_thread *fiber);
/* In the child of fork: only the caller is left; history of the parent is dropped. */
void rt_thread_after_fork_child(struct rt_thread *t);
/* There are two, or accesses of the only one are to be looked at as if there were. */
void rt_thread_become_multi(struct rt_thread *t);
unsigned rt_thread_live_count(void);
void rt_thread_lock_all(void); /* around fork */
void rt_thread_unlock_all(void);

/* ---- heap.c: blocks of the program's heap ---- */

void rt_heap_alloc(struct rt_thread *t, rt_pc pc, void *p, size_t bytes);
void rt_heap_free(struct rt_thread *t, rt_pc pc, void *p); /* before the real free */
/* realloc is free + alloc as far as memory goes; see libc/malloc.c. */
struct rt_block {
    rt_addr start;
    size_t bytes;
    rt_stack stack;
    uint32_t thread; /* uid of the allocating thread */
    uint32_t tag;    /* external object type, 0 = none */
};
/* The live block that contains addr. Any thread, report time or __sanitizer_get_ownership. */
bool rt_heap_find(rt_addr addr, struct rt_block *out);
void rt_heap_set_tag(rt_addr start, uint32_t tag);

/* ---- fd.c: what a descriptor orders, and races on descriptors ---- */

void rt_fd_create(struct rt_thread *t, rt_pc pc, int fd); /* open, socket, dup's new */
void rt_fd_pair(struct rt_thread *t, rt_pc pc, int rfd,
                int wfd); /* pipe, socketpair: shared sync */
void rt_fd_dup(struct rt_thread *t, rt_pc pc, int oldfd, int newfd); /* newfd shares oldfd's sync */
void rt_fd_close(struct rt_thread *t, rt_pc pc, int fd);             /* before the real close */
void rt_fd_access(struct rt_thread *t, rt_pc pc, int fd);            /* uses fd: races with close */
void rt_fd_acquire(struct rt_thread *t, rt_pc pc, int fd);           /* after data came out */
void rt_fd_release(struct rt_thread *t, rt_pc pc, int fd);           /* before data goes in */
void rt_fd_after_fork(struct rt_thread *t);
bool rt_fd_of_address(rt_addr addr, int *fd, uint32_t *thread, rt_stack *stack, bool *closed);

/* ---- signal.c ---- */

/* Delivers what was deferred. Called when depth returned to 0 and pending is set. */
void rt_signals_deliver(struct rt_thread *t);
/* Once, from init: handlers for deadly signals, as the options say. */
void rt_signals_init(void);
/* Blocks all signals and fills *mask with what the program has blocked, also when some are
 * deferred right now. Around the real pthread_create, so that the child starts with signals
 * blocked and sets *mask (rt_signals_restore) when it is known to the runtime. Any thread. */
void rt_signals_block(uint64_t *mask);
void rt_signals_restore(const uint64_t *mask);

/* ---- libc/setjmp.c, ignore.c: when a thread or fiber is freed ---- */

void rt_jumps_free(struct rt_thread *t);
void rt_ignores_free(struct rt_thread *t);

/* ---- say.c: one-line messages of the runtime itself, on stderr or log_path ---- */

/* "reprise: <text>\n" in one write. Formats: %s %d %u %x %lx %lu %ld %zu %p %c (format.h). */
void rt_say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void rt_die(const char *fmt, ...) __attribute__((format(printf, 1, 2), noreturn));

#endif
