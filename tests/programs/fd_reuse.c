/*
 * Silent: threads open, use and close descriptors of their own. The kernel hands the numbers out
 * again, which orders nothing and races with nothing.
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>
#include "step.h"

static void use_descriptors(void)
{
    int ends[2], null = open("/dev/null", O_RDWR), copy = dup(null);
    char byte = 0;
    FILE *stream = fopen("/dev/zero", "r");

    if (pipe(ends) || write(ends[1], "x", 1) != 1 || read(ends[0], &byte, 1) != 1)
        _exit(2);
    if (fread(&byte, 1, 1, stream) != 1 || write(copy, "y", 1) != 1)
        _exit(3);
    fclose(stream);
    close(ends[0]);
    close(ends[1]);
    close(null);
    close(copy);
}

static void *worker(void *arg)
{
    for (int k = 0; k < 100; k++)
        use_descriptors();
    return arg;
}

int main(void)
{
    pthread_t t[3];

    for (int k = 0; k < 3; k++)
        pthread_create(&t[k], NULL, worker, NULL);
    for (int k = 0; k < 3; k++)
        pthread_join(t[k], NULL);
    return 0;
}
