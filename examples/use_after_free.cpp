/*
 * An object is deleted while a thread still has a use for it.
 *
 * The logger's thread is told to stop and writes a last line, into a log that main has deleted a
 * moment before. The memory is still there and holds the old values, so all looks well.
 *
 *   build     reprise c++ -g use_after_free.cpp -o use_after_free
 *   run       ./use_after_free                 exit status 66: something was found
 *   repaired  the same with -DFIXED: main waits for the thread before it deletes the log
 *
 * The report: "heap-use-after-free"; the access in Log::add(); the "Previous write", which is the
 * delete in main; and where the thread comes from.
 */
#include <atomic>
#include <cstdio>
#include <thread>

class Log {
public:
    void add(const char *text)
    {
        lines++;
        std::printf("%d: %s\n", lines, text);
    }

private:
    int lines = 0;
};

std::atomic<bool> stopping{false};

static void logger(Log *log)
{
    while (!stopping.load(std::memory_order_relaxed))
        std::this_thread::yield();
    log->add("stopping");
}

int main()
{
    Log *log = new Log;
    log->add("starting");
    std::thread thread(logger, log);
#ifdef FIXED
    stopping.store(true, std::memory_order_relaxed);
    thread.join();
    delete log;
#else
    delete log;
    stopping.store(true, std::memory_order_relaxed);
    thread.join();
#endif
    return 0;
}
