/* What is taken from one account and put into the other is seen in neither. */
#include "two.h"

static pthread_mutex_t lock[2] = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER};
static int account[2] = {100, 0};
static int sum;

static void *transfer(void *arg)
{
    for (int i = 0; i < 10; i++) {
        locked_set(&lock[0], &account[0], account[0] - 1);
        locked_set(&lock[1], &account[1], account[1] + 1);
    }
    return arg;
}

static void *audit(void *arg)
{
    sum = locked_get(&lock[0], &account[0]);
    sum += locked_get(&lock[1], &account[1]);
    return arg;
}

int main(void)
{
    run_two(transfer, audit);
    return sum != 100;
}
