/* The option parser: defaults, every syntax rule, every complaint. */
#include <errno.h>
#include <stdlib.h>

#include "../check.h"
#include "wire/options.h"

static struct wire_options options;

/* What the last parse complained about; lines joined by '|'. */
static char complaints[8192];

static void collect(void *ctx, const char *line)
{
    (void)ctx;
    if (complaints[0])
        strcat(complaints, "|");
    strncat(complaints, line, WIRE_WARN_BYTES);
}

static int parse(const char *text)
{
    complaints[0] = '\0';
    wire_options_default(&options);
    return wire_options_parse(&options, text, collect, NULL);
}

static void test_defaults(void)
{
    CHECK_EQ(parse(""), 0);
    CHECK_EQ(options.exitcode, 66);
    CHECK_EQ(options.io_sync, 1);
    CHECK_EQ(options.report_bugs, true);
    CHECK_EQ(options.halt_on_error, false);
    CHECK_EQ(options.die_after_fork, true);
    CHECK_EQ(options.handle_segv, 1);
    CHECK_STR_EQ(options.log_path, "");
    CHECK_STR_EQ(options.stack_trace_format, "    #%n %f %S %M");
}

static void test_table(void)
{
    size_t count;
    const struct wire_option *rows = wire_options_table(&count);
    CHECK(count > 80);
    CHECK(rows[0].name == NULL); /* starts with a heading */
    for (size_t i = 0; i < count; i++) {
        CHECK(rows[i].help && rows[i].help[0]);
        for (size_t k = 0; rows[i].name && k < i; k++)
            CHECK(!rows[k].name || strcmp(rows[i].name, rows[k].name) != 0);
        if (rows[i].type == WIRE_TYPE_INT)
            CHECK(rows[i].min <= rows[i].number && rows[i].number <= rows[i].max);
    }
}

static void test_separators(void)
{
    CHECK_EQ(parse("exitcode=1 io_sync=2,verbosity=3:halt_on_error=1\nreport_bugs=0\tcolor=never\r"
                   " ,:\n\t history_size=7"),
             0);
    CHECK_EQ(options.exitcode, 1);
    CHECK_EQ(options.io_sync, 2);
    CHECK_EQ(options.verbosity, 3);
    CHECK_EQ(options.halt_on_error, true);
    CHECK_EQ(options.report_bugs, false);
    CHECK_STR_EQ(options.color, "never");
    CHECK_EQ(options.history_size, 7);
    CHECK_EQ(parse("exitcode=1:exitcode=2"), 0);
    CHECK_EQ(options.exitcode, 2);
}

static void test_bools(void)
{
    static const char *const truths[] = {"1", "yes", "true"}, *const lies[] = {"0", "no", "false"};
    for (int i = 0; i < 3; i++) {
        char text[64];
        snprintf(text, sizeof text, "halt_on_error=%s:print_summary=%s", truths[i], lies[i]);
        CHECK_EQ(parse(text), 0);
        CHECK_EQ(options.halt_on_error, true);
        CHECK_EQ(options.print_summary, false);
    }
    CHECK_EQ(parse("halt_on_error=maybe:print_summary="), 2);
    CHECK_STR_EQ(complaints, "option halt_on_error: 'maybe' is not 0 or 1|"
                             "option print_summary: '' is not 0 or 1");
    CHECK_EQ(options.halt_on_error, false);
    CHECK_EQ(options.print_summary, true);
}

static void test_ints(void)
{
    CHECK_EQ(parse("exitcode=0x10:verbosity=+2:allocator_release_to_os_interval_ms=-1"), 0);
    CHECK_EQ(options.exitcode, 16);
    CHECK_EQ(options.verbosity, 2);
    CHECK_EQ(options.allocator_release_to_os_interval_ms, -1);
    CHECK_EQ(parse("exitcode=abc"), 1);
    CHECK_STR_EQ(complaints, "option exitcode: 'abc' is not a number from 0 to 255");
    CHECK_EQ(parse("exitcode=:exitcode=-:exitcode=1x:exitcode=0x:exitcode=256:exitcode=-1"), 6);
    CHECK_EQ(parse("memory_limit_mb=99999999999999999999999999"), 1);
    CHECK_EQ(options.exitcode, 66);
    CHECK_EQ(parse("io_sync=7"), 1);
    CHECK_STR_EQ(complaints, "option io_sync: '7' is not a number from 0 to 2");
}

static void test_signals(void)
{
    CHECK_EQ(parse("handle_segv=exclusive:handle_abort=yes:handle_sigfpe=0:handle_sigbus=2"), 0);
    CHECK_EQ(options.handle_segv, 2);
    CHECK_EQ(options.handle_abort, 1);
    CHECK_EQ(options.handle_sigfpe, 0);
    CHECK_EQ(options.handle_sigbus, 2);
    CHECK_EQ(parse("handle_segv=3"), 1);
    CHECK_STR_EQ(complaints, "option handle_segv: '3' is not 0, 1 or 2");
}

static void test_strings(void)
{
    CHECK_EQ(parse("log_path=/tmp/log:suppressions='/a b/c:d':strip_path_prefix=\"it's\""), 0);
    CHECK_STR_EQ(options.log_path, "/tmp/log");
    CHECK_STR_EQ(options.suppressions, "/a b/c:d");
    CHECK_STR_EQ(options.strip_path_prefix, "it's");
    CHECK_EQ(parse("log_path=a=b"), 0);
    CHECK_STR_EQ(options.log_path, "a=b");
    CHECK_EQ(parse("log_path=:log_suffix=''"), 0);
    CHECK_STR_EQ(options.log_path, "");
}

static void test_malformed(void)
{
    CHECK_EQ(parse("foo=1:exitcode=3"), 1);
    CHECK_STR_EQ(complaints, "unknown option 'foo'");
    CHECK_EQ(options.exitcode, 3);
    CHECK_EQ(parse("exitcode verbosity=1"), 1);
    CHECK_STR_EQ(complaints, "option 'exitcode' has no value; write name=value");
    CHECK_EQ(options.verbosity, 1);
    CHECK_EQ(parse("=3:verbosity=1"), 1);
    CHECK_STR_EQ(complaints, "unknown option ''");
    CHECK_EQ(parse("verbosity=1:log_path=\"abc:exitcode=3"), 1);
    CHECK_STR_EQ(complaints, "option 'log_path': the quote is not closed; the rest is left out");
    CHECK_EQ(options.verbosity, 1);
    CHECK_EQ(options.exitcode, 66);
    CHECK_EQ(parse("exitcod=1:exitcodes=1"), 2);
}

static void test_complaint_stays_one_short_line(void)
{
    char text[1024];
    memset(text, 'x', sizeof text);
    memcpy(text, "a\033[1mb", 6);
    text[sizeof text - 1] = '\0';
    CHECK_EQ(parse(text), 1);
    CHECK(strlen(complaints) < WIRE_WARN_BYTES);
    CHECK(!strchr(complaints, '\033') && !strchr(complaints, '\n'));
}

static void test_arena(void)
{
    char *big = malloc(WIRE_OPTIONS_ARENA_BYTES + 64);
    strcpy(big, "log_path=");
    memset(big + 9, 'p', WIRE_OPTIONS_ARENA_BYTES);
    big[9 + WIRE_OPTIONS_ARENA_BYTES] = '\0';
    CHECK_EQ(parse(big), 1);
    CHECK_STR_EQ(complaints, "option log_path: value too long");
    CHECK_STR_EQ(options.log_path, "");
    big[9 + WIRE_OPTIONS_ARENA_BYTES - 1] = '\0';
    CHECK_EQ(parse(big), 0);
    CHECK_EQ(strlen(options.log_path), WIRE_OPTIONS_ARENA_BYTES - 1);
    free(big);
}

static void test_set(void)
{
    wire_options_default(&options);
    CHECK_EQ(wire_options_set(&options, "exitcode", 8, "12", 2), 0);
    CHECK_EQ(options.exitcode, 12);
    CHECK_EQ(wire_options_set(&options, "exitcode", 4, "12", 2), -ENOENT);
    CHECK_EQ(wire_options_set(&options, "exitcode", 8, "x", 1), -EINVAL);
    CHECK_EQ(wire_options_set(&options, "exitcode", 8, "999", 3), -ERANGE);
    CHECK_EQ(options.exitcode, 12);
}

int main(void)
{
    RUN(test_defaults);
    RUN(test_table);
    RUN(test_separators);
    RUN(test_bools);
    RUN(test_ints);
    RUN(test_signals);
    RUN(test_strings);
    RUN(test_malformed);
    RUN(test_complaint_stays_one_short_line);
    RUN(test_arena);
    RUN(test_set);
    return check_done();
}
