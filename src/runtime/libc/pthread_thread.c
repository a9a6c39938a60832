/*
 * Threads: who creates, joins and detaches whom.
 *
 * Joins name a thread by its pthread_t, which the system reuses as soon as the thread is joined
 * or, detached, has ended. So a table maps pthread_t to the uid that reports and clocks use:
 *
 *     listed by     parent or child, whoever comes first: the child must find itself when it
 *                   calls pthread_detach(pthread_self()), the parent when it joins at once;
 *                   and neither waits for the other
 *     unlisted by   a successful join; a detached thread's end; a detach after the end
 *
 * Every look-up happens before the real operation, every removal after it and only if the entry
 * still has the uid that was found: meanwhile the pthread_t may have become another thread.
 *
 * The end of a thread must come after the program's own last code in it: cancellation handlers,
 * C++ thread_local destructors (glibc runs them before keys) and destructors of keys. So it is a
 * key destructor that puts itself off to the last of the rounds glibc makes.
 */
#include "../fork.h"
#include "../fork.h"
#include "../sys/sys.h"
#include "pthreads.h"
#include <limits.h>

/* One thread. Fields without a word belong to the child once it runs; refs, listed, finished,
 * detached, next and thread are under table_lock. */
struct rt_child {
    struct rt_start start;
    struct rt_thread *thread; /* NULL after its end */
    uint32_t uid;
    int rounds; /* of key destructors still to let pass */
    int refs;   /* parent until create is done, child until its end, table while in it */
    bool listed, finished, detached, in_table;
    bool is_main;
    bool own_mask; /* its attributes say which signals it starts with */
    uint64_t mask; /* otherwise: all are blocked until it has begun, then this is blocked */
    pthread_t self;
    struct rt_child *next; /* in the bucket */
};

static core_lock table_lock;
static struct rt_child **buckets;
static uint32_t nbuckets, nentries;

static pthread_key_t end_key;
static uint32_t end_key_state; /* 0 none, 1 being made, 2 there; futex word */

static struct rt_child main_record;
static char main_end; /* its address carries the clock of the main thread's end */

enum { FIRST_BUCKETS = 64 };
static const size_t MIN_STACK = 144 << 10, EXTRA_STACK = 128 << 10;

/* ---- the table; all under table_lock ---- */

static struct rt_child **bucket_of(pthread_t self)
{
    return &buckets[core_mix((uint64_t)self >> 6) % nbuckets];
}

static void grow(void)
{
    struct rt_child **old = buckets;
    uint32_t nold = nbuckets;

    nbuckets = nold ? nold * 4 : FIRST_BUCKETS;
    buckets = core_alloc(nbuckets * sizeof(*buckets));
    for (uint32_t i = 0; i < nold; i++) {
        for (struct rt_child *c = old[i], *next; c; c = next) {
            next = c->next;
            struct rt_child **b = bucket_of(c->self);
            c->next = *b;
            *b = c;
        }
    }
    if (old)
        core_free(old, nold * sizeof(*old));
}

static struct rt_child *find(pthread_t self)
{
    if (!nbuckets)
        return NULL;
    for (struct rt_child *c = *bucket_of(self); c; c = c->next)
        if (c->self == self)
            return c;
    return NULL;
}

static void unref(struct rt_child *c)
{
    if (--c->refs == 0 && !c->is_main)
        core_free(c, sizeof(*c));
}

static void unlist(struct rt_child *c)
{
    for (struct rt_child **p = bucket_of(c->self); *p; p = &(*p)->next) {
        if (*p == c) {
            *p = c->next;
            c->in_table = false;
            nentries--;
            unref(c);
            return;
        }
    }
}

/* Once a record: parent and child both try. */
static void list(struct rt_child *c, pthread_t self)
{
    if (c->listed)
        return;
    if (nentries >= nbuckets)
        grow();
    struct rt_child *stale = find(self); /* ended in a way we didn't see */
    if (stale)
        unlist(stale);
    c->listed = c->in_table = true;
    c->self = self;
    c->refs++;
    c->next = *bucket_of(self);
    *bucket_of(self) = c;
    nentries++;
}

/* ---- the end of a thread ---- */

/* Out of the table first: a name is only set on threads that cannot end meanwhile. */
static void leave_table(struct rt_child *c)
{
    struct rt_scope scope __attribute__((cleanup(rt_scope_leave_bare)));

    rt_scope_enter_bare(&scope);
    core_lock_acquire(&table_lock);
    c->thread = NULL;
    c->finished = true;
    if (c->detached && c->in_table)
        unlist(c);
    unref(c);
    core_lock_release(&table_lock);
}

/* The main thread goes on to exist: exit handlers may still run on it. */
static void main_thread_end(void)
{
    struct rt_scope scope __attribute__((cleanup(rt_scope_leave_bare)));
    struct rt_thread *t = rt_scope_enter_bare(&scope);
    if (t)
        rt_release(t, (rt_addr)&main_end);
}

static void on_key_destroyed(void *record)
{
    struct rt_child *c = record;

    if (--c->rounds > 0 && pthread_setspecific(end_key, c) == 0)
        return;
    if (c->is_main) {
        main_thread_end();
    } else {
        struct rt_thread *t = c->thread;
        leave_table(c);
        rt_thread_end(t);
    }
}

static void expect_end(struct rt_child *c)
{
    c->rounds = PTHREAD_DESTRUCTOR_ITERATIONS;
    if (pthread_setspecific(end_key, c) != 0)
        rt_die("no memory for thread-specific data");
}

/* Keys are made late so that programs get the small numbers they would get without us. */
static void make_end_key(struct rt_thread *t)
{
    uint32_t *state = &end_key_state;

    /* acquire: pairs with the store below, end_key is written */
    while (__atomic_load_n(state, __ATOMIC_ACQUIRE) != 2) {
        uint32_t none = 0;
        if (!__atomic_compare_exchange_n(state, &none, 1, false, __ATOMIC_RELAXED,
                                         __ATOMIC_RELAXED)) {
            RT_BLOCKING(sys_futex_wait(state, 1));
            continue;
        }
        if (pthread_key_create(&end_key, on_key_destroyed) != 0)
            rt_die("no thread-specific key left to notice the end of threads");
        main_record.is_main = true;
        __atomic_store_n(state, 2, __ATOMIC_RELEASE);
        sys_futex_wake(state, INT_MAX);
    }
    if (t->is_main) {
        core_lock_acquire(&table_lock);
        list(&main_record, pthread_self());
        core_lock_release(&table_lock);
    }
}

void rt_pthread_exiting(struct rt_thread *t)
{
    if (!t->is_main)
        return;
    make_end_key(t);
    expect_end(&main_record);
}

/* ---- creation ---- */

struct rt_child *rt_child_create(struct rt_thread *t, rt_pc pc, struct rt_start start,
                                 bool detached)
{
    rt_fork_check_create();
    rt_fork_check_create();
    make_end_key(t);
    struct rt_child *c = core_alloc(sizeof(*c));
    c->start = start;
    c->thread = rt_thread_create(t, pc, detached ? RT_THREAD_DETACHED : 0);
    c->uid = c->thread->uid;
    c->detached = detached;
    c->refs = 2;
    return c;
}

void rt_child_created(struct rt_child *c, bool success, const pthread_t *self)
{
    if (!success) {
        rt_thread_cancel(c->thread);
        core_free(c, sizeof(*c));
        return;
    }
    core_lock_acquire(&table_lock);
    if (!c->listed) /* so it hasn't run any code of the program yet, and *self is there */
        list(c, *self);
    unref(c);
    core_lock_release(&table_lock);
}

int rt_child_spawn(struct rt_thread *t, struct rt_child *c, int (*real)(void *), void *args)
{
    uint64_t mask;
    int err;
    RT_QUIET(t); /* the real create clears out the thread-local memory of dead threads */

    rt_signals_block(&mask);
    c->mask = mask;
    RT_BLOCKING(err = real(args));
    rt_signals_restore(&mask);
    return err;
}

static void enter_table(struct rt_child *c)
{
    struct rt_scope scope __attribute__((cleanup(rt_scope_leave_bare)));

    rt_scope_enter_bare(&scope);
    core_lock_acquire(&table_lock);
    list(c, pthread_self());
    core_lock_release(&table_lock);
    RT_QUIET(c->thread); /* setspecific may allocate */
    expect_end(c);
}

/* The child owns a reference until its end: c stays valid. */
static void child_begin(struct rt_child *c)
{
    rt_thread_start(c->thread);
    enter_table(c);
    if (!c->own_mask)
        rt_signals_restore(&c->mask);
}

RT_HOOK void *rt_child_main(void *record)
{
    struct rt_child *c = record;
    child_begin(c);
    void *result = c->start.run(c->start.arg);
    __asm__ volatile("" : "+r"(result)); /* no tail call: this frame is part of stacks */
    return result;
}

RT_HOOK int rt_child_main_c11(void *record)
{
    struct rt_child *c = record;
    child_begin(c);
    int result = c->start.run_c11(c->start.arg);
    __asm__ volatile("" : "+r"(result));
    return result;
}

/*
 * Attributes with a stack large enough for the program and for us: signal frames, hooks and
 * report writing happen on the program's stack. A stack that the program brings stays as it is.
 */
static const pthread_attr_t *with_room(const pthread_attr_t *attr, pthread_attr_t *copy)
{
    void *low = NULL;
    size_t bytes = 0;

    if (attr) {
        /* without a stack of its own an attribute's low end is minus its size */
        if (pthread_attr_getstack(attr, &low, &bytes) != 0 || (uintptr_t)low + bytes != 0)
            return attr;
        *copy = *attr; /* shares its extension with the original and is never destroyed */
    } else {
        pthread_attr_init(copy);
    }
    if (pthread_attr_getstacksize(copy, &bytes) != 0 || bytes >= MIN_STACK)
        return attr;
    if (!attr && pthread_getattr_default_np(copy) != 0)
        return attr;
    return pthread_attr_setstacksize(copy, bytes + EXTRA_STACK) == 0 ? copy : attr;
}

struct create_args {
    pthread_t *th;
    const pthread_attr_t *attr;
    struct rt_child *child;
    int (*real)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);
};

static int real_create(void *args)
{
    struct create_args *a = args;
    pthread_attr_t copy;
    return a->real(a->th, with_room(a->attr, &copy), rt_child_main, a->child);
}

extern int pthread_attr_getsigmask_np(const pthread_attr_t *, sigset_t *) __attribute__((weak));

static bool has_mask(const pthread_attr_t *attr)
{
    sigset_t mask;
    return attr && pthread_attr_getsigmask_np && pthread_attr_getsigmask_np(attr, &mask) == 0;
}

RT_INTERCEPT(int, pthread_create,
             (pthread_t * th, const pthread_attr_t *attr, void *(*run)(void *), void *arg))
{
    RT_SCOPE(pthread_create);
    if (!t)
        return RT_REAL(pthread_create)(th, attr, run, arg);

    int detached = PTHREAD_CREATE_JOINABLE;
    if (attr)
        pthread_attr_getdetachstate(attr, &detached);
    struct rt_child *c = rt_child_create(t, pc, (struct rt_start){.run = run, .arg = arg},
                                         detached == PTHREAD_CREATE_DETACHED);
    c->own_mask = has_mask(attr);
    int err = rt_child_spawn(t, c, real_create,
                             &(struct create_args){th, attr, c, RT_REAL(pthread_create)});
    rt_child_created(c, err == 0, th);
    return err;
}

/* ---- the end, seen by others ---- */

uint32_t rt_pthread_uid(pthread_t self)
{
    core_lock_acquire(&table_lock);
    struct rt_child *c = find(self);
    uint32_t uid = c ? c->uid : RT_UID_UNKNOWN;
    core_lock_release(&table_lock);
    return uid;
}

void rt_pthread_joined(struct rt_thread *t, pthread_t self, uint32_t uid)
{
    if (uid == RT_UID_UNKNOWN)
        return;
    core_lock_acquire(&table_lock);
    struct rt_child *c = find(self);
    bool is_main = c && c->is_main;
    if (c && c->uid == uid && !is_main)
        unlist(c);
    core_lock_release(&table_lock);
    if (is_main)
        rt_acquire(t, (rt_addr)&main_end);
    else
        rt_thread_join(t, uid);
}

void rt_pthread_detached(struct rt_thread *t, pthread_t self, uint32_t uid)
{
    if (uid == RT_UID_UNKNOWN)
        return;
    core_lock_acquire(&table_lock);
    struct rt_child *c = find(self);
    bool is_main = c && c->is_main;
    if (c && c->uid == uid && !is_main) {
        c->detached = true;
        if (c->finished)
            unlist(c);
    }
    core_lock_release(&table_lock);
    if (!is_main)
        rt_thread_detach(t, uid);
}

void rt_pthread_lock_all(void)
{
    core_lock_acquire(&table_lock);
}

void rt_pthread_unlock_all(void)
{
    core_lock_release(&table_lock);
}

void rt_pthread_after_fork(struct rt_thread *t)
{
    for (uint32_t i = 0; i < nbuckets; i++) {
        for (struct rt_child **p = &buckets[i]; *p;) {
            struct rt_child *c = *p;
            if (c->self == pthread_self()) {
                p = &c->next;
                continue;
            }
            *p = c->next; /* leaked: its thread may have held references that never go */
            c->in_table = false;
            nentries--;
        }
    }
}

RT_INTERCEPT(int, pthread_join, (pthread_t th, void **result))
{
    RT_SCOPE(pthread_join);
    if (!t)
        return RT_REAL(pthread_join)(th, result);
    uint32_t uid = rt_pthread_uid(th);
    int err;
    {
        RT_QUIET(t); /* frees thread-local memory of the dead thread */
        RT_BLOCKING(err = RT_REAL(pthread_join)(th, result));
    }
    if (!err)
        rt_pthread_joined(t, th, uid);
    return err;
}

RT_INTERCEPT(int, pthread_tryjoin_np, (pthread_t th, void **result))
{
    RT_SCOPE(pthread_tryjoin_np);
    if (!t)
        return RT_REAL(pthread_tryjoin_np)(th, result);
    uint32_t uid = rt_pthread_uid(th);
    int err;
    {
        RT_QUIET(t);
        RT_BLOCKING(err = RT_REAL(pthread_tryjoin_np)(th, result));
    }
    if (!err)
        rt_pthread_joined(t, th, uid);
    return err;
}

RT_INTERCEPT(int, pthread_timedjoin_np,
             (pthread_t th, void **result, const struct timespec *deadline))
{
    RT_SCOPE(pthread_timedjoin_np);
    if (!t)
        return RT_REAL(pthread_timedjoin_np)(th, result, deadline);
    uint32_t uid = rt_pthread_uid(th);
    int err;
    {
        RT_QUIET(t);
        RT_BLOCKING(err = RT_REAL(pthread_timedjoin_np)(th, result, deadline));
    }
    if (!err)
        rt_pthread_joined(t, th, uid);
    return err;
}

RT_INTERCEPT(int, pthread_clockjoin_np,
             (pthread_t th, void **result, clockid_t clock, const struct timespec *deadline))
{
    RT_SCOPE(pthread_clockjoin_np);
    if (!t)
        return RT_REAL(pthread_clockjoin_np)(th, result, clock, deadline);
    uint32_t uid = rt_pthread_uid(th);
    int err;
    {
        RT_QUIET(t);
        RT_BLOCKING(err = RT_REAL(pthread_clockjoin_np)(th, result, clock, deadline));
    }
    if (!err)
        rt_pthread_joined(t, th, uid);
    return err;
}

RT_INTERCEPT(int, pthread_detach, (pthread_t th))
{
    RT_SCOPE(pthread_detach);
    if (!t)
        return RT_REAL(pthread_detach)(th);
    uint32_t uid = rt_pthread_uid(th);
    int err;
    {
        RT_QUIET(t);
        RT_BLOCKING(err = RT_REAL(pthread_detach)(th));
    }
    if (!err)
        rt_pthread_detached(t, th, uid);
    return err;
}

RT_INTERCEPT(void, pthread_exit, (void *result))
{
    RT_SCOPE(pthread_exit);
    if (t) {
        rt_pthread_exiting(t);
        RT_BLOCKING(RT_REAL(pthread_exit)(result)); /* unwinds through both guards */
    }
    RT_REAL(pthread_exit)(result);
    __builtin_unreachable();
}

RT_INTERCEPT(int, pthread_setname_np, (pthread_t th, const char *name))
{
    RT_SCOPE(pthread_setname_np);
    int err = RT_REAL(pthread_setname_np)(th, name);
    if (!t || err)
        return err;
    if (pthread_equal(th, pthread_self())) {
        rt_thread_set_name(t, name);
        return 0;
    }
    core_lock_acquire(&table_lock);
    struct rt_child *c = find(th);
    if (c && c->thread) /* under the lock it cannot end */
        rt_thread_set_name(c->thread, name);
    core_lock_release(&table_lock);
    return 0;
}
