/*
 * A libc function (chosen with -DCALL) touches the first 20 bytes of a buffer while another
 * thread writes one of them; the fix writes the byte behind.
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>
#include "step.h"

#define N 20

char *buffer;           /* what CALL touches */
char other[64];         /* its partner; never touched by main */
volatile size_t n = N;  /* keeps compilers from expanding the call */
const char *volatile result;

static NOINLINE void fill_with_text(char *p)
{
    for (int k = 0; k < N - 1; k++)
        ((volatile char *)p)[k] = 'x';
    ((volatile char *)p)[N - 1] = '\0';
}

static int compare_bytes(const void *a, const void *b)
{
    return *(const char *)a - *(const char *)b;
}

static NOINLINE void call(void)
{
    (void)compare_bytes;
    CALL;
}

static void *caller(void *arg)
{
    call();
    step_set(1);
    return arg;
}

int main(void)
{
    pthread_t t;

    buffer = malloc(64);
    fill_with_text(buffer);
    fill_with_text(other);
    pthread_create(&t, NULL, caller, NULL);
    step_wait(1);
    ((volatile char *)buffer)[N BUG(-1)] = '\0';
    pthread_join(t, NULL);
    free(buffer);
    return 0;
}
