/* A signal handler takes the lock that the interrupted thread may hold. */
#include <signal.h>

#include "seeded.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int hits;

static void handler(int number)
{
    (void)number;
    pthread_mutex_lock(&lock);
    hits++;
    pthread_mutex_unlock(&lock);
}

static void *worker(void *unused)
{
    (void)unused;
#ifdef FIXED
    sigset_t blocked, before;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGUSR1);
    pthread_sigmask(SIG_BLOCK, &blocked, &before);
#endif
    pthread_mutex_lock(&lock);
    hits++;
    pthread_mutex_unlock(&lock);
#ifdef FIXED
    pthread_sigmask(SIG_SETMASK, &before, NULL);
#endif
    return NULL;
}

int main(void)
{
    struct sigaction action = {.sa_handler = handler};
    sigaction(SIGUSR1, &action, NULL);
    pthread_t thread = start(worker, NULL);
    pthread_kill(thread, SIGUSR1);
    join(thread);
    return 0;
}
