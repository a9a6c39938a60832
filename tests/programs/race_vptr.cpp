// An object is destroyed while another thread may still call its virtual function, so the call
// may see either class's table. The fix joins the thread before the delete.
#include <thread>
#include "step.h"

struct Shape {
    virtual int corners() { return 0; }
    virtual ~Shape() { asm volatile("" : : "r"(this) : "memory"); } // keeps the store of the vptr
};

struct Square : Shape {
    int corners() override { return 4; }
    ~Square() override { asm volatile("" : : "r"(this) : "memory"); }
};

int sum;

static NOINLINE void call(Shape *shape)
{
    sum += shape->corners();
    step_set(1);
}

int main()
{
    Shape *shape = new Square;
    std::thread t(call, shape);
    step_wait(1);
    FIX(t.join();)
    delete shape;
    BUG(t.join();)
    return sum == 4 ? 0 : 1;
}
