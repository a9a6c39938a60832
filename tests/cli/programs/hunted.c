/* One concurrency bug, chosen with -DNAME, that most schedules don't show; -DFIXED has none. */
#include <assert.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER, b = PTHREAD_MUTEX_INITIALIZER;
static int value, ready, turns;
static int *pointer;

static void set(int *where, int what)
{
    pthread_mutex_lock(&a);
    *where = what;
    pthread_mutex_unlock(&a);
}

static int get(const int *where)
{
    pthread_mutex_lock(&a);
    int what = *where;
    pthread_mutex_unlock(&a);
    return what;
}

#if defined(RACE)
/* Only when the other thread comes between the two sections is the access outside of them made. */
static void work(int me)
{
    set(&turns, get(&turns) + 1);
#ifndef FIXED
    if (me && get(&turns) == 1)
        value++;
    if (!me && get(&turns) == 2)
        value++;
#endif
    (void)me;
}
static int end(void)
{
    return 0;
}

#elif defined(LOST)
static void work(int me)
{
    (void)me;
#ifdef FIXED
    pthread_mutex_lock(&a);
    value++;
    pthread_mutex_unlock(&a);
#else
    set(&value, get(&value) + 1);
#endif
}
static int end(void)
{
    if (get(&value) != 2)
        fputs("lost\n", stderr);
    return get(&value) != 2;
}

#elif defined(DEADLOCK)
static void work(int me)
{
#ifdef FIXED
    me = 0;
#endif
    pthread_mutex_lock(me ? &a : &b);
    pthread_mutex_lock(me ? &b : &a);
    value++;
    pthread_mutex_unlock(&a);
    pthread_mutex_unlock(&b);
}
static int end(void)
{
    return 0;
}

#elif defined(ASSERT)
static void work(int me)
{
    if (me)
        set(&ready, 1);
    for (int i = 0; i < 3; i++)
        set(&turns, get(&turns) + 1);
    if (!me && get(&turns) == 5)
        assert(ready == 2);
}
static int end(void)
{
    return 0;
}

#elif defined(CRASH)
static void work(int me)
{
    static int target;
    for (int i = 0; i < 3; i++)
        set(&turns, get(&turns) + 1);
    pthread_mutex_lock(&a);
    pointer = turns == 5 ? NULL : &target;
    *pointer = me;
    pthread_mutex_unlock(&a);
}
static int end(void)
{
    return 0;
}

#elif defined(HANG)
static void work(int me)
{
    for (int i = 0; i < 3; i++)
        set(&turns, get(&turns) + 1);
    if (me && get(&turns) == 5)
        for (volatile int spin = 1; spin;)
            ;
}
static int end(void)
{
    return 0;
}

#elif defined(ORDER)
static void work(int me)
{
    if (write(1, me ? "b" : "a", 1) != 1)
        exit(9);
}
static int end(void)
{
    return 0;
}
#endif

static void *run(void *argument)
{
    work(argument != NULL);
    return NULL;
}

int main(void)
{
    pthread_t thread[2];
    (void)b, (void)pointer, (void)ready, (void)turns, (void)value;
    (void)set, (void)get;
    for (int i = 0; i < 2; i++)
        pthread_create(&thread[i], NULL, run, i ? &thread : NULL);
    for (int i = 0; i < 2; i++)
        pthread_join(thread[i], NULL);
    return end();
}
