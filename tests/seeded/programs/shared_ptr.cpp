// One thread copies a shared_ptr while another one replaces it.
#include <memory>
#include <mutex>
#include <thread>

static std::shared_ptr<int> current = std::make_shared<int>(1);
static std::mutex lock;

static void use()
{
#ifdef FIXED
    std::lock_guard<std::mutex> guard(lock);
#endif
    std::shared_ptr<int> copy = current;
    if (*copy < 1)
        std::terminate();
}

static void replace()
{
    auto other = std::make_shared<int>(2);
#ifdef FIXED
    std::lock_guard<std::mutex> guard(lock);
#endif
    current = other;
}

int main()
{
    std::thread one(use), other(replace);
    one.join();
    other.join();
    return lock.try_lock() ? 0 : 3;
}
