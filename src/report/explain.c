#include "explain.h"
#include "explain_tell.h"
#include "findings.h"
#include "module.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS_DEFAULT = 40, NAMED_MAX = 3 };

struct composer {
    struct explain *explain;
    struct teller teller;
    const struct acts *acts;
    const struct explain_settings *settings;
    uint32_t *objects; /* shown */
    size_t objects_count, objects_capacity;
};

static char *copy(const char *text)
{
    char *mine = strdup(text);
    if (!mine)
        abort();
    return mine;
}

static struct explain_row *add_row(struct composer *c, enum explain_kind kind, const char *text)
{
    struct explain *e = c->explain;
    e->rows = grow(e->rows, e->count, &e->capacity, sizeof *e->rows);
    e->rows[e->count] = (struct explain_row){.kind = kind, .text = copy(text)};
    return &e->rows[e->count++];
}

static void add_note(struct composer *c, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static void add_note(struct composer *c, const char *format, ...)
{
    struct explain *e = c->explain;
    va_list arguments;
    e->notes = grow(e->notes, e->notes_count, &e->notes_capacity, sizeof *e->notes);
    va_start(arguments, format);
    if (vasprintf(&e->notes[e->notes_count++], format, arguments) < 0)
        abort();
    va_end(arguments);
}

static void add_number(uint32_t **array, size_t *count, size_t *capacity, uint32_t number)
{
    size_t at = 0;
    while (at < *count && (*array)[at] < number)
        at++;
    if (at < *count && (*array)[at] == number)
        return;
    *array = grow(*array, *count, capacity, sizeof **array);
    memmove(*array + at + 1, *array + at, ((*count)++ - at) * sizeof **array);
    (*array)[at] = number;
}

static void add_lane(struct composer *c, uint32_t thread)
{
    struct explain *e = c->explain;
    add_number(&e->lanes, &e->lanes_count, &e->lanes_capacity, thread);
}

/* ---- folds ---- */

struct fold {
    struct {
        uint32_t thread;
        uint64_t steps;
    } of[NAMED_MAX];
    size_t threads; /* in `of`; more than NAMED_MAX: too many to name */
    uint64_t steps;
};

static void fold_in(struct fold *fold, const struct act *act)
{
    uint64_t steps = act->kind == ACT_DO ? 1 : act->kind == ACT_GAP ? act->count : 0;
    size_t at = 0;
    if (!steps)
        return;
    fold->steps += steps;
    if (act->thread == TRACE_SEVERAL)
        fold->threads = NAMED_MAX + 1;
    while (at < fold->threads && at < NAMED_MAX && fold->of[at].thread != act->thread)
        at++;
    if (at == fold->threads)
        fold->threads++;
    if (at < NAMED_MAX) {
        fold->of[at].thread = act->thread;
        fold->of[at].steps += steps;
    }
}

static void flush_fold(struct composer *c, struct fold *fold)
{
    char text[128] = "";
    size_t at = 0;
    if (!fold->steps)
        return;
    at = (size_t)snprintf(text, sizeof text, "... %llu step%s", (unsigned long long)fold->steps,
                          fold->steps == 1 ? "" : "s");
    if (fold->threads > NAMED_MAX)
        snprintf(text + at, sizeof text - at, " of several threads");
    else if (fold->threads == 1)
        snprintf(text + at, sizeof text - at, " of %c%u", c->explain->letter,
                 trace_thread_number(c->teller.trace, fold->of[0].thread));
    for (size_t i = 0; fold->threads > 1 && fold->threads <= NAMED_MAX && i < fold->threads; i++)
        at += (size_t)snprintf(text + at, sizeof text - at, "%s %llu of %c%u", i ? "," : ":",
                               (unsigned long long)fold->of[i].steps, c->explain->letter,
                               trace_thread_number(c->teller.trace, fold->of[i].thread));
    add_row(c, EXPLAIN_FOLD, text);
    *fold = (struct fold){0};
}

/* ---- rows ---- */

/* The finding that is explained; SIZE_MAX: the end of the program is. */
static size_t which_finding(const struct composer *c)
{
    const struct trace *trace = c->teller.trace;
    size_t last = SIZE_MAX;
    for (size_t i = 0; i < trace->count; i++)
        if (trace->events[i].kind == TRACE_FINDING &&
            (!c->settings->finding || c->settings->finding == trace->events[i].to))
            last = i;
    return c->settings->verdict && !c->settings->finding ? SIZE_MAX : last;
}

static void add_finding(struct composer *c, const struct act *act)
{
    const struct trace *trace = c->teller.trace;
    const char *type = trace->findings[trace->events[act->event].count];
    bool it_is = act->event == which_finding(c);
    struct explain_row *row =
        add_row(c, EXPLAIN_FINDING, it_is && c->settings->verdict ? c->settings->verdict : type);
    row->marked = it_is;
    row->thread = act->thread;
}

static void add_act(struct composer *c, const struct act *act)
{
    static const enum explain_kind kinds[] = {[ACT_DO] = EXPLAIN_STEP,
                                              [ACT_STOP] = EXPLAIN_STOP,
                                              [ACT_WAIT] = EXPLAIN_WAIT,
                                              [ACT_CHOICE] = EXPLAIN_STOP};
    char text[TELL_ACT_BYTES];
    tell_act(&c->teller, act, text, sizeof text);
    struct tell_place place =
        tell_place_of(&c->teller, act->kind == ACT_CHOICE ? SIZE_MAX : act->event);
    struct explain_row *row = add_row(c, kinds[act->kind], text);
    row->thread = act->thread;
    row->to = act->kind == ACT_STOP ? act->to : act->thread;
    row->number = act->kind == ACT_DO ? act->number : 0;
    row->marked = act->marked;
    row->function = place.function;
    row->file = place.file;
    row->line = place.line;
    row->source = tell_source(place.file, place.line);
    add_lane(c, act->thread);
    if (act->kind == ACT_STOP)
        add_lane(c, act->to);
    if (act->object)
        add_number(&c->objects, &c->objects_count, &c->objects_capacity, act->object);
}

static void add_rows(struct composer *c, const bool *chosen)
{
    struct fold fold = {0};
    for (size_t i = 0; i < c->acts->count; i++) {
        const struct act *act = &c->acts->at[i];
        if (!chosen[i]) {
            fold_in(&fold, act);
            continue;
        }
        flush_fold(c, &fold);
        if (act->kind == ACT_FINDING)
            add_finding(c, act);
        else
            add_act(c, act);
    }
    flush_fold(c, &fold);
    if (c->settings->verdict && which_finding(c) == SIZE_MAX)
        add_row(c, EXPLAIN_FINDING, c->settings->verdict)->marked = true;
}

/* ---- notes ---- */

/* Where the block was allocated: "make_node list.c:12", or "". */
static void block_place(const struct composer *c, const struct trace_object *object, char *text,
                        size_t size)
{
    struct tell_place place = tell_place_at(&c->teller, object->place);
    const char *slash = place.file ? strrchr(place.file, '/') : NULL;
    *text = '\0';
    if (place.function && place.file)
        snprintf(text, size, ", allocated by %s %s:%d", place.function,
                 slash ? slash + 1 : place.file, place.line);
    tell_place_free(&place);
}

/* "objects 3, 5 are on the stack of T0": one note for those of each thread. */
static void note_stack(struct composer *c, uint64_t thread)
{
    char list[256] = "";
    size_t at = 0, count = 0;
    for (size_t i = 0; i < c->objects_count; i++) {
        const struct trace_object *object = trace_object(c->teller.trace, c->objects[i]);
        if (!object || strcmp(object->kind, "stack") != 0 || object->place.offset != thread ||
            at > sizeof list - 16)
            continue;
        at += (size_t)snprintf(list + at, sizeof list - at, "%s%u", count ? ", " : "",
                               object->number);
        count++;
    }
    if (count)
        add_note(c, "object%s %s: on the stack of %c%llu", count > 1 ? "s" : "", list,
                 c->explain->letter,
                 (unsigned long long)trace_thread_number(c->teller.trace, thread));
}

static void note_objects(struct composer *c)
{
    char place[256];
    for (size_t i = 0; i < c->objects_count; i++) {
        const struct trace_object *object = trace_object(c->teller.trace, c->objects[i]);
        if (!object || strcmp(object->kind, "heap") != 0)
            continue;
        block_place(c, object, place, sizeof place);
        add_note(c, "object %u: byte %llu of a heap block%s", object->number,
                 (unsigned long long)object->into, place);
    }
    for (size_t i = 0; i < c->teller.trace->threads_count; i++)
        note_stack(c, c->teller.trace->threads[i].id);
}

/* Who waits for whom: the circle of a deadlock. */
static void note_waits(struct composer *c)
{
    for (size_t i = 0; i < c->acts->count; i++) {
        const struct act *act = &c->acts->at[i];
        char object[TELL_OBJECT_BYTES];
        if (act->kind != ACT_WAIT || !act->for_ever || act->holder == TRACE_SEVERAL)
            continue;
        tell_object(&c->teller, act->object, 0, object, sizeof object);
        add_note(c, "%c%u waits for %s, which %c%u holds since step %llu", c->explain->letter,
                 explain_name(c->explain, act->thread), object, c->explain->letter,
                 trace_thread_number(c->teller.trace, act->holder),
                 (unsigned long long)c->acts->at[act->taken].number);
    }
}

static void note_doubts(struct composer *c)
{
    const struct trace *trace = c->teller.trace;
    const struct explain *e = c->explain;
    if (!trace->ended)
        add_note(c, "the trace has no end: the program was killed, or still runs");
    if (trace->damaged)
        add_note(c, "%zu lines of the trace are damaged and left out", trace->damaged);
    for (size_t i = 0; i < e->count; i++) {
        const char *file = e->rows[i].file;
        bool again = false;
        for (size_t k = 0; k < i && file; k++)
            again = again || (e->rows[k].file && strcmp(e->rows[k].file, file) == 0);
        if (file && !again && tell_source_is_newer(&c->teller, file))
            add_note(c, "%s was changed after the program was built; lines may not fit",
                     short_path(file));
    }
}

static void name_lanes(struct composer *c)
{
    struct explain *e = c->explain;
    e->names = calloc(e->lanes_count + 1, sizeof *e->names);
    if (!e->names)
        abort();
    for (size_t i = 0; i < e->lanes_count; i++)
        e->names[i] = trace_thread_number(c->teller.trace, e->lanes[i]);
}

uint32_t explain_name(const struct explain *explain, uint32_t thread)
{
    for (size_t i = 0; i < explain->lanes_count; i++)
        if (explain->lanes[i] == thread)
            return explain->names[i];
    return thread;
}

void explain_make(struct explain *explain, const struct trace *trace, struct symbols *symbols,
                  const struct explain_settings *settings)
{
    struct acts acts;
    struct composer c = {
        .explain = explain, .teller = {trace, symbols}, .acts = &acts, .settings = settings};
    *explain = (struct explain){.letter = trace->letter};
    acts_make(&acts, trace, settings->schedule);
    bool *chosen = calloc(acts.count + 1, sizeof *chosen);
    if (!chosen)
        abort();
    bool *foreign = explain_foreign(&c.teller, &acts);
    acts_choose(&acts, trace, foreign, settings->rows ? settings->rows : ROWS_DEFAULT, chosen);
    add_rows(&c, chosen);
    name_lanes(&c);
    note_objects(&c);
    note_waits(&c);
    note_doubts(&c);
    free(foreign);
    free(chosen);
    free(c.objects);
    acts_free(&acts);
}

void explain_free(struct explain *explain)
{
    for (size_t i = 0; i < explain->count; i++) {
        free(explain->rows[i].text);
        free(explain->rows[i].function);
        free(explain->rows[i].file);
        free(explain->rows[i].source);
    }
    for (size_t i = 0; i < explain->notes_count; i++)
        free(explain->notes[i]);
    free(explain->rows);
    free(explain->lanes);
    free(explain->names);
    free(explain->notes);
    *explain = (struct explain){0};
}
