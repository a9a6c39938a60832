#include "futex.h"

#include "../sys/sys.h"
#include "model_wait.h"
#include "ready.h"

#include <limits.h>
#include <linux/futex.h>
#include <sys/syscall.h>

/* relaxed would do for us; what the program orders with the word is between its own accesses */
static uint32_t load(const uint32_t *word)
{
    return __atomic_load_n(word, __ATOMIC_SEQ_CST);
}

/* ---- waiting ---- */

/* WAIT takes an interval, WAIT_BITSET a time. RT_NEVER: none. */
static uint64_t deadline_of(int op, const struct timespec *timeout)
{
    bool interval = (op & FUTEX_CMD_MASK) == FUTEX_WAIT;
    if (!timeout)
        return RT_NEVER;
    if (interval)
        return rt_clock_after_ns(rt_timespec_ns(timeout));
    return rt_clock_deadline_ns(op & FUTEX_CLOCK_REALTIME ? CLOCK_REALTIME : CLOCK_MONOTONIC,
                                timeout);
}

static long futex_wait(struct rt_thread *t, rt_pc pc, uint32_t *word, int op, uint32_t value,
                       const struct timespec *timeout)
{
    if (timeout && !rt_timespec_valid(timeout))
        return -EINVAL;
    struct rt_wait wait = {.op = CORE_OP_FUTEX_WAIT,
                           .object = (rt_addr)word,
                           .deadline_ns = deadline_of(op, timeout),
                           .interruptible = true};
    rt_turn_point(t, pc, CORE_OP_FUTEX_WAIT, (rt_addr)word);
    for (;;) {
        if (load(word) != value)
            return -EAGAIN;
        enum rt_woke woke = rt_turn_wait(t, pc, &wait);
        if (woke == RT_WOKE)
            return 0;
        int error = rt_wait_failed(t, woke, !timeout, ETIMEDOUT);
        if (error)
            return -error;
    }
}

/* ---- waking ---- */

/* In the kernel: threads that the runtime doesn't know, other processes, libc. */
static long wake_real(uint32_t *word, int op, long n)
{
    if (n <= 0)
        return 0;
    long r = sys_call(SYS_futex, (long)word, FUTEX_WAKE | (op & FUTEX_PRIVATE_FLAG), n, 0, 0, 0);
    return r > 0 ? r : 0;
}

static long wake(struct rt_thread *t, uint32_t *word, int op, uint32_t value)
{
    int n = value > INT_MAX ? INT_MAX : (int)value;
    long woken = n > 0 ? rt_turn_wake(t, (rt_addr)word, n) : 0;
    return woken + wake_real(word, op, n - woken);
}

/* Waiters with other bits are woken as well, which they must be ready for: a wait may always end
 * without a reason. */
static long wake_bits(struct rt_thread *t, uint32_t *word, int op, uint32_t value, uint32_t bits)
{
    if (!bits)
        return -EINVAL;
    return wake(t, word, op, bits == FUTEX_BITSET_MATCH_ANY ? value : INT_MAX);
}

static long requeue(struct rt_thread *t, uint32_t *word, int op, uint32_t value, long limit,
                    uint32_t *word2)
{
    long woken = wake(t, word, op, value);
    int moved = rt_turn_requeue((rt_addr)word, (rt_addr)word2,
                                limit > INT_MAX || limit < 0 ? INT_MAX : (int)limit);
    return (op & FUTEX_CMD_MASK) == FUTEX_CMP_REQUEUE ? woken + moved : woken;
}

/* ---- WAKE_OP: changes a second word, and wakes there depending on what it was ---- */

static int signed_12(uint32_t bits)
{
    return (int)(bits << 20) >> 20;
}

static uint32_t changed(uint32_t how, uint32_t old, int argument)
{
    uint32_t by = how & FUTEX_OP_OPARG_SHIFT ? 1u << (argument & 31) : (uint32_t)argument;
    switch (how & 7) {
    case FUTEX_OP_SET:
        return by;
    case FUTEX_OP_ADD:
        return old + by;
    case FUTEX_OP_OR:
        return old | by;
    case FUTEX_OP_ANDN:
        return old & ~by;
    default:
        return old ^ by;
    }
}

static bool compares(uint32_t how, int old, int argument)
{
    switch (how) {
    case FUTEX_OP_CMP_EQ:
        return old == argument;
    case FUTEX_OP_CMP_NE:
        return old != argument;
    case FUTEX_OP_CMP_LT:
        return old < argument;
    case FUTEX_OP_CMP_LE:
        return old <= argument;
    case FUTEX_OP_CMP_GT:
        return old > argument;
    default:
        return old >= argument;
    }
}

static long wake_op(struct rt_thread *t, uint32_t *word, int op, uint32_t value, long value2,
                    uint32_t *word2, uint32_t code)
{
    uint32_t how = code >> 28, compare = code >> 24 & 15;
    if ((how & 7) > FUTEX_OP_XOR || compare > FUTEX_OP_CMP_GE)
        return -ENOSYS;
    uint32_t old = load(word2);
    while (!__atomic_compare_exchange_n(word2, &old, changed(how, old, signed_12(code >> 12)),
                                        false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
        ;
    long woken = wake(t, word, op, value);
    if (compares(compare, (int)old, signed_12(code)))
        woken += wake(t, word2, op, (uint32_t)value2);
    return woken;
}

/* ---- the call ---- */

static bool is_wait(int command)
{
    return command == FUTEX_WAIT || command == FUTEX_WAIT_BITSET;
}

long rt_futex(struct rt_thread *t, rt_pc pc, uint32_t *word, int op, uint32_t value, long timeout,
              uint32_t *word2, uint32_t value3)
{
    int command = op & FUTEX_CMD_MASK;
    if (!word || (rt_addr)word % sizeof *word)
        return RT_FUTEX_REAL; /* says what is wrong */
    if (is_wait(command)) {
        if (!rt_multi || (command == FUTEX_WAIT_BITSET && !value3))
            return RT_FUTEX_REAL;
        return futex_wait(t, pc, word, op, value, (const struct timespec *)timeout);
    }
    rt_turn_point(t, pc, CORE_OP_FUTEX_WAKE, (rt_addr)word);
    switch (command) {
    case FUTEX_WAKE:
        return wake(t, word, op, value);
    case FUTEX_WAKE_BITSET:
        return wake_bits(t, word, op, value, value3);
    case FUTEX_CMP_REQUEUE:
        if (load(word) != value3)
            return -EAGAIN;
        return requeue(t, word, op, value, timeout, word2);
    case FUTEX_REQUEUE:
        return requeue(t, word, op, value, timeout, word2);
    case FUTEX_WAKE_OP:
        return wake_op(t, word, op, value, timeout, word2, value3);
    default:
        return RT_FUTEX_REAL;
    }
}
