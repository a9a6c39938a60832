// std::async writes through a reference; reading before get() races, after it does not.
#include <future>
#include "step.h"

int main()
{
    int written = 0;
    auto task = std::async(std::launch::async, [&written] {
        written = 3;
        step_set(1);
    });
    step_wait(1);
    FIX(task.get();)
    int seen = *(volatile int *)&written;
    BUG(task.get();)
    return seen == 3 ? 0 : 1;
}
