// Lazy initialisation: the racy one asks a plain flag, the fix is std::call_once.
#include <mutex>
#include <thread>
#include "step.h"

int table[4];
FIX(std::once_flag once;)
BUG(bool done;)

static NOINLINE void fill()
{
    for (int k = 0; k < 4; k++)
        ((volatile int *)table)[k] = k;
}

static NOINLINE int lookup(int k)
{
    FIX(std::call_once(once, fill);)
    BUG(if (!done) fill();)
    BUG(done = true;)
    return ((volatile int *)table)[k];
}

int main()
{
    std::thread t([] {
        lookup(1);
        step_set(1);
    });
    step_wait(1);
    int three = lookup(3);
    t.join();
    return three == 3 ? 0 : 1;
}
