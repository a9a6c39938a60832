/*
 * Threads: creation, their first and last steps, join and detach.
 *
 * The end of a thread must come after the program's own last code in it: cancellation handlers,
 * C++ thread_local destructors (glibc runs them before keys) and destructors of keys. So it is a
 * key destructor that puts itself off to the last of the rounds glibc makes.
 */
#include "../fork.h"
#include "../sys/sys.h"
#include "model_thread.h"
#include "pthread_table.h"
#include <limits.h>
#include <sched.h>

static pthread_key_t end_key;
static uint32_t end_key_state; /* 0 none, 1 being made, 2 there; futex word */

static struct rt_child main_record;
const char rt_main_end[1];

static const size_t MIN_STACK = 144 << 10, EXTRA_STACK = 128 << 10;

/* ---- the end of a thread ---- */

/* Out of the table first: a name is only set on threads that cannot end meanwhile. */
static void leave_table(struct rt_child *c)
{
    struct rt_scope scope __attribute__((cleanup(rt_scope_leave_bare)));
    struct rt_thread *t = rt_scope_enter_bare(&scope);

    rt_table_leave(c);
    if (t)
        rt_model_end(t);
}

/* The main thread goes on to exist: exit handlers may still run on it. */
static void main_thread_end(void)
{
    struct rt_scope scope __attribute__((cleanup(rt_scope_leave_bare)));
    struct rt_thread *t = rt_scope_enter_bare(&scope);
    if (!t)
        return;
    rt_release(t, (rt_addr)rt_main_end);
    rt_model_end(t);
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
    if (!t->is_main)
        return;
    main_record.thread = t;
    rt_table_enter(&main_record, pthread_self());
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
    rt_turn_point(t, pc, CORE_OP_CREATE, 0);
    make_end_key(t);
    struct rt_child *c = core_alloc(sizeof(*c));
    c->start = start;
    c->thread = rt_thread_create(t, pc, detached ? RT_THREAD_DETACHED : 0);
    c->uid = c->thread->uid;
    c->detached = detached;
    c->refs = 2;
    if (rt_controlled())
        rt_turn_born(t, c->thread);
    return c;
}

void rt_child_created(struct rt_thread *t, struct rt_child *c, bool success, const pthread_t *self)
{
    if (!success) {
        if (rt_controlled())
            rt_turn_unborn(t, c->thread);
        rt_thread_cancel(c->thread);
        core_free(c, sizeof(*c));
        return;
    }
    if (rt_controlled()) /* it cannot have ended: it waits for its turn */
        rt_turn_created(t, c->thread);
    rt_table_created(c, self);
}

int rt_child_spawn(struct rt_thread *t, struct rt_child *c, int (*real)(void *), void *args)
{
    uint64_t mask;
    int err;
    RT_QUIET(t); /* the real create clears out the thread-local memory of dead threads */

    rt_signals_block(&mask);
    c->mask = mask & ~(1ull << (RT_SIGNAL_CANCEL - 1)); /* see model_thread.h */
    RT_PROGRAM(err = real(args));
    rt_signals_restore(&mask);
    return err;
}

static void enter_table(struct rt_child *c)
{
    struct rt_scope scope __attribute__((cleanup(rt_scope_leave_bare)));

    rt_scope_enter_bare(&scope);
    rt_table_enter(c, pthread_self());
    RT_QUIET(c->thread); /* setspecific may allocate */
    expect_end(c);
}

/* What came before was done while the parent waited. */
static void take_turn(struct rt_child *c)
{
    struct rt_scope scope __attribute__((cleanup(rt_scope_leave_bare)));
    struct rt_thread *t = rt_scope_enter_bare(&scope);

    if (t)
        rt_turn_start(t);
}

/* The child owns a reference until its end: c stays valid. */
static void child_begin(struct rt_child *c)
{
    rt_thread_start(c->thread);
    enter_table(c);
    if (rt_controlled())
        take_turn(c);
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
    rt_child_created(t, c, err == 0, th);
    return err;
}

/* ---- join and detach ---- */

RT_INTERCEPT(int, pthread_join, (pthread_t th, void **result))
{
    RT_SCOPE(pthread_join);
    if (!t)
        return RT_REAL(pthread_join)(th, result);
    int err;
    RT_JOIN(th, RT_FOREVER, err, RT_REAL(pthread_join)(th, result));
    return err;
}

RT_INTERCEPT(int, pthread_tryjoin_np, (pthread_t th, void **result))
{
    RT_SCOPE(pthread_tryjoin_np);
    if (!t)
        return RT_REAL(pthread_tryjoin_np)(th, result);
    uint32_t uid = rt_pthread_uid(th);
    int err;
    rt_turn_point(t, pc, CORE_OP_JOIN, 0);
    {
        RT_QUIET(t);
        RT_PROGRAM(err = RT_REAL(pthread_tryjoin_np)(th, result));
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
    int err;
    RT_JOIN(th, RT_UNTIL(CLOCK_REALTIME, deadline), err,
            RT_REAL(pthread_timedjoin_np)(th, result, deadline));
    return err;
}

RT_INTERCEPT(int, pthread_clockjoin_np,
             (pthread_t th, void **result, clockid_t clock, const struct timespec *deadline))
{
    RT_SCOPE(pthread_clockjoin_np);
    if (!t)
        return RT_REAL(pthread_clockjoin_np)(th, result, clock, deadline);
    int err;
    RT_JOIN(th, RT_UNTIL(clock, deadline), err,
            RT_REAL(pthread_clockjoin_np)(th, result, clock, deadline));
    return err;
}

RT_INTERCEPT(int, pthread_detach, (pthread_t th))
{
    RT_SCOPE(pthread_detach);
    if (!t)
        return RT_REAL(pthread_detach)(th);
    uint32_t uid = rt_pthread_uid(th);
    int err;
    rt_turn_point(t, pc, CORE_OP_DETACH, 0);
    {
        RT_QUIET(t);
        RT_PROGRAM(err = RT_REAL(pthread_detach)(th));
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
        RT_PROGRAM(RT_REAL(pthread_exit)(result)); /* unwinds through both guards */
    }
    RT_REAL(pthread_exit)(result);
    __builtin_unreachable();
}

/* ---- cancel and yield ---- */

RT_INTERCEPT(int, pthread_cancel, (pthread_t th))
{
    RT_SCOPE(pthread_cancel);
    if (!t)
        return RT_REAL(pthread_cancel)(th);
    int err;
    rt_turn_point(t, pc, CORE_OP_CANCEL, 0);
    RT_PROGRAM(err = RT_REAL(pthread_cancel)(th)); /* may unwind the caller itself */
    if (!err && rt_controlled())
        rt_model_cancelled(t, th);
    return err;
}

RT_INTERCEPT(int, pthread_setcanceltype, (int type, int *old))
{
    RT_SCOPE(pthread_setcanceltype);
    if (!t)
        return RT_REAL(pthread_setcanceltype)(type, old);
    int err;
    RT_PROGRAM(err = RT_REAL(pthread_setcanceltype)(type, old)); /* may unwind */
    if (err)
        return err;
    rt_model_cancel_type(t, type == PTHREAD_CANCEL_ASYNCHRONOUS);
    if (old)
        rt_write_range(t, pc, old, sizeof *old);
    return 0;
}

RT_INTERCEPT(int, sched_yield, (void))
{
    RT_SCOPE(sched_yield);
    return t && rt_yield(t, pc) ? 0 : RT_REAL(sched_yield)();
}

/* For programs that were linked before glibc's headers made it another name of sched_yield. */
RT_EXPORT __attribute__((weak)) int yield_of_old_programs(void) __asm__("pthread_yield");
RT_EXPORT int yield_of_old_programs(void)
{
    return RT_SELF(sched_yield)();
}

RT_INTERCEPT(int, pthread_setname_np, (pthread_t th, const char *name))
{
    RT_SCOPE(pthread_setname_np);
    int err = RT_REAL(pthread_setname_np)(th, name);
    if (!t || err)
        return err;
    if (pthread_equal(th, pthread_self()))
        rt_thread_set_name(t, name);
    else
        rt_table_set_name(th, name);
    return 0;
}
