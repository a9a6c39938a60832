/*
 * The smallest frame for a unit test program in C.
 *
 *     static void test_join(void) { CHECK(a != NULL); CHECK_EQ(core_join(a, b), 3); }
 *     int main(void) { RUN(test_join); return check_done(); }
 *
 * A failed check prints where and what and the test goes on. One RUN is one test in the
 * closing line "N passed, N failed" that tests/run adds up. Checks outside any RUN count
 * together as one test. To skip a whole program: return check_skip("why").
 * Not for use from several threads at once: collect results, then check in main's thread.
 */
#ifndef REPRISE_TESTS_CHECK_H
#define REPRISE_TESTS_CHECK_H

#include <stdio.h>
#include <string.h>

static struct {
    int passed, failed;
    int checks_failed; /* in the test that is running, or outside all of them */
    int outside;       /* checks made outside RUN */
    const char *running;
} check_state;

static inline int check_report(int ok, const char *file, int line)
{
    if (!check_state.running)
        check_state.outside++;
    if (ok)
        return 1;
    check_state.checks_failed++;
    printf("%s:%d: %s: ", file, line, check_state.running ? check_state.running : "main");
    return 0;
}

static inline void check_int(long long a, long long b, const char *text, const char *file, int line)
{
    if (!check_report(a == b, file, line))
        printf("%s: %lld (%#llx) and %lld (%#llx)\n", text, a, (unsigned long long)a, b,
               (unsigned long long)b);
}

static inline void check_str(const char *a, const char *b, const char *text, const char *file,
                             int line)
{
    int same = a && b ? strcmp(a, b) == 0 : a == b;
    if (!check_report(same, file, line))
        printf("%s:\n    \"%s\"\n    \"%s\"\n", text, a ? a : "(null)", b ? b : "(null)");
}

static inline void check_close_test(void)
{
    if (check_state.checks_failed)
        check_state.failed++;
    else
        check_state.passed++;
    check_state.checks_failed = 0;
    fflush(stdout); /* a crash in the next test must not swallow this one's lines */
}

static inline void check_run(void (*test)(void), const char *name)
{
    int failed_outside = check_state.checks_failed;
    check_state.checks_failed = 0;
    check_state.running = name;
    test();
    check_close_test();
    check_state.running = NULL;
    check_state.checks_failed = failed_outside;
}

/* Prints the closing line; returns the exit status for main. */
static inline int check_done(void)
{
    if (check_state.outside)
        check_close_test();
    printf("%d passed, %d failed\n", check_state.passed, check_state.failed);
    return check_state.failed != 0;
}

/* Says why this program does not apply here; returns the exit status for main. */
static inline int check_skip(const char *why)
{
    printf("skipped: %s\n", why);
    return 77;
}

#define CHECK(cond)                                                                                \
    do {                                                                                           \
        if (!check_report(!!(cond), __FILE__, __LINE__))                                           \
            printf("not so: %s\n", #cond);                                                         \
    } while (0)

#define CHECK_EQ(a, b) check_int((long long)(a), (long long)(b), #a " == " #b, __FILE__, __LINE__)

#define CHECK_STR_EQ(a, b) check_str((a), (b), #a " == " #b, __FILE__, __LINE__)

#define RUN(test) check_run((test), #test)

#endif
