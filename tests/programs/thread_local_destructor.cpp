// The destructor of a thread_local object runs in its thread, after the thread's function. The
// racy main reads what it wrote without a join.
#include <thread>
#include "step.h"

volatile int flushed;

struct Buffer {
    int count = 0;
    ~Buffer()
    {
        flushed = count;
        step_set(1);
    }
};

thread_local Buffer buffer;

int main()
{
    std::thread t([] { buffer.count = 7; });
    step_wait(1);
    FIX(t.join();)
    int seen = flushed;
    BUG(t.join();)
    return seen == 7 ? 0 : 1;
}
