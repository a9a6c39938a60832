// One counter under a standard mutex type (-DMUTEX); the racy twin forgets the guard on one side.
#include <mutex>
#include <shared_mutex>
#include <thread>
#include "step.h"

MUTEX lock;
int counter;

static NOINLINE void add_guarded()
{
    std::lock_guard<MUTEX> guard(lock);
    counter++;
}

static NOINLINE void add_careless()
{
    FIX(std::unique_lock<MUTEX> guard(lock);)
    counter = 5;
}

int main()
{
    std::thread t([] {
        add_guarded();
        step_set(1);
    });
    step_wait(1);
    add_careless();
    t.join();
    return 0;
}
