/*
 * Silent: many threads print to one stream. The stream's own lock inside libc is its business,
 * and the buffers are private.
 */
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include "step.h"

FILE *stream;

static void *printer(void *arg)
{
    char text[64];

    for (int k = 0; k < 200; k++) {
        snprintf(text, sizeof text, "%ld: %d", (long)arg, k);
        fprintf(stream, "%s\n", text);
        fputs(text, stream);
        fwrite(text, 1, strlen(text), stream);
        if (k % 50 == 0)
            fflush(stream);
    }
    return NULL;
}

int main(void)
{
    pthread_t t[3];

    stream = fopen("/dev/null", "w");
    for (long k = 0; k < 3; k++)
        pthread_create(&t[k], NULL, printer, (void *)k);
    for (int k = 0; k < 3; k++)
        pthread_join(t[k], NULL);
    fclose(stream);
    return 0;
}
