/* The first part of init that C and Go programs have in common: what may fail for lack of memory.
 */
#include "rt.h"
#include "shadow_map.h"

bool rt_init_steps(int (*const steps[])(void), size_t count)
{
    for (size_t i = 0; i < count; i++) {
        int err = steps[i]();
        if (!err)
            continue;
        if (i > 0) /* the first has said so itself */
            rt_say("cannot reserve memory for race detection (error %d); races are not detected. "
                   "Try: ulimit -v unlimited",
                   -err);
        rt_shadow_map_undo();
        return false;
    }
    return true;
}
