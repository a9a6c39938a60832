// A result is published through a flag. The racy flag is atomic but relaxed, which orders
// nothing; the fix stores with release and loads with acquire.
#include <atomic>
#include <thread>
#include "step.h"

int result;
std::atomic<bool> ready{false};

int main()
{
    std::thread t([] {
        result = 42;
        ready.store(true, BUG(std::memory_order_relaxed) FIX(std::memory_order_release));
    });
    while (!ready.load(BUG(std::memory_order_relaxed) FIX(std::memory_order_acquire)))
        sched_yield();
    int seen = result;
    t.join();
    return seen == 42 ? 0 : 1;
}
