// std::condition_variable without a predicate: the notification may come before the wait.
#include <condition_variable>
#include <mutex>
#include <thread>

static std::mutex lock;
static std::condition_variable opened;
static bool is_open;

static void visitor()
{
    std::unique_lock<std::mutex> guard(lock);
#ifdef FIXED
    opened.wait(guard, [] { return is_open; });
#else
    opened.wait(guard);
#endif
}

static void porter()
{
    std::lock_guard<std::mutex> guard(lock);
    is_open = true;
    opened.notify_all();
}

int main()
{
    std::thread one(visitor), other(porter);
    one.join();
    other.join();
    return 0;
}
