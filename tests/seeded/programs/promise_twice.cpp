// Two threads race for the answer; both may find the promise empty, and the second one throws.
#include <atomic>
#include <future>
#include <thread>

static std::promise<int> answer;
static std::atomic<bool> answered{false};

static void offer(int value)
{
#ifdef FIXED
    if (!answered.exchange(true))
        answer.set_value(value);
#else
    if (!answered) {
        answered = true;
        answer.set_value(value);
    }
#endif
}

int main()
{
    std::future<int> result = answer.get_future();
    std::thread one(offer, 1), other(offer, 2);
    int value = result.get();
    one.join();
    other.join();
    return value < 1 || value > 2;
}
