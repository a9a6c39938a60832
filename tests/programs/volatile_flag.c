/*
 * A volatile flag is neither atomic nor ordered: two races. The fix is an atomic flag. (Flag and
 * value are kept in different words: TSan takes races in one word for the same race.)
 */
#include <pthread.h>
#include <stdatomic.h>
#include "step.h"

_Alignas(64) int value;
BUG(_Alignas(64) volatile int ready;)
FIX(_Alignas(64) atomic_int ready;)

static NOINLINE void write_value(void)
{
    value = 7;
}

static NOINLINE int read_value(void)
{
    return value;
}

static NOINLINE void raise_flag(void)
{
    ready = 1;
}

static NOINLINE void await_flag(void)
{
    while (!ready)
        sched_yield();
}

static void *writer(void *arg)
{
    write_value();
    raise_flag();
    return arg;
}

int main(void)
{
    pthread_t t;
    int seen;

    pthread_create(&t, NULL, writer, NULL);
    await_flag();
    seen = read_value();
    pthread_join(t, NULL);
    return seen == 7 ? 0 : 1;
}
