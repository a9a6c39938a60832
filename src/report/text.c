/* A finding in full, for reading on a terminal. */
#include "findings.h"

#include <string.h>

static long long integer(const json_t *object, const char *key)
{
    return json_integer_value(json_object_get(object, key));
}

static bool is_go(const struct finding *finding)
{
    return strcmp(finding_string(finding->object, "language", ""), "go") == 0;
}

/* 0, of goroutines 1, unless one says that it is. */
static long long main_thread(const struct finding *finding)
{
    size_t i;
    json_t *thread;
    json_array_foreach(json_object_get(finding->object, "threads"), i, thread)
    {
        if (json_is_true(json_object_get(thread, "main")))
            return integer(thread, "id");
    }
    return is_go(finding) ? 1 : 0;
}

static void print_thread(FILE *stream, const struct finding *finding, long long id)
{
    bool go = is_go(finding);
    if (id == main_thread(finding))
        fprintf(stream, "main %s", go ? "goroutine" : "thread");
    else
        fprintf(stream, go ? "goroutine %lld" : "thread T%lld", id);
}

static void print_row(FILE *stream, const struct frame_rows *rows, size_t i, size_t number)
{
    const struct symbol_frame *row = &rows->at[i];
    fprintf(stream, "    #%zu %s", number, row->function ? row->function : "<null>");
    if (row->file && row->line)
        fprintf(stream, " %s:%d", short_path(row->file), row->line);
    if (row->file && row->line && row->column)
        fprintf(stream, ":%d", row->column);
    if (!row->file || !row->line)
        fprintf(stream, " (%s+0x%llx)", rows->module, (unsigned long long)rows->offset);
    fputc('\n', stream);
}

static void print_stack(FILE *stream, const struct finding *finding, const json_t *stack,
                        struct symbols *symbols)
{
    struct frame_rows rows;
    size_t number = 0;
    if (!json_array_size(stack))
        fputs("    (no stack)\n", stream);
    for (size_t i = 0; i < json_array_size(stack); i++) {
        if (!finding_frame(finding, json_array_get(stack, i), symbols, &rows))
            continue;
        if (!rows.module)
            fprintf(stream, "    #%zu 0x%llx\n", number++, (unsigned long long)rows.offset);
        for (size_t k = 0; k < rows.count; k++)
            print_row(stream, &rows, k, number++);
    }
}

static void print_mutexes(FILE *stream, const json_t *mutexes)
{
    size_t i;
    json_t *mutex;
    json_array_foreach(mutexes, i, mutex)
    {
        fprintf(stream, "%s%s M%lld", i ? ", " : ", holding ",
                finding_string(mutex, "mode", "write"), integer(mutex, "mutex"));
    }
}

static const char *operation(const json_t *access)
{
    if (json_is_true(json_object_get(access, "free")))
        return "free";
    return finding_string(access, "op", "access");
}

static void print_access(FILE *stream, const struct finding *finding, const json_t *access,
                         bool previous, struct symbols *symbols)
{
    long long size = integer(access, "size");
    fprintf(stream, "  %s%s%s", previous ? "previous " : "",
            json_is_true(json_object_get(access, "atomic")) ? "atomic " : "", operation(access));
    if (!is_go(finding) || size > 1) /* Go tells of a scalar only where it begins */
        fprintf(stream, " of %lld bytes", size);
    fprintf(stream, " at %s by ", finding_string(access, "address", "?"));
    print_thread(stream, finding, integer(access, "thread"));
    print_mutexes(stream, json_object_get(access, "mutexes"));
    fputc('\n', stream);
    print_stack(stream, finding, json_object_get(access, "stack"), symbols);
}

static void print_edge(FILE *stream, const struct finding *finding, const json_t *edge,
                       struct symbols *symbols)
{
    fprintf(stream, "  M%lld taken while holding M%lld, by ", integer(edge, "to"),
            integer(edge, "from"));
    print_thread(stream, finding, integer(edge, "thread"));
    fputc('\n', stream);
    print_stack(stream, finding, json_object_get(edge, "stack"), symbols);
    const json_t *held = json_object_get(edge, "held_stack");
    if (json_array_size(held)) {
        fprintf(stream, "  M%lld was taken at\n", integer(edge, "from"));
        print_stack(stream, finding, held, symbols);
    }
}

static void print_location(FILE *stream, const struct finding *finding, const json_t *location,
                           struct symbols *symbols)
{
    const char *kind = finding_string(location, "kind", "?");
    const char *name = finding_variable(finding, location, symbols);
    fprintf(stream, "  in %s", kind);
    if (name)
        fprintf(stream, " %s", name);
    if (strcmp(kind, "fd") == 0)
        fprintf(stream, " %lld", integer(location, "fd"));
    if (integer(location, "size"))
        fprintf(stream, ", %lld bytes at %s", integer(location, "size"),
                finding_string(location, "address", "?"));
    if (json_object_get(location, "thread")) {
        fputs(", of ", stream);
        print_thread(stream, finding, integer(location, "thread"));
    }
    fputc('\n', stream);
    if (json_array_size(json_object_get(location, "stack")))
        print_stack(stream, finding, json_object_get(location, "stack"), symbols);
}

static void print_made_thread(FILE *stream, const struct finding *finding, const json_t *thread,
                              struct symbols *symbols)
{
    const char *name = finding_string(thread, "name", "");
    if (!json_array_size(json_object_get(thread, "stack")))
        return; /* the main thread */
    fputs("  ", stream);
    print_thread(stream, finding, integer(thread, "id"));
    fprintf(stream, "%s%s%s (%s) created by ", *name ? " '" : "", name, *name ? "'" : "",
            finding_string(thread, "state", "?"));
    print_thread(stream, finding, integer(thread, "parent"));
    fputc('\n', stream);
    print_stack(stream, finding, json_object_get(thread, "stack"), symbols);
}

static void print_made_mutex(FILE *stream, const struct finding *finding, const json_t *mutex,
                             struct symbols *symbols)
{
    fprintf(stream, "  mutex M%lld at %s created at\n", integer(mutex, "id"),
            finding_string(mutex, "address", "?"));
    print_stack(stream, finding, json_object_get(mutex, "stack"), symbols);
}

typedef void (*print_item_fn)(FILE *, const struct finding *, const json_t *, struct symbols *);

static void print_each(FILE *stream, const struct finding *finding, const char *key,
                       struct symbols *symbols, print_item_fn print)
{
    size_t i;
    json_t *item;
    json_array_foreach(json_object_get(finding->object, key), i, item)
        print(stream, finding, item, symbols);
}

static void print_accesses(FILE *stream, const struct finding *finding, struct symbols *symbols)
{
    size_t i;
    json_t *access;
    json_array_foreach(json_object_get(finding->object, "accesses"), i, access)
        print_access(stream, finding, access, i > 0, symbols);
}

/* Whoever waits in Go has a reason in Go's own words. */
static void print_wait(FILE *stream, const struct finding *finding, const json_t *wait)
{
    const char *reason = finding_string(wait, "reason", NULL);
    if (!reason)
        return;
    fputs("  ", stream);
    print_thread(stream, finding, integer(wait, "thread"));
    fprintf(stream, " waits (%s) at\n", reason);
}

static void print_stacks(FILE *stream, const struct finding *finding, struct symbols *symbols)
{
    size_t i;
    json_t *stack;
    const json_t *waits = json_object_get(finding->object, "waits");
    json_array_foreach(json_object_get(finding->object, "stacks"), i, stack)
    {
        print_wait(stream, finding, json_array_get(waits, i));
        print_stack(stream, finding, stack, symbols);
    }
}

/* The words are those of the sidecar (wire/sidecar.h). */
static void print_degraded(FILE *stream, const struct finding *finding)
{
    size_t i;
    json_t *word;
    json_array_foreach(json_object_get(finding->object, "degraded"), i, word)
        fprintf(stream, "%s%s", i ? ", " : "  note: this run was not exact: ",
                json_string_value(word) ? json_string_value(word) : "?");
    if (i)
        fputc('\n', stream);
}

void finding_print_text(FILE *stream, const struct finding *finding, size_t number,
                        struct symbols *symbols, bool color)
{
    const char *signature = finding_string(finding->object, "signature", NULL);
    fprintf(stream, "%s%zu. %s%s", color ? "\033[1m" : "", number,
            finding_string(finding->object, "title", ""), color ? "\033[m" : "");
    if (signature)
        fprintf(stream, "  %s", signature);
    if (finding->reports > 1)
        fprintf(stream, "  (%zu times)", finding->reports);
    fputc('\n', stream);
    finding_print_body(stream, finding, symbols);
}

void finding_print_body(FILE *stream, const struct finding *finding, struct symbols *symbols)
{
    const json_t *sleep = json_object_get(finding->object, "sleep");
    const char *test = finding_test(finding->object);
    if (test)
        fprintf(stream, "  in test %s\n", test);
    print_accesses(stream, finding, symbols);
    print_stacks(stream, finding, symbols);
    print_each(stream, finding, "edges", symbols, print_edge);
    if (json_array_size(sleep)) {
        fputs("  ordered by nothing but this sleep\n", stream);
        print_stack(stream, finding, sleep, symbols);
    }
    print_each(stream, finding, "locations", symbols, print_location);
    print_each(stream, finding, "mutexes", symbols, print_made_mutex);
    print_each(stream, finding, "threads", symbols, print_made_thread);
    print_degraded(stream, finding);
}
