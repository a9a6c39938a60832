// Double-checked locking with a plain pointer: the first check is not ordered with the
// construction. The fix makes the pointer an atomic with release and acquire.
#include <atomic>
#include <mutex>
#include <thread>
#include "step.h"

struct Config {
    int limit = 42;
};

BUG(Config *config;)
FIX(std::atomic<Config *> config;)
std::mutex lock;

static Config *get()
{
    if (!config) {
        std::lock_guard<std::mutex> guard(lock);
        if (!config)
            config = new Config;
    }
    return config;
}

static NOINLINE void first_use()
{
    get();
    step_set(1);
}

static NOINLINE int second_use()
{
    step_wait(1);
    return get()->limit;
}

int main()
{
    std::thread t(first_use);
    int limit = second_use();
    t.join();
    delete get();
    return limit == 42 ? 0 : 1;
}
