/* Threads use different members of one union; the fix makes it a struct. */
#include <pthread.h>
#include "step.h"

BUG(union) FIX(struct) value {
    long number;
    char text[16];
};

volatile BUG(union) FIX(struct) value value;

static void *writer(void *arg)
{
    value.number = 1;
    step_set(1);
    return arg;
}

int main(void)
{
    pthread_t t;

    pthread_create(&t, NULL, writer, NULL);
    step_wait(1);
    value.text[2] = 'a';
    pthread_join(t, NULL);
    return 0;
}
