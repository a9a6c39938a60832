/* The wait times out although the item came: it is thrown away as "nobody answered". */
#include <time.h>

#include "seeded.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t answered = PTHREAD_COND_INITIALIZER;
static int answer, given_up;

static void *ask(void *unused)
{
    (void)unused;
    struct timespec now = {0, 0};
    int result = 0;
    pthread_mutex_lock(&lock);
    while (!answer && result == 0)
        result = pthread_cond_timedwait(&answered, &lock, &now);
#ifdef FIXED
    given_up = !answer;
#else
    given_up = result != 0;
#endif
    expect(!(given_up && answer), "an answer is thrown away");
    pthread_mutex_unlock(&lock);
    return NULL;
}

static void *reply(void *unused)
{
    (void)unused;
    pthread_mutex_lock(&lock);
    if (!given_up) {
        answer = 42;
        pthread_cond_signal(&answered);
    }
    pthread_mutex_unlock(&lock);
    return NULL;
}

int main(void)
{
    both(ask, reply);
    return 0;
}
