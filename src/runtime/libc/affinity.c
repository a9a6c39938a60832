/*
 * Which processors a thread may run on, and which one it is on. Under a controlled strategy all
 * threads stay on one (pin.h); here the program sees the sets that it would have without that.
 *
 * A set that the program gives is given to the kernel, which knows best what is wrong with it and
 * what remains of it; then the thread is put back. Threads are known by uid; what a thread has not
 * set itself is what the process was started with.
 */
#include "../pin.h"
#include "../sys/sys.h"
#include "../thread.h"
#include "pthreads.h"
#include "rows.h"

#include <sched.h>
#include <sys/syscall.h>

/* A row stays a row. */
/* clang-format off */

struct chosen {
    struct chosen *next;
    uint32_t uid;
    struct rt_cpus set;
};

static struct chosen *all_chosen; /* by the thread with the turn */

static struct chosen *chosen_by(uint32_t uid)
{
    struct chosen *c = all_chosen;
    while (c && c->uid != uid)
        c = c->next;
    return c;
}

static void choose(uint32_t uid, const struct rt_cpus *set)
{
    struct chosen *c = chosen_by(uid);
    if (!c) {
        c = core_alloc(sizeof *c);
        c->uid = uid;
        c->next = all_chosen;
        all_chosen = c;
    }
    for (size_t i = 0; i < sizeof set->words / sizeof set->words[0]; i++)
        c->set.words[i] = set->words[i];
}

static const struct rt_cpus *visible(uint32_t uid)
{
    const struct chosen *c = chosen_by(uid);
    return c ? &c->set : rt_pin_started_with();
}

/* ---- who is meant ---- */

struct search {
    pid_t tid;
    uint32_t uid;
};

static void match_tid(struct rt_thread *t, void *arg)
{
    struct search *s = arg;
    if (t->os_tid == s->tid && !t->finished)
        s->uid = t->uid;
}

static void match_uid(struct rt_thread *t, void *arg)
{
    struct search *s = arg;
    if (t->uid == s->uid && !t->finished)
        s->tid = t->os_tid;
}

/* RT_UID_UNKNOWN: a thread of somebody else. */
static uint32_t uid_of(struct rt_thread *t, pid_t tid)
{
    struct search s = {tid, RT_UID_UNKNOWN};
    if (tid == 0)
        return t->uid;
    rt_thread_for_each(match_tid, &s);
    return s.uid;
}

static pid_t tid_of(pthread_t th)
{
    struct search s = {0, rt_pthread_uid(th)};
    rt_thread_for_each(match_uid, &s);
    return s.tid;
}

/* ---- the calls; result or -errno ---- */

static long get_affinity(struct rt_thread *t, pid_t tid, size_t bytes, cpu_set_t *out)
{
    struct rt_cpus set = {{0}};
    if (bytes > sizeof set)
        bytes = sizeof set;
    long n = sys_call(SYS_sched_getaffinity, tid, (long)bytes, (long)&set, 0, 0, 0);
    if (n < 0)
        return n;
    uint32_t uid = uid_of(t, tid);
    const struct rt_cpus *seen = &set;
    if (uid != RT_UID_UNKNOWN && rt_pin_is_pinned(&set))
        seen = visible(uid);
    unsigned char *to = (unsigned char *)out;
    for (size_t i = 0; i < bytes; i++)
        to[i] = i < (size_t)n ? ((const unsigned char *)seen)[i] : 0;
    return n;
}

static long set_affinity(struct rt_thread *t, pid_t tid, size_t bytes, const cpu_set_t *in)
{
    long err = sys_call(SYS_sched_setaffinity, tid, (long)bytes, (long)in, 0, 0, 0);
    uint32_t uid = uid_of(t, tid);
    if (err || uid == RT_UID_UNKNOWN)
        return err;
    struct rt_cpus set = {{0}};
    if (sys_call(SYS_sched_getaffinity, tid, sizeof set, (long)&set, 0, 0, 0) > 0)
        choose(uid, &set);
    rt_pin_thread(tid);
    return 0;
}

static bool is_pinned(void)
{
    return rt_pin_started_with() != NULL;
}

static int as_errno(long result)
{
    if (result < 0)
        errno = (int)-result;
    return result < 0 ? -1 : 0;
}

MODELLED(int, sched_getaffinity, (pid_t tid, size_t bytes, cpu_set_t *set), (tid, bytes, set),
    is_pinned() ? as_errno(get_affinity(t, tid, bytes, set))
                : RT_REAL(sched_getaffinity)(tid, bytes, set),
    NOW, , r == 0, OUT(set, bytes))
MODELLED(int, sched_setaffinity, (pid_t tid, size_t bytes, const cpu_set_t *set),
    (tid, bytes, set),
    is_pinned() ? as_errno(set_affinity(t, tid, bytes, set))
                : RT_REAL(sched_setaffinity)(tid, bytes, set),
    NOW, IN(set, bytes), false, )

/* These return the error. A thread that the runtime doesn't know is not kept anywhere. */
static int get_of(struct rt_thread *t, pid_t tid, size_t bytes, cpu_set_t *set)
{
    long n = get_affinity(t, tid, bytes, set);
    return n < 0 ? (int)-n : 0;
}

#define KNOWN(th) (is_pinned() && tid_of(th))

MODELLED(int, pthread_getaffinity_np, (pthread_t th, size_t bytes, cpu_set_t *set),
    (th, bytes, set),
    KNOWN(th) ? get_of(t, tid_of(th), bytes, set)
              : RT_REAL(pthread_getaffinity_np)(th, bytes, set),
    NOW, , r == 0, OUT(set, bytes))
MODELLED(int, pthread_setaffinity_np, (pthread_t th, size_t bytes, const cpu_set_t *set),
    (th, bytes, set),
    KNOWN(th) ? (int)-set_affinity(t, tid_of(th), bytes, set)
              : RT_REAL(pthread_setaffinity_np)(th, bytes, set),
    NOW, IN(set, bytes), false, )

/* ---- where it runs: each thread somewhere else, as if they ran in parallel ---- */

static int cpu_of(const struct rt_thread *t)
{
    enum { BITS = 8 * sizeof(unsigned long) };
    const struct rt_cpus *set = visible(t->uid);
    unsigned n = 0, index;
    for (unsigned cpu = 0; cpu < RT_CPUS_MAX; cpu++)
        n += set->words[cpu / BITS] >> cpu % BITS & 1;
    index = n ? t->uid % n : 0;
    for (unsigned cpu = 0; cpu < RT_CPUS_MAX; cpu++)
        if (set->words[cpu / BITS] >> cpu % BITS & 1 && index-- == 0)
            return (int)cpu;
    return 0;
}

static int get_cpu(struct rt_thread *t, unsigned *cpu, unsigned *node)
{
    long err = sys_call(SYS_getcpu, 0, (long)node, 0, 0, 0, 0);
    if (!err && cpu)
        *cpu = (unsigned)cpu_of(t);
    return as_errno(err);
}

MODELLED(int, sched_getcpu, (void), (), is_pinned() ? cpu_of(t) : RT_REAL(sched_getcpu)(), NOW, ,
    false, )
MODELLED(int, getcpu, (unsigned *cpu, unsigned *node), (cpu, node),
    is_pinned() ? get_cpu(t, cpu, node) : RT_REAL(getcpu)(cpu, node), NOW, , r == 0,
    PUT(cpu) PUT(node))
