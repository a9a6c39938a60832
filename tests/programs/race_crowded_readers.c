/*
 * Six threads read each of six words, and main writes the words. It is ordered after all the
 * reads but one of each word: six races, each with the one reader of six that must not be
 * forgotten. The fix joins the readers first.
 */
#include <pthread.h>
#include "step.h"

#define READERS 6

_Alignas(64) volatile long words[READERS];
int released[READERS];

/* The reads of main's later writes that are not ordered: after this thread's release. */
#define DEFINE(K)                                             \
    static NOINLINE void unordered_read_##K(void)             \
    {                                                         \
        (void)words[K];                                       \
    }                                                         \
    static NOINLINE void write_##K(void)                      \
    {                                                         \
        words[K] = 1;                                         \
    }                                                         \
    static void *reader_##K(void *arg)                        \
    {                                                         \
        step_wait(K);                                         \
        for (int k = 0; k < READERS; k++)                     \
            if (k != K)                                       \
                (void)words[k];                               \
        __atomic_store_n(&released[K], 1, __ATOMIC_RELEASE);  \
        unordered_read_##K();                                 \
        step_set(K + 1);                                      \
        return arg;                                           \
    }
DEFINE(0)
DEFINE(1)
DEFINE(2)
DEFINE(3)
DEFINE(4)
DEFINE(5)

int main(void)
{
    void *(*const reader[READERS])(void *) = {reader_0, reader_1, reader_2,
                                              reader_3, reader_4, reader_5};
    void (*const writes[READERS])(void) = {write_0, write_1, write_2, write_3, write_4, write_5};
    pthread_t t[READERS];

    for (int k = 0; k < READERS; k++)
        pthread_create(&t[k], NULL, reader[k], NULL);
    step_wait(READERS);
    for (int k = 0; k < READERS; k++)
        if (!__atomic_load_n(&released[k], __ATOMIC_ACQUIRE))
            return 2;
    FIX(for (int k = 0; k < READERS; k++) pthread_join(t[k], NULL);)
    for (int k = 0; k < READERS; k++)
        writes[k]();
    BUG(for (int k = 0; k < READERS; k++) pthread_join(t[k], NULL);)
    return 0;
}
