/* Who closes last frees the buffer; two that close at once both think they do. */
#include <stdatomic.h>

#include "seeded.h"

static _Atomic(char *) buffer;
static atomic_int frees;

static void *close_it(void *unused)
{
    (void)unused;
#ifdef FIXED
    char *mine = atomic_exchange(&buffer, NULL);
#else
    char *mine = atomic_load(&buffer);
#endif
    if (!mine)
        return NULL;
    atomic_store(&buffer, NULL);
    if (atomic_fetch_add(&frees, 1) > 0)
        broken("freed twice");
    free(mine);
    return NULL;
}

int main(void)
{
    atomic_store(&buffer, malloc(16));
    together(2, close_it);
    return 0;
}
