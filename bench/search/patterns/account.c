/* A deposit and a withdrawal under a lock; the check takes for granted that both have been
 * made. */
#include "search.h"

static pthread_mutex_t account_lock = MUTEX;
static shared balance = 10, deposit_done, withdrawal_done;

static void *deposit(void *unused)
{
    lock(&account_lock);
    set(&balance, get(&balance) + 3);
    set(&deposit_done, 1);
    unlock(&account_lock);
    return unused;
}

static void *withdraw(void *unused)
{
    lock(&account_lock);
    set(&balance, get(&balance) - 2);
    set(&withdrawal_done, 1);
    unlock(&account_lock);
    return unused;
}

static void *check(void *unused)
{
    lock(&account_lock);
    if (!get(&deposit_done) || !get(&withdrawal_done) || get(&balance) != 11)
        found();
    unlock(&account_lock);
    return unused;
}

int main(void)
{
    pthread_t threads[3];
    start_all(threads, 1, deposit);
    start_all(threads + 1, 1, withdraw);
    start_all(threads + 2, 1, check);
    join_all(threads, 3);
    return 0;
}
