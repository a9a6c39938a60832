/* Calls back under its lock; when a listener was added in time, that calls in again. */
#include "seeded.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static void (*listener)(void);
static int events, seen;

static int count_events(void)
{
    pthread_mutex_lock(&lock);
    int n = events;
    pthread_mutex_unlock(&lock);
    return n;
}

static void on_event(void)
{
    seen = count_events();
}

static void *emit(void *unused)
{
    (void)unused;
    pthread_mutex_lock(&lock);
    events++;
    void (*call)(void) = listener;
#ifdef FIXED
    pthread_mutex_unlock(&lock);
#endif
    if (call)
        call();
#ifndef FIXED
    pthread_mutex_unlock(&lock);
#endif
    return NULL;
}

static void *listen_to_events(void *unused)
{
    (void)unused;
    pthread_mutex_lock(&lock);
    listener = on_event;
    pthread_mutex_unlock(&lock);
    return NULL;
}

int main(void)
{
    both(emit, listen_to_events);
    return seen > 1;
}
