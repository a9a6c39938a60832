/* Local statics and std::call_once, both with an initialiser that throws at first. */
#include "sched_check.h"
#include <mutex>
#include <stdexcept>
#include <thread>
#include <vector>

static int tries, runs, calls;
static std::once_flag flag;

struct Thing {
    int value;
    Thing()
    {
        std::this_thread::yield();
        if (++tries == 1)
            throw std::runtime_error("not yet");
        std::this_thread::yield();
        value = 42;
        runs++;
    }
};

static Thing &thing()
{
    static Thing it;
    return it;
}

static void set_up()
{
    std::this_thread::yield();
    if (++calls == 1)
        throw std::runtime_error("not yet");
}

static void use()
{
    for (;;) {
        try {
            IS(thing().value, 42);
            std::call_once(flag, set_up);
            IS(calls, 2);
            return;
        } catch (const std::runtime_error &) {
        }
    }
}

int main()
{
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; i++)
        threads.emplace_back(use);
    for (auto &t : threads)
        t.join();
    IS(runs, 1);
    IS(tries, 2);
    return 0;
}
