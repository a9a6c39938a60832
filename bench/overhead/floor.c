// The part of the floor that has to do something: atomic operations and memory functions. All other
// hooks of the floor are empty; link.sh makes them from the list of the runtime's exports.
//
// Compilers call these in place of the operation, so an empty one would change the program. A load
// and a store keep the strength that was asked for, because on this machine it decides which
// instruction is used; for the others it decides nothing.

#include <stddef.h>
#include <string.h>

typedef unsigned char a8;
typedef unsigned short a16;
typedef unsigned int a32;
typedef unsigned long a64;
typedef unsigned __int128 a128;

#define RMW(BITS, NAME, OP)                                                                        \
    a##BITS __tsan_atomic##BITS##_##NAME(volatile a##BITS *a, a##BITS v, int order)                \
    {                                                                                              \
        (void)order;                                                                               \
        return OP(a, v, __ATOMIC_SEQ_CST);                                                         \
    }

#define EXCHANGE(BITS, NAME)                                                                       \
    int __tsan_atomic##BITS##_compare_exchange_##NAME(volatile a##BITS *a, a##BITS *want,          \
                                                      a##BITS v, int order, int failed)            \
    {                                                                                              \
        a##BITS had = __sync_val_compare_and_swap(a, *want, v);                                    \
        int done = had == *want;                                                                   \
        (void)order, (void)failed;                                                                 \
        if (!done)                                                                                 \
            *want = had;                                                                           \
        return done;                                                                               \
    }

#define ALL(BITS)                                                                                  \
    EXCHANGE(BITS, strong)                                                                         \
    EXCHANGE(BITS, weak)                                                                           \
    a##BITS __tsan_atomic##BITS##_compare_exchange_val(volatile a##BITS *a, a##BITS want,          \
                                                       a##BITS v, int order, int failed)           \
    {                                                                                              \
        (void)order, (void)failed;                                                                 \
        return __sync_val_compare_and_swap(a, want, v);                                            \
    }

#define NATIVE(BITS)                                                                               \
    RMW(BITS, exchange, __atomic_exchange_n)                                                       \
    RMW(BITS, fetch_add, __atomic_fetch_add)                                                       \
    RMW(BITS, fetch_sub, __atomic_fetch_sub)                                                       \
    RMW(BITS, fetch_and, __atomic_fetch_and)                                                       \
    RMW(BITS, fetch_or, __atomic_fetch_or)                                                         \
    RMW(BITS, fetch_xor, __atomic_fetch_xor)                                                       \
    RMW(BITS, fetch_nand, __atomic_fetch_nand)                                                     \
    a##BITS __tsan_atomic##BITS##_load(const volatile a##BITS *a, int order)                       \
    {                                                                                              \
        (void)order; /* a plain load is one with acquire on this machine */                        \
        return __atomic_load_n(a, __ATOMIC_SEQ_CST);                                               \
    }                                                                                              \
    void __tsan_atomic##BITS##_store(volatile a##BITS *a, a##BITS v, int order)                    \
    {                                                                                              \
        if (order == __ATOMIC_SEQ_CST)                                                             \
            __atomic_store_n(a, v, __ATOMIC_SEQ_CST);                                              \
        else                                                                                       \
            __atomic_store_n(a, v, __ATOMIC_RELEASE);                                              \
    }

ALL(8)
ALL(16)
ALL(32)
ALL(64)
ALL(128)
NATIVE(8)
NATIVE(16)
NATIVE(32)
NATIVE(64)

// 16 bytes have no instruction but compare and exchange.
#define LOOP(NAME, NEXT)                                                                           \
    a128 __tsan_atomic128_##NAME(volatile a128 *a, a128 v, int order)                              \
    {                                                                                              \
        a128 had = *a, seen;                                                                       \
        (void)order;                                                                               \
        while ((seen = __sync_val_compare_and_swap(a, had, NEXT)) != had)                          \
            had = seen;                                                                            \
        return had;                                                                                \
    }

LOOP(exchange, v)
LOOP(fetch_add, had + v)
LOOP(fetch_sub, had - v)
LOOP(fetch_and, had &v)
LOOP(fetch_or, had | v)
LOOP(fetch_xor, had ^ v)
LOOP(fetch_nand, ~(had &v))

a128 __tsan_atomic128_load(volatile a128 *a, int order)
{
    (void)order;
    return __sync_val_compare_and_swap(a, 0, 0);
}

void __tsan_atomic128_store(volatile a128 *a, a128 v, int order)
{
    __tsan_atomic128_exchange(a, v, order);
}

void __tsan_atomic_thread_fence(int order)
{
    if (order == __ATOMIC_SEQ_CST)
        __atomic_thread_fence(__ATOMIC_SEQ_CST);
}

void __tsan_atomic_signal_fence(int order)
{
    (void)order;
}

void *__tsan_memcpy(void *to, const void *from, size_t n)
{
    return memcpy(to, from, n);
}

void *__tsan_memmove(void *to, const void *from, size_t n)
{
    return memmove(to, from, n);
}

void *__tsan_memset(void *to, int c, size_t n)
{
    return memset(to, c, n);
}
