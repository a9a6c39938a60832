#include "failure.h"
#include "cli.h"
#include "core/signature.h"
#include "failure_go.h"

#include <ctype.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum { DETAILS_LINES = 12, DETAILS_BYTES = 4000, EXIT_OF_FINDINGS = 66 };

static char *format(const char *text, ...) __attribute__((format(printf, 1, 2)));
static char *format(const char *text, ...)
{
    char *result;
    va_list arguments;
    va_start(arguments, text);
    if (vasprintf(&result, text, arguments) < 0)
        abort();
    va_end(arguments);
    return result;
}

static void drop(struct failure *failure)
{
    char *const texts[] = {failure->signature, failure->type,    failure->title,
                           failure->report,    failure->details, failure->test};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        free(texts[i]);
}

/* Takes the strings. */
static void add(struct failures *failures, struct failure failure)
{
    if (failures_find(failures, failure.signature)) {
        drop(&failure);
        return;
    }
    failures->at = realloc(failures->at, (failures->count + 1) * sizeof failure);
    if (!failures->at)
        abort();
    failures->at[failures->count++] = failure;
}

const struct failure *failures_find(const struct failures *failures, const char *signature)
{
    for (size_t i = 0; i < failures->count; i++)
        if (strcmp(failures->at[i].signature, signature) == 0)
            return &failures->at[i];
    return NULL;
}

/* ---- signatures ---- */

/* Numbers, addresses above all, differ from run to run. */
static char *without_numbers(const char *text)
{
    char *copy = strdup(text), *to = copy;
    if (!copy)
        abort();
    for (; *text; text++) {
        if (!isdigit((unsigned char)*text)) {
            *to++ = *text;
            continue;
        }
        *to++ = '#';
        while (isxdigit((unsigned char)text[1]) || text[1] == 'x')
            text++;
    }
    *to = '\0';
    return copy;
}

static char *sign(const char *type, const char *what, const char *where, const char *file)
{
    char text[CORE_SIGNATURE_BYTES];
    char *plain = without_numbers(what);
    struct core_signature s = core_signature_begin(type);
    core_signature_part(&s, plain);
    core_signature_frame(&s, where, file);
    core_signature_end(&s, text);
    free(plain);
    return strdup(text);
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* ---- what the program wrote ---- */

/* The line that `needle` is in, or NULL. To be freed. */
static char *line_with(const char *text, const char *needle)
{
    const char *at = text ? strstr(text, needle) : NULL;
    if (!at)
        return NULL;
    while (at > text && at[-1] != '\n')
        at--;
    return strndup(at, strcspn(at, "\n"));
}

static bool is_blank(char c)
{
    return isspace((unsigned char)c);
}

/* The last lines, at most so many. */
static char *last_lines(const char *text, size_t bytes, int lines)
{
    while (bytes && is_blank(text[bytes - 1]))
        bytes--;
    size_t from = bytes;
    while (from && bytes - from < DETAILS_BYTES && (text[from - 1] != '\n' || --lines > 0))
        from--;
    return strndup(text + from, bytes - from);
}

static char *details_of(const struct attempt_outcome *outcome)
{
    if (outcome->errors_bytes)
        return last_lines(outcome->errors, outcome->errors_bytes, DETAILS_LINES);
    if (outcome->output_bytes)
        return last_lines(outcome->output, outcome->output_bytes, DETAILS_LINES);
    return strdup("");
}

/* ---- kinds of failures ---- */

/* Of "TestX/sub" its subtest does not count. */
static char *test_of(const json_t *object)
{
    const char *test = finding_test(object);
    return test ? strndup(test, strcspn(test, "/")) : NULL;
}

static void add_findings(struct failures *failures, const struct findings *findings)
{
    for (size_t i = 0; i < findings->count; i++) {
        const json_t *object = findings->at[i].object;
        const char *type = finding_string(object, "type", "");
        const char *title = finding_string(object, "title", "");
        const char *signature = finding_string(object, "signature", NULL);
        add(failures, (struct failure){
                          .signature = signature ? strdup(signature) : sign(type, title, "", NULL),
                          .type = strdup(type),
                          .title = strdup(title),
                          .report = json_dumps(object, JSON_COMPACT),
                          .test = test_of(object),
                      });
    }
}

/* Of "SEGV /dir/a.c:12:3 in f" the directory does not count. */
static char *sign_crash(const char *what)
{
    char *copy = strdup(what), *in = strstr(copy, " in "), *space = strchr(copy, ' ');
    char *function = in ? in + 4 : copy + strlen(copy);
    if (in && space)
        *in = *space = '\0';
    const char *file = in && space && space < in ? base_name(space + 1) : "";
    char *place = without_numbers(file), *signature = sign("signal", copy, function, place);
    free(place);
    free(copy);
    return signature;
}

/* The runtime tells crashes on stderr: "SUMMARY: ThreadSanitizer: SEGV a.c:12:3 in f". */
static bool add_crash(struct failures *failures, const struct attempt_outcome *outcome)
{
    static const char head[] = "SUMMARY: ThreadSanitizer: ";
    if (!outcome->errors || !strstr(outcome->errors, "ThreadSanitizer:DEADLYSIGNAL"))
        return false;
    char *line = line_with(strstr(outcome->errors, "ThreadSanitizer:DEADLYSIGNAL"), head);
    const char *what = line ? line + strlen(head) : "fatal signal";
    add(failures, (struct failure){
                      .signature = sign_crash(what),
                      .type = strdup("signal"),
                      .title = format("crash: %s", what),
                      .details = details_of(outcome),
                  });
    free(line);
    return true;
}

/* "prog: a.c:12: f: Assertion `x' failed.": the program's name in front is left out. */
static char *assertion_of(const struct attempt_outcome *outcome)
{
    char *line = line_with(outcome->errors, ": Assertion `");
    char *colon = line ? strstr(line, ": ") : NULL;
    if (colon && strstr(colon + 2, ": Assertion `"))
        memmove(line, colon + 2, strlen(colon + 2) + 1);
    return line;
}

/* What the C and C++ libraries say before they abort. Any other last line may be a message of
 * whatever thread came last, and would make many failures of one. */
static char *last_word(const struct attempt_outcome *outcome)
{
    static const char *const words[] = {
        "terminate called", "*** ",           "double free or",  "free(): ",    "malloc(): ",
        "malloc_",          "munmap_chunk()", "corrupted ",      "realloc(): ", "invalid next size",
        "Fatal glibc",      "The futex",      "pure virtual me",
    };
    char *line = assertion_of(outcome);
    for (size_t i = 0; !line && i < sizeof words / sizeof words[0]; i++)
        line = line_with(outcome->errors, words[i]);
    return line;
}

static void add_signal(struct failures *failures, const struct attempt_outcome *outcome,
                       const char *program)
{
    char text[64];
    attempt_failed(outcome, text, sizeof text);
    char *word = outcome->signal == SIGABRT ? last_word(outcome) : NULL;
    snprintf(text + strlen(text), sizeof text - strlen(text), "%s", word ? ": " : "");
    add(failures, (struct failure){
                      .signature = sign("signal", word ? word : text, program, NULL),
                      .type = strdup("signal"),
                      .title = format("%s%s", text, word ? word : ""),
                      .details = details_of(outcome),
                  });
    free(word);
}

static void add_plain(struct failures *failures, const struct attempt_outcome *outcome,
                      const char *type, const char *title, const char *where)
{
    /* the number of an exit status does count */
    char *signature = sign(type, "", where, strcmp(type, "exit") == 0 ? title : NULL);
    add(failures, (struct failure){
                      .signature = signature,
                      .type = strdup(type),
                      .title = strdup(title),
                      .details = details_of(outcome),
                  });
}

/* The exit status that the runtime gives a program with findings says nothing more. With exitcode=0
 * it leaves programs theirs, and gives 1 to those that it ends itself. */
static bool is_told_by_findings(const struct attempt_outcome *outcome,
                                const struct failure_rules *rules)
{
    int status = rules->exitcode ? rules->exitcode : EXIT_OF_FINDINGS;
    bool ended_by_runtime = outcome->told_status == 0 && outcome->status == 1;
    return outcome->findings.count && (outcome->status == status || ended_by_runtime);
}

/* Is there a finding of this test? */
static bool has_finding_of(const struct failures *failures, const char *test)
{
    for (size_t i = 0; i < failures->count; i++)
        if (failures->at[i].report && failures->at[i].test &&
            strcmp(failures->at[i].test, test) == 0)
            return true;
    return false;
}

/* What a Go program said of its end. A test that fails because of a finding in it, and says nothing
 * more, is told by the finding. True: that is all there is to say of the end. */
static bool add_go(struct failures *failures, const struct attempt_outcome *outcome)
{
    struct failure_go_list list = failure_go_read(outcome);
    bool told = list.count || (list.races && outcome->findings.count);
    for (size_t i = 0; i < list.count; i++) {
        const struct failure_go *go = &list.at[i];
        if (strcmp(go->type, "test") == 0 && !*go->details && has_finding_of(failures, go->test))
            continue;
        add(failures, (struct failure){
                          .signature = sign(go->type, go->what, go->where, NULL),
                          .type = strdup(go->type),
                          .title = strdup(go->title),
                          .details = strdup(go->details),
                          .test = go->test ? strdup(go->test) : NULL,
                      });
    }
    failure_go_free(&list);
    return told;
}

/* A Go program has told where it was. That is chance, and no part of what it is. */
static void add_timeout(struct failures *failures, const struct attempt_outcome *outcome,
                        const char *text, const char *program)
{
    char *where, *details = failure_go_hang(outcome->errors, &where);
    add(failures, (struct failure){
                      .signature = sign("timeout", "", program, NULL),
                      .type = strdup("timeout"),
                      .title = where ? format("%s  %s", text, where) : strdup(text),
                      .details = details ? details : details_of(outcome),
                  });
    free(where);
}

static void add_end(struct failures *failures, const struct attempt_outcome *outcome,
                    const char *program, const struct failure_rules *rules)
{
    char text[64];
    bool failed = attempt_failed(outcome, text, sizeof text);
    if (!failed)
        return;
    if (outcome->timed_out || outcome->flooded)
        add_timeout(failures, outcome, text, program);
    else if (!rules->success[outcome->signal ? 0 : outcome->status] && add_go(failures, outcome))
        return;
    else if (outcome->signal)
        add_signal(failures, outcome, program);
    else if (!is_told_by_findings(outcome, rules) && !rules->success[outcome->status])
        add_plain(failures, outcome, "exit", text, program);
}

/* A program that gives up joins nobody. */
static void drop_leaks(struct failures *failures)
{
    bool gave_up = false;
    size_t left = 0;
    for (size_t i = 0; i < failures->count; i++)
        gave_up |=
            strcmp(failures->at[i].type, "exit") == 0 || strcmp(failures->at[i].type, "panic") == 0;
    for (size_t i = 0; i < failures->count; i++)
        if (gave_up && strcmp(failures->at[i].type, "thread-leak") == 0)
            drop(&failures->at[i]);
        else
            failures->at[left++] = failures->at[i];
    failures->count = left;
}

/* The lower, the more it asks for an explanation: what ended the program comes before what was
 * noticed on the way. */
static int rank(const struct failure *failure)
{
    static const char *const ends[] = {"check", "signal",   "exit",        "timeout", "panic",
                                       "test",  "deadlock", "lost-wakeup", "livelock"};
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++)
        if (strcmp(failure->type, ends[i]) == 0)
            return 0;
    return strncmp(failure->type, "lock-order", 10) == 0 ? 2 : 1;
}

static void sort_failures(struct failures *failures)
{
    for (size_t i = 1; i < failures->count; i++) {
        struct failure failure = failures->at[i];
        size_t at = i;
        for (; at > 0 && rank(&failures->at[at - 1]) > rank(&failure); at--)
            failures->at[at] = failures->at[at - 1];
        failures->at[at] = failure;
    }
}

struct failures failures_of(const struct attempt_outcome *outcome, const struct target *target,
                            const struct failure_rules *rules, const char *check)
{
    struct failures failures = {0};
    const char *program = base_name(target->argv[0]);
    add_findings(&failures, &outcome->findings);
    if (!add_crash(&failures, outcome))
        add_end(&failures, outcome, program, rules);
    if (check) {
        char *title = format("--check failed: %s", check);
        add_plain(&failures, outcome, "check", title, rules->command ? rules->command : program);
        free(title);
    }
    drop_leaks(&failures);
    sort_failures(&failures);
    return failures;
}

void failures_free(struct failures *failures)
{
    for (size_t i = 0; i < failures->count; i++)
        drop(&failures->at[i]);
    free(failures->at);
    *failures = (struct failures){0};
}

char *failure_title(const struct failure *failure, struct symbols *symbols)
{
    char *text = NULL;
    size_t size;
    struct finding finding = {failure->report ? json_loads(failure->report, 0, NULL) : NULL, 1};
    FILE *stream = finding.object ? open_memstream(&text, &size) : NULL;
    if (!stream)
        return strdup(failure->title);
    finding_print_brief(stream, &finding, symbols, (int)strlen(failure->title), false);
    fclose(stream);
    json_decref(finding.object);
    text[strcspn(text, "\n")] = '\0';
    memmove(text, text + strspn(text, " "), strlen(text + strspn(text, " ")) + 1);
    return text;
}
