/*
 * Atomic operations: we perform them, and order threads as C11 says.
 *
 * An operation holds the lock of its object, or of its stripe while there is none, when it takes
 * effect (rt_sync_hold), so the order of values is the order of clocks. The rules
 * (C11 5.1.2.4, 7.17.3-4):
 *
 *   release store    starts a release sequence: the object's clock becomes the thread's
 *   relaxed store    by the thread that heads the sequence goes on with it; by another ends it
 *   read-modify-write  goes on with the sequence, and adds its own clock when it releases
 *   acquire load     joins the object's clock
 *   release fence    remembers the clock; later relaxed stores and RMWs publish that one
 *   relaxed load     keeps the object's clock aside; a later acquire fence joins it
 *
 * The access itself is checked after the acquire part (a release on the same object orders what
 * came before it) and before the release part (it is among what is published). What it finds is
 * reported when the lock is gone.
 *
 * The machine's operation is always sequentially consistent.
 */
#include "../access.h"
#include "../options.h"
#include "../scope_quick.h"
#include "../sync.h"
#include "../turn.h"
#include "../turn_trace.h"

#define PC ((rt_pc)__builtin_return_address(0))

enum order { RELAXED, CONSUME, ACQUIRE, RELEASE, ACQ_REL, SEQ_CST };

static enum order order_of(int mo)
{
    /* gcc adds flags above: lock elision hints, __sync_ builtins */
    return rt_options.force_seq_cst_atomics ? SEQ_CST : (enum order)(mo & 0x7fff);
}

static bool acquires(enum order o)
{
    return o != RELAXED && o != RELEASE;
}

static bool releases(enum order o)
{
    return o >= RELEASE;
}

/* ---- one operation, opened and closed ---- */

struct op {
    struct rt_scope scope;
    struct rt_thread *t; /* NULL: only perform it */
    struct rt_sync_hold hold;
    rt_addr addr;
    unsigned size;
    struct rt_sync_seen seen; /* rt_sync_peek */
    rt_pc pc;
    bool raced;
    struct rt_race race;
};

/* A bad pointer faults here, while nothing is locked: handlers may jump away. (Writing where only
 * reading is allowed still faults later.) */
static void touch(const volatile void *addr)
{
    (void)*(const volatile char *)addr;
}

/* Others may run before it. */
static void point(struct rt_thread *t, rt_pc pc, enum core_op what, rt_addr addr, unsigned size)
{
    if (core_likely(rt_strategy == CORE_STRATEGY_OS))
        return;
    rt_turn_point_slow(t, pc, what, addr & ~7ull); /* as plain accesses name it */
    if (rt_trace_on && t->turn)
        rt_trace_access(t->turn, addr, addr, size, what != CORE_OP_ATOMIC_LOAD);
}

/* The compiler puts the parts of an operation into these, which there is one of for all types. */
#define WHOLE __attribute__((flatten, noinline))

/* what: CORE_OP_NONE when its point is behind it. */
WHOLE static void begin(struct op *op, const volatile void *addr, unsigned size, rt_pc pc,
                        enum core_op what)
{
    op->t = NULL;
    if (!rt_multi)
        return;
    touch(addr);
    struct rt_thread *t = rt_scope_enter_bare_quick(&op->scope);
    if (!t)
        return;
    op->addr = (rt_addr)addr;
    op->size = size;
    op->pc = pc;
    op->raced = false;
    if (what)
        point(t, pc, what, op->addr, size);
    rt_sync_hold(&op->hold, op->addr);
    op->t = t;
}

WHOLE static void end(struct op *op)
{
    if (!op->t)
        return;
    rt_sync_let_go(&op->hold);
    if (core_unlikely(op->raced))
        rt_race_report(op->t, op->pc, &op->race);
    rt_scope_leave_bare_quick(&op->scope);
}

/*
 * Threads that access one variable over and over have their accesses side by side in a record of
 * the shadow, which cannot be read in passing. So a thread remembers the cells of the variables
 * that it accessed last: while they are the same, and the epoch is, its access is still there, and
 * no plain one came, for that would show in the cell.
 */
static struct rt_atomic_known *known_of(struct rt_thread *t, rt_addr addr)
{
    return &t->atomics[(addr >> 3 ^ addr >> 6) % RT_ATOMICS_KNOWN];
}

/* False: the cells are being changed, or the access is not of one word. */
static bool look(rt_addr addr, unsigned size, uint64_t *p, uint64_t *q)
{
    /* acquire: Q is at least as new */
    *p = __atomic_load_n(rt_cell_p(addr), __ATOMIC_ACQUIRE);
    uint32_t w = (uint32_t)*p, r = (uint32_t)(*p >> 32);
    bool full = !(w & CORE_TAG) && (r & CORE_TAG ? r & CORE_SET_FULL : !(r & 15));
    *q = full || (addr & 7) + size <= 4 ? 0 : __atomic_load_n(rt_cell_q(addr), __ATOMIC_RELAXED);
    return *p != CORE_CELL_BUSY && w != CORE_FREED && (addr & 7) + size <= 8;
}

/* The access is recorded. It is to be remembered if that left the cells as they were before. */
static void remember(struct rt_thread *t, rt_addr addr, unsigned size, enum rt_kind kind,
                     const struct rt_atomic_known *before)
{
    struct rt_atomic_known *k = known_of(t, addr), now = {.addr = 0};
    bool steady = before->addr && look(addr, size, &now.p, &now.q) && before->p == now.p &&
                  before->q == now.q && t->next < t->end && !t->ignore_reads && !t->ignore_writes;
    *k = (struct rt_atomic_known){steady ? addr : 0, now.p,          now.q,
                                  t->epoch_first,    (uint16_t)size, kind};
}

static struct rt_atomic_known cells_of(rt_addr addr, unsigned size)
{
    struct rt_atomic_known k = {.addr = addr};
    if (!look(addr, size, &k.p, &k.q))
        k.addr = 0;
    return k;
}

static bool known(struct rt_thread *t, rt_addr addr, unsigned size, enum rt_kind kind)
{
    const struct rt_atomic_known *k = known_of(t, addr), now = cells_of(addr, size);
    if (core_likely(k->addr == addr && k->p == now.p && k->q == now.q && k->size == size &&
                    k->epoch == t->epoch_first && k->kind >= kind))
        return now.addr && rt_multi;
    if (!rt_access_known(t, addr, size, kind))
        return false;
    remember(t, addr, size, kind, &now);
    return true;
}

static void check(struct op *op, enum rt_kind kind)
{
    if (core_likely(known(op->t, op->addr, op->size, kind)))
        return;
    struct rt_atomic_known before = cells_of(op->addr, op->size);
    op->raced = rt_access_check(op->t, op->pc, op->addr, op->size, kind, &op->race);
    if (!op->raced)
        remember(op->t, op->addr, op->size, kind, &before);
}

static void join(struct op *op, enum order o)
{
    if (!op->hold.s || op->t->ignore_sync)
        return;
    if (acquires(o))
        rt_sync_acquire(op->t, op->hold.s);
    else
        rt_sync_read_clock(op->hold.s, &op->t->fence_acquire);
}

/* It will release again before anybody can look. */
static void take_back(struct op *op)
{
    if (op->hold.s && !op->t->ignore_sync)
        rt_sync_take_back(op->t, op->hold.s);
}

WHOLE static void on_load(struct op *op, enum order o)
{
    if (!op->t)
        return;
    join(op, o);
    check(op, RT_ATOMIC_READ);
}

/* A load that finds nothing new: the common case of polling, without any lock or store. */
WHOLE static bool peek(struct op *op, const volatile void *addr, unsigned size, rt_pc pc)
{
    op->t = NULL;
    if (!rt_multi)
        return false;
    struct rt_thread *t = rt_scope_enter_bare_quick(&op->scope);
    if (!t)
        return false;
    op->addr = (rt_addr)addr;
    point(t, pc, CORE_OP_ATOMIC_LOAD, op->addr, size);
    if (known(t, op->addr, size, RT_ATOMIC_READ) && rt_sync_peek(t, op->addr, &op->seen))
        return true;
    rt_scope_leave_bare_quick(&op->scope);
    return false;
}

WHOLE static bool peeked(struct op *op)
{
    bool ok = rt_sync_unchanged(&op->seen);
    rt_scope_leave_bare_quick(&op->scope);
    return ok;
}

static struct rt_sync *object(struct op *op)
{
    if (!op->hold.s)
        rt_sync_make_in(&op->hold, op->addr);
    return op->hold.s;
}

static void publish_fence(struct op *op)
{
    if (!core_clock_empty(&op->t->fence_release))
        rt_sync_add_clock(object(op), &op->t->fence_release);
}

/* Before the value can be seen: whoever reads it finds the clock. */
WHOLE static void on_store(struct op *op, enum order o)
{
    if (!op->t)
        return;
    if (releases(o))
        take_back(op);
    check(op, RT_ATOMIC_WRITE);
    if (op->t->ignore_sync)
        return;
    if (releases(o)) {
        rt_sync_release_store(op->t, object(op));
        return;
    }
    if (op->hold.s && op->hold.s->thread != op->t->uid)
        rt_sync_clear(op->hold.s);
    publish_fence(op);
    if (op->hold.s)
        op->hold.s->thread = op->t->uid;
}

WHOLE static void on_rmw(struct op *op, enum order o)
{
    if (!op->t)
        return;
    if (releases(o))
        take_back(op);
    join(op, o);
    check(op, RT_ATOMIC_WRITE);
    if (op->t->ignore_sync)
        return;
    if (!releases(o))
        publish_fence(op);
    else if (acquires(o)) /* knows all of the sequence by now: its clock replaces it */
        rt_sync_release_store(op->t, object(op));
    else
        rt_sync_release_join(op->t, object(op));
}

/* ---- 128 bits ---- */

typedef unsigned __int128 u128;

/* The instruction compares and swaps; a load is a swap of equal values. */
static u128 cas16(volatile u128 *p, u128 expected, u128 value)
{
    uint64_t low = (uint64_t)expected, high = (uint64_t)(expected >> 64);
    __asm__ volatile("lock cmpxchg16b %2"
                     : "+a"(low), "+d"(high), "+m"(*p)
                     : "b"((uint64_t)value), "c"((uint64_t)(value >> 64))
                     : "memory", "cc");
    return (u128)high << 64 | low;
}

#define APPLY16(name, expression)                                                                  \
    static u128 name##16(volatile u128 * p, u128 v)                                                \
    {                                                                                              \
        u128 old = *p, seen;                                                                       \
        for (; (seen = cas16(p, old, expression)) != old; old = seen)                              \
            ;                                                                                      \
        return old;                                                                                \
    }
APPLY16(exchange, v)
APPLY16(fetch_add, old + v)
APPLY16(fetch_sub, old - v)
APPLY16(fetch_and, old &v)
APPLY16(fetch_or, old | v)
APPLY16(fetch_xor, old ^ v)
APPLY16(fetch_nand, ~(old &v))

static u128 load16(const volatile u128 *p)
{
    typedef long long vector __attribute__((vector_size(16), may_alias));
    if (__builtin_cpu_supports("avx")) { /* then aligned 16-byte loads are atomic */
        union {
            vector v;
            u128 i;
        } u;
        u.v = *(const volatile vector *)p;
        return u.i;
    }
    return cas16((volatile u128 *)p, 0, 0); /* needs writable memory */
}

static void store16(volatile u128 *p, u128 v)
{
    exchange16(p, v);
}

static bool compare_exchange16(volatile u128 *p, u128 *expected, u128 v)
{
    u128 seen = cas16(p, *expected, v);
    bool ok = seen == *expected;
    *expected = seen;
    return ok;
}

/* ---- 8 to 64 bits: the compiler's builtins under the names of the 128-bit functions ---- */

#define BUILTIN_RMW(bits, T, name, builtin)                                                        \
    static T name##bits(volatile T *p, T v)                                                        \
    {                                                                                              \
        return builtin(p, v, __ATOMIC_SEQ_CST);                                                    \
    }
#define BUILTINS(bits, T)                                                                          \
    static T load##bits(const volatile T *p)                                                       \
    {                                                                                              \
        return __atomic_load_n(p, __ATOMIC_SEQ_CST);                                               \
    }                                                                                              \
    static void store##bits(volatile T *p, T v)                                                    \
    {                                                                                              \
        __atomic_store_n(p, v, __ATOMIC_SEQ_CST);                                                  \
    }                                                                                              \
    static bool compare_exchange##bits(volatile T *p, T *expected, T v)                            \
    {                                                                                              \
        return __atomic_compare_exchange_n(p, expected, v, false, __ATOMIC_SEQ_CST,                \
                                           __ATOMIC_SEQ_CST);                                      \
    }                                                                                              \
    BUILTIN_RMW(bits, T, exchange, __atomic_exchange_n)                                            \
    BUILTIN_RMW(bits, T, fetch_add, __atomic_fetch_add)                                            \
    BUILTIN_RMW(bits, T, fetch_sub, __atomic_fetch_sub)                                            \
    BUILTIN_RMW(bits, T, fetch_and, __atomic_fetch_and)                                            \
    BUILTIN_RMW(bits, T, fetch_or, __atomic_fetch_or)                                              \
    BUILTIN_RMW(bits, T, fetch_xor, __atomic_fetch_xor)                                            \
    BUILTIN_RMW(bits, T, fetch_nand, __atomic_fetch_nand)

BUILTINS(1, uint8_t)
BUILTINS(2, uint16_t)
BUILTINS(4, uint32_t)
BUILTINS(8, uint64_t)

/* ---- what compilers call ---- */

#define RMW(bits, size, T, name)                                                                   \
    RT_EXPORT T __tsan_atomic##bits##_##name(volatile T *p, T v, int mo);                          \
    T __tsan_atomic##bits##_##name(volatile T *p, T v, int mo)                                     \
    {                                                                                              \
        struct op op;                                                                              \
        begin(&op, p, size, PC, CORE_OP_ATOMIC_RMW);                                               \
        on_rmw(&op, order_of(mo));                                                                 \
        T old = name##size(p, v);                                                                  \
        end(&op);                                                                                  \
        return old;                                                                                \
    }

/* Failure is a load. Which of the two it is is known only afterwards; the clock follows under
 * the same lock, so nobody can see the value in between. */
#define COMPARE_EXCHANGE(bits, size, T)                                                            \
    static bool compare_exchange_##bits(volatile T *p, T *expected, T v, int mo, int fmo,          \
                                        rt_pc pc)                                                  \
    {                                                                                              \
        struct op op;                                                                              \
        begin(&op, p, size, pc, CORE_OP_ATOMIC_RMW);                                               \
        bool ok = compare_exchange##size(p, expected, v);                                          \
        if (ok)                                                                                    \
            on_rmw(&op, order_of(mo));                                                             \
        else                                                                                       \
            on_load(&op, order_of(fmo));                                                           \
        end(&op);                                                                                  \
        return ok;                                                                                 \
    }                                                                                              \
    RT_EXPORT int __tsan_atomic##bits##_compare_exchange_strong(volatile T *p, T *expected, T v,   \
                                                                int mo, int fmo);                  \
    int __tsan_atomic##bits##_compare_exchange_strong(volatile T *p, T *expected, T v, int mo,     \
                                                      int fmo)                                     \
    {                                                                                              \
        return compare_exchange_##bits(p, expected, v, mo, fmo, PC);                               \
    }                                                                                              \
    RT_EXPORT int __tsan_atomic##bits##_compare_exchange_weak(volatile T *p, T *expected, T v,     \
                                                              int mo, int fmo);                    \
    int __tsan_atomic##bits##_compare_exchange_weak(volatile T *p, T *expected, T v, int mo,       \
                                                    int fmo)                                       \
    {                                                                                              \
        return compare_exchange_##bits(p, expected, v, mo, fmo, PC);                               \
    }                                                                                              \
    RT_EXPORT T __tsan_atomic##bits##_compare_exchange_val(volatile T *p, T expected, T v, int mo, \
                                                           int fmo);                               \
    T __tsan_atomic##bits##_compare_exchange_val(volatile T *p, T expected, T v, int mo, int fmo)  \
    {                                                                                              \
        compare_exchange_##bits(p, &expected, v, mo, fmo, PC);                                     \
        return expected;                                                                           \
    }

#define ATOMICS(bits, size, T)                                                                     \
    RT_EXPORT T __tsan_atomic##bits##_load(const volatile T *p, int mo);                           \
    T __tsan_atomic##bits##_load(const volatile T *p, int mo)                                      \
    {                                                                                              \
        struct op op;                                                                              \
        T v;                                                                                       \
        if (peek(&op, p, size, PC)) {                                                              \
            v = load##size(p);                                                                     \
            if (peeked(&op))                                                                       \
                return v;                                                                          \
        }                                                                                          \
        begin(&op, p, size, PC, CORE_OP_NONE);                                                     \
        v = load##size(p);                                                                         \
        on_load(&op, order_of(mo));                                                                \
        end(&op);                                                                                  \
        return v;                                                                                  \
    }                                                                                              \
    RT_EXPORT void __tsan_atomic##bits##_store(volatile T *p, T v, int mo);                        \
    void __tsan_atomic##bits##_store(volatile T *p, T v, int mo)                                   \
    {                                                                                              \
        struct op op;                                                                              \
        begin(&op, p, size, PC, CORE_OP_ATOMIC_STORE);                                             \
        on_store(&op, order_of(mo));                                                               \
        store##size(p, v);                                                                         \
        end(&op);                                                                                  \
    }                                                                                              \
    RMW(bits, size, T, exchange)                                                                   \
    RMW(bits, size, T, fetch_add)                                                                  \
    RMW(bits, size, T, fetch_sub)                                                                  \
    RMW(bits, size, T, fetch_and)                                                                  \
    RMW(bits, size, T, fetch_or)                                                                   \
    RMW(bits, size, T, fetch_xor)                                                                  \
    RMW(bits, size, T, fetch_nand)                                                                 \
    COMPARE_EXCHANGE(bits, size, T)

ATOMICS(8, 1, uint8_t)
ATOMICS(16, 2, uint16_t)
ATOMICS(32, 4, uint32_t)
ATOMICS(64, 8, uint64_t)
ATOMICS(128, 16, u128)

/* ---- fences ---- */

RT_EXPORT void __tsan_atomic_thread_fence(int mo);
RT_EXPORT void __tsan_atomic_signal_fence(int mo);

void __tsan_atomic_thread_fence(int mo)
{
    enum order o = order_of(mo);
    struct rt_scope scope;
    struct rt_thread *t = rt_multi ? rt_scope_enter_bare_quick(&scope) : NULL;

    if (t)
        rt_turn_point(t, PC, CORE_OP_FENCE, 0);
    if (t && !t->ignore_sync) {
        if (acquires(o)) {
            core_clock_join(&t->clock, &t->fence_acquire);
            core_clock_clear(&t->fence_acquire);
        }
        if (releases(o)) {
            core_clock_assign(&t->fence_release, &t->clock);
            core_clock_raise(&t->fence_release, t->slot, rt_event_tell(t));
            rt_event_new_epoch(t);
        }
    }
    if (t)
        rt_scope_leave_bare_quick(&scope);
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
}

void __tsan_atomic_signal_fence(int mo)
{
    (void)mo;
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
}
