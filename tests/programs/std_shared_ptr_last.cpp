// The last owner of a shared object destroys it. A raw pointer taken from it is used unordered
// with that; the fix uses a copy of the shared_ptr, whose counter orders use and destruction.
#include <memory>
#include <thread>
#include "step.h"

struct Session {
    volatile int id = 5;
    ~Session() { id = 0; }
};

static NOINLINE void use(FIX(std::shared_ptr<Session>) BUG(Session *) session)
{
    (void)session->id;
    FIX(session.reset();)
    step_set(1);
}

int main()
{
    auto owner = std::make_shared<Session>();
    std::thread t(use, owner BUG(.get()));
    step_wait(1);
    owner.reset();
    t.join();
    return 0;
}
