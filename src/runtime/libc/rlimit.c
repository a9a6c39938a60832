/*
 * Limits that a program sets for itself.
 *
 * Of address space (RLIMIT_AS) and of data (RLIMIT_DATA) the runtime has taken terabytes before
 * the program sets a limit for what it means to use itself; every allocation would fail from then
 * on. So our share, and room for it to grow, is added to what the program wants, and taken off
 * what it is told. Programs that it executes inherit the larger limit: one line says so.
 */
#include "../arena.h"
#include "../hook.h"
#include "../sys/sys.h"
#include <sys/resource.h>

enum { ROOM = 512 << 20 };

static rlim_t added[2]; /* to RLIMIT_AS, to RLIMIT_DATA; 0 = it was never set. Relaxed */

static rlim_t *added_to(int what)
{
    return what == RLIMIT_AS ? &added[0] : what == RLIMIT_DATA ? &added[1] : NULL;
}

static rlim_t plus(rlim_t limit, rlim_t share)
{
    return limit < RLIM_INFINITY - share ? limit + share : RLIM_INFINITY;
}

/* What to tell the kernel instead of *wanted. */
static const struct rlimit *widen(int what, const struct rlimit *wanted, struct rlimit *wider)
{
    static bool said;
    rlim_t *share = added_to(what);
    if (!share || !wanted || wanted->rlim_cur == RLIM_INFINITY || !rt_enabled)
        return wanted;
    __atomic_store_n(share, sys_large_bytes(what == RLIMIT_AS) + rt_arena_bytes() + ROOM,
                     __ATOMIC_RELAXED);
    wider->rlim_cur = plus(wanted->rlim_cur, *share);
    wider->rlim_max =
        wanted->rlim_max == RLIM_INFINITY ? RLIM_INFINITY : plus(wanted->rlim_max, *share);
    if (!__atomic_exchange_n(&said, true, __ATOMIC_RELAXED))
        rt_say("the program limits its memory: %lu GB of the runtime are added to that limit, also "
               "for programs that it executes",
               (unsigned long)(*share >> 30));
    return wider;
}

static rlim_t share_of(int what)
{
    const rlim_t *at = added_to(what);
    return at ? __atomic_load_n(at, __ATOMIC_RELAXED) : 0;
}

static void narrow(struct rlimit *limit, rlim_t share)
{
    if (limit->rlim_cur != RLIM_INFINITY && limit->rlim_cur >= share)
        limit->rlim_cur -= share;
    if (limit->rlim_max != RLIM_INFINITY && limit->rlim_max >= share)
        limit->rlim_max -= share;
}

#define GET_LIMIT(name, type)                                                                      \
    RT_INTERCEPT(int, name, (__rlimit_resource_t what, struct type * limit))                       \
    {                                                                                              \
        RT_SCOPE(name);                                                                            \
        int result = RT_REAL(name)(what, limit);                                                   \
        if (t && result == 0 && limit) {                                                           \
            narrow((struct rlimit *)limit, share_of((int)what));                                   \
            rt_write_range(t, pc, limit, sizeof *limit);                                           \
        }                                                                                          \
        return result;                                                                             \
    }

#define SET_LIMIT(name, type)                                                                      \
    RT_INTERCEPT(int, name, (__rlimit_resource_t what, const struct type *limit))                  \
    {                                                                                              \
        RT_SCOPE(name);                                                                            \
        struct rlimit wider;                                                                       \
        if (!t)                                                                                    \
            return RT_REAL(name)(what, limit);                                                     \
        if (limit)                                                                                 \
            rt_read_range(t, pc, limit, sizeof *limit);                                            \
        return RT_REAL(name)(                                                                      \
            what, (const struct type *)widen((int)what, (const struct rlimit *)limit, &wider));    \
    }

static int process_limit(struct rt_thread *t, rt_pc pc, __typeof__(&prlimit) real, pid_t pid,
                         int what, const struct rlimit *limit, struct rlimit *old)
{
    struct rlimit wider;
    bool ours = pid == 0 || pid == sys_pid();
    rlim_t share = share_of(what); /* of the old limit */
    if (limit)
        rt_read_range(t, pc, limit, sizeof *limit);
    int result = real(pid, what, ours ? widen(what, limit, &wider) : limit, old);
    if (ours && result == 0 && old)
        narrow(old, share);
    if (result == 0 && old)
        rt_write_range(t, pc, old, sizeof *old);
    return result;
}

/* Both structs are the same on machines with 64-bit words. */
_Static_assert(sizeof(struct rlimit) == sizeof(struct rlimit64), "struct rlimit");

GET_LIMIT(getrlimit, rlimit)
GET_LIMIT(getrlimit64, rlimit64)
SET_LIMIT(setrlimit, rlimit)
SET_LIMIT(setrlimit64, rlimit64)

RT_INTERCEPT(int, prlimit,
             (pid_t pid, __rlimit_resource_t what, const struct rlimit *limit, struct rlimit *old))
{
    RT_SCOPE(prlimit);
    if (!t)
        return RT_REAL(prlimit)(pid, what, limit, old);
    return process_limit(t, pc, RT_REAL(prlimit), pid, (int)what, limit, old);
}

RT_INTERCEPT(int, prlimit64,
             (pid_t pid, __rlimit_resource_t what, const struct rlimit64 *limit,
              struct rlimit64 *old))
{
    RT_SCOPE(prlimit64);
    if (!t)
        return RT_REAL(prlimit64)(pid, what, limit, old);
    return process_limit(t, pc, (__typeof__(&prlimit))RT_REAL(prlimit64), pid, (int)what,
                         (const struct rlimit *)limit, (struct rlimit *)old);
}
