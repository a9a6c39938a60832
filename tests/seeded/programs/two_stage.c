/* A result is made under one lock and handed on under another; a reader in between sees half. */
#include "seeded.h"

static pthread_mutex_t first_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t second_lock = PTHREAD_MUTEX_INITIALIZER;
static int first, second;

static void *produce(void *unused)
{
    (void)unused;
    pthread_mutex_lock(&first_lock);
    first = 1;
#ifndef FIXED
    pthread_mutex_unlock(&first_lock);
#endif
    pthread_mutex_lock(&second_lock);
    second = first + 1;
    pthread_mutex_unlock(&second_lock);
#ifdef FIXED
    pthread_mutex_unlock(&first_lock);
#endif
    return NULL;
}

static void *check(void *unused)
{
    (void)unused;
    pthread_mutex_lock(&first_lock);
    int a = first;
    pthread_mutex_unlock(&first_lock);
    if (a == 0)
        return NULL;
    pthread_mutex_lock(&second_lock);
    int b = second;
    pthread_mutex_unlock(&second_lock);
    expect(b == a + 1, "the second stage is missing");
    return NULL;
}

int main(void)
{
    both(produce, check);
    return 0;
}
