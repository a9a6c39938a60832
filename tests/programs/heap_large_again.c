/* Silent: a large block whose size is no multiple of a word is freed and allocated again. */
#include <pthread.h>
#include <stdlib.h>

enum { BYTES = 100001 };

static void *again(void *arg)
{
    for (int i = 0; i < 3; i++) {
        volatile char *p = malloc(BYTES);
        p[100] = p[BYTES - 1] = 1;
        free((void *)p);
    }
    return arg;
}

int main(void)
{
    pthread_t t;

    pthread_create(&t, NULL, again, NULL);
    pthread_join(t, NULL);
    again(NULL);
    return 0;
}
