// A hand-made "initialised" flag around a table; the fix is a local static, whose guard the
// compiler makes and the runtime understands.
#include <new>
#include <thread>
#include "step.h"

struct Table {
    int squares[16];
    Table()
    {
        for (int k = 0; k < 16; k++)
            squares[k] = k * k;
    }
};

static NOINLINE int square(int k)
{
#ifdef FIXED
    static Table table;
    return table.squares[k];
#else
    static bool ready;
    alignas(Table) static char memory[sizeof(Table)];
    if (!ready) {
        new (memory) Table;
        ready = true;
    }
    return ((volatile Table *)memory)->squares[k];
#endif
}

int main()
{
    std::thread t([] {
        square(1);
        step_set(1);
    });
    step_wait(1);
    int nine = square(3);
    t.join();
    return nine == 9 ? 0 : 1;
}
