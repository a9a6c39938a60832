/*
 * Random bytes from the system, which follow from the seed when pin_random is set and a strategy
 * controls the threads: each call takes the next numbers of one sequence, in the order of the
 * schedule.
 *
 * Generators with a state of the program (rand, random, drand48) need no help: what they start
 * from is a constant, a clock or one of these. Not pinned: instructions (RDRAND) in code of the
 * program.
 */
#include "../pin.h"
#include "../sys/sys.h"
#include "rows.h"

#include <stdlib.h>
#include <sys/random.h>
#include <sys/syscall.h>

/* A row stays a row. */
/* clang-format off */

static bool is_pinned(void)
{
    return rt_controlled() && rt_options.pin_random;
}

static ssize_t pinned_bytes(struct rt_thread *t, rt_pc pc, void *to, size_t n)
{
    rt_turn_point(t, pc, CORE_OP_EXTERNAL, 0);
    rt_pin_random(to, n);
    return (ssize_t)n;
}

static int pinned_entropy(struct rt_thread *t, rt_pc pc, void *to, size_t n)
{
    if (n > 256) { /* more than it gives */
        errno = EIO;
        return -1;
    }
    pinned_bytes(t, pc, to, n);
    return 0;
}

ssize_t rt_getrandom(struct rt_thread *t, rt_pc pc, void *to, size_t n)
{
    return is_pinned() ? pinned_bytes(t, pc, to, n) : -ENOSYS;
}

/* The real one says what it has to of flags and addresses that are wrong. */
#define PINNED(model, real) is_pinned() ? model : real

MODELLED(ssize_t, getrandom, (void *to, size_t n, unsigned flags), (to, n, flags),
    !(flags & ~(GRND_RANDOM | GRND_NONBLOCK)) && to
        ? PINNED(pinned_bytes(t, pc, to, n), RT_REAL(getrandom)(to, n, flags))
        : RT_REAL(getrandom)(to, n, flags),
    BLOCK, , r > 0, OUT(to, r))
MODELLED(int, getentropy, (void *to, size_t n), (to, n),
    PINNED(pinned_entropy(t, pc, to, n), RT_REAL(getentropy)(to, n)), BLOCK, , r == 0, OUT(to, n))

/* ---- arc4random: not in every libc, but a program that finds ours may use it ---- */

static void system_bytes(void *to, size_t n)
{
    for (size_t done = 0; done < n;) {
        long r = sys_call(SYS_getrandom, (long)to + (long)done, (long)(n - done), 0, 0, 0, 0);
        if (r > 0)
            done += (size_t)r;
        else if (r != -EINTR)
            rt_die("the system gives no random bytes (error %ld)", -r);
    }
}

static void any_bytes(struct rt_thread *t, rt_pc pc, void *to, size_t n)
{
    if (t && is_pinned())
        pinned_bytes(t, pc, to, n);
    else
        system_bytes(to, n);
}

void arc4random_buf(void *to, size_t n);
uint32_t arc4random(void);
uint32_t arc4random_uniform(uint32_t below);

RT_INTERCEPT(void, arc4random_buf, (void *to, size_t n))
{
    RT_SCOPE(arc4random_buf);
    any_bytes(t, pc, to, n);
    if (t)
        OUT(to, n)
}

RT_INTERCEPT(uint32_t, arc4random, (void))
{
    RT_SCOPE(arc4random);
    uint32_t r;
    any_bytes(t, pc, &r, sizeof r);
    return r;
}

RT_INTERCEPT(uint32_t, arc4random_uniform, (uint32_t below))
{
    RT_SCOPE(arc4random_uniform);
    uint64_t r;
    if (below < 2)
        return 0;
    /* of 2^64 numbers so few fall beyond the last multiple that the rest is as good as even */
    any_bytes(t, pc, &r, sizeof r);
    return (uint32_t)(r % below);
}

/* std::random_device of libstdc++, which asks the processor: _M_getval(), whatever token it was
 * made with. */
RT_INTERCEPT(unsigned, _ZNSt13random_device9_M_getvalEv, (void *self))
{
    RT_SCOPE(_ZNSt13random_device9_M_getvalEv);
    unsigned r;
    if (!t || !is_pinned())
        return RT_REAL(_ZNSt13random_device9_M_getvalEv)(self);
    pinned_bytes(t, pc, &r, sizeof r);
    return r;
}
