/* The reader of traces: whole, damaged, cut off at every byte, and very long. */
#include "../check.h"
#include "trace_text.h"

#include <errno.h>

static const char whole[] = "trace 1\n"
                            "module 0 /bin/prog 00ff\n"
                            "module 2 /lib/x.so -\n"
                            "thread 1 0 1\n"
                            "point 1 0 create_thread 0 0 0x1234\n"
                            "caller 1 1 0 0x1300\n"
                            "caller 1 2 2 0x10\n"
                            "future line of another version\n"
                            "switch 1 0 1 preempt\n"
                            "object 4 global 0 0x4010 0\n"
                            "object 3 heap 0 0x1111 16\n"
                            "point 2 1 atomic_load 4 -1 0x7f00\n"
                            "value 2 0xffffffffffffffff 1 4 4\n"
                            "access 2 1 read 4 0 0x1244\n"
                            "choice 2 1 3 2\n"
                            "point 3 1 lock 3 0 0x1240\n"
                            "wait 3 1 lock 3\n"
                            "switch 3 1 0 wait\n"
                            "finding 3 0 1 data-race\n"
                            "end 3 66\n";

static void test_whole(void)
{
    struct trace t;
    CHECK_EQ(trace_text_read(&t, whole), 0);
    CHECK_EQ(t.damaged, 0);
    CHECK_EQ(t.count, 9);
    CHECK_EQ(t.steps, 3);
    CHECK(t.ended);
    CHECK_EQ(t.status, 66);
    CHECK_EQ(t.findings_count, 1);
    CHECK_STR_EQ(t.findings[t.events[8].count], "data-race");
    CHECK_EQ(t.modules_count, 3);
    CHECK_STR_EQ(t.modules[0].path, "/bin/prog");
    CHECK_STR_EQ(t.modules[0].build_id, "00ff");
    CHECK_STR_EQ(t.modules[1].path, "");
    CHECK_STR_EQ(t.modules[2].build_id, "");
    CHECK_EQ(t.threads_count, 2);
    CHECK_EQ(trace_thread(&t, 1)->created, 1);
    CHECK_EQ(trace_thread(&t, 1)->points, 3);
    CHECK(trace_thread(&t, 2) == NULL);
    CHECK_EQ(trace_object(&t, 3)->into, 16);
    CHECK_STR_EQ(trace_object(&t, 4)->kind, "global");
    CHECK(trace_object(&t, 5) == NULL);
    CHECK_EQ(t.events[0].callers_end - t.events[0].callers, 2);
    CHECK_EQ(t.callers[t.events[0].callers + 1].module, 2);
    CHECK_EQ(t.events[1].kind, TRACE_SWITCH);
    CHECK_EQ(t.events[1].why, TRACE_PREEMPT);
    CHECK_EQ(t.events[1].own, 1);
    CHECK_EQ(t.events[2].op, CORE_OP_ATOMIC_LOAD);
    CHECK_EQ(t.events[2].module, -1);
    CHECK(t.events[2].has_value && t.events[2].value == UINT64_MAX);
    CHECK_EQ(t.events[2].into, 4);
    CHECK(t.events[3].aside);
    CHECK_EQ(t.events[3].own, 1); /* an access is none, a choice is a point */
    CHECK_EQ(t.events[4].own, 2);
    CHECK_EQ(t.events[5].own, 3);
    CHECK_EQ(t.events[6].kind, TRACE_WAIT);
    trace_free(&t);
}

/* Whatever was written last is left out, and nothing else is. */
static void test_cut(void)
{
    for (size_t length = 8; length < sizeof whole; length++) {
        struct trace t;
        char *path = trace_text_file(whole, length);
        CHECK_EQ(trace_read(&t, path), 0);
        CHECK_EQ(t.damaged, 0);
        CHECK(t.ended == (length == sizeof whole - 1));
        trace_free(&t);
        unlink(path);
    }
}

static void test_no_trace(void)
{
    struct trace t;
    CHECK_EQ(trace_text_read(&t, ""), -EINVAL);
    CHECK_EQ(trace_text_read(&t, "{\"v\":1}\n"), -EINVAL);
    CHECK_EQ(trace_text_read(&t, "trace 2\n"), -EPROTO);
    CHECK_EQ(trace_read(&t, "/nowhere/x"), -ENOENT);
    CHECK_EQ(trace_read(&t, "/"), -EISDIR);
    CHECK_EQ(trace_text_read(&t, "trace 1\n"), 0);
    CHECK_EQ(t.count, 0);
    trace_free(&t);
}

static void test_damaged_lines(void)
{
    static const char *const bad[] = {
        "point",
        "point 1 0 read 1 0",
        "point x 0 read 1 0 0x1",
        "point 1 -1 read 1 0 0x1",
        "point 1 4294967295 read 1 0 0x1",
        "point 1 4294967296 read 1 0 0x1",
        "point 1 0 read 1 0 0x1g",
        "point 1 0 read 1 0 0x10000000000000000",
        "point 1 0 read 1 99999999 0x1",
        "module 99999999 /x -",
        "module 1",
        "thread 1 0",
        "thread 4294967295 0 1",
        "switch 1 0",
        "switch 1 0 4294967295 wait",
        "wait 1 0 lock",
        "choice 1 0 2",
        "finding 1 0 1",
        "object 1 heap 0",
        "object 1 heap 0 0x1 x",
        "value 1",
        "value 1 0x",
        "caller 1 1 0",
        "end",
        "end 1 -1",
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        char text[256];
        struct trace t;
        snprintf(text, sizeof text, "trace 1\npoint 1 0 read 1 0 0x1\n%s\npoint 2 0 end 0 0 0x1\n",
                 bad[i]);
        CHECK_EQ(trace_text_read(&t, text), 0);
        CHECK_EQ(t.damaged, 1);
        CHECK_EQ(t.count, 2);
        CHECK_EQ(trace_thread(&t, 0)->points, 2);
        trace_free(&t);
    }
}

static void test_strange_lines(void)
{
    struct trace t;
    CHECK_EQ(trace_text_read(&t,
                             "trace 1\n\n \nsomething\npoint 5 3 teleport 1 0 0x1 more fields x\n"
                             "point 4 3 read 1 0 0x1\nvalue 77 0x1\ncaller 77 1 0 0x1\n"
                             "switch 6 3 9 because\n"),
             0);
    CHECK_EQ(t.damaged, 1); /* time went back */
    CHECK_EQ(t.count, 2);
    CHECK_EQ(t.events[0].op, CORE_OP_NONE);
    CHECK(trace_thread(&t, 9) != NULL);
    trace_free(&t);
}

/* Bytes changed at random: no crash, and the invariant holds. */
static void test_noise(void)
{
    unsigned random = 7;
    for (int round = 0; round < 3000; round++) {
        char text[sizeof whole];
        struct trace t;
        memcpy(text, whole, sizeof whole);
        for (int i = 0; i < 4; i++) {
            random = random * 1103515245 + 12345;
            text[9 + (random >> 8) % (sizeof whole - 10)] = "0 9\n-x_t"[random >> 4 & 7];
        }
        if (trace_text_read(&t, text))
            continue;
        uint64_t step = 0;
        for (size_t i = 0; i < t.count; i++) {
            CHECK(t.events[i].step >= step);
            step = t.events[i].step;
            CHECK(trace_thread(&t, t.events[i].thread) != NULL);
            CHECK(t.events[i].callers <= t.events[i].callers_end);
            CHECK(t.events[i].callers_end <= t.callers_count);
        }
        trace_free(&t);
    }
}

/* A long run of one thread with a switch now and then. */
static char *long_text(unsigned points, unsigned every)
{
    size_t room = (size_t)points * 64 + 64;
    char *text = malloc(room), *end = text + sprintf(text, "trace 1\n");
    uint32_t thread = 0;
    for (unsigned i = 1; i <= points; i++) {
        end += sprintf(end, "point %u %u read 1 0 0x1\n", i, thread);
        if (i % every == 0) {
            end += sprintf(end, "switch %u %u %u preempt\n", i, thread, 1 - thread);
            thread = 1 - thread;
        }
    }
    return text;
}

static void check_long(unsigned points, unsigned every)
{
    struct trace t;
    char *text = long_text(points, every);
    uint64_t counted = 0, own[2] = {0, 0}, switches = 0;
    trace_events_max = 1000;
    CHECK_EQ(trace_text_read(&t, text), 0);
    CHECK(t.count <= 1000);
    CHECK_EQ(t.steps, points);
    for (size_t i = 0; i < t.count; i++) {
        const struct trace_event *e = &t.events[i];
        counted += e->kind == TRACE_GAP ? e->count : e->kind == TRACE_POINT;
        switches += e->kind == TRACE_SWITCH;
        CHECK(i == 0 || t.events[i - 1].step <= e->step);
        if (e->kind == TRACE_POINT && i + 300 > t.count) {
            CHECK(e->own > own[e->thread]);
            own[e->thread] = e->own;
        }
    }
    CHECK_EQ(counted, points);
    CHECK_EQ(trace_thread(&t, 0)->points + trace_thread(&t, 1)->points, points);
    if (every > 4000)
        CHECK_EQ(switches, points / every); /* none was lost */
    CHECK_EQ(t.events[t.count - 1].step, points);
    trace_free(&t);
    free(text);
}

static void test_long(void)
{
    check_long(20000, 7000);
    check_long(20000, 1900);
    check_long(20000, 3);
    check_long(999, 10);
    check_long(1001, 10);
    trace_events_max = 4u << 20;
}

int main(void)
{
    RUN(test_whole);
    RUN(test_cut);
    RUN(test_no_trace);
    RUN(test_damaged_lines);
    RUN(test_strange_lines);
    RUN(test_noise);
    RUN(test_long);
    return check_done();
}
