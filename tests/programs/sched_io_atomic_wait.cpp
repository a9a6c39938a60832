// std::atomic<T>::wait and notify of C++20, which are futexes called by number, and a semaphore and
// a latch on top of them. Prints the order of turns.
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <latch>
#include <semaphore>
#include <string_view>
#include <thread>
#include <vector>

static std::atomic<int> turn{0};
static std::counting_semaphore<2> places(2);
static std::latch done(3);
static std::atomic<int> inside{0};
static char order[16];
static int n;

static void check(bool so)
{
    if (!so)
        std::_Exit(1);
}

// Three threads, each after the one before it.
static void takes_turns(int me)
{
    for (int round = 0; round < 3; round++) {
        for (int now; (now = turn.load()) != 3 * round + me;)
            turn.wait(now);
        order[n++] = static_cast<char>('a' + me);
        turn++;
        turn.notify_all();
    }
    done.count_down();
}

static void enters()
{
    places.acquire();
    check(++inside <= 2);
    std::this_thread::yield();
    inside--;
    places.release();
}

int main()
{
    std::vector<std::thread> threads;
    for (int i = 0; i < 3; i++)
        threads.emplace_back(takes_turns, i);
    done.wait();
    for (int i = 0; i < 4; i++)
        threads.emplace_back(enters);
    for (auto &t : threads)
        t.join();
    check(std::string_view(order) == "abcabcabc");
    std::puts(order);
}
