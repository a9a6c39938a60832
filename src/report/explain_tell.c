/* Acts in words: operations with the names of their objects, places with lines of source. */
#include "explain_tell.h"
#include "findings.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* ---- objects ---- */

static const char *module_path(const struct trace *trace, struct trace_place place)
{
    if (place.module < 0 || (size_t)place.module >= trace->modules_count)
        return "";
    return trace->modules[place.module].path;
}

/* glibc's names of the three streams are not those that programs use. */
static const char *own_name(const char *name)
{
    static const char *const names[][2] = {
        {"_IO_2_1_stdin_", "stdin"}, {"_IO_2_1_stdout_", "stdout"}, {"_IO_2_1_stderr_", "stderr"}};
    for (size_t i = 0; name && i < sizeof names / sizeof names[0]; i++)
        if (strcmp(name, names[i][0]) == 0)
            return names[i][1];
    return name;
}

void tell_object(const struct teller *w, uint32_t number, unsigned into, char *text, size_t size)
{
    const struct trace_object *object = trace_object(w->trace, number);
    unsigned long long offset = object ? object->place.offset : 0;
    if (object && strcmp(object->kind, "thread") == 0) {
        snprintf(text, size, "%c%llu", w->trace->letter,
                 (unsigned long long)trace_thread_number(w->trace, (uint32_t)offset));
        return;
    }
    if (object && strcmp(object->kind, "fd") == 0) {
        snprintf(text, size, "fd %llu", offset);
        return;
    }
    snprintf(text, size, "object %u", number);
    if (!object || strcmp(object->kind, "global") != 0)
        return;
    struct symbol_data data =
        symbols_data(w->symbols, module_path(w->trace, object->place), offset + into);
    offset += into;
    data.name = own_name(data.name);
    if (data.name && offset > data.start)
        snprintf(text, size, "%s+%llu", data.name, offset - (unsigned long long)data.start);
    else if (data.name)
        snprintf(text, size, "%s", data.name);
}

/* ---- places ---- */

/* As in brief.c: own code rather than a library's header or ours, a line rather than none. */
static int telling(const struct symbol_frame *frame)
{
    if (!frame->file || !frame->line)
        return frame->function ? 1 : 0;
    bool library = strncmp(frame->file, "/usr/include/", 13) == 0 ||
                   strncmp(frame->file, "/usr/lib/", 9) == 0 ||
                   strstr(frame->file, "/include/c++/") ||
                   strstr(frame->file, "/src/runtime/libc/") || symbol_frame_is_gos(frame);
    return library ? 2 : 3;
}

static char *copy(const char *text)
{
    char *mine = text ? strdup(text) : NULL;
    if (text && !mine)
        abort();
    return mine;
}

/* Go's "example.com/a/b.(*T).f" is "b.(*T).f". */
static char *short_go_function(const char *name)
{
    const char *slash = name ? strrchr(name, '/') : NULL;
    return copy(slash ? slash + 1 : name);
}

/* Without the arguments: "ns::push(int)" is "ns::push"; the columns are narrow. */
static char *short_function(const char *name, bool go)
{
    char *mine = go ? short_go_function(name) : copy(name);
    if (!mine || go)
        return mine;
    size_t length = strlen(mine);
    int depth = 0;
    while (length && mine[length - 1] != ')')
        length--; /* " const" behind the arguments */
    while (length--) {
        depth += mine[length] == ')' ? 1 : mine[length] == '(' ? -1 : 0;
        if (!depth) {
            if (length)
                mine[length] = '\0';
            break;
        }
    }
    return mine;
}

static void take_frame(struct tell_place *best, int *score, const struct symbol_frame *frame,
                       bool go)
{
    if (telling(frame) <= *score)
        return;
    *score = telling(frame);
    tell_place_free(best);
    *best =
        (struct tell_place){short_function(frame->function, go), copy(frame->file), frame->line};
}

void tell_place_free(struct tell_place *place)
{
    free(place->function);
    free(place->file);
    *place = (struct tell_place){0};
}

static void take_frames(const struct teller *w, struct trace_place place, struct tell_place *best,
                        int *score)
{
    const struct symbol_frame *frames;
    const char *module = module_path(w->trace, place);
    size_t count = *module ? symbols_code(w->symbols, module, place.offset, &frames) : 0;
    for (size_t i = 0; i < count; i++)
        take_frame(best, score, &frames[i], w->trace->letter == 'G');
}

struct tell_place tell_place_at(const struct teller *w, struct trace_place place)
{
    struct tell_place best = {0};
    int score = 0;
    take_frames(w, place, &best, &score);
    return best;
}

struct tell_place tell_place_of(const struct teller *w, size_t event)
{
    struct tell_place best = {0};
    int score = 0;
    if (event == SIZE_MAX || w->trace->events[event].kind != TRACE_POINT)
        return best;
    const struct trace_event *point = &w->trace->events[event];
    struct trace_place place = {point->module, point->offset};
    for (uint32_t next = point->callers;; place = w->trace->callers[next++]) {
        take_frames(w, place, &best, &score);
        if (next >= point->callers_end)
            break;
    }
    if (!score && *module_path(w->trace, (struct trace_place){point->module, point->offset})) {
        const char *path = w->trace->modules[point->module].path;
        const char *slash = strrchr(path, '/');
        if (asprintf(&best.function, "(%s+%#llx)", slash ? slash + 1 : path,
                     (unsigned long long)point->offset) < 0)
            abort();
    }
    return best;
}

char *tell_source(const char *path, int number)
{
    char *line = NULL;
    size_t size = 0;
    ssize_t length = -1;
    FILE *file = path && number > 0 ? fopen(path, "re") : NULL;
    if (!file)
        return NULL;
    while (number-- > 0 && (length = getline(&line, &size, file)) > 0)
        ;
    fclose(file);
    while (length > 0 && strchr(" \t\r\n", line[length - 1]))
        line[--length] = '\0';
    size_t blank = length > 0 ? strspn(line, " \t") : 0;
    char *text = length > 0 ? copy(line + blank) : NULL;
    for (char *c = text; c && *c; c++)
        *c = (unsigned char)*c < ' ' || *c == 127 ? ' ' : *c;
    free(line);
    return text;
}

bool tell_source_is_newer(const struct teller *w, const char *path)
{
    struct stat source, module;
    if (stat(path, &source) != 0)
        return false;
    for (size_t i = 0; i < w->trace->modules_count; i++)
        if (stat(w->trace->modules[i].path, &module) == 0 && module.st_mtime >= source.st_mtime)
            return false;
    return true;
}

/* ---- operations ---- */

static void add(char *text, size_t size, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
static void add(char *text, size_t size, const char *format, ...)
{
    size_t at = strlen(text);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text + at, size - at, format, arguments);
    va_end(arguments);
}

/* What a thread of the trace was created by that event, or NULL. */
static const struct trace_thread *created_by(const struct trace *trace, size_t event)
{
    if (event == SIZE_MAX)
        return NULL;
    for (size_t i = 0; i < trace->threads_count; i++) {
        const struct trace_thread *t = &trace->threads[i];
        if (t->created && t->created == trace->events[event].step &&
            t->parent == trace->events[event].thread && t->id != t->parent)
            return t;
    }
    return NULL;
}

/* Which byte of its object the operation is on. */
static unsigned into_of(const struct teller *w, const struct act *act)
{
    return act->event == SIZE_MAX ? 0 : w->trace->events[act->event].into;
}

static void add_operation(const struct teller *w, const struct act *act, char *text, size_t size)
{
    char object[TELL_OBJECT_BYTES];
    const struct trace_thread *child =
        act->op == CORE_OP_CREATE ? created_by(w->trace, act->event) : NULL;
    if (child) {
        add(text, size, "create %c%u", w->trace->letter, trace_thread_number(w->trace, child->id));
        return;
    }
    add(text, size, "%s", act->op == CORE_OP_NONE ? "go on" : core_op_name(act->op));
    if (!act->object)
        return;
    tell_object(w, act->object, into_of(w, act), object, sizeof object);
    add(text, size, act->op == CORE_OP_COND_WAIT ? " on %s" : " %s", object);
}

static void add_value(char *text, size_t size, uint64_t value)
{
    if (value < 1000000)
        add(text, size, "%llu", (unsigned long long)value);
    else if (value > UINT32_MAX - 1000 && value <= UINT32_MAX)
        add(text, size, "%d", (int)value);
    else if (value > UINT64_MAX - 1000)
        add(text, size, "%lld", (long long)value);
    else
        add(text, size, "%#llx", (unsigned long long)value);
}

static void tell_do(const struct teller *w, const struct act *act, char *text, size_t size)
{
    const struct trace_event *event = &w->trace->events[act->event];
    add_operation(w, act, text, size);
    if (event->has_value) {
        bool changes = core_op_effect(act->op) == CORE_OP_CHANGES && act->has_old;
        add(text, size, ": ");
        if (changes)
            add_value(text, size, act->old);
        if (changes)
            add(text, size, " -> ");
        add_value(text, size, event->value);
    }
    if (act->waited && act->op != CORE_OP_JOIN && act->op != CORE_OP_SLEEP)
        add(text, size, " (after the wait)");
}

static void tell_wait(const struct teller *w, const struct act *act, char *text, size_t size)
{
    char object[TELL_OBJECT_BYTES] = "";
    const char *ever = act->for_ever ? " for ever" : "";
    if (act->object)
        tell_object(w, act->object, 0, object, sizeof object);
    if (act->op == CORE_OP_SLEEP)
        add(text, size, "sleeps");
    else if (act->op == CORE_OP_JOIN)
        add(text, size, "waits%s for the end of %s", ever, *object ? object : "a thread");
    else if (act->op == CORE_OP_COND_WAIT)
        add(text, size, "waits%s for a signal of %s", ever, object);
    else if (*object)
        add(text, size, "waits%s for %s (%s)", ever, object, core_op_name(act->op));
    else
        add(text, size, "waits%s in %s", ever, core_op_name(act->op));
    if (act->holder != TRACE_SEVERAL)
        add(text, size, ", held by %c%u", w->trace->letter,
            trace_thread_number(w->trace, act->holder));
}

static void tell_stop(const struct teller *w, const struct act *act, char *text, size_t size)
{
    if (act->why == TRACE_PREEMPT || act->why == TRACE_YIELDED) {
        add(text, size, act->why == TRACE_PREEMPT ? "stopped" : "gives way");
        if (act->event != SIZE_MAX) {
            add(text, size, " before ");
            add_operation(w, act, text, size);
        }
        add(text, size, "; ");
    }
    add(text, size, "%c%u goes on", w->trace->letter, trace_thread_number(w->trace, act->to));
}

void tell_act(const struct teller *w, const struct act *act, char *text, size_t size)
{
    *text = '\0';
    switch (act->kind) {
    case ACT_DO:
        tell_do(w, act, text, size);
        break;
    case ACT_WAIT:
        tell_wait(w, act, text, size);
        break;
    case ACT_STOP:
        tell_stop(w, act, text, size);
        break;
    case ACT_CHOICE:
        snprintf(text, size, "takes number %u of %u", act->to + 1, act->count);
        break;
    case ACT_FINDING:
    case ACT_GAP:
        break;
    }
}
