// A lambda captures a local by reference and outlives the statement that made it; the fix
// captures by value.
#include <thread>
#include "step.h"

int result;

int main()
{
    int count = 1;
    std::thread t([BUG(&)count] {
        result = count;
        step_set(1);
    });
    step_wait(1);
    *(volatile int *)&count = 2;
    t.join();
    return result == 1 ? 0 : 1;
}
