/* Makes its object when there is none yet; two threads make one each, and one gets lost. */
#include <stdatomic.h>

#include "seeded.h"

static _Atomic(int *) instance;
static int *got[2];
static int objects[2];

static void *user(void *index)
{
    int *mine = atomic_load(&instance);
    if (!mine) {
        mine = &objects[INDEX(index)];
#ifdef FIXED
        int *none = NULL;
        if (!atomic_compare_exchange_strong(&instance, &none, mine))
            mine = none;
#else
        atomic_store(&instance, mine);
#endif
    }
    got[INDEX(index)] = mine;
    return NULL;
}

int main(void)
{
    together(2, user);
    expect(got[0] == got[1], "two instances");
    return 0;
}
