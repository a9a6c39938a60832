/*
 * Six threads write six different bytes of one word, then main writes the same bytes, one by one:
 * six races, whatever else was in the word. A detector with four cells a word has forgotten some
 * of them. The fix joins all six first.
 */
#include <pthread.h>
#include "step.h"

_Alignas(8) volatile char word[8];

/* One pair of functions a byte, so that each race is a finding of its own. */
#define DEFINE(K)                         \
    static NOINLINE void again_##K(void)  \
    {                                     \
        word[K] = 2;                      \
    }                                     \
    static void *thread_##K(void *arg)    \
    {                                     \
        step_wait(K);                     \
        word[K] = 1;                      \
        step_set(K + 1);                  \
        return arg;                       \
    }
DEFINE(0)
DEFINE(1)
DEFINE(2)
DEFINE(3)
DEFINE(4)
DEFINE(5)

int main(void)
{
    void *(*const body[6])(void *) = {thread_0, thread_1, thread_2,
                                      thread_3, thread_4, thread_5};
    pthread_t t[6];

    for (int k = 0; k < 6; k++)
        pthread_create(&t[k], NULL, body[k], NULL);
    step_wait(6);
    FIX(for (int k = 0; k < 6; k++) pthread_join(t[k], NULL);)
    again_0();
    again_1();
    again_2();
    again_3();
    again_4();
    again_5();
    BUG(for (int k = 0; k < 6; k++) pthread_join(t[k], NULL);)
    return 0;
}
