/*
 * A thread that is not the main one calls exit while main waits for it, others wait for each
 * other, and one is detached. A handler of exit joins a thread that has work left.
 */
#include "sched_check.h"

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t never = PTHREAD_COND_INITIALIZER;
static pthread_t worker;
static int stop, done;

static void *work(void *arg)
{
    (void)arg;
    pthread_mutex_lock(&mutex);
    while (!stop) {
        pthread_mutex_unlock(&mutex);
        usleep(100);
        pthread_mutex_lock(&mutex);
    }
    done = 1;
    pthread_mutex_unlock(&mutex);
    return NULL;
}

static void *wait_for_ever(void *arg)
{
    (void)arg;
    pthread_mutex_lock(&mutex);
    for (;;)
        pthread_cond_wait(&never, &mutex);
    return NULL;
}

static void join_worker(void)
{
    pthread_mutex_lock(&mutex);
    stop = 1;
    pthread_mutex_unlock(&mutex);
    IS(pthread_join(worker, NULL), 0);
    IS(done, 1);
    IS(write(1, "joined\n", 7), 7);
}

static void *leave(void *arg)
{
    (void)arg;
    usleep(500);
    exit(0);
}

int main(void)
{
    atexit(join_worker);
    worker = start(work, NULL);
    pthread_detach(start(wait_for_ever, NULL));
    pthread_join(start(leave, NULL), NULL);
    return 1;
}
