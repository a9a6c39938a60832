#include "places.h"

namespace ns
{
static int count;

struct A {
    NOINLINE A();
    NOINLINE ~A();
    template <class T> NOINLINE void take(T value);
    inline __attribute__((always_inline)) void in()
    {
        code("ns::A::in():13 ns::A::A():20");
        count++;
    }
};

A::A()
{
    in();
    count++;
}

A::~A()
{
    code("ns::A::~A():26");
    count++;
}

template <class T> void A::take(T value)
{
    code("void;ns::A::take<int>(int):32");
    count += value;
}
} // namespace ns

namespace
{
NOINLINE void hidden(const char *, long)
{
    code("(anonymous;namespace)::hidden(char;const*,;long):41");
    ns::count++;
}
} // namespace

extern "C" NOINLINE void plain(void)
{
    code("plain:48");
    ns::count++;
}

int main()
{
    ns::A a;
    a.take<int>(1);
    hidden("", 0);
    plain();
    data(&ns::count, "ns::count 4 5");
    return ns::count > 100;
}
