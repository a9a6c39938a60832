/* Each access is locked, the update isn't. */
#include "two.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int sum;

static void *add(void *arg)
{
    locked_set(&lock, &sum, locked_get(&lock, &sum) + 1);
    return arg;
}

int main(void)
{
    run_two(add, add);
    return sum != 2;
}
