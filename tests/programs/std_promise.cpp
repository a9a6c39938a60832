// A value is handed over with promise and future. The racy thread writes the details when the
// value has already been fetched; the fix writes them before it fulfils the promise.
#include <future>
#include <thread>
#include "step.h"

volatile int details;

static void work(std::promise<int> promise)
{
    FIX(details = 1;)
    promise.set_value(42);
    step_wait(1); // the shared state's counter would order what comes before get() returns
    BUG(details = 1;)
    step_set(2);
}

int main()
{
    std::promise<int> promise;
    std::future<int> future = promise.get_future();
    std::thread t(work, std::move(promise));
    int value = future.get();
    step_set(1);
    step_wait(2);
    int seen = details;
    t.join();
    return value == 42 && seen == 1 ? 0 : 1;
}
