// micro: small kernels, each of which makes one kind of event and hardly anything else.
//
// A kernel is a row of the table in micro.c: how many threads run its function, and how many
// operations each of them does. None of them has a data race, so a detector has nothing to say.

#ifndef BENCH_MICRO_H
#define BENCH_MICRO_H

#include <stddef.h>
#include <stdint.h>

// What one thread of a kernel gets. `buffer` is this thread's own, `shared` is filled before the
// threads start and only read afterwards, unless the kernel locks.
struct micro {
    unsigned id;
    uint64_t ops;
    uint64_t result; // keeps the work from being thrown away
    unsigned char *buffer;
    const uint64_t *shared;
};

enum { BUFFER_BYTES = 1 << 20, SHARED_WORDS = 1 << 13 };

// Makes the compiler forget what it knows about memory: each pass really loads and stores.
#define FORGET() __asm__ volatile("" ::: "memory")

// access.c: memory
void kernel_private(struct micro *m);
void kernel_stream8(struct micro *m);
void kernel_stream4(struct micro *m);
void kernel_stream2(struct micro *m);
void kernel_stream1(struct micro *m);
void kernel_neighbours(struct micro *m);
void kernel_false_share(struct micro *m);
void kernel_shared_read(struct micro *m);
void kernel_tree(struct micro *m);
void kernel_list(struct micro *m);
void kernel_calls(struct micro *m);
void kernel_deep(struct micro *m);
void kernel_ranges(struct micro *m);
void kernel_memcpy(struct micro *m);

// sync.c: everything that orders threads
void kernel_lock_own(struct micro *m);
void kernel_lock_shared(struct micro *m);
void kernel_lock_many(struct micro *m);
void kernel_rwlock(struct micro *m);
void kernel_ping_pong(struct micro *m);
void kernel_atomic_add(struct micro *m);
void kernel_atomic_load(struct micro *m);
void kernel_hand_over(struct micro *m);
void kernel_malloc(struct micro *m);
void kernel_threads(struct micro *m);
void kernel_barrier(struct micro *m);
void kernel_start(struct micro *m);

#endif
