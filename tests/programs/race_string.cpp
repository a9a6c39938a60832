// One thread reads the letters of a std::string while another changes one; the fix hands the
// reader a copy. (The functions inside libstdc++.so are not instrumented, those inlined are.)
#include <string>
#include <thread>
#include "step.h"

std::string name = "a name that does not fit into the string object itself";

static NOINLINE int sum_letters(const std::string &text)
{
    int sum = 0;
    for (char letter : text)
        sum += letter;
    step_set(1);
    return sum;
}

static NOINLINE void capitalise(std::string &text)
{
    text[0] = 'A';
}

int main()
{
    int sum = 0;
    std::thread t([&sum FIX(, copy = name)] { sum = sum_letters(BUG(name) FIX(copy)); });
    step_wait(1);
    capitalise(name);
    t.join();
    return sum > 0 ? 0 : 1;
}
