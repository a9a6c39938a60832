/* What Go programs say when they die. */
#include "cli/failure_go.h"
#include "../check.h"

#include <stdlib.h>
#include <string.h>

static struct failure_go_list list_of(int status, const char *output, const char *errors)
{
    struct attempt_outcome outcome = {.status = status,
                                      .output = (char *)output,
                                      .output_bytes = strlen(output),
                                      .errors = (char *)errors,
                                      .errors_bytes = strlen(errors)};
    return failure_go_read(&outcome);
}

static void test_panic(void)
{
    struct failure_go_list list = list_of(2, "",
                                          "panic: survived\nlater\n"
                                          "panic: close of closed channel\n"
                                          "\n"
                                          "goroutine 7 [running]:\n"
                                          "example.com/a.(*queue).stop(0xc000012345, {0x1, 0x2})\n"
                                          "\t/home/u/a/queue.go:31 +0x5c\n"
                                          "main.main()\n"
                                          "\t/home/u/a/main.go:9 +0x1d\n"
                                          "\n"
                                          "goroutine 8 [sleep]:\n");
    CHECK_EQ(list.count, 1);
    CHECK_STR_EQ(list.at[0].type, "panic");
    CHECK_STR_EQ(list.at[0].title, "panic: close of closed channel  a.(*queue).stop queue.go:31");
    CHECK_STR_EQ(list.at[0].what, "panic: close of closed channel");
    CHECK_STR_EQ(list.at[0].where, "example.com/a.(*queue).stop");
    CHECK_STR_EQ(list.at[0].test, NULL);
    CHECK(strstr(list.at[0].details, "main.go:9"));
    CHECK(!strstr(list.at[0].details, "goroutine 8"));
    failure_go_free(&list);
}

/* The frames above panic() are of those that recovered it and panicked again. */
static void test_panic_in_a_test(void)
{
    struct failure_go_list list = list_of(2, "--- FAIL: TestStop (0.00s)\n",
                                          "panic: runtime error: index out of range [3] with "
                                          "length 3 [recovered, repanicked]\n"
                                          "\n"
                                          "goroutine 20 [running]:\n"
                                          "testing.tRunner.func1.2({0x61, 0xc0})\n"
                                          "\t/go/src/testing/testing.go:1974 +0x419\n"
                                          "main.report()\n"
                                          "\t/home/u/main.go:1 +0x1\n"
                                          "panic({0x61?, 0xc0?})\n"
                                          "\t/go/src/runtime/panic.go:860 +0x13a\n"
                                          "runtime.goPanicIndex(0x3, 0x3)\n"
                                          "\t/go/src/runtime/panic.go:115 +0x74\n"
                                          "example.com/a.pick[...](...)\n"
                                          "\t/home/u/a/pick.go:7\n"
                                          "example.com/a.TestStop.func1(0xc0000a8488?)\n"
                                          "\t/home/u/a/a_test.go:13 +0x1f\n"
                                          "testing.tRunner(0xc0000a8488, 0x654240)\n"
                                          "\t/go/src/testing/testing.go:2036 +0x21d\n"
                                          "created by testing.(*T).Run in goroutine 1\n"
                                          "\t/go/src/testing/testing.go:2101 +0xb13\n");
    CHECK_EQ(list.count, 1);
    CHECK_STR_EQ(list.at[0].title, "panic: runtime error: index out of range [3] with length 3  "
                                   "a.pick[...] pick.go:7");
    CHECK_STR_EQ(list.at[0].test, "TestStop");
    failure_go_free(&list);
}

static void test_fatal_error(void)
{
    struct failure_go_list list = list_of(2, "",
                                          "fatal error: all goroutines are asleep - deadlock!\n"
                                          "\n"
                                          "goroutine 1 [chan receive]:\n"
                                          "main.main()\n"
                                          "\t/home/u/main.go:9 +0x1d\n"
                                          "\n"
                                          "goroutine 7 [sync.Mutex.Lock]:\n"
                                          "internal/sync.runtime_SemacquireMutex(0xc0, 0x8, 0x1)\n"
                                          "\t/go/src/runtime/sema.go:95 +0x25\n");
    CHECK_EQ(list.count, 1);
    CHECK_STR_EQ(list.at[0].title,
                 "fatal error: all goroutines are asleep - deadlock!  main.main main.go:9");
    CHECK(strstr(list.at[0].details, "sema.go:95"));
    failure_go_free(&list);
    list = list_of(2, "",
                   "panic: test timed out after 10m0s\n"
                   "\trunning tests:\n"
                   "\t\tTestWait/long (10m0s)\n"
                   "\n"
                   "goroutine 18 [running]:\n"
                   "testing.(*M).startAlarm.func1()\n"
                   "\t/go/src/testing/testing.go:2682 +0x345\n"
                   "created by time.goFunc\n"
                   "\t/go/src/time/sleep.go:215 +0x2d\n");
    CHECK_EQ(list.count, 1);
    CHECK_STR_EQ(list.at[0].title, "panic: test timed out after 10m0s (running TestWait)");
    CHECK_STR_EQ(list.at[0].test, "TestWait");
    failure_go_free(&list);
}

static void test_failed_tests(void)
{
    static const char output[] = "--- FAIL: TestA (0.00s)\n"
                                 "    a_test.go:12: got 1\n"
                                 "        want 2\n"
                                 "--- FAIL: TestB (0.00s)\n"
                                 "    --- FAIL: TestB/x=1 (0.00s)\n"
                                 "        a_test.go:20: bad\n"
                                 "    --- FAIL: TestB/x=2 (0.00s)\n"
                                 "--- FAIL: TestC (0.00s)\n"
                                 "    testing.go:1712: race detected during execution of test\n"
                                 "FAIL\n";
    struct failure_go_list list = list_of(1, output, "");
    CHECK_EQ(list.count, 3);
    CHECK(list.races);
    CHECK_STR_EQ(list.at[0].title, "--- FAIL: TestA: a_test.go:12: got 1");
    CHECK_STR_EQ(list.at[0].details, "    a_test.go:12: got 1\n        want 2");
    CHECK_STR_EQ(list.at[1].title, "--- FAIL: TestB/x=1: a_test.go:20: bad");
    CHECK_STR_EQ(list.at[1].where, "TestB/x=1");
    CHECK_STR_EQ(list.at[1].test, "TestB");
    CHECK_STR_EQ(list.at[2].title, "--- FAIL: TestB/x=2");
    failure_go_free(&list);
}

/* With -v what a test says stands above its result. */
static void test_failed_tests_verbose(void)
{
    static const char output[] = "=== RUN   TestC\n"
                                 "    testing.go:1712: race detected during execution of test\n"
                                 "--- FAIL: TestC (0.00s)\n"
                                 "=== RUN   TestA\n"
                                 "    a_test.go:12: got 1\n"
                                 "--- FAIL: TestA (0.00s)\n"
                                 "FAIL\n";
    struct failure_go_list list = list_of(1, output, "");
    CHECK_EQ(list.count, 1);
    CHECK(list.races);
    CHECK_STR_EQ(list.at[0].title, "--- FAIL: TestA: a_test.go:12: got 1");
    failure_go_free(&list);
}

/* Asked to end, Go tells of all goroutines; its own are nobody's matter. */
static void test_hang(void)
{
    char *where;
    char *text = failure_go_hang("log\n"
                                 "SIGQUIT: quit\n"
                                 "PC=0x4dcdcb m=0 sigcode=0\n"
                                 "\n"
                                 "goroutine 2 gp=0xc0 m=nil [force gc (idle)]:\n"
                                 "runtime.gopark(0x5d8ba0?, 0x5e74a0?)\n"
                                 "\t/go/src/runtime/proc.go:462 +0xe5\n"
                                 "created by runtime.init.7 in goroutine 1\n"
                                 "\t/go/src/runtime/proc.go:363 +0x1a\n"
                                 "\n"
                                 "goroutine 7 gp=0xc1 m=nil [chan send]:\n"
                                 "runtime.gopark(0x5d8ba0?, 0x5e74a0?)\n"
                                 "\t/go/src/runtime/proc.go:462 +0xe5\n"
                                 "example.com/a.put(...)\n"
                                 "\t/home/u/a/a.go:9 +0x1\n"
                                 "\n"
                                 "goroutine 1 gp=0xc2 m=0 [running]:\n"
                                 "example.com/a.(*ring).spin(0xc0)\n"
                                 "\t/home/u/a/ring.go:7 +0x2b\n"
                                 "\n"
                                 "rax    0x1\n",
                                 &where);
    CHECK_STR_EQ(where, "a.(*ring).spin ring.go:7");
    CHECK(text && strncmp(text, "goroutine 7 ", 12) == 0);
    CHECK(text && strstr(text, "ring.go:7") && !strstr(text, "force gc") && !strstr(text, "rax"));
    free(text);
    free(where);
    CHECK(!failure_go_hang("no such words\n", &where) && !where);
}

static void test_nothing(void)
{
    CHECK_EQ(list_of(2, "", "panic button\n").count, 0);
    CHECK_EQ(list_of(1, "", "panic: of somebody else\n").count, 0);
    CHECK_EQ(list_of(0, "--- FAIL: TestA (0.00s)\n", "").count, 0);
    CHECK_EQ(list_of(1, "FAIL\n", "").count, 0);
}

int main(void)
{
    RUN(test_panic);
    RUN(test_panic_in_a_test);
    RUN(test_fatal_error);
    RUN(test_failed_tests);
    RUN(test_failed_tests_verbose);
    RUN(test_hang);
    RUN(test_nothing);
    return check_done();
}
