/* Prints the parts of a message from two threads and expects them in order. */
#include <stdatomic.h>
#include <unistd.h>

#include "seeded.h"

static atomic_int first_printed;

static void *first(void *unused)
{
    (void)unused;
    puts("first");
    atomic_store(&first_printed, 1);
    return NULL;
}

static void *second(void *unused)
{
    (void)unused;
    puts("second");
    return NULL;
}

int main(void)
{
    setvbuf(stdout, NULL, _IOLBF, 0);
#ifdef FIXED
    join(start(first, NULL));
    join(start(second, NULL));
#else
    both(first, second);
#endif
    return 0;
}
