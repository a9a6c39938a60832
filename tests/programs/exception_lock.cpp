// A guard released by an exception is a release like any other; the racy twin's function leaves
// its lock out and throws all the same.
#include <mutex>
#include <stdexcept>
#include <thread>
#include "step.h"

std::mutex lock;
int shared;

static NOINLINE void write_and_throw(int value)
{
    FIX(std::lock_guard<std::mutex> guard(lock);)
    *(volatile int *)&shared = value;
    throw std::logic_error("expected");
}

static NOINLINE void careful(int value)
{
    try {
        write_and_throw(value);
    } catch (const std::logic_error &) {
    }
}

int main()
{
    std::thread t([] {
        careful(1);
        step_set(1);
    });
    step_wait(1);
    careful(2);
    t.join();
    return 0;
}
