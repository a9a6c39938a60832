// Waits for the worker's first element, then reads it while the vector may be growing.
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

static std::vector<int> numbers;
static std::mutex lock;
static std::condition_variable grown;

static void fill()
{
    for (int i = 0; i < 3; i++) {
        std::lock_guard<std::mutex> guard(lock);
        numbers.push_back(i);
        grown.notify_one();
    }
}

int main()
{
    std::thread filler(fill);
    const int *first;
    int value;
    {
        std::unique_lock<std::mutex> guard(lock);
        grown.wait(guard, [] { return !numbers.empty(); });
        first = &numbers[0];
        value = *first;
    }
#ifndef FIXED
    value = *first;
#endif
    filler.join();
    return value;
}
