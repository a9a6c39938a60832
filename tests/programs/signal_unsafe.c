/*
 * A handler calls malloc, which may hold its own lock at the time; the fix uses memory that is
 * there already.
 */
#include <signal.h>
#include <stdlib.h>
#include "step.h"

char *volatile memory;
char reserve[100];

static NOINLINE void take_memory(void)
{
    BUG(memory = malloc(100);)
    FIX(memory = reserve;)
}

static void handler(int signum)
{
    (void)signum;
    take_memory();
    memory[0] = 1;
}

int main(void)
{
    struct sigaction action = {.sa_handler = handler};

    sigaction(SIGUSR1, &action, NULL);
    raise(SIGUSR1);
    return memory ? 0 : 1;
}
