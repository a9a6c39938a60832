/* Looks whether there is a seat left under the lock, takes it under the lock, not in one go. */
#include "seeded.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int seats = 1;

static void *book(void *unused)
{
    (void)unused;
    pthread_mutex_lock(&lock);
    int free_seats = seats;
#ifndef FIXED
    pthread_mutex_unlock(&lock);
#endif
    if (free_seats > 0) {
#ifndef FIXED
        pthread_mutex_lock(&lock);
#endif
        seats--;
#ifndef FIXED
        pthread_mutex_unlock(&lock);
#endif
    }
#ifdef FIXED
    pthread_mutex_unlock(&lock);
#endif
    return NULL;
}

int main(void)
{
    together(2, book);
    expect(seats >= 0, "one seat sold twice");
    return 0;
}
