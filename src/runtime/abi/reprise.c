/* The functions of include/reprise/reprise.h. */
#include "../format.h"
#include "../inject.h"
#include "../options.h"
#include "../turn.h"
#include "scope.h"

/* The header declares them weak, for programs; here they are defined. */
RT_EXPORT void reprise_inject(const void *context, size_t size);
RT_EXPORT int reprise_active(void);
RT_EXPORT size_t reprise_seed(char *text, size_t size);

/*
 * Under a controlled strategy a schedule point: sleeping would change nothing. Else GRSEED says
 * how long to sleep, and without it strategy delay does. A thread that the runtime doesn't know
 * has the rule, too; what calls us from inside the runtime has nothing.
 */
RT_EXPORT void reprise_inject(const void *context, size_t size)
{
    ABI_SCOPE(reprise_inject);
    if (t && (rt_controlled() || !rt_inject_seed))
        rt_turn_point(t, pc, CORE_OP_INJECT, 0);
    else if (t)
        rt_inject(t, 0, context, size);
    else if (rt_tls.depth == 0)
        rt_inject(NULL, RT_CALLER, context, size);
}

RT_EXPORT int reprise_active(void)
{
    return rt_inject_seed || rt_strategy != CORE_STRATEGY_OS;
}

RT_EXPORT size_t reprise_seed(char *text, size_t size)
{
    const char *seed = rt_inject_seed ? rt_inject_seed : "";
    if (rt_strategy != CORE_STRATEGY_OS && rt_options.seed[0])
        seed = rt_options.seed;
    struct rt_text b = {.data = text, .capacity = size, .fixed = true};
    if (size) {
        text[0] = '\0';
        rt_put(&b, "%s", seed);
    }
    return rt_strlen(seed);
}
