/* Atomic operations at bad pointers, and a handler that jumps away: nothing stays locked. */
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>

static sigjmp_buf back;

static void on_fault(int sig)
{
    (void)sig;
    siglongjmp(back, 1);
}

static void *worker(void *arg)
{
    return arg;
}

int main(void)
{
    atomic_int *volatile bad = NULL;
    struct sigaction action = {.sa_handler = on_fault};
    volatile int caught = 0;
    pthread_t t;

    pthread_create(&t, NULL, worker, NULL);
    pthread_join(t, NULL);
    sigaction(SIGSEGV, &action, NULL);
    for (volatile int i = 0; i < 4; i++)
        if (sigsetjmp(back, 1))
            caught++;
        else if (i & 1)
            atomic_fetch_add(bad, 1);
        else
            atomic_store(bad, 1);
    return caught == 4 ? 0 : 3;
}
