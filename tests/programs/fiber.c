/*
 * Two fibers of one thread share a global. A switch orders them unless it says it does not
 * (flag 1); the fix switches with order.
 */
#include <ucontext.h>
#include "annotate.h"
#include "step.h"

#define NO_SYNC BUG(1) FIX(0)

volatile int shared;
ucontext_t main_context, fiber_context;
void *main_fiber, *fiber;
static _Alignas(16) char stack[1 << 16];

static NOINLINE void write_shared(int value)
{
    shared = value;
}

static void body(void)
{
    write_shared(1);
    __tsan_switch_to_fiber(main_fiber, NO_SYNC);
    swapcontext(&fiber_context, &main_context);
}

int main(void)
{
    main_fiber = __tsan_get_current_fiber();
    fiber = __tsan_create_fiber(0);
    getcontext(&fiber_context);
    fiber_context.uc_stack.ss_sp = stack;
    fiber_context.uc_stack.ss_size = sizeof stack;
    makecontext(&fiber_context, body, 0);
    __tsan_switch_to_fiber(fiber, NO_SYNC);
    swapcontext(&main_context, &fiber_context);
    write_shared(2);
    __tsan_destroy_fiber(fiber);
    return 0;
}
