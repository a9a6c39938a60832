/* Two threads format their lines in one buffer. */
#include <stdatomic.h>

#include "seeded.h"

enum { LENGTH = 3 };

static atomic_char shared[LENGTH];

static void *log_line(void *index)
{
    char letter = (char)('a' + INDEX(index));
#ifdef FIXED
    atomic_char mine[LENGTH];
    atomic_char *buffer = mine;
#else
    atomic_char *buffer = shared;
#endif
    for (int i = 0; i < LENGTH; i++)
        atomic_store(&buffer[i], letter);
    for (int i = 0; i < LENGTH; i++)
        expect(atomic_load(&buffer[i]) == letter, "a line is mixed");
    return NULL;
}

int main(void)
{
    together(2, log_line);
    return shared[0] == 1;
}
