// Two threads use one shared_ptr object: its count is atomic, the pointer in it is not. In the
// fix each thread has a copy of its own.
#include <memory>
#include <thread>
#include "step.h"

struct Session {
    int id = 5;
};

std::shared_ptr<Session> current = std::make_shared<Session>();

static NOINLINE int read_id(const std::shared_ptr<Session> &session)
{
    std::shared_ptr<Session> mine = session;
    step_set(1);
    return mine->id;
}

int main()
{
    int seen = 0;
    std::thread t([&seen FIX(, copy = current)] { seen = read_id(FIX(copy) BUG(current)); });
    step_wait(1);
    current = std::make_shared<Session>();
    t.join();
    return seen == 5 ? 0 : 1;
}
