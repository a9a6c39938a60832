#include "finding.h"
#include "event.h"
#include "file.h"
#include "format.h"
#include "frames.h"
#include "host.h"
#include "module.h"
#include "options.h"
#include "report_json.h"
#include "report_text.h"
#include "say.h"
#include "suppress.h"
#include "sys/sys.h"
#include "thread.h"

struct rt_finding *rt_finding_current;

static struct rt_finding finding; /* the one under the lock */

/* Findings of this process: what its parent found before a fork is the parent's. */
static struct {
    unsigned count; /* relaxed: read at any time */
    pid_t pid;      /* whose; written under the lock */
} reported;

/* ---- the types ---- */

static const struct {
    const char *title, *name;
    size_t option; /* of the bool in rt_options that switches it off; 0 = always on */
} types[RT_FINDING_TYPES] = {
#define SWITCH(name) offsetof(struct wire_options, name)
    [RT_FINDING_RACE] = {"data race", "data-race", 0},
    [RT_FINDING_VPTR_RACE] = {"data race on vptr (ctor/dtor vs virtual call)", "data-race-vptr", 0},
    [RT_FINDING_UAF] = {"heap-use-after-free", "heap-use-after-free", 0},
    [RT_FINDING_VPTR_UAF] = {"heap-use-after-free (virtual call vs free)",
                             "heap-use-after-free-vptr", 0},
    [RT_FINDING_EXTERNAL_RACE] = {"race on external object", "external-race", 0},
    [RT_FINDING_THREAD_LEAK] = {"thread leak", "thread-leak", SWITCH(report_thread_leaks)},
    [RT_FINDING_MUTEX_DESTROY_LOCKED] = {"destroy of a locked mutex", "locked-mutex-destroy",
                                         SWITCH(report_destroy_locked)},
    [RT_FINDING_MUTEX_DOUBLE_LOCK] = {"double lock of a mutex", "mutex-double-lock",
                                      SWITCH(report_mutex_bugs)},
    [RT_FINDING_MUTEX_INVALID] = {"use of an invalid mutex (e.g. uninitialized or destroyed)",
                                  "mutex-invalid-access", SWITCH(report_mutex_bugs)},
    [RT_FINDING_MUTEX_BAD_UNLOCK] = {"unlock of an unlocked mutex (or by a wrong thread)",
                                     "mutex-bad-unlock", SWITCH(report_mutex_bugs)},
    [RT_FINDING_MUTEX_BAD_READ_LOCK] = {"read lock of a write locked mutex", "mutex-bad-read-lock",
                                        SWITCH(report_mutex_bugs)},
    [RT_FINDING_MUTEX_BAD_READ_UNLOCK] = {"read unlock of a write locked mutex",
                                          "mutex-bad-read-unlock", SWITCH(report_mutex_bugs)},
    [RT_FINDING_MUTEX_HELD_WRONG_CONTEXT] = {"mutex held in the wrong context",
                                             "mutex-held-wrong-context", SWITCH(report_mutex_bugs)},
    [RT_FINDING_SIGNAL_UNSAFE] = {"signal-unsafe call inside of a signal", "signal-unsafe-call",
                                  SWITCH(report_signal_unsafe)},
    [RT_FINDING_ERRNO_IN_SIGNAL] = {"signal handler spoils errno", "errno-in-signal-handler",
                                    SWITCH(report_signal_unsafe)},
    [RT_FINDING_DEADLOCK] = {"lock-order-inversion (potential deadlock)", "lock-order-inversion",
                             SWITCH(detect_deadlocks)},
    [RT_FINDING_STUCK] = {"deadlock (no thread can run)", "deadlock", 0},
    [RT_FINDING_LOST_WAKEUP] = {"lost wake-up (no thread can run)", "lost-wakeup", 0},
    [RT_FINDING_LIVELOCK] = {"livelock (max_steps passed)", "livelock", 0},
    [RT_FINDING_GOROUTINE_LEAK] = {"goroutine leak", "goroutine-leak", SWITCH(report_thread_leaks)},
#undef SWITCH
};

const char *rt_finding_title(const struct rt_finding *f)
{
    const char *title = rt_host_title(f);
    return title ? title : types[f->type].title;
}

const char *rt_finding_name(enum rt_finding_type type)
{
    return types[type].name;
}

static bool switched_on(enum rt_finding_type type)
{
    size_t option = types[type].option;
    return rt_options.report_bugs && (!option || *((const bool *)&rt_options + option));
}

/* ---- the report lock: held for as long as symbols take, so waiters sleep ---- */

static uint32_t lock_word;      /* 0 free, 1 held, 2 held and waited for */
static struct rt_thread *owner; /* written by the holder; compared by threads with themselves */

static void lock(struct rt_thread *t)
{
    uint32_t seen = 0;
    /* acquire: sees what the last report left behind */
    if (!__atomic_compare_exchange_n(&lock_word, &seen, 1, false, __ATOMIC_ACQUIRE,
                                     __ATOMIC_RELAXED))
        while (__atomic_exchange_n(&lock_word, 2, __ATOMIC_ACQUIRE) != 0)
            sys_futex_wait(&lock_word, 2);
    __atomic_store_n(&owner, t, __ATOMIC_RELAXED);
}

static void unlock(void)
{
    __atomic_store_n(&owner, NULL, __ATOMIC_RELAXED);
    /* release: publishes this report's caches */
    if (__atomic_exchange_n(&lock_word, 0, __ATOMIC_RELEASE) == 2)
        sys_futex_wake(&lock_word, 1);
}

bool rt_report_lock(struct rt_thread *t)
{
    if (t && __atomic_load_n(&owner, __ATOMIC_RELAXED) == t)
        return false;
    lock(t);
    return true;
}

void rt_report_unlock(void)
{
    unlock();
}

/* ---- collecting ---- */

struct rt_finding *rt_finding_begin(struct rt_thread *t, enum rt_finding_type type)
{
    /* an on_report hook that makes a finding itself must not wait for itself */
    if (!switched_on(type) || t->ignore_reports || __atomic_load_n(&owner, __ATOMIC_RELAXED) == t)
        return NULL;
    lock(t);
    rt_memset(&finding, 0, sizeof finding);
    finding.type = type;
    return &finding;
}

void rt_finding_add_mutex(struct rt_finding *f, uint32_t mutex)
{
    for (size_t i = 0; i < f->nmutex; i++)
        if (f->mutex[i] == mutex)
            return;
    if (f->nmutex < RT_FINDING_MUTEXES)
        f->mutex[f->nmutex++] = mutex;
}

void rt_finding_add_thread(struct rt_finding *f, uint32_t uid)
{
    for (size_t i = 0; i < f->nthread; i++)
        if (f->thread[i] == uid)
            return;
    if (f->nthread < RT_FINDING_THREADS)
        f->thread[f->nthread++] = uid;
}

static void add_mutexes(struct rt_finding *f, uint32_t lockset)
{
    struct rt_held held[RT_LOCKSET_MAX];
    size_t n = rt_lockset_read(lockset, held, RT_LOCKSET_MAX);
    for (size_t i = 0; i < n; i++)
        rt_finding_add_mutex(f, held[i].mutex);
}

/* print_full_thread_history: the list grows while it is walked, up to the main thread. */
static void add_ancestors(struct rt_finding *f)
{
    struct rt_thread_info info;
    for (size_t i = 0; i < f->nthread; i++)
        if (f->thread[i] && rt_thread_info(f->thread[i], &info) && info.parent)
            rt_finding_add_thread(f, info.parent);
}

static void complete(struct rt_finding *f)
{
    rt_addr lowest = UINTPTR_MAX;
    for (size_t i = 0; i < f->naccess; i++) {
        add_mutexes(f, f->access[i].lockset);
        if (f->access[i].addr < lowest)
            lowest = f->access[i].addr;
    }
    for (size_t i = 0; i < f->naccess; i++)
        rt_finding_add_thread(f, f->access[i].thread);
    if (f->naccess && !f->nwhere)
        rt_finding_add_location(f, lowest);
    rt_finding_locate(f);
    if (rt_options.print_full_thread_history)
        add_ancestors(f);
}

/* ---- duplicates ---- */

/*
 * Keys of what was reported. Interned stacks are equal when their numbers are, so a pair of
 * stacks is a pair of numbers. The table is open and doubles; it never forgets.
 */
static struct {
    uint64_t *keys;
    size_t used, capacity;
} seen;

static uint64_t *find_key(uint64_t *keys, size_t capacity, uint64_t key)
{
    size_t i = core_mix(key) & (capacity - 1);
    while (keys[i] && keys[i] != key)
        i = (i + 1) & (capacity - 1);
    return &keys[i];
}

static void grow_keys(void)
{
    size_t capacity = seen.capacity ? seen.capacity * 2 : 512;
    uint64_t *keys = core_alloc(capacity * sizeof *keys);
    for (size_t i = 0; i < seen.capacity; i++)
        if (seen.keys[i])
            *find_key(keys, capacity, seen.keys[i]) = seen.keys[i];
    if (seen.capacity)
        core_free(seen.keys, seen.capacity * sizeof *keys);
    seen.keys = keys;
    seen.capacity = capacity;
}

/* True when the key was there already. */
static bool seen_before(uint64_t key)
{
    key |= !key; /* 0 marks a free place */
    if (seen.used * 2 >= seen.capacity)
        grow_keys();
    uint64_t *place = find_key(seen.keys, seen.capacity, key);
    bool there = *place != 0;
    seen.used += !there;
    *place = key;
    return there;
}

/* Both stacks in either order, whatever kind of race it is. */
static uint64_t key_of_stacks(const struct rt_finding *f)
{
    uint64_t a = f->access[0].stack, b = f->access[1].stack;
    return a < b ? a << 32 | b : b << 32 | a;
}

/* A goroutine may wait in a function without frames of its own; then who made it counts, too. */
static uint64_t key_of_wait(const struct rt_finding *f, size_t i)
{
    struct rt_thread_info info = {0};
    if (f->wait[i].reason)
        rt_thread_info(f->wait[i].thread, &info);
    return (uint64_t)info.created << 32 | f->stack[i];
}

/* Findings without accesses: the type, all stacks, and the mutexes, which are different bugs. */
static uint64_t key_of_others(const struct rt_finding *f)
{
    uint64_t key = core_mix(~(uint64_t)f->type);
    for (size_t i = 0; i < f->nstack; i++)
        key = core_mix(key ^ key_of_wait(f, i));
    for (size_t i = 0; i < f->nmutex; i++)
        key = core_mix(key ^ (uint64_t)f->mutex[i] << 32);
    return key;
}

/*
 * One variable is reported once. A heap block is another variable after each allocation, and
 * the stack holds many one after the other, so there an address alone means nothing.
 */
static bool address_seen_before(const struct rt_finding *f)
{
    rt_addr first = f->access[0].addr, second = f->access[1].addr;
    uint64_t key = core_mix(first > second ? first : second); /* where they overlap */
    const struct rt_finding_location *loc = f->nloc ? &f->loc[0] : NULL;
    if (!loc || (loc->type != RT_LOC_HEAP && loc->type != RT_LOC_GLOBAL))
        return false;
    if (loc->type == RT_LOC_HEAP)
        key = core_mix(key ^ ((uint64_t)loc->stack << 32 | loc->thread));
    return seen_before(core_mix(key));
}

/* The cheap question, before anything is symbolized. */
static bool is_duplicate(const struct rt_finding *f)
{
    if (!rt_options.suppress_equal_stacks || f->type == RT_FINDING_THREAD_LEAK)
        return false;
    return seen_before(f->naccess >= 2 ? key_of_stacks(f) : key_of_others(f));
}

/* Of the user's own code: functions and lines, whatever is called there for it. */
static uint64_t hash_of_lines(rt_stack s)
{
    static struct rt_shown frames; /* kept: under the report lock */
    uint64_t hash = 0;
    rt_shown_read(&frames, s);
    for (size_t i = 0; i < frames.count; i++) {
        const struct rt_symbol *symbol = frames.at[i].symbol;
        if (rt_frame_is_internal(&frames.at[i]))
            continue;
        for (const char *c = symbol->function; c && *c; c++)
            hash = core_mix(hash ^ (unsigned char)*c);
        hash = core_mix(hash ^ (uint64_t)symbol->line << 32);
    }
    return hash;
}

/* Where x++ is a read and a write, its race with another goroutine's is one bug, not two. What
 * stands beside it in the line is about another address. */
static bool lines_seen_before(const struct rt_finding *f)
{
    if (!rt_host_splits_updates || !rt_options.suppress_equal_stacks || f->naccess != 2)
        return false;
    uint64_t sum = hash_of_lines(f->access[0].stack) + hash_of_lines(f->access[1].stack);
    return seen_before(core_mix(sum ^ f->access[0].addr));
}

/* ---- degraded runs ---- */

static unsigned degraded; /* relaxed: bits are only added */

void rt_degrade(enum rt_degraded how)
{
    __atomic_fetch_or(&degraded, how, __ATOMIC_RELAXED);
}

unsigned rt_degraded(void)
{
    return __atomic_load_n(&degraded, __ATOMIC_RELAXED) |
           (rt_stack_folded() ? RT_DEGRADED_STACKS : 0) |
           (rt_event_resets() ? RT_DEGRADED_HISTORY : 0) |
           (rt_thread_forced_reuse() ? RT_DEGRADED_THREADS : 0);
}

static void put_notes(struct rt_text *b)
{
    static const char *const notes[] = {
        "deep stacks were folded: repeated calls are shown once",
        "older accesses were forgotten to save memory: races with them are not seen",
        "very many threads: races with some that ended long ago are not seen",
        "this is the child of a fork with threads: what its parent did is not known",
    };
    for (size_t i = 0; i < sizeof notes / sizeof notes[0]; i++)
        if (rt_degraded() >> i & 1)
            rt_put(b, "note: %s\n", notes[i]);
}

/* ---- telling ---- */

static void tell(struct rt_finding *f)
{
    static struct rt_text text; /* kept: under the report lock */
    unsigned number = rt_finding_count() + 1;
    reported.pid = sys_pid();
    __atomic_store_n(&reported.count, number, __ATOMIC_RELAXED);
    rt_text_reset(&text);
    rt_put_report(&text, f);
    put_notes(&text);
    rt_stream_write(text.data, text.length);
    rt_sidecar_finding(f, number);
    rt_host_reported(f);
}

/* report_atomic_races and report_free_races are about accesses, not about types. */
static bool kind_switched_off(const struct rt_finding *f)
{
    bool atomic = false, release = false;
    for (size_t i = 0; i < f->naccess; i++) {
        atomic |= (f->access[i].kind & RT_KIND_ATOMIC_BIT) != 0;
        release |= f->access[i].kind == RT_FREE;
    }
    return (release && !rt_options.report_free_races) ||
           (atomic && !release && !rt_options.report_atomic_races);
}

/* The quick filters run before the slow one: a hot racy loop comes here each time. */
static bool submit(struct rt_finding *f)
{
    if (kind_switched_off(f) || is_duplicate(f) || rt_suppress_known(f) || lines_seen_before(f))
        return false;
    complete(f);
    if (f->naccess == 2 && rt_options.suppress_equal_addresses && address_seen_before(f))
        return false;
    rt_finding_current = f;
    bool told = !rt_host_suppressed(f, rt_suppress_finding(f));
    if (told)
        tell(f);
    rt_finding_current = NULL;
    return told;
}

bool rt_finding_end(struct rt_thread *t, struct rt_finding *f)
{
    (void)t;
    bool told = submit(f);
    if (told && rt_options.halt_on_error) {
        rt_sidecar_end(rt_options.exitcode);
        rt_halt();
    }
    unlock();
    return told;
}

unsigned rt_finding_count(void)
{
    return reported.pid == sys_pid() ? __atomic_load_n(&reported.count, __ATOMIC_RELAXED) : 0;
}

void rt_finding_init(void)
{
    rt_suppress_init();
    rt_modules_refresh();
    if (rt_options.enabled)
        rt_sidecar_init();
}

void rt_finding_finish(void)
{
    struct rt_text b = {0};
    if (rt_options.print_suppressions)
        rt_suppress_print();
    rt_put_last_words(&b, rt_finding_count());
    if (b.length)
        rt_stream_write(b.data, b.length);
    rt_text_free(&b);
}
