/*
 * core: the algorithms of Reprise, free of the operating system.
 *
 * Nothing below src/core allocates by itself, does I/O, reads a clock or knows what a thread
 * of the host is. The three things it needs from its host are declared here; the runtime and
 * the unit tests each bring their own.
 */
#ifndef REPRISE_CORE_H
#define REPRISE_CORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define core_likely(x)   __builtin_expect(!!(x), 1)
#define core_unlikely(x) __builtin_expect(!!(x), 0)
#define CORE_COLD        __attribute__((cold, noinline))
#define CORE_INLINE      static inline __attribute__((always_inline))

/*
 * An event id names one (thread, epoch, site, mutexes held): it is both the timestamp that
 * clocks compare and the key to the event log. Ids of one thread only grow. 0 is no event.
 */
typedef uint32_t core_id;

enum {
    CORE_ID_BITS = 27,
    CORE_ID_MAX = (1 << CORE_ID_BITS) - 1,
    CORE_RUN_BITS = 6, /* ids are handed to threads in runs of 64 */
    CORE_RUN_SIZE = 1 << CORE_RUN_BITS,
};

/*
 * Memory from the host, zeroed, 16-byte aligned. Never fails: a host that runs out of memory
 * has to end the analysis, not the call. Callable from any thread.
 */
void *core_alloc(size_t bytes);
void core_free(void *p, size_t bytes);

/* Lets another thread run while a short lock is held elsewhere; spins is the count so far. */
void core_relax(unsigned spins);

/* A lock for sections of a few dozen instructions. Zero is unlocked. */
typedef struct {
    uint32_t word;
} core_lock;

CORE_INLINE bool core_trylock(core_lock *l)
{
    /* acquire: what the last holder wrote is visible to this one */
    return !__atomic_exchange_n(&l->word, 1, __ATOMIC_ACQUIRE);
}

CORE_INLINE void core_lock_acquire(core_lock *l)
{
    for (unsigned spins = 0; core_unlikely(!core_trylock(l)); spins++)
        core_relax(spins);
}

CORE_INLINE void core_lock_release(core_lock *l)
{
    /* release: publishes what this holder wrote */
    __atomic_store_n(&l->word, 0, __ATOMIC_RELEASE);
}

CORE_INLINE uint64_t core_mix(uint64_t x)
{
    x *= 0x9e3779b97f4a7c15ull; /* 2^64 / golden ratio: spreads low bits upward */
    return x ^ x >> 32;
}

#endif
