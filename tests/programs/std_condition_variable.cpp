// A queue between two threads. The racy producer fills the item in after it has been queued and
// announced; the fix fills it in before.
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include "step.h"

struct Item {
    int value = 0;
};

std::mutex lock;
std::condition_variable changed;
std::deque<Item *> queue;

static void produce()
{
    Item *item = new Item;
    FIX(item->value = 7;)
    {
        std::lock_guard<std::mutex> guard(lock);
        queue.push_back(item);
    }
    changed.notify_one();
    BUG(item->value = 7;)
    step_set(1);
}

static NOINLINE int consume()
{
    std::unique_lock<std::mutex> guard(lock);
    changed.wait(guard, [] { return !queue.empty(); });
    Item *item = queue.front();
    queue.pop_front();
    guard.unlock();
    step_wait(1);
    int value = item->value;
    delete item;
    return value;
}

int main()
{
    std::thread t(produce);
    int value = consume();
    t.join();
    return value == 7 ? 0 : 1;
}
