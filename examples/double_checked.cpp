/*
 * Double-checked locking, the way it was done before C++11.
 *
 * The first look at `instance` is outside the lock. A thread that sees the pointer there may use
 * an object whose fields another processor has not seen written yet.
 *
 *   build     reprise c++ -g double_checked.cpp -o double_checked
 *   run       ./double_checked                 exit status 66: something was found
 *   repaired  the same with -DFIXED: the pointer is an atomic, stored with release and loaded
 *             with acquire
 *
 * The report: the second reader's "Read of size 8" in Settings::get(), without a mutex; the first
 * reader's "Previous write" in the same function, "(mutexes: write M0)". One side had the lock,
 * the other did not: that is the whole story. A second report may follow, about the object behind
 * the pointer.
 */
#include <atomic>
#include <cstdio>
#include <mutex>
#include <thread>

class Settings {
public:
    static Settings *get();
    int volume = 11;

private:
#ifdef FIXED
    static std::atomic<Settings *> instance;
#else
    static Settings *instance;
#endif
    static std::mutex lock;
};

#ifdef FIXED
std::atomic<Settings *> Settings::instance;
#else
Settings *Settings::instance;
#endif
std::mutex Settings::lock;

Settings *Settings::get()
{
#ifdef FIXED
    Settings *settings = instance.load(std::memory_order_acquire);
#else
    Settings *settings = instance;
#endif
    if (settings)
        return settings;
    std::lock_guard<std::mutex> guard(lock);
    if (!instance)
#ifdef FIXED
        instance.store(new Settings, std::memory_order_release);
#else
        instance = new Settings;
#endif
    return instance;
}

static void user(const char *name)
{
    for (int k = 0; k < 1000; k++)
        if (Settings::get()->volume != 11)
            std::printf("%s saw an object that was not ready\n", name);
}

int main()
{
    std::thread first(user, "first"), second(user, "second");
    first.join();
    second.join();
    delete Settings::get();
    return 0;
}
