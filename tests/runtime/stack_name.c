/* runtime/stack_name.h: names of stacks, and that they don't change with the address space. */
#include "runtime/stack_name.h"
#include "../check.h"
#include "runtime/hook.h"
#include "runtime/stack.h"

#include <stdlib.h>
#include <sys/personality.h>
#include <sys/wait.h>
#include <unistd.h>

static uint64_t name_here(rt_pc pc)
{
    struct rt_scope s;
    struct rt_thread *t = rt_scope_enter(&s, (rt_pc)name_here + 1);
    uint64_t name = rt_stack_name(t, pc);
    CHECK(name == rt_stack_name(t, pc)); /* made once, found once when there is room */
    rt_scope_leave(&s);
    return name;
}

static uint64_t called(int depth)
{
    rt_frame_push(&rt_tls, (rt_pc)called + 1 + (rt_pc)depth);
    uint64_t name = depth ? called(depth - 1) : name_here(0);
    rt_frame_pop(&rt_tls);
    return name;
}

static void test_stacks_differ(void)
{
    CHECK(called(1) != called(2));
    CHECK(called(2) == called(2));
    CHECK(name_here((rt_pc)malloc + 1) != name_here((rt_pc)free + 1));
    CHECK(rt_stack_name(NULL, (rt_pc)malloc + 1) != rt_stack_name(NULL, (rt_pc)free + 1));
}

/* What is outside of all modules counts as one place, wherever it is. */
static void test_no_module(void)
{
    CHECK(rt_stack_name(NULL, 0x1001) == rt_stack_name(NULL, 0x2001));
}

static void test_room_changes_nothing(void)
{
    uint64_t before[100];
    for (int i = 0; i < 100; i++)
        before[i] = called(i);
    rt_stack_name_init();
    for (int round = 0; round < 2; round++)
        for (int i = 0; i < 100; i++)
            CHECK(called(i) == before[i]);
}

static uint64_t in_new_process(const char *self, int persona)
{
    int ends[2];
    uint64_t name = 0;
    if (pipe(ends))
        return 0;
    pid_t child = fork();
    if (child == 0) {
        char fd[16];
        snprintf(fd, sizeof fd, "%d", ends[1]);
        personality((unsigned long)persona);
        execl(self, self, fd, NULL);
        _exit(1);
    }
    close(ends[1]);
    CHECK(read(ends[0], &name, sizeof name) == sizeof name);
    close(ends[0]);
    waitpid(child, NULL, 0);
    return name;
}

static const char *self;

static void test_same_in_every_process(void)
{
    uint64_t name = called(3);
    for (int i = 0; i < 3; i++)
        CHECK(in_new_process(self, PER_LINUX) == name);
    CHECK(in_new_process(self, ADDR_NO_RANDOMIZE) == name);
}

int main(int argc, char **argv)
{
    self = argv[0];
    if (argc > 1) {
        uint64_t name = called(3);
        return write(atoi(argv[1]), &name, sizeof name) != sizeof name;
    }
    RUN(test_stacks_differ);
    RUN(test_no_module);
    RUN(test_same_in_every_process); /* before there is room: the next one compares both ways */
    RUN(test_room_changes_nothing);
    return check_done();
}
