// After exceptions have unwound some frames, a report's stack must show the frames that are
// there and none of those that were left. The fix joins before the access.
#include <stdexcept>
#include <thread>
#include "step.h"

int shared;

static NOINLINE void thrower(int depth)
{
    if (depth == 0)
        throw std::runtime_error("deep");
    thrower(depth - 1);
    step_set(100); // never reached; keeps the call from becoming a jump
}

static NOINLINE void catcher()
{
    for (int k = 0; k < 10; k++) {
        try {
            thrower(k);
        } catch (const std::exception &) {
        }
    }
}

static NOINLINE void access_shared(int value)
{
    *(volatile int *)&shared = value;
}

static void worker()
{
    catcher();
    access_shared(1);
    step_set(1);
}

int main()
{
    std::thread t(worker);
    step_wait(1);
    catcher();
    FIX(t.join();)
    access_shared(2);
    BUG(t.join();)
    return 0;
}
