/*
 * Six threads touch six different bytes of one word, three by reading and three by writing, then
 * main writes the whole word: a race with each of the six. A detector with four cells a word
 * forgets some of them. The fix joins all six first.
 */
#include <pthread.h>
#include "step.h"

_Alignas(8) volatile char word[8];

/* One function a thread, so that each race is a finding of its own. */
#define DEFINE(K, ACCESS)              \
    static void *thread_##K(void *arg) \
    {                                  \
        step_wait(K);                  \
        ACCESS;                        \
        step_set(K + 1);               \
        return arg;                    \
    }
DEFINE(0, (void)word[0])
DEFINE(1, word[1] = 1)
DEFINE(2, (void)word[2])
DEFINE(3, word[3] = 1)
DEFINE(4, (void)word[4])
DEFINE(5, word[5] = 1)

int main(void)
{
    void *(*const body[6])(void *) = {thread_0, thread_1, thread_2,
                                      thread_3, thread_4, thread_5};
    pthread_t t[6];

    for (int k = 0; k < 6; k++)
        pthread_create(&t[k], NULL, body[k], NULL);
    step_wait(6);
    FIX(for (int k = 0; k < 6; k++) pthread_join(t[k], NULL);)
    *(volatile long *)word = 0;
    BUG(for (int k = 0; k < 6; k++) pthread_join(t[k], NULL);)
    return 0;
}
