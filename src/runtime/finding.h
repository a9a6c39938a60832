/*
 * Findings: from "this is wrong" to one block of text and one line of JSON.
 *
 * Detection fills a struct rt_finding with interned names only (stacks, thread uids, mutex
 * uids, addresses) and submits it. Submitting completes it (location, threads, mutexes),
 * drops duplicates and suppressed ones, prints the stock text, appends the sidecar line,
 * calls the program's on_report hooks, and halts when halt_on_error says so.
 */
#ifndef REPRISE_RUNTIME_FINDING_H
#define REPRISE_RUNTIME_FINDING_H

#include "lockset.h"
#include "rt.h"
#include "stack.h"

/* One row a type: what the report is called, its JSON name, its suppression prefix, its switch. */
enum rt_finding_type {
    RT_FINDING_RACE,
    RT_FINDING_VPTR_RACE,
    RT_FINDING_UAF,      /* heap-use-after-free */
    RT_FINDING_VPTR_UAF, /* heap-use-after-free (virtual call vs free) */
    RT_FINDING_EXTERNAL_RACE,
    RT_FINDING_THREAD_LEAK,
    RT_FINDING_MUTEX_DESTROY_LOCKED,
    RT_FINDING_MUTEX_DOUBLE_LOCK,
    RT_FINDING_MUTEX_INVALID,
    RT_FINDING_MUTEX_BAD_UNLOCK,
    RT_FINDING_MUTEX_BAD_READ_LOCK,
    RT_FINDING_MUTEX_BAD_READ_UNLOCK,
    RT_FINDING_MUTEX_HELD_WRONG_CONTEXT,
    RT_FINDING_SIGNAL_UNSAFE,
    RT_FINDING_ERRNO_IN_SIGNAL,
    RT_FINDING_DEADLOCK, /* lock-order-inversion */
    RT_FINDING_STUCK,    /* deadlock: nobody can run */
    RT_FINDING_LOST_WAKEUP,
    RT_FINDING_LIVELOCK,
    RT_FINDING_GOROUTINE_LEAK, /* of a test: some wait for ever when it has ended */
    RT_FINDING_TYPES,
};

enum {
    RT_FINDING_ACCESSES = 4,
    RT_FINDING_STACKS = 64,
    RT_FINDING_THREADS = 64,
    RT_FINDING_MUTEXES = 64,
    RT_FINDING_LOCS = 4
};

struct rt_finding_access {
    rt_addr addr;
    size_t size;
    enum rt_kind kind;
    uint32_t thread; /* uid */
    rt_stack stack;
    uint32_t lockset;
    unsigned tag; /* external object type */
};

/* For lock-order inversions: stacks[i] belongs to edge i; see deadlock.c. */
struct rt_finding_edge {
    uint32_t from, to; /* mutex uids: `to` acquired while holding `from` */
    uint32_t thread;
    rt_stack stack;      /* where `to` was acquired */
    rt_stack held_stack; /* where `from` was acquired; 0 unless second_deadlock_stack */
};

/* Of a thread that cannot go on; where is stack[] of the same index. */
struct rt_finding_wait {
    uint32_t thread; /* uid */
    int op;          /* enum core_op */
    rt_addr object;
    uint32_t holder;    /* uid + 1, 0 unknown */
    bool runs;          /* it could go on: livelocks */
    const char *reason; /* in the words of Go's runtime, "chan receive"; NULL: op says it */
};

enum rt_location_type {
    RT_LOC_NONE,
    RT_LOC_GLOBAL,
    RT_LOC_HEAP,
    RT_LOC_STACK,
    RT_LOC_TLS,
    RT_LOC_FD
};

enum { RT_THREAD_UNKNOWN = UINT32_MAX };

struct rt_finding_location {
    enum rt_location_type type;
    rt_addr start;
    size_t bytes;
    uint32_t thread; /* heap: who allocated, if known; stack, tls: whose; fd: who created */
    rt_stack stack;  /* heap: allocation; fd: creation */
    int fd;
    bool fd_closed;
    unsigned tag;
    /* global: module and offset; the name is looked up by the text writer */
    char name[256], module[256];
    uintptr_t module_offset;
};

struct rt_finding {
    enum rt_finding_type type;
    struct rt_finding_access access[RT_FINDING_ACCESSES]; /* [0] is the current one */
    size_t naccess;
    rt_stack stack[RT_FINDING_STACKS]; /* of reports without accesses: first, "and:" second */
    size_t nstack;
    struct rt_finding_wait wait[RT_FINDING_STACKS]; /* deadlocks: of stack[i] */
    struct rt_finding_edge edge[RT_FINDING_MUTEXES];
    size_t nedge;
    uint32_t mutex[RT_FINDING_MUTEXES]; /* uids, named M0.. by position in the text */
    size_t nmutex;
    uint32_t thread[RT_FINDING_THREADS]; /* uids whose creation is shown; leaks: the leaked one */
    size_t nthread;
    unsigned leak_count;            /* thread leak: how many similar ones */
    rt_addr where[RT_FINDING_LOCS]; /* becomes loc, when the finding is no duplicate */
    size_t nwhere;
    struct rt_finding_location loc[RT_FINDING_LOCS];
    size_t nloc;
    rt_stack sleep; /* "As if synchronized via sleep", 0 = no */
    unsigned tag;
    int signal; /* errno in signal handler: which one */
};

/* "data race", or what the external tag says. Under the report lock. */
const char *rt_finding_title(const struct rt_finding *f);
/* The type's stable name, as in JSON and in the report API: "data-race". */
const char *rt_finding_name(enum rt_finding_type type);

/*
 * Completes, filters and emits. t is the current thread. Returns true when it was reported.
 * The finding is the caller's (static or arena memory under rt_finding_lock: it is too big for
 * small stacks); it is only read and completed here.
 *
 *     struct rt_finding *f = rt_finding_begin(t, RT_FINDING_RACE);   // NULL: reports are off
 *     ... fill ...
 *     rt_finding_end(t, f);
 *
 * begin takes the report lock, end releases it: one report at a time, one write each.
 */
struct rt_finding *rt_finding_begin(struct rt_thread *t, enum rt_finding_type type);
bool rt_finding_end(struct rt_thread *t, struct rt_finding *f);

/* Appends if not yet in the list. */
void rt_finding_add_mutex(struct rt_finding *f, uint32_t mutex);
void rt_finding_add_thread(struct rt_finding *f, uint32_t uid);
/* What is at an address; found out in rt_finding_end. */
void rt_finding_add_location(struct rt_finding *f, rt_addr addr);

/* The one being reported now; for on_report hooks and debuggers (__tsan_get_current_report). */
extern struct rt_finding *rt_finding_current;
/* Reports printed so far (unsuppressed). Any thread. */
unsigned rt_finding_count(void);
/* At exit: print_suppressions, the closing "reported N warnings" line. */
void rt_finding_finish(void);
/* From init, after the options: modules, suppressions, the sidecar's first line. */
void rt_finding_init(void);
/* The report lock for text that is no finding (stacks on request, crashes). False when t holds it
 * already, in an on_report hook: then it must not be given back. */
bool rt_report_lock(struct rt_thread *t);
void rt_report_unlock(void);

/* The run was not exact from here on; reports and the sidecar say so. Any thread. */
enum rt_degraded {
    RT_DEGRADED_STACKS = 1 << 0,  /* recursion was folded */
    RT_DEGRADED_HISTORY = 1 << 1, /* accesses were forgotten to save memory */
    RT_DEGRADED_THREADS = 1 << 2, /* slots of dead threads were reused early */
    RT_DEGRADED_FORK = 1 << 3,    /* the child of a fork with threads */
};
void rt_degrade(enum rt_degraded how);
unsigned rt_degraded(void);

/* External object types (tsan_external.c): "Foo" and "race on Foo"; NULL when unknown. */
const char *rt_tag_object(unsigned tag);
const char *rt_tag_header(unsigned tag);

/* location.c: fills f->loc from f->where. Under the report lock. */
void rt_finding_locate(struct rt_finding *f);

/* ---- what detection knows and reports need (thread.c, location.c) ---- */

struct rt_thread_info {
    uint32_t uid;
    pid_t os_tid;
    uint32_t parent; /* uid of the creator */
    rt_stack created;
    bool is_main, is_fiber, finished;
    char name[24];
};
bool rt_thread_info(uint32_t uid, struct rt_thread_info *out);
/* The live thread whose system stack or static TLS contains addr. */
bool rt_thread_of_stack(rt_addr addr, uint32_t *uid, bool *is_tls);

#endif
