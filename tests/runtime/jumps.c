/* setjmp and longjmp: the shadow stack and the rest of a thread's state follow. */
#include "../check.h"

#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "runtime/rt.h"
#include "runtime/stack.h"

static jmp_buf plain;
static sigjmp_buf with_mask;

/* Frames as instrumented functions would push them. */
static __attribute__((noinline)) void deeper(int n, void (*jump)(void))
{
    rt_frame_push(&rt_tls, (rt_pc)__builtin_return_address(0));
    if (n)
        deeper(n - 1, jump);
    else
        jump();
    rt_frame_pop(&rt_tls);
}

static void jump_plain(void)
{
    longjmp(plain, 3);
}

static void jump_copied(void)
{
    jmp_buf copy;
    memcpy(copy, plain, sizeof copy);
    longjmp(copy, 4);
}

static void jump_with_mask(void)
{
    siglongjmp(with_mask, 5);
}

static void test_plain(void)
{
    struct rt_frame *top = rt_tls.top;
    int value = setjmp(plain);
    if (!value)
        deeper(10, jump_plain);
    CHECK_EQ(value, 3);
    CHECK(rt_tls.top == top);
    value = _setjmp(plain);
    if (!value)
        deeper(20, jump_copied);
    CHECK_EQ(value, 4);
    CHECK(rt_tls.top == top);
}

static __attribute__((noinline)) int inner(int depth)
{
    jmp_buf here;
    if (setjmp(here) == 0) {
        if (depth)
            inner(depth - 1);
        longjmp(here, 1);
    }
    return depth;
}

/* More targets than are remembered, each of them used. */
static void test_many(void)
{
    struct rt_frame *top = rt_tls.top;
    CHECK_EQ(inner(200), 200);
    for (int i = 0; i < 1000; i++)
        inner(3);
    CHECK(rt_tls.top == top);
}

static void on_signal(int sig)
{
    (void)sig;
    deeper(5, jump_with_mask);
}

static void test_out_of_handler(void)
{
    struct rt_frame *top = rt_tls.top;
    sigset_t now;
    signal(SIGUSR1, on_signal);
    for (volatile int i = 0; i < 300; i++) {
        if (!sigsetjmp(with_mask, 1))
            raise(SIGUSR1);
        CHECK(rt_tls.top == top);
        CHECK_EQ(rt_self()->in_handler, 0);
        CHECK_EQ(rt_self()->sending, 0);
        CHECK_EQ(rt_tls.depth, 0);
    }
    pthread_sigmask(SIG_BLOCK, NULL, &now);
    CHECK(!sigismember(&now, SIGUSR1));
}

static void on_fault(int sig, siginfo_t *info, void *context)
{
    (void)sig, (void)context;
    CHECK(info->si_addr == (void *)0x18); /* bad_pointer */
    siglongjmp(with_mask, 1);
}

static int *volatile bad_pointer = (int *)0x18;

static void test_out_of_fault(void)
{
    struct sigaction act = {.sa_flags = SA_SIGINFO};
    act.sa_sigaction = on_fault;
    sigaction(SIGSEGV, &act, NULL);
    volatile int faults = 0;
    for (volatile int i = 0; i < 10; i++) {
        if (!sigsetjmp(with_mask, 1))
            *bad_pointer = 1;
        else
            faults++;
    }
    CHECK_EQ(faults, 10);
    CHECK_EQ(rt_tls.depth, 0);
    signal(SIGSEGV, SIG_DFL);
}

int main(void)
{
    RUN(test_plain);
    RUN(test_many);
    RUN(test_out_of_handler);
    RUN(test_out_of_fault);
    return check_done();
}
