/*
 * Every pair of access sizes 1, 2, 4, 8, 16, each write sharing its last byte with the other's
 * first: 25 races. The fix moves the second access one byte of its own size further on: none.
 */
#include <pthread.h>
#include <stdint.h>
#include "step.h"

typedef uint8_t u1;
typedef uint16_t u2;
typedef uint32_t u4;
typedef uint64_t u8;
typedef float u16 __attribute__((vector_size(16)));

#define SIZES_WITH(F, A) F(A, 1) F(A, 2) F(A, 4) F(A, 8) F(A, 16)
#define ALL_PAIRS(F) SIZES_WITH(F, 1) SIZES_WITH(F, 2) SIZES_WITH(F, 4) SIZES_WITH(F, 8) \
    SIZES_WITH(F, 16)
/* Where the second access starts: at an address both sizes divide, inside the first or after. */
#ifdef FIXED
#define OFFSET(A, B) ((A) > (B) ? (A) : (B))
#else
#define OFFSET(A, B) ((A) > (B) ? (A) - (B) : 0)
#endif

struct slot {
    _Alignas(64) char bytes[64];
};

struct slot slots[17][17];

#define DEFINE(A, B)                                                      \
    static NOINLINE void first_##A##_##B(void)                            \
    {                                                                     \
        *(volatile u##A *)slots[A][B].bytes = (u##A){0};                  \
    }                                                                     \
    static NOINLINE void second_##A##_##B(void)                           \
    {                                                                     \
        *(volatile u##B *)(slots[A][B].bytes + OFFSET(A, B)) = (u##B){0}; \
    }
ALL_PAIRS(DEFINE)

static void *writer(void *arg)
{
#define FIRST(A, B) first_##A##_##B();
    ALL_PAIRS(FIRST)
    step_set(1);
    return arg;
}

int main(void)
{
    pthread_t t;

    pthread_create(&t, NULL, writer, NULL);
    step_wait(1);
#define SECOND(A, B) second_##A##_##B();
    ALL_PAIRS(SECOND)
    pthread_join(t, NULL);
    return 0;
}
