/* A trace (wire/trace.h) in memory: what the threads of one run did, in the order of its lines.
 *
 * Invariant: threads are sorted by id and hold every id that a line mentions; an event's thread
 * (and a switch's `to`) is such an id; steps never fall. What is damaged is counted and left out,
 * and a last line without its newline is taken as one that was being written. Very long runs keep
 * their end, and of what came before only the surroundings of switches and waits; the rest is
 * events of kind TRACE_GAP, so counts stay right.
 */
#ifndef REPRISE_REPORT_TRACE_H
#define REPRISE_REPORT_TRACE_H

#include "core/op.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum trace_kind {
    TRACE_POINT,
    TRACE_SWITCH,
    TRACE_WAIT,
    TRACE_CHOICE,
    TRACE_FINDING,
    TRACE_GAP, /* `count` points of the thread that were dropped; step is the last of them */
};

#define TRACE_SEVERAL UINT32_MAX /* thread of a gap in which several ran; never an id */

enum trace_why { TRACE_PREEMPT, TRACE_WAITS, TRACE_ENDED, TRACE_YIELDED };

struct trace_event {
    uint8_t kind, op, why; /* enum trace_kind, core_op (POINT, WAIT), trace_why (SWITCH) */
    bool has_value;        /* POINT */
    bool aside;            /* POINT: done, but no schedule point: an `access` line */
    uint8_t into;          /* POINT with a value: byte of the object that it begins at */
    uint32_t thread;       /* SWITCH: who ran until then */
    uint64_t step;
    uint32_t own;    /* points that the thread has come to, this one included */
    uint32_t to;     /* SWITCH: who goes on. CHOICE: what was chosen. FINDING: its number */
    uint32_t object; /* POINT, WAIT */
    uint32_t count;  /* CHOICE: of how many. GAP. FINDING: index of its type */
    int32_t module;  /* POINT: its number, -1 none; `modules` need not have it */
    uint32_t callers, callers_end; /* POINT: range in trace->callers, outwards */
    uint64_t offset;
    uint64_t value;
};

struct trace_place {
    int32_t module; /* -1: OFFSET is an address */
    uint64_t offset;
};

struct trace_module {
    char *path, *build_id; /* build_id "" when not known; path "" when no line told of it */
};

struct trace_thread {
    uint32_t id, parent;
    uint64_t created; /* step; 0: was there from the start, or no line told */
    uint32_t number;  /* what reports call it */
    uint32_t points;
};

/* As in the trace; `kind` "" when no line told. */
struct trace_object {
    uint32_t number;
    char kind[12];
    struct trace_place place;
    uint64_t into;
};

struct trace {
    char letter; /* of threads in words: 'T', and 'G' for goroutines */
    struct trace_event *events;
    size_t count, capacity;
    struct trace_module *modules; /* by number */
    size_t modules_count, modules_capacity;
    struct trace_thread *threads; /* sorted by id */
    size_t threads_count, threads_capacity;
    struct trace_object *objects; /* sorted by number */
    size_t objects_count, objects_capacity;
    struct trace_place *callers;
    size_t callers_count, callers_capacity;
    char **findings; /* their types */
    size_t findings_count, findings_capacity;
    uint64_t steps; /* the highest */
    size_t damaged; /* lines left out */
    bool ended;     /* has its end line */
    int status;
};

/* Reads a file into *trace, which is overwritten. 0; -errno; -EINVAL: it is no trace; -EPROTO: of
 * another version. After an error nothing is to be freed. */
int trace_read(struct trace *trace, const char *path);
void trace_free(struct trace *trace);

/* NULL when there is none of it. */
const struct trace_thread *trace_thread(const struct trace *trace, uint32_t id);
/* What reports call a thread. */
uint32_t trace_thread_number(const struct trace *trace, uint32_t id);
const struct trace_object *trace_object(const struct trace *trace, uint32_t number);

/* How many events are held before the older ones thin out; for tests. */
extern size_t trace_events_max;

#endif
