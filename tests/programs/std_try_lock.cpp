// The timed and the trying locks of std::timed_mutex; the racy twin writes although it did not
// get the lock.
#include <chrono>
#include <mutex>
#include <thread>
#include "step.h"

std::timed_mutex lock;
int counter;

static NOINLINE void holder()
{
    std::lock_guard<std::timed_mutex> guard(lock);
    *(volatile int *)&counter = 1;
    step_set(1);
    BUG(step_wait(2);)
}

static NOINLINE void visitor()
{
    step_wait(1);
    BUG((void)lock.try_lock();)
    FIX(while (!lock.try_lock_for(std::chrono::milliseconds(1))) sched_yield();)
    *(volatile int *)&counter = 2;
    step_set(2);
    FIX(lock.unlock();)
    FIX(if (lock.try_lock()) lock.unlock();)
}

int main()
{
    std::thread t(holder);
    visitor();
    t.join();
    return 0;
}
