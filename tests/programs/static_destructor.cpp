// A global object is destroyed at the end of main while a detached thread still uses it. The fix
// joins the thread before main ends.
#include <thread>
#include "step.h"

struct Registry {
    volatile int entries = 0;
    ~Registry() { entries = -1; }
};

Registry registry;

int main()
{
    std::thread t([] {
        registry.entries = 1;
        step_set(1);
        BUG(step_wait(2);) // never: still alive when main ends
    });
    step_wait(1);
    BUG(t.detach();)
    FIX(t.join();)
    return 0;
}
