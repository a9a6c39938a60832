// push_back moves the elements to a larger block while a reader holds the old one; the fix locks
// both sides.
#include <mutex>
#include <thread>
#include <vector>
#include "step.h"

std::vector<int> numbers(1, 7);
std::mutex lock;

static NOINLINE void append()
{
    FIX(std::lock_guard<std::mutex> guard(lock);)
    numbers.push_back(8);
}

static NOINLINE int read_first()
{
    FIX(std::lock_guard<std::mutex> guard(lock);)
    return numbers[0];
}

int main()
{
    int seen = 0;
    std::thread t([&seen] {
        seen = read_first();
        step_set(1);
    });
    step_wait(1);
    append();
    t.join();
    return seen == 7 ? 0 : 1;
}
