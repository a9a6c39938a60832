// A hash map is searched by one thread while another inserts: the buckets change under the
// reader. The fix is a shared lock for readers and an exclusive one for writers.
#include <mutex>
#include <shared_mutex>
#include <thread>
#include <unordered_map>
#include "step.h"

std::unordered_map<int, int> ages;
std::shared_timed_mutex lock;

static NOINLINE int find_age(int who)
{
    FIX(std::shared_lock<std::shared_timed_mutex> guard(lock);)
    auto found = ages.find(who);
    return found == ages.end() ? -1 : found->second;
}

static NOINLINE void insert_ages(int from, int to)
{
    FIX(std::unique_lock<std::shared_timed_mutex> guard(lock);)
    for (int k = from; k < to; k++)
        ages[k] = k;
}

int main()
{
    insert_ages(0, 10);
    int seen = 0;
    std::thread t([&seen] {
        seen = find_age(3);
        step_set(1);
    });
    step_wait(1);
    insert_ages(10, 100);
    t.join();
    return seen == 3 ? 0 : 1;
}
