/* Main takes for granted that the first writer to be started writes to the pipe first. */
#include <unistd.h>

#include "seeded.h"

static int ends[2];

static void *write_letter(void *index)
{
    char letter = (char)('a' + INDEX(index));
    expect(write(ends[1], &letter, 1) == 1, "write failed");
    return NULL;
}

int main(void)
{
    char letters[2] = {0, 0};
    expect(pipe(ends) == 0, "no pipe");
    together(2, write_letter);
    for (int i = 0; i < 2; i++)
        expect(read(ends[0], &letters[i], 1) == 1, "read failed");
#ifdef FIXED
    expect(letters[0] + letters[1] == 'a' + 'b', "not what was written");
#else
    expect(letters[0] == 'a' && letters[1] == 'b', "not in the order of creation");
#endif
    return 0;
}
