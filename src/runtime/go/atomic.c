/*
 * Package sync/atomic under -race: the operations are performed here.
 *
 * All of them are sequentially consistent and, as far as order between goroutines goes, acquire
 * and release. Each holds the lock of its address while it takes effect, so the order of values is
 * the order of clocks; the access itself is checked after the acquire part and before the release
 * part, and reported when the lock is gone. (The same rules as abi/tsan_atomic.c.)
 *
 * Arguments and results stand in the frame of the Go function: the address first, then operands in
 * their own width, then, at the next multiple of 8, the result.
 */
#include "../access.h"
#include "../event.h"
#include "../sync.h"
#include "goroutine.h"
#include "turn.h"

/* Go tells no address outside of its memory: it ignores synchronisation around such an operation.
 */
struct op {
    struct rt_thread *t; /* NULL: only perform it */
    struct rt_sync_hold hold;
    rt_addr addr;
    unsigned size;
    rt_pc pc;
    bool raced;
    struct rt_race race;
};

static bool open_call(struct op *op, struct rt_thread *t, rt_pc callpc, rt_pc pc, const void *addr,
                      unsigned size)
{
    *op = (struct op){.addr = (rt_addr)addr, .size = size, .pc = pc};
    if (!t || t->ignore_sync || !rt_go_enter(t))
        return false;
    op->t = t;
    rt_go_frame_push(t, callpc);
    return true;
}

static void close_call(struct op *op)
{
    rt_go_frame_pop(op->t);
    rt_go_leave(op->t);
}

static void begin(struct op *op, struct rt_thread *t, rt_pc callpc, rt_pc pc, const void *addr,
                  unsigned size)
{
    if (!open_call(op, t, callpc, pc, addr, size))
        return;
    rt_sync_hold(&op->hold, op->addr);
}

static void end(struct op *op)
{
    if (!op->t)
        return;
    rt_sync_let_go(&op->hold);
    if (core_unlikely(op->raced))
        rt_race_report(op->t, op->pc, &op->race);
    close_call(op);
}

static void acquire(struct op *op)
{
    if (op->t && op->hold.s)
        rt_sync_acquire(op->t, op->hold.s);
}

/* It will release again before anybody can look. */
static void take_back(struct op *op)
{
    if (op->t && op->hold.s)
        rt_sync_take_back(op->t, op->hold.s);
}

static void check(struct op *op, enum rt_kind kind)
{
    if (op->t && !rt_access_known(op->t, op->addr, op->size, kind))
        op->raced = rt_access_check(op->t, op->pc, op->addr, op->size, kind, &op->race);
}

static void release(struct op *op)
{
    if (!op->t)
        return;
    if (!op->hold.s)
        rt_sync_make_in(&op->hold, op->addr);
    rt_sync_release_store(op->t, op->hold.s);
}

/* Read, changed, written: all that was released before is known by now, so what is released
 * replaces it. Before the value can be seen. */
static void update(struct op *op)
{
    take_back(op);
    acquire(op);
    check(op, RT_ATOMIC_WRITE);
    release(op);
}

/* ---- the operations ---- */

/* Operand and result of an operation in the frame of its Go function. */
#define ADDRESS(T)       (*(T **)frame)
#define OPERAND(T)       (*(T *)(frame + 8))
#define SECOND(T)        (*(T *)(frame + 8 + sizeof(T)))
#define RESULT(T)        (*(T *)(frame + 16))
#define SWAPPED(T)       (*(uint8_t *)(frame + 8 + 2 * sizeof(T)))
#define NAME(bits, name) __tsan_go_atomic##bits##_##name
#define SIGNATURE        (struct rt_thread * t, rt_pc callpc, rt_pc pc, uint8_t *frame, rt_pc where)

/* A load that finds nothing new takes no lock: the common case of polling. */
#define LOAD(bits, T)                                                                              \
    static bool peek##bits(struct op *op, const T *addr, T *value)                                 \
    {                                                                                              \
        struct rt_sync_seen seen;                                                                  \
        if (!rt_access_known(op->t, op->addr, sizeof(T), RT_ATOMIC_READ) ||                        \
            !rt_sync_peek(op->t, op->addr, &seen))                                                 \
            return false;                                                                          \
        *value = __atomic_load_n(addr, __ATOMIC_SEQ_CST);                                          \
        return rt_sync_unchanged(&seen);                                                           \
    }                                                                                              \
    RT_EXPORT void NAME(bits, load) SIGNATURE;                                                     \
    void NAME(bits, load) SIGNATURE                                                                \
    {                                                                                              \
        struct op op;                                                                              \
        const T *addr = ADDRESS(T);                                                                \
        if (rt_go_atomic_point(t, callpc, where, CORE_OP_ATOMIC_LOAD, (rt_addr)addr, sizeof(T)))   \
            return;                                                                                \
        if (!open_call(&op, t, callpc, pc, addr, sizeof(T))) {                                     \
            OPERAND(T) = __atomic_load_n(addr, __ATOMIC_SEQ_CST);                                  \
            return;                                                                                \
        }                                                                                          \
        if (peek##bits(&op, addr, &OPERAND(T))) {                                                  \
            close_call(&op);                                                                       \
            return;                                                                                \
        }                                                                                          \
        rt_sync_hold(&op.hold, op.addr);                                                           \
        OPERAND(T) = __atomic_load_n(addr, __ATOMIC_SEQ_CST);                                      \
        acquire(&op);                                                                              \
        check(&op, RT_ATOMIC_READ);                                                                \
        end(&op);                                                                                  \
    }

#define STORE(bits, T)                                                                             \
    RT_EXPORT void NAME(bits, store) SIGNATURE;                                                    \
    void NAME(bits, store) SIGNATURE                                                               \
    {                                                                                              \
        struct op op;                                                                              \
        T *addr = ADDRESS(T);                                                                      \
        if (rt_go_atomic_point(t, callpc, where, CORE_OP_ATOMIC_STORE, (rt_addr)addr, sizeof(T)))  \
            return;                                                                                \
        begin(&op, t, callpc, pc, addr, sizeof(T));                                                \
        check(&op, RT_ATOMIC_WRITE);                                                               \
        release(&op);                                                                              \
        __atomic_store_n(addr, OPERAND(T), __ATOMIC_SEQ_CST);                                      \
        end(&op);                                                                                  \
    }

#define UPDATE(bits, T, name, builtin)                                                             \
    RT_EXPORT void NAME(bits, name) SIGNATURE;                                                     \
    void NAME(bits, name) SIGNATURE                                                                \
    {                                                                                              \
        struct op op;                                                                              \
        T *addr = ADDRESS(T);                                                                      \
        if (rt_go_atomic_point(t, callpc, where, CORE_OP_ATOMIC_RMW, (rt_addr)addr, sizeof(T)))    \
            return;                                                                                \
        begin(&op, t, callpc, pc, addr, sizeof(T));                                                \
        update(&op);                                                                               \
        RESULT(T) = builtin(addr, OPERAND(T), __ATOMIC_SEQ_CST);                                   \
        end(&op);                                                                                  \
    }

/* One that fails is a load. */
#define COMPARE(bits, T)                                                                           \
    RT_EXPORT void NAME(bits, compare_exchange) SIGNATURE;                                         \
    void NAME(bits, compare_exchange) SIGNATURE                                                    \
    {                                                                                              \
        struct op op;                                                                              \
        T *addr = ADDRESS(T), expected = OPERAND(T);                                               \
        if (rt_go_atomic_point(t, callpc, where, CORE_OP_ATOMIC_RMW, (rt_addr)addr, sizeof(T)))    \
            return;                                                                                \
        begin(&op, t, callpc, pc, addr, sizeof(T));                                                \
        bool swaps = !op.t || __atomic_load_n(addr, __ATOMIC_SEQ_CST) == expected;                 \
        if (swaps)                                                                                 \
            update(&op);                                                                           \
        swaps = swaps && __atomic_compare_exchange_n(addr, &expected, SECOND(T), false,            \
                                                     __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);          \
        if (!swaps) {                                                                              \
            acquire(&op);                                                                          \
            check(&op, RT_ATOMIC_READ);                                                            \
        }                                                                                          \
        SWAPPED(T) = swaps;                                                                        \
        end(&op);                                                                                  \
    }

#define ALL(bits, T)                                                                               \
    LOAD(bits, T)                                                                                  \
    STORE(bits, T)                                                                                 \
    UPDATE(bits, T, exchange, __atomic_exchange_n)                                                 \
    UPDATE(bits, T, fetch_add, __atomic_fetch_add)                                                 \
    UPDATE(bits, T, fetch_and, __atomic_fetch_and)                                                 \
    UPDATE(bits, T, fetch_or, __atomic_fetch_or)                                                   \
    COMPARE(bits, T)

ALL(32, uint32_t)
ALL(64, uint64_t)
