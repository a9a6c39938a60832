/* Explanations of traces written by hand: the order of things, the choice of rows, the forms. */
#include "../check.h"
#include "report/explain.h"
#include "trace_text.h"

static const char lost_update[] = "trace 1\n"
                                  "point 1 0 create_thread 0 0 0x10\n"
                                  "thread 1 0 1\n"
                                  "point 2 0 create_thread 0 0 0x20\n"
                                  "thread 2 0 2\n"
                                  "object 2 thread -1 0x1 0\n"
                                  "point 3 0 join 2 0 0x30\n"
                                  "wait 3 0 join 2\n"
                                  "switch 3 0 1 wait\n"
                                  "point 4 1 read 1 0 0x40\n"
                                  "value 4 0x0\n"
                                  "point 5 1 write 1 0 0x50\n"
                                  "switch 5 1 2 preempt\n"
                                  "point 6 2 read 1 0 0x40\n"
                                  "value 6 0x0\n"
                                  "point 7 2 write 1 0 0x50\n"
                                  "value 7 0x1\n"
                                  "point 8 2 end 0 0 0x60\n"
                                  "switch 8 2 1 end\n"
                                  "value 5 0x1\n"
                                  "point 9 1 end 0 0 0x60\n"
                                  "switch 9 1 0 end\n"
                                  "finding 9 0 1 data-race\n"
                                  "end 9 66\n";

static const char deadlock[] = "trace 1\n"
                               "point 1 0 create_thread 0 0 0x10\n"
                               "thread 1 0 1\n"
                               "point 2 0 lock 1 0 0x20\n"
                               "point 3 0 lock 2 0 0x30\n"
                               "switch 3 0 1 preempt\n"
                               "point 4 1 lock 2 0 0x40\n"
                               "point 5 1 lock 1 0 0x50\n"
                               "point 6 1 lock 1 0 0x50\n"
                               "wait 6 1 lock 1\n"
                               "switch 6 1 0 wait\n"
                               "point 7 0 lock 2 0 0x30\n"
                               "wait 7 0 lock 2\n"
                               "finding 7 0 1 deadlock\n"
                               "end 7 66\n";

static struct trace trace;
static struct acts acts;

static void read_acts(const char *text, const struct core_schedule *schedule)
{
    CHECK_EQ(trace_text_read(&trace, text), 0);
    CHECK_EQ(trace.damaged, 0);
    acts_make(&acts, &trace, schedule);
}

static void drop(void)
{
    acts_free(&acts);
    trace_free(&trace);
}

/* "1w" for a write of thread 1, ">1" for a stop of it, "~" for a wait. */
static void check_order(const char *expected)
{
    char text[512] = "", *end = text;
    for (size_t i = 0; i < acts.count && end < text + sizeof text - 16; i++) {
        const struct act *a = &acts.at[i];
        static const char letters[] = {
            [CORE_OP_READ] = 'r',   [CORE_OP_WRITE] = 'w',    [CORE_OP_LOCK] = 'l',
            [CORE_OP_CREATE] = 'c', [CORE_OP_JOIN] = 'j',     [CORE_OP_EXIT] = 'e',
            [CORE_OP_UNLOCK] = 'u', [CORE_OP_COND_WAIT] = 'v'};
        static const char kinds[] = {[ACT_STOP] = '>',
                                     [ACT_WAIT] = '~',
                                     [ACT_CHOICE] = '?',
                                     [ACT_FINDING] = '!',
                                     [ACT_GAP] = '.'};
        end += sprintf(end, "%s%u%c", i ? " " : "", a->thread,
                       a->kind == ACT_DO ? letters[a->op] : kinds[a->kind]);
    }
    CHECK_STR_EQ(text, expected);
}

/* The write that thread 1 had come to is done after those of thread 2. */
static void test_order(void)
{
    read_acts(lost_update, NULL);
    check_order("0c 0c 0~ 0> 1r 1> 2r 2w 2e 2> 1w 1e 1> 0j 0!");
    const struct act *stop = &acts.at[5], *write = &acts.at[10];
    CHECK(stop->marked && stop->to == 2 && stop->op == CORE_OP_WRITE && stop->object == 1);
    CHECK(!acts.at[3].marked);
    CHECK(write->has_old && write->old == 1);
    CHECK(acts.at[7].has_old && acts.at[7].old == 0);
    CHECK_EQ(write->number, 7);
    CHECK(acts.at[13].waited);
    CHECK(!acts.at[2].for_ever);
    drop();
}

static void test_deadlock(void)
{
    read_acts(deadlock, NULL);
    check_order("0c 0l 0> 1l 1~ 1> 0~ 0!");
    CHECK(acts.at[4].for_ever && acts.at[6].for_ever);
    CHECK_EQ(acts.at[4].holder, 0);
    CHECK_EQ(acts.at[4].taken, 1);
    CHECK_EQ(acts.at[6].holder, 1);
    CHECK_EQ(acts.at[6].taken, 3);
    drop();
}

/* A condition: one operation with two waits, and no second one of the same is counted. */
static void test_waits(void)
{
    read_acts("trace 1\n"
              "point 1 0 wait 1 0 0x1\npoint 2 0 wait 1 0 0x1\nwait 2 0 wait 1\n"
              "switch 2 0 1 wait\npoint 3 1 lock 2 0 0x1\nswitch 3 1 0 preempt\n"
              "point 4 0 lock 2 0 0x1\nwait 4 0 lock 2\nswitch 4 0 1 wait\n"
              "switch 4 1 0 preempt\npoint 5 0 lock 2 0 0x1\nwait 5 0 lock 2\n"
              "switch 5 0 1 wait\npoint 6 1 unlock 2 0 0x1\nswitch 6 1 0 yield\n"
              "point 7 0 unlock 2 0 0x1\nend 7 0\n",
              NULL);
    check_order("0~ 0> 1> 0v 0~ 0> 1> 0> 1l 1> 0l 0u");
    CHECK(acts.at[3].waited);
    CHECK(!acts.at[4].for_ever);
    drop();
}

/* What is no schedule point is done where it stands, and the operation that the thread had come to
 * before it. A value belongs to the thread that is named with it. */
static void test_aside(void)
{
    read_acts("trace 1\n"
              "point 1 0 write 1 0 0x1\nswitch 1 0 1 preempt\n"
              "access 1 1 write 1 0 0x2\nvalue 1 0x7 1 4 4\naccess 1 1 write 1 0 0x3\n"
              "value 1 0x9 1 0 4\npoint 2 1 end 0 0 0x4\nswitch 2 1 0 end\n"
              "value 1 0x5 0 0 4\nend 2 0\n",
              NULL);
    check_order("0> 1w 1w 1e 1> 0w");
    CHECK(!acts.at[2].has_old); /* of other bytes */
    CHECK(acts.at[5].has_old && acts.at[5].old == 9);
    CHECK_EQ(trace.events[acts.at[5].event].value, 5);
    CHECK_EQ(trace.events[acts.at[1].event].value, 7);
    drop();
}

static void test_items_mark(void)
{
    struct core_item items[] = {{.task = 2, .point = 3, .to = 1}, {.task = 7, .point = 1, .to = 9}};
    struct core_schedule schedule = {.count = 2, .items = items};
    read_acts(lost_update, &schedule);
    CHECK(acts.at[9].marked && !acts.at[5].marked);
    drop();
    schedule.items++;
    schedule.count = 1; /* none of them is there: all preemptions then */
    read_acts(lost_update, &schedule);
    CHECK(!acts.at[9].marked && acts.at[5].marked);
    drop();
}

/* ---- rows ---- */

/* Many steps of two threads on many objects with a switch now and then. */
static char *random_text(unsigned seed, int steps, int threads)
{
    char *text = malloc((size_t)steps * 80 + 100), *end = text + sprintf(text, "trace 1\n");
    int thread = 0;
    for (int i = 1; i <= steps; i++) {
        static const char *const ops[] = {"read", "write", "lock", "unlock", "atomic_update"};
        seed = seed * 1103515245 + 12345;
        end += sprintf(end, "point %d %d %s %u 0 0x%x\n", i, thread, ops[seed >> 8 & 3],
                       (seed >> 12) % 50, seed >> 16 & 0xfff);
        if (seed >> 20 & 1)
            end += sprintf(end, "value %d 0x%x\n", i, seed >> 5);
        if ((seed >> 24) % 23 == 0) {
            int to =
                (thread + 1 + (int)(seed >> 4 & 0xff) % (threads > 1 ? threads - 1 : 1)) % threads;
            end += sprintf(end, "switch %d %d %d %s\n", i, thread, to,
                           seed >> 6 & 1 ? "preempt" : "yield");
            thread = to;
        }
    }
    sprintf(end, "finding %d %d 1 data-race\nend %d 66\n", steps, thread, steps);
    return text;
}

static void make(struct explain *explain, const char *text, size_t rows)
{
    struct symbols_settings settings = {0};
    struct symbols *symbols = symbols_open(&settings);
    CHECK_EQ(trace_text_read(&trace, text), 0);
    explain_make(explain, &trace, symbols, &(struct explain_settings){.rows = rows});
    symbols_close(symbols);
}

/* Never more rows than asked for; folds and steps together are all that was done. */
static void test_rows(void)
{
    for (unsigned round = 0; round < 60; round++) {
        int steps = (int)(round * round * 7 % 3000 + 1);
        size_t rows = 5 + round % 50;
        char *text = random_text(round, steps, 1 + (int)round % 5);
        struct explain e;
        make(&e, text, rows);
        long long told = 0, n;
        uint64_t number = 0;
        for (size_t i = 0; i < e.count; i++) {
            const struct explain_row *row = &e.rows[i];
            if (row->kind == EXPLAIN_FOLD && sscanf(row->text, "... %lld", &n) == 1)
                told += n;
            told += row->kind == EXPLAIN_STEP;
            CHECK(row->kind != EXPLAIN_FOLD || i == 0 || e.rows[i - 1].kind != EXPLAIN_FOLD);
            CHECK(!row->number || row->number >= number);
            number = row->number ? row->number : number;
        }
        CHECK(e.count <= rows);
        CHECK(told <= steps && told >= steps - 5); /* some threads stand before their next */
        CHECK_EQ(e.rows[e.count - 1].kind == EXPLAIN_FOLD ? e.rows[e.count - 2].kind
                                                          : e.rows[e.count - 1].kind,
                 EXPLAIN_FINDING);
        explain_free(&e);
        trace_free(&trace);
        free(text);
    }
}

/* What the failure is about survives thousands of other steps. */
static void test_needle(void)
{
    size_t room = 1 << 20;
    char *text = malloc(room), *end = text + sprintf(text, "trace 1\n");
    int step = 1;
    for (; step <= 5000; step++)
        end += sprintf(end, "point %d 0 read 9 0 0x1\n", step);
    end += sprintf(end, "point %d 0 write 5 0 0x2\nswitch %d 0 1 preempt\n", step, step);
    for (; step <= 10000; step++)
        end += sprintf(end, "point %d 1 read %d 0 0x1\n", step + 1, step == 7000 ? 5 : 9);
    sprintf(end, "switch 10001 1 0 end\npoint 10002 0 end 0 0 0x3\nend 10002 1\n");
    struct explain e;
    make(&e, text, 12);
    bool stop = false, write = false, read = false;
    for (size_t i = 0; i < e.count; i++) {
        stop = stop || strcmp(e.rows[i].text, "stopped before write object 5; T1 goes on") == 0;
        write = write || strcmp(e.rows[i].text, "write object 5") == 0;
        read = read || strcmp(e.rows[i].text, "read object 5") == 0;
    }
    CHECK(stop);
    CHECK(write);
    CHECK(read);
    CHECK(e.count <= 12);
    explain_free(&e);
    trace_free(&trace);
    free(text);
}

/* ---- forms ---- */

static char *as_text(const char *text, int columns, bool color)
{
    struct explain e;
    char *out = NULL;
    size_t length;
    make(&e, text, 40);
    FILE *stream = open_memstream(&out, &length);
    explain_print_text(stream, &e, columns, color);
    fclose(stream);
    explain_free(&e);
    trace_free(&trace);
    return out;
}

static void test_text(void)
{
    char *out = as_text(lost_update, 80, false);
    CHECK(strstr(out, "      T0 main") != NULL);
    CHECK(strstr(out, "\n>  ") != NULL);
    CHECK(strstr(out, "stopped before write object 1; T2 goes on") != NULL);
    CHECK(strstr(out, "write object 1: 1 -> 1") != NULL);
    CHECK(strstr(out, "create T2") != NULL);
    CHECK(strstr(out, "waits for the end of T1") != NULL);
    CHECK(strstr(out, "\n!     data-race\n") != NULL);
    CHECK(!strchr(out, '\033'));
    free(out);
    out = as_text(deadlock, 120, false);
    CHECK(strstr(out, "waits for ever for object 1 (lock), held by T0") != NULL);
    CHECK(strstr(out, "note: T0 waits for object 2, which T1 holds since step 3\n") != NULL);
    free(out);
    out = as_text(deadlock, 80, true);
    CHECK(strchr(out, '\033') != NULL);
    free(out);
}

/* No line is wider than the terminal, or ends in blanks, whatever the number of threads. */
static void test_widths(void)
{
    for (int threads = 1; threads < 40; threads += 3)
        for (int columns = 40; columns <= 120; columns += 13) {
            char *text = random_text((unsigned)(threads * columns), 300, threads);
            char *out = as_text(text, columns, false);
            for (char *line = out, *next; *line; line = next + 1) {
                next = strchr(line, '\n');
                CHECK(next - line <= columns);
                CHECK(next == line || next[-1] != ' ');
                if (next - line > columns)
                    printf("%d threads, %d: %.*s\n", threads, columns, (int)(next - line), line);
            }
            free(out);
            free(text);
        }
}

/* Every tag closes, in order. */
static void check_tags(const char *html)
{
    static const char *const empty[] = {"meta", "!DOCTYPE"};
    char open[64][16];
    int depth = 0;
    for (const char *at = strchr(html, '<'); at; at = strchr(at + 1, '<')) {
        char name[16];
        bool closing = at[1] == '/', alone = false;
        sscanf(at + 1 + closing, "%15[a-zA-Z0-9!]", name);
        for (size_t i = 0; i < 2; i++)
            alone = alone || strcmp(name, empty[i]) == 0;
        if (alone)
            continue;
        if (!closing)
            strcpy(open[depth++ & 63], name);
        else if (depth > 0)
            CHECK_STR_EQ(open[--depth & 63], name);
    }
    CHECK_EQ(depth, 0);
}

static void test_html(void)
{
    struct explain e;
    char *out = NULL;
    size_t length;
    make(&e, lost_update, 40);
    free(e.rows[0].text);
    e.rows[0].text = strdup("a<b> & \"c\" \001");
    FILE *stream = open_memstream(&out, &length);
    explain_print_html(stream, &e,
                       &(struct explain_page){.title = "T & <t>",
                                              .program = "./p '<x>'",
                                              .summary = "s",
                                              .replay = "reprise replay x",
                                              .schedule = "rp1.x",
                                              .report = "r\n r2"});
    fclose(stream);
    check_tags(out);
    CHECK(strstr(out, "a&lt;b&gt; &amp; &quot;c&quot; ?") != NULL);
    CHECK(strstr(out, "<title>T &amp; &lt;t&gt;</title>") != NULL);
    CHECK(strstr(out, "http") == NULL);
    CHECK(strstr(out, "<script") == NULL);
    CHECK(strstr(out, "prefers-color-scheme:dark") != NULL);
    free(out);
    stream = open_memstream(&out, &length);
    explain_print_html(stream, &e, &(struct explain_page){0});
    fclose(stream);
    check_tags(out);
    free(out);
    explain_free(&e);
    trace_free(&trace);
}

static void test_empty(void)
{
    char *out = as_text("trace 1\n", 80, false);
    CHECK(strstr(out, "the trace has no end") != NULL);
    free(out);
    out = as_text("trace 1\nend 0 0\n", 80, false);
    free(out);
    out = as_text("trace 1\nfinding 0 3 1 signal-unsafe\n", 80, false);
    CHECK(strstr(out, "signal-unsafe") != NULL);
    free(out);
}

int main(void)
{
    RUN(test_order);
    RUN(test_deadlock);
    RUN(test_waits);
    RUN(test_aside);
    RUN(test_items_mark);
    RUN(test_rows);
    RUN(test_needle);
    RUN(test_text);
    RUN(test_widths);
    RUN(test_html);
    RUN(test_empty);
    return check_done();
}
