#include "trace.h"
#include "module.h"
#include "wire/trace.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    FIELDS = 8,
    MODULES_MAX = 1 << 16, /* larger numbers are damage */
    AROUND = 24,           /* events on each side of a switch that thinning leaves */
};

size_t trace_events_max = 4u << 20;

struct reader {
    struct trace *trace;
    char *fields[FIELDS];
    size_t count; /* of fields */
};

/* ---- fields ---- */

static void split(struct reader *r, char *line)
{
    r->count = 0;
    while (line && r->count < FIELDS)
        r->fields[r->count++] = strsep(&line, "\t");
}

static bool number(const struct reader *r, size_t field, uint64_t max, uint64_t *value)
{
    const char *text = field < r->count ? r->fields[field] : "";
    char *end;
    if (*text < '0' || *text > '9')
        return false;
    errno = 0;
    *value = strtoull(text, &end, 0);
    return !errno && !*end && *value <= max;
}

static bool small(const struct reader *r, size_t field, uint32_t *value)
{
    uint64_t wide;
    if (!number(r, field, UINT32_MAX, &wide))
        return false;
    *value = (uint32_t)wide;
    return true;
}

static bool place(const struct reader *r, size_t field, struct trace_place *place)
{
    uint64_t module = 0;
    bool none = field < r->count && strcmp(r->fields[field], "-1") == 0;
    if (!none && !number(r, field, MODULES_MAX, &module))
        return false;
    place->module = none ? -1 : (int32_t)module;
    return number(r, field + 1, UINT64_MAX, &place->offset);
}

/* ---- tables ---- */

/* Index of the first element that is not below `key`, which is its first member. */
static size_t lower(const void *array, size_t count, size_t size, uint32_t key)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        uint32_t at;
        memcpy(&at, (const char *)array + middle * size, sizeof at);
        if (at < key)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static struct trace_thread *touch_thread(struct trace *trace, uint32_t id)
{
    size_t at = lower(trace->threads, trace->threads_count, sizeof *trace->threads, id);
    if (at < trace->threads_count && trace->threads[at].id == id)
        return &trace->threads[at];
    trace->threads = grow(trace->threads, trace->threads_count, &trace->threads_capacity,
                          sizeof *trace->threads);
    memmove(trace->threads + at + 1, trace->threads + at,
            (trace->threads_count++ - at) * sizeof *trace->threads);
    /* of goroutines, 0 is that which reports count as 1 */
    uint32_t number = trace->letter == 'G' && id == 0 ? 1 : id;
    trace->threads[at] = (struct trace_thread){.id = id, .number = number};
    return &trace->threads[at];
}

const struct trace_thread *trace_thread(const struct trace *trace, uint32_t id)
{
    size_t at = lower(trace->threads, trace->threads_count, sizeof *trace->threads, id);
    bool is = at < trace->threads_count && trace->threads[at].id == id;
    return is ? &trace->threads[at] : NULL;
}

uint32_t trace_thread_number(const struct trace *trace, uint32_t id)
{
    const struct trace_thread *thread = trace_thread(trace, id);
    return thread ? thread->number : id;
}

const struct trace_object *trace_object(const struct trace *trace, uint32_t object)
{
    size_t at = lower(trace->objects, trace->objects_count, sizeof *trace->objects, object);
    bool is = at < trace->objects_count && trace->objects[at].number == object;
    return is ? &trace->objects[at] : NULL;
}

static struct trace_object *touch_object(struct trace *trace, uint32_t object)
{
    size_t at = lower(trace->objects, trace->objects_count, sizeof *trace->objects, object);
    if (at < trace->objects_count && trace->objects[at].number == object)
        return &trace->objects[at];
    trace->objects = grow(trace->objects, trace->objects_count, &trace->objects_capacity,
                          sizeof *trace->objects);
    memmove(trace->objects + at + 1, trace->objects + at,
            (trace->objects_count++ - at) * sizeof *trace->objects);
    trace->objects[at] = (struct trace_object){.number = object};
    return &trace->objects[at];
}

static char *copy(const char *text)
{
    char *mine = strdup(text);
    if (!mine)
        abort();
    return mine;
}

/* ---- very long runs ---- */

static bool is_plain(const struct trace_event *event)
{
    return event->kind == TRACE_POINT || event->kind == TRACE_GAP;
}

/* Appends a point that is left out, or a gap, to what is kept. */
static size_t add_gap(struct trace_event *kept, size_t count, struct trace_event event)
{
    if (event.kind == TRACE_POINT)
        event.count = 1;
    event.kind = TRACE_GAP;
    if (!count || kept[count - 1].kind != TRACE_GAP) {
        kept[count] = event;
        return count + 1;
    }
    struct trace_event *gap = &kept[count - 1];
    gap->thread = gap->thread == event.thread ? event.thread : TRACE_SEVERAL;
    gap->count += event.count;
    gap->step = event.step;
    gap->own = event.own;
    return count;
}

/* Points that are not near to a switch, a wait or a finding become gaps. In place. */
static size_t thin(struct trace_event *events, size_t count)
{
    size_t kept = 0, until = 0; /* until: near to something earlier */
    for (size_t i = 0, next = 0; i < count; i++) {
        struct trace_event event = events[i];
        if (next < i)
            next = i;
        while (next < count && is_plain(&events[next]))
            next++;
        if (next == i)
            until = i + AROUND + 1;
        if (next == i || i < until || (next < count && next - i <= AROUND))
            events[kept++] = event;
        else
            kept = add_gap(events, kept, event);
    }
    return kept;
}

/* Thins the older half. When there are too many switches for that to help, the oldest events make
 * one gap. */
static void make_room(struct trace *trace)
{
    struct trace_event *events = trace->events;
    size_t half = trace->count / 2, kept = thin(events, half), from = kept;
    if (kept > half / 2) {
        from = kept / 2;
        size_t gap = 0;
        for (size_t i = 0; i < from; i++)
            if (is_plain(&events[i]))
                gap = add_gap(events, gap, events[i]);
        memmove(events + gap, events + from, (kept - from) * sizeof *events);
        kept = gap + kept - from;
    }
    memmove(events + kept, events + half, (trace->count - half) * sizeof *events);
    trace->count = kept + trace->count - half;
}

/* ---- lines ---- */

static bool add(struct trace *trace, struct trace_event event)
{
    if (trace->count && event.step < trace->events[trace->count - 1].step)
        return false;
    event.own = touch_thread(trace, event.thread)->points;
    if (trace->count >= trace_events_max)
        make_room(trace);
    trace->events = grow(trace->events, trace->count, &trace->capacity, sizeof *trace->events);
    trace->events[trace->count++] = event;
    if (event.step > trace->steps)
        trace->steps = event.step;
    return true;
}

/* The last point of that step and thread (TRACE_SEVERAL: any), or NULL. */
static struct trace_event *point_of(struct trace *trace, uint64_t step, uint32_t thread)
{
    size_t low = 0, high = trace->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (trace->events[middle].step < step)
            low = middle + 1;
        else
            high = middle;
    }
    struct trace_event *last = NULL;
    for (; low < trace->count && trace->events[low].step == step; low++)
        if (trace->events[low].kind == TRACE_POINT &&
            (thread == TRACE_SEVERAL || trace->events[low].thread == thread))
            last = &trace->events[low];
    return last;
}

static bool read_module(struct reader *r)
{
    struct trace *trace = r->trace;
    uint64_t at;
    if (!number(r, 1, MODULES_MAX, &at) || r->count < 3)
        return false;
    while (trace->modules_count <= at) {
        trace->modules = grow(trace->modules, trace->modules_count, &trace->modules_capacity,
                              sizeof *trace->modules);
        trace->modules[trace->modules_count++] = (struct trace_module){copy(""), copy("")};
    }
    const char *build_id = r->count > 3 && strcmp(r->fields[3], "-") != 0 ? r->fields[3] : "";
    free(trace->modules[at].path);
    free(trace->modules[at].build_id);
    trace->modules[at] = (struct trace_module){copy(r->fields[2]), copy(build_id)};
    return true;
}

static bool read_thread(struct reader *r)
{
    uint32_t id, parent;
    uint64_t step;
    if (!small(r, 1, &id) || !small(r, 2, &parent) || !number(r, 3, UINT64_MAX, &step))
        return false;
    if (id == TRACE_SEVERAL || parent == TRACE_SEVERAL)
        return false;
    touch_thread(r->trace, parent);
    struct trace_thread *thread = touch_thread(r->trace, id);
    thread->parent = parent;
    thread->created = step;
    if (r->count > 4)
        return small(r, 4, &thread->number);
    return true;
}

static bool read_point_or_access(struct reader *r, bool aside)
{
    struct trace_event event = {.kind = TRACE_POINT, .aside = aside};
    struct trace_place at;
    if (!number(r, 1, UINT64_MAX, &event.step) || !small(r, 2, &event.thread) ||
        !small(r, 4, &event.object) || !place(r, 5, &at) || event.thread == TRACE_SEVERAL)
        return false;
    enum core_op op = core_op_of_name(r->fields[3]);
    event.op = (uint8_t)(op == CORE_OP_COUNT ? CORE_OP_NONE : op);
    event.module = at.module;
    event.offset = at.offset;
    if (!add(r->trace, event))
        return false;
    if (!aside)
        r->trace->events[r->trace->count - 1].own = ++touch_thread(r->trace, event.thread)->points;
    return true;
}

static bool read_point(struct reader *r)
{
    return read_point_or_access(r, false);
}

static bool read_access(struct reader *r)
{
    return read_point_or_access(r, true);
}

static bool read_caller(struct reader *r)
{
    struct trace *trace = r->trace;
    struct trace_place at;
    uint64_t step, depth;
    if (!number(r, 1, UINT64_MAX, &step) || !number(r, 2, UINT32_MAX, &depth) || !place(r, 3, &at))
        return false;
    struct trace_event *point = point_of(trace, step, TRACE_SEVERAL);
    bool first = point && point->callers == point->callers_end;
    if (!point || (!first && point->callers_end != trace->callers_count) ||
        trace->callers_count / 4 >= trace_events_max)
        return true; /* nothing wrong, but nowhere to put it */
    trace->callers = grow(trace->callers, trace->callers_count, &trace->callers_capacity,
                          sizeof *trace->callers);
    if (first)
        point->callers = (uint32_t)trace->callers_count;
    trace->callers[trace->callers_count++] = at;
    point->callers_end = (uint32_t)trace->callers_count;
    return true;
}

static bool read_value(struct reader *r)
{
    uint64_t step, value, into = 0;
    uint32_t thread = TRACE_SEVERAL;
    if (!number(r, 1, UINT64_MAX, &step) || !number(r, 2, UINT64_MAX, &value) ||
        (r->count > 3 && !small(r, 3, &thread)) || (r->count > 4 && !number(r, 4, 255, &into)))
        return false;
    struct trace_event *point = point_of(r->trace, step, thread);
    if (point) {
        point->has_value = true;
        point->value = value;
        point->into = (uint8_t)into;
    }
    return true;
}

static bool read_object(struct reader *r)
{
    struct trace_place at;
    uint32_t object;
    uint64_t into = 0;
    if (!small(r, 1, &object) || !place(r, 3, &at))
        return false;
    if (r->count > 5 && !number(r, 5, UINT64_MAX, &into))
        return false;
    struct trace_object *known = touch_object(r->trace, object);
    snprintf(known->kind, sizeof known->kind, "%s", r->fields[2]);
    known->place = at;
    known->into = into;
    return true;
}

static bool read_switch(struct reader *r)
{
    static const char *const words[] = {"preempt", "wait", "end", "yield"};
    struct trace_event event = {.kind = TRACE_SWITCH, .why = TRACE_WAITS};
    if (!number(r, 1, UINT64_MAX, &event.step) || !small(r, 2, &event.thread) ||
        !small(r, 3, &event.to) || event.to == TRACE_SEVERAL || event.thread == TRACE_SEVERAL)
        return false;
    for (size_t i = 0; i < 4; i++)
        if (r->count > 4 && strcmp(r->fields[4], words[i]) == 0)
            event.why = (uint8_t)i;
    touch_thread(r->trace, event.to);
    return add(r->trace, event);
}

/* Before the first point it is Go's runtime that starts, and no matter of the program's. */
static bool read_wait(struct reader *r)
{
    struct trace_event event = {.kind = TRACE_WAIT};
    if (!number(r, 1, UINT64_MAX, &event.step) || !small(r, 2, &event.thread) ||
        !small(r, 4, &event.object) || event.thread == TRACE_SEVERAL)
        return false;
    enum core_op op = core_op_of_name(r->fields[3]);
    event.op = (uint8_t)(op == CORE_OP_COUNT ? CORE_OP_NONE : op);
    return (r->trace->letter == 'G' && !event.step) || add(r->trace, event);
}

/* A choice counts as a point of its thread (core_strategy_choose). */
static bool read_choice(struct reader *r)
{
    struct trace_event event = {.kind = TRACE_CHOICE};
    if (!number(r, 1, UINT64_MAX, &event.step) || !small(r, 2, &event.thread) ||
        !small(r, 3, &event.count) || !small(r, 4, &event.to) || event.thread == TRACE_SEVERAL ||
        !add(r->trace, event))
        return false;
    r->trace->events[r->trace->count - 1].own = ++touch_thread(r->trace, event.thread)->points;
    return true;
}

static bool read_finding(struct reader *r)
{
    struct trace_event event = {.kind = TRACE_FINDING};
    if (!number(r, 1, UINT64_MAX, &event.step) || !small(r, 2, &event.thread) ||
        !small(r, 3, &event.to) || r->count < 5 || event.thread == TRACE_SEVERAL)
        return false;
    struct trace *trace = r->trace;
    event.count = (uint32_t)trace->findings_count;
    if (!add(trace, event))
        return false;
    trace->findings = grow(trace->findings, trace->findings_count, &trace->findings_capacity,
                           sizeof *trace->findings);
    trace->findings[trace->findings_count++] = copy(r->fields[4]);
    return true;
}

static bool read_end(struct reader *r)
{
    uint64_t step;
    uint32_t status;
    if (!number(r, 1, UINT64_MAX, &step) || !small(r, 2, &status))
        return false;
    r->trace->ended = true;
    r->trace->status = (int)status;
    if (step > r->trace->steps)
        r->trace->steps = step;
    return true;
}

static bool read_language(struct reader *r)
{
    if (r->count > 1 && strcmp(r->fields[1], "go") == 0)
        r->trace->letter = 'G';
    return true;
}

static const struct {
    const char *word;
    bool (*read)(struct reader *);
} lines[] = {
    {"language", read_language}, {"point", read_point},   {"access", read_access},
    {"value", read_value},       {"switch", read_switch}, {"caller", read_caller},
    {"wait", read_wait},         {"object", read_object}, {"thread", read_thread},
    {"module", read_module},     {"choice", read_choice}, {"finding", read_finding},
    {"end", read_end},
};

static void read_line(struct reader *r, char *line)
{
    split(r, line);
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
        if (strcmp(r->fields[0], lines[i].word) == 0) {
            if (!lines[i].read(r))
                r->trace->damaged++;
            return;
        }
}

static int read_first(const char *line)
{
    if (strncmp(line, "trace\t", 6) != 0)
        return -EINVAL;
    return atoi(line + 6) == WIRE_TRACE_VERSION ? 0 : -EPROTO;
}

static int read_all(struct reader *r, FILE *file)
{
    char *line = NULL;
    size_t size = 0;
    ssize_t length;
    int error = -EINVAL;
    errno = 0;
    if (getline(&line, &size, file) > 0)
        error = read_first(line);
    else if (ferror(file))
        error = errno ? -errno : -EIO; /* a directory, for one */
    while (!error && (length = getline(&line, &size, file)) > 0) {
        if (line[length - 1] != '\n')
            break; /* it was being written when the program was killed */
        line[length - 1] = '\0';
        if (length > 1)
            read_line(r, line);
    }
    if (!error && ferror(file))
        error = errno ? -errno : -EIO;
    free(line);
    return error;
}

int trace_read(struct trace *trace, const char *path)
{
    struct reader reader = {.trace = trace};
    FILE *file = fopen(path, "re");
    *trace = (struct trace){.letter = 'T'};
    if (!file)
        return -errno;
    int error = read_all(&reader, file);
    fclose(file);
    if (error)
        trace_free(trace);
    return error;
}

void trace_free(struct trace *trace)
{
    for (size_t i = 0; i < trace->modules_count; i++) {
        free(trace->modules[i].path);
        free(trace->modules[i].build_id);
    }
    for (size_t i = 0; i < trace->findings_count; i++)
        free(trace->findings[i]);
    free(trace->findings);
    free(trace->events);
    free(trace->modules);
    free(trace->threads);
    free(trace->objects);
    free(trace->callers);
    *trace = (struct trace){0};
}
