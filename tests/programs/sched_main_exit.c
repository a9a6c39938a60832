/* The main thread ends first; another one joins it and is the last. */
#include "sched_check.h"

static pthread_t main_thread;
static int left;

static void at_exit(void)
{
    CHECK(left == 42);
}

static void *be_last(void *arg)
{
    IS(pthread_join(main_thread, NULL), 0);
    left++;
    return arg;
}

static void *helper(void *arg)
{
    for (int i = 0; i < 3; i++)
        sched_yield();
    return arg;
}

int main(void)
{
    atexit(at_exit);
    main_thread = pthread_self();
    pthread_detach(start(be_last, NULL));
    end_of(start(helper, NULL));
    left = 41;
    pthread_exit(NULL);
}
