/* Delta debugging ends at a set that cannot lose a member; a much smaller set of others may do as
 * well. Where many are left, the schedules with a single switch are tried, one after the other:
 * those at which a thread is about to use what another one uses, too; and pairs of what is left. */
#include "report/trace.h"
#include "shrink.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { RUNS_MAX = 1000, EVENTS_MAX = 20000, PAIRS_OF_MAX = 16, THREADS_MAX = 16 };

/* A schedule to try. */
struct
try {
    struct core_item items[2];
    uint32_t count;
};

struct few {
    struct shrink *shrink;
    struct try *tries;
    size_t count, capacity;
    struct {
        struct attempt_running *running; /* NULL: free */
        size_t which;
    } jobs[SHRINK_JOBS_MAX];
    size_t found;   /* the first that fails; SIZE_MAX: none yet */
    char *schedule; /* of its run */
};

static void *array_of(size_t count, size_t size)
{
    void *array = calloc(count + 1, size);
    if (!array)
        abort();
    return array;
}

static void add(struct few *f, struct try try)
{
    if (f->count >= RUNS_MAX)
        return;
    if (f->count == f->capacity) {
        f->capacity = f->capacity ? 2 * f->capacity : 64;
        f->tries = realloc(f->tries, f->capacity * sizeof *f->tries);
        if (!f->tries)
            abort();
    }
    f->tries[f->count++] = try;
}

/* ---- what to try ---- */

/* Is the object used by another thread so that the order matters? */
static bool is_contended(const struct trace *trace, const struct trace_event *point)
{
    for (size_t i = 0; i < trace->count; i++) {
        const struct trace_event *e = &trace->events[i];
        if (e->kind == TRACE_POINT && e->thread != point->thread &&
            core_op_conflict((enum core_op)e->op, e->object, (enum core_op)point->op,
                             point->object))
            return true;
    }
    return false;
}

static void add_singles(struct few *f, const struct trace *trace)
{
    for (size_t i = 0; i < trace->count && f->count < RUNS_MAX; i++) {
        const struct trace_event *e = &trace->events[i];
        if (e->kind != TRACE_POINT || e->aside || !is_contended(trace, e))
            continue;
        for (size_t t = 0; t < trace->threads_count && t < THREADS_MAX; t++)
            if (trace->threads[t].id != e->thread)
                add(f, (struct try){
                           .count = 1,
                           .items = {{.task = e->thread,
                                      .point = e->own,
                                      .to = trace->threads[t].id,
                                      .choice = CORE_CHOICE_SWITCH,
                                      .check = core_item_check((enum core_op)e->op, e->object)}}});
    }
}

static void add_pairs(struct few *f)
{
    const struct shrink *shrink = f->shrink;
    for (uint32_t a = 0; a < shrink->count && shrink->count <= PAIRS_OF_MAX; a++)
        for (uint32_t b = a + 1; b < shrink->count; b++)
            add(f, (struct try){.count = 2,
                                .items = {shrink->schedule.items[shrink->kept[a]],
                                          shrink->schedule.items[shrink->kept[b]]}});
}

/* The run in which nobody is interrupted says where that would be possible. */
static bool trace_quiet_run(struct shrink *shrink, struct trace *trace)
{
    struct attempt_outcome outcome;
    struct attempt attempt = shrink_attempt(shrink);
    char *text = shrink_encode(shrink, shrink->kept, 0);
    attempt.strategy = "list";
    attempt.schedule = replay_file("quiet", text);
    attempt.trace = replay_file("quiet-trace", "");
    free(text);
    if (!attempt.schedule || !attempt.trace)
        return false;
    shrink->runs++;
    if (attempt_run(&attempt, &outcome) != 0)
        return false;
    shrink->interrupted = outcome.interrupted;
    attempt_outcome_free(&outcome);
    return !shrink->interrupted && trace_read(trace, attempt.trace) == 0;
}

/* ---- trying ---- */

static bool start(struct few *f, size_t job, size_t which)
{
    char name[32];
    int error;
    struct core_schedule schedule = f->shrink->schedule;
    struct attempt attempt = shrink_attempt(f->shrink);
    schedule.items = f->tries[which].items;
    schedule.count = f->tries[which].count;
    snprintf(name, sizeof name, "few-%zu", job);
    char *text = shrink_text(&schedule);
    attempt.strategy = "list";
    attempt.schedule = replay_file(name, text);
    free(text);
    f->jobs[job].which = which;
    f->jobs[job].running = attempt.schedule ? attempt_start(&attempt, &error) : NULL;
    f->shrink->runs++;
    return f->jobs[job].running != NULL;
}

static void finish(struct few *f, size_t job)
{
    struct attempt_outcome outcome;
    attempt_finish(f->jobs[job].running, &outcome);
    f->jobs[job].running = NULL;
    if (shrink_fails(f->shrink, &outcome) && outcome.schedule && f->jobs[job].which < f->found) {
        f->found = f->jobs[job].which;
        free(f->schedule);
        f->schedule = strdup(outcome.schedule);
    }
    attempt_outcome_free(&outcome);
}

static bool spent(const struct shrink *shrink)
{
    return shrink->runs_max && shrink->runs >= shrink->runs_max;
}

/* Several at a time; the first of them that fails counts, whichever ended first. */
static void try_all(struct few *f)
{
    size_t jobs = (size_t)f->shrink->jobs, next = 0;
    for (;;) {
        struct attempt_running *all[SHRINK_JOBS_MAX];
        bool any = false;
        for (size_t i = 0; i < jobs; i++) {
            if (!f->jobs[i].running && next < f->count && f->found == SIZE_MAX && !spent(f->shrink))
                start(f, i, next++);
            all[i] = f->jobs[i].running;
            any = any || all[i];
        }
        int which = any ? attempt_wait(all, jobs, f->shrink->until_s) : -ENOENT;
        f->shrink->interrupted = which == -EINTR;
        if (which < 0)
            break;
        finish(f, (size_t)which);
    }
    for (size_t i = 0; i < jobs; i++)
        if (f->jobs[i].running)
            finish(f, i);
}

bool shrink_few(struct shrink *shrink)
{
    struct trace trace;
    if (shrink->count < 2 || shrink->interrupted || !trace_quiet_run(shrink, &trace))
        return false;
    struct few *f = array_of(1, sizeof *f);
    f->shrink = shrink;
    f->found = SIZE_MAX;
    if (trace.count <= EVENTS_MAX) /* else it would take too long, each run as well */
        add_singles(f, &trace);
    if (shrink->count > 2)
        add_pairs(f);
    try_all(f);
    bool better = f->schedule && !shrink->interrupted && shrink_take(shrink, f->schedule);
    trace_free(&trace);
    free(f->schedule);
    free(f->tries);
    free(f);
    return better;
}
