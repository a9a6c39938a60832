// A detached std::thread is never joined, so its writes are ordered with nothing; the fix joins.
#include <thread>
#include "step.h"

volatile int done;

int main()
{
    std::thread t([] {
        done = 1;
        step_set(1);
    });
    BUG(t.detach();)
    step_wait(1);
    FIX(t.join();)
    return done == 1 ? 0 : 1;
}
