/* Alternate signal stacks: one of ours for each thread that has none, unseen by the program. */
#include "options.h"
#include "signals.h"
#include "sys/sys.h"

#include <errno.h>
#include <sys/syscall.h>

enum { ALTSTACK_BYTES = 64 << 10 }; /* writes a whole report, symbols included */

static int exchange(const stack_t *set, stack_t *old)
{
    return (int)sys_call(SYS_sigaltstack, (long)set, (long)old, 0, 0, 0, 0);
}

static bool is_ours(const struct rt_thread *t, const stack_t *s)
{
    return t && t->altstack && s->ss_sp == t->altstack;
}

static void install(struct rt_thread *t)
{
    stack_t ours = {.ss_sp = t->altstack, .ss_size = ALTSTACK_BYTES};
    exchange(&ours, NULL);
}

void rt_altstack_start(struct rt_thread *t)
{
    stack_t now;
    if (!rt_options.use_sigaltstack || exchange(NULL, &now) || !(now.ss_flags & SS_DISABLE))
        return;
    t->altstack = sys_map(ALTSTACK_BYTES);
    if (t->altstack)
        install(t);
}

void rt_altstack_end(struct rt_thread *t)
{
    stack_t now, none = {.ss_flags = SS_DISABLE};
    if (!t->altstack)
        return;
    if (!exchange(NULL, &now) && is_ours(t, &now) && exchange(&none, NULL))
        return; /* we run on it */
    sys_unmap(t->altstack, ALTSTACK_BYTES);
    t->altstack = NULL;
}

int rt_altstack_exchange(const stack_t *set, stack_t *old)
{
    struct rt_thread *t = rt_self();
    stack_t before;
    int err = exchange(set, &before);
    if (err)
        return err;
    if (is_ours(t, &before))
        before = (stack_t){.ss_flags = SS_DISABLE};
    if (old)
        *old = before;
    if (set && set->ss_flags & SS_DISABLE && t && t->altstack)
        install(t);
    return 0;
}
