/* Reads under the lock, writes under the lock, but gives it back in between. */
#include "seeded.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int balance = 100;

static void *deposit(void *unused)
{
    (void)unused;
    pthread_mutex_lock(&lock);
    int before = balance;
#ifndef FIXED
    pthread_mutex_unlock(&lock);
    pthread_mutex_lock(&lock);
#endif
    balance = before + 10;
    pthread_mutex_unlock(&lock);
    return NULL;
}

int main(void)
{
    together(3, deposit);
    expect(balance == 130, "a deposit is lost");
    return 0;
}
