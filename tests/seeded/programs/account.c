/* Withdraws what an earlier look at the balance allowed; each step by itself is locked. */
#include "seeded.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int balance = 100;

static int look(void)
{
    pthread_mutex_lock(&lock);
    int money = balance;
    pthread_mutex_unlock(&lock);
    return money;
}

static void set(int money)
{
    pthread_mutex_lock(&lock);
    balance = money;
    pthread_mutex_unlock(&lock);
}

static pthread_mutex_t teller = PTHREAD_MUTEX_INITIALIZER;

static void *transact(void *index)
{
#ifdef FIXED
    pthread_mutex_lock(&teller);
#endif
    set(look() + (INDEX(index) ? 50 : -30));
#ifdef FIXED
    pthread_mutex_unlock(&teller);
#endif
    return NULL;
}

int main(void)
{
    together(2, transact);
    expect(look() == 120, "money is lost");
    expect(pthread_mutex_trylock(&teller) == 0, "nobody is at the teller");
    return 0;
}
