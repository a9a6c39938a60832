#include "failure_go.h"

#include <ctype.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PANIC_STATUS = 2, STACK_LINES = 40, TEST_LINES = 12, TITLE_BYTES = 160 };

/* ---- lines ---- */

static const char *next_line(const char *line)
{
    line += strcspn(line, "\n");
    return *line ? line + 1 : line;
}

static bool starts(const char *line, const char *word)
{
    return strncmp(line, word, strlen(word)) == 0;
}

static size_t length_of(const char *line)
{
    return strcspn(line, "\n");
}

static char *join(const char *format, ...) __attribute__((format(printf, 1, 2)));
static char *join(const char *format, ...)
{
    char *text;
    va_list arguments;
    va_start(arguments, format);
    if (vasprintf(&text, format, arguments) < 0)
        abort();
    va_end(arguments);
    return text;
}

/* From `line` on, at most so many lines, and not the one at `end`. */
static char *some_lines(const char *line, const char *end, int lines)
{
    const char *at = line;
    while (*at && at < end && lines-- > 0)
        at = next_line(at);
    while (at > line && isspace((unsigned char)at[-1]))
        at--;
    return strndup(line, (size_t)(at - line));
}

/* ---- panics ---- */

/* The last line that starts like that: earlier ones were survived. */
static const char *find_panic(const char *text)
{
    const char *found = NULL;
    for (const char *line = text; line && *line; line = next_line(line))
        if (starts(line, "panic: ") ||
            (starts(line, "fatal error: ") && !starts(line, "fatal error: panic")))
            found = line;
    return found;
}

static const char *find_goroutine(const char *line)
{
    for (; *line; line = next_line(line))
        if (starts(line, "goroutine "))
            return next_line(line);
    return line;
}

/* A stack has two lines a frame: the function with its arguments, and a tab with the place. */
struct frame {
    const char *function, *place;
};

static bool next_frame(const char **line, struct frame *frame)
{
    const char *place = next_line(*line);
    if (!**line || **line == '\n' || place[0] != '\t' || starts(*line, "created by "))
        return false;
    *frame = (struct frame){*line, place + 1};
    *line = next_line(place);
    return true;
}

/* "example.com/x.(*T).f(0xc00, 0x1)" -> "example.com/x.(*T).f" */
static char *function_of(const char *line)
{
    size_t length = length_of(line);
    while (length && line[length - 1] != '(')
        length--;
    length -= length > 0;
    return strndup(line, length);
}

/* "/dir/a.go:12 +0x5c" -> "a.go:12" */
static char *place_of(const char *line)
{
    size_t length = strcspn(line, "\n ");
    const char *name = line + length;
    while (name > line && name[-1] != '/')
        name--;
    return strndup(name, (size_t)(line + length - name));
}

/* Functions that are not the user's and stand between his own and the panic. */
static bool is_gos_own(const char *function)
{
    static const char *const packages[] = {"panic(", "runtime.", "runtime/", "internal/",
                                           "sync.",  "sync/",    "testing."};
    for (size_t i = 0; i < sizeof packages / sizeof packages[0]; i++)
        if (starts(function, packages[i]))
            return true;
    return false;
}

/* Where it happened: the innermost frame of the user's. Above a panic() stands what deferred calls
 * did with it. */
static bool find_culprit(const char *stack, struct frame *culprit)
{
    struct frame frame;
    const char *from = stack;
    for (const char *at = stack; next_frame(&at, &frame);)
        if (starts(frame.function, "panic("))
            from = at;
    for (const char *at = from; next_frame(&at, &frame);)
        if (!is_gos_own(frame.function)) {
            *culprit = frame;
            return true;
        }
    return false;
}

/* "example.com/x.TestY.func1" -> "TestY"; NULL when that is no name of a test. */
static char *test_of_function(const char *function)
{
    static const char *const kinds[] = {"Test", "Example", "Fuzz", "Benchmark"};
    const char *slash = strrchr(function, '/');
    const char *dot = strchr(slash ? slash : function, '.');
    for (size_t i = 0; dot && i < sizeof kinds / sizeof kinds[0]; i++)
        if (starts(dot + 1, kinds[i]))
            return strndup(dot + 1, strcspn(dot + 1, ".("));
    return NULL;
}

/* The function that testing.tRunner() called, of the goroutine that panicked. */
static char *test_of_stack(const char *stack)
{
    struct frame frame, before = {0};
    for (const char *at = stack; next_frame(&at, &frame); before = frame)
        if (before.function && starts(frame.function, "testing.tRunner(")) {
            char *function = function_of(before.function);
            char *test = test_of_function(function);
            free(function);
            return test;
        }
    return NULL;
}

/* "panic: test timed out after 10m0s", and indented below it "running tests:" and their names. */
static char *test_that_ran(const char *line)
{
    line = next_line(line);
    if (!starts(line + strspn(line, "\t "), "running tests:"))
        return NULL;
    line = next_line(line);
    line += strspn(line, "\t ");
    return strndup(line, strcspn(line, "/ \n"));
}

/* What was recovered and panicked again is one panic. */
static char *words_of(const char *line)
{
    char *words = strndup(line, length_of(line) < TITLE_BYTES ? length_of(line) : TITLE_BYTES);
    char *bracket = strstr(words, " [recovered");
    if (bracket)
        *bracket = '\0';
    return words;
}

/* A deadlock is the matter of all goroutines, a panic that of the first. */
static char *panic_details(const char *panic, const char *stack)
{
    const char *end = panic + strlen(panic);
    if (!strstr(panic, "- deadlock!") && strstr(stack, "\n\n"))
        end = strstr(stack, "\n\n");
    return some_lines(panic, end, STACK_LINES);
}

static void read_panic(struct failure_go_list *list, const char *panic)
{
    const char *stack = find_goroutine(panic);
    struct frame culprit;
    bool known = find_culprit(stack, &culprit);
    char *place = known ? place_of(culprit.place) : NULL;
    struct failure_go *failure = &list->at[list->count++];
    *failure = (struct failure_go){
        .type = "panic",
        .what = words_of(panic),
        .where = known ? function_of(culprit.function) : strdup(""),
        .test = test_of_stack(stack),
        .details = panic_details(panic, stack),
    };
    char *running = failure->test ? NULL : test_that_ran(panic);
    if (running) {
        failure->test = running;
        failure->title = join("%s (running %s)", failure->what, running);
    } else if (known) {
        const char *slash = strrchr(failure->where, '/');
        failure->title =
            join("%s  %s %s", failure->what, slash ? slash + 1 : failure->where, place);
    } else {
        failure->title = strdup(failure->what);
    }
    free(place);
}

/* ---- tests ---- */

/* The name in "    --- FAIL: TestX/sub (0.00s)", or NULL. */
static char *failed_test(const char *line)
{
    static const char head[] = "--- FAIL: ";
    line += strspn(line, " \026"); /* the latter with -test.v=test2json */
    return starts(line, head) ? strndup(line + strlen(head), strcspn(line + strlen(head), " \n"))
                              : NULL;
}

static bool is_head(const char *line)
{
    line += strspn(line, " \026");
    return starts(line, "--- ") || starts(line, "=== ") || starts(line, "FAIL") ||
           starts(line, "PASS") || starts(line, "coverage: ");
}

struct block {
    const char *start, *end; /* what the test said */
};

/* It stands below the result, and with -v above it. */
static struct block block_of(const char *text, const char *result, bool verbose)
{
    struct block block = {next_line(result), next_line(result)};
    if (!verbose) {
        while (*block.end && !is_head(block.end))
            block.end = next_line(block.end);
        return block;
    }
    block.start = block.end = result;
    while (block.start > text) {
        const char *line = block.start - 1;
        while (line > text && line[-1] != '\n')
            line--;
        if (is_head(line))
            break;
        block.start = line;
    }
    return block;
}

static bool has_race(struct block block)
{
    static const char words[] = "race detected during execution of test";
    return memmem(block.start, (size_t)(block.end - block.start), words, strlen(words));
}

/* A test fails with its subtests. */
static bool has_failed_subtest(const char *text, const char *name)
{
    size_t length = strlen(name);
    bool found = false;
    for (const char *line = text; *line && !found; line = next_line(line)) {
        char *other = failed_test(line);
        found = other && strncmp(other, name, length) == 0 && other[length] == '/';
        free(other);
    }
    return found;
}

static void add_test(struct failure_go_list *list, char *name, struct block block)
{
    const char *said = block.start + strspn(block.start, " \t");
    bool speaks = block.start < block.end && length_of(said);
    int length = (int)(length_of(said) < TITLE_BYTES ? length_of(said) : TITLE_BYTES);
    list->at[list->count++] = (struct failure_go){
        .type = "test",
        .title =
            speaks ? join("--- FAIL: %s: %.*s", name, length, said) : join("--- FAIL: %s", name),
        .what = strdup("--- FAIL"),
        .where = strdup(name),
        .test = strndup(name, strcspn(name, "/")),
        .details = some_lines(block.start, block.end, TEST_LINES),
    };
}

static void read_tests(struct failure_go_list *list, const char *text)
{
    bool verbose = strstr(text, "=== RUN ");
    for (const char *line = text; *line && list->count < FAILURE_GO_TESTS; line = next_line(line)) {
        char *name = failed_test(line);
        struct block block = name ? block_of(text, line, verbose) : (struct block){0};
        if (name && has_race(block))
            list->races = true;
        else if (name && !has_failed_subtest(text, name))
            add_test(list, name, block);
        free(name);
    }
}

/* ---- no end ---- */

/* The first line behind the goroutine that begins at `line`. */
static const char *end_of_goroutine(const char *line)
{
    while (*line && *line != '\n')
        line = next_line(line);
    return line;
}

/* Those of Go's runtime have nothing else on their stacks. */
static bool is_users(const char *goroutine, struct frame *frame)
{
    return starts(goroutine, "goroutine ") && !starts(goroutine, "goroutine 0 ") &&
           find_culprit(next_line(goroutine), frame);
}

char *failure_go_hang(const char *errors, char **where)
{
    const char *line = errors ? strstr(errors, "SIGQUIT: quit\n") : NULL;
    char *text = NULL;
    size_t size;
    int lines = 0;
    struct frame frame;
    *where = NULL;
    FILE *memory = line ? open_memstream(&text, &size) : NULL;
    for (line = line ? next_line(line) : ""; memory && *line && lines < STACK_LINES;) {
        const char *end = end_of_goroutine(line);
        if (is_users(line, &frame)) {
            char *kept = some_lines(line, end, STACK_LINES - lines);
            const char *slash, *state = memchr(line, '[', length_of(line));
            char *function = function_of(frame.function), *place = place_of(frame.place);
            fprintf(memory, "%s%s", lines ? "\n\n" : "", kept);
            for (const char *c = kept; *c; c++)
                lines += *c == '\n';
            lines += 2;
            slash = strrchr(function, '/');
            if (!*where && state && starts(state, "[run"))
                *where = join("%s %s", slash ? slash + 1 : function, place);
            free(function);
            free(place);
            free(kept);
        }
        line = end + (*end == '\n');
    }
    if (memory)
        fclose(memory);
    return text;
}

/* ---- both ---- */

struct failure_go_list failure_go_read(const struct attempt_outcome *outcome)
{
    struct failure_go_list list = {0};
    bool died = outcome->status == PANIC_STATUS || outcome->signal == SIGABRT;
    const char *panic = died && outcome->errors ? find_panic(outcome->errors) : NULL;
    if (panic)
        read_panic(&list, panic);
    else if (outcome->status == 1 && outcome->output)
        read_tests(&list, outcome->output);
    return list;
}

void failure_go_free(struct failure_go_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        struct failure_go *failure = &list->at[i];
        char *const texts[] = {failure->title, failure->what, failure->where, failure->test,
                               failure->details};
        for (size_t k = 0; k < sizeof texts / sizeof texts[0]; k++)
            free(texts[k]);
    }
    list->count = 0;
}
