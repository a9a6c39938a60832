/* Formats: classes of arguments, and which of them are memory. Each case is written down as a
 * short text, one word an argument: class (i l d L -), then for memory its use and numbers. */
#include <stdlib.h>

#include "../check.h"
#include "core/printf_format.h"

static char text[2048];

static void describe(int count, const struct core_format_arg *args)
{
    char *p = text;
    p += sprintf(p, "%d:", count);
    for (int i = 0; i < count; i++) {
        const struct core_format_arg *a = &args[i];
        p += sprintf(p, " %c", "-ildL"[a->class]);
        if (a->use == CORE_FORMAT_COUNT)
            p += sprintf(p, "n%zu%s", a->size, a->certain ? "!" : "");
        if (a->use == CORE_FORMAT_STORE)
            p += sprintf(p, "=%zu", a->size);
        if (a->use == CORE_FORMAT_STRING || a->use == CORE_FORMAT_WSTRING)
            p += sprintf(p, "%c", a->use == CORE_FORMAT_STRING ? 's' : 'w');
        if (a->limit != CORE_FORMAT_NO_LIMIT)
            p += sprintf(p, ".%d", a->limit);
        if (a->limit_arg)
            p += sprintf(p, ".*%d", a->limit_arg - 1);
    }
}

static const char *printf_says(const char *format)
{
    struct core_format_arg args[CORE_FORMAT_ARGS];
    describe(core_printf_parse(format, args), args);
    return text;
}

static const char *scanf_says(const char *format)
{
    struct core_format_arg args[CORE_FORMAT_ARGS];
    describe(core_scanf_parse(format, args), args);
    return text;
}

static void test_printf_classes(void)
{
    CHECK_STR_EQ(printf_says(""), "0:");
    CHECK_STR_EQ(printf_says("100%% %m"), "0:");
    CHECK_STR_EQ(printf_says("%d %hhd %hd %ld %lld %qd %jd %zd %td %Ld"),
                 "10: i i i l l l l l l l");
    CHECK_STR_EQ(printf_says("%u%x%X%o%c%lc%C%p"), "8: i i i i i i i l");
    CHECK_STR_EQ(printf_says("%f %lf %Lf %g %La %E"), "6: d d L d L d");
    CHECK_STR_EQ(printf_says("%-+ #0'12.5f|%*d|%-*.*f"), "6: d.5 i i i i d.*4");
}

static void test_printf_memory(void)
{
    CHECK_STR_EQ(printf_says("%s and %10s"), "2: ls ls");
    CHECK_STR_EQ(printf_says("%.3s %.s %.*s"), "4: ls.3 ls.0 i ls.*2");
    CHECK_STR_EQ(printf_says("%ls %S %.7ls"), "3: lw lw lw.7");
    CHECK_STR_EQ(printf_says("%n %hhn %hn %ln %lln"), "5: ln4 ln1 ln2 ln8 ln8");
}

static void test_printf_positions(void)
{
    CHECK_STR_EQ(printf_says("%2$s %1$d"), "2: i ls");
    CHECK_STR_EQ(printf_says("%3$f"), "3: - - d");
    CHECK_STR_EQ(printf_says("%1$s %1$s"), "1: ls");
    CHECK_STR_EQ(printf_says("%1$*2$.*3$s"), "3: ls.*2 i i");
    CHECK_STR_EQ(printf_says("%1$p %1$s"), "1: ls");
    CHECK_STR_EQ(printf_says("%1$s %d"), "-1:");
}

static void test_printf_refused(void)
{
    CHECK_STR_EQ(printf_says("%"), "-1:");
    CHECK_STR_EQ(printf_says("%s %l"), "-1:");
    CHECK_STR_EQ(printf_says("%s %y"), "-1:");
    CHECK_STR_EQ(printf_says("%65$s"), "-1:");
    CHECK_STR_EQ(printf_says("%999999999999999999999$s"), "-1:");
    char many[CORE_FORMAT_ARGS * 2 + 3] = "";
    for (int i = 0; i < CORE_FORMAT_ARGS; i++)
        strcat(many, "%d");
    CHECK(strncmp(printf_says(many), "64:", 3) == 0);
    strcat(many, "%d");
    CHECK_STR_EQ(printf_says(many), "-1:");
}

static void test_scanf_sizes(void)
{
    CHECK_STR_EQ(scanf_says("%d %hhi %hu %lx %lld %jo %zd %p"),
                 "8: l=4 l=1 l=2 l=8 l=8 l=8 l=8 l=8");
    CHECK_STR_EQ(scanf_says("%f %lf %Lf"), "3: l=4 l=8 l=16");
    CHECK_STR_EQ(scanf_says("%c %5c %lc"), "3: l=1 l=5.5 l=4");
    CHECK_STR_EQ(scanf_says("%s %9s %ls %S"), "4: ls ls.9 lw lw");
    CHECK_STR_EQ(scanf_says("%[abc] %[^]] %[]x] %20[a-z] %l[a]"), "5: ls ls ls ls.20 lw");
    CHECK_STR_EQ(scanf_says("%ms %m[a] %mc"), "3: l=8 l=8 l=8");
    CHECK_STR_EQ(scanf_says("%*d %d %*[^\n] %s"), "2: l=4 ls");
    CHECK_STR_EQ(scanf_says("%2$d %1$s"), "2: ls l=4");
}

static void test_scanf_count(void)
{
    CHECK_STR_EQ(scanf_says("%d%n"), "2: l=4 ln4!");
    CHECK_STR_EQ(scanf_says("%d %hn%n"), "3: l=4 ln2! ln4!");
    CHECK_STR_EQ(scanf_says("%d,%n"), "2: l=4 ln4");
    CHECK_STR_EQ(scanf_says("%d%%%n"), "2: l=4 ln4");
    CHECK_STR_EQ(scanf_says("%d%*d%n"), "2: l=4 ln4");
    CHECK_STR_EQ(scanf_says("x%n"), "1: ln4");
}

static void test_scanf_refused(void)
{
    CHECK_STR_EQ(scanf_says("%[abc"), "-1:");
    CHECK_STR_EQ(scanf_says("%d %"), "-1:");
    CHECK_STR_EQ(scanf_says("%y"), "-1:");
}

int main(void)
{
    RUN(test_printf_classes);
    RUN(test_printf_memory);
    RUN(test_printf_positions);
    RUN(test_printf_refused);
    RUN(test_scanf_sizes);
    RUN(test_scanf_count);
    RUN(test_scanf_refused);
    return check_done();
}
