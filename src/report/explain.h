/* The explanation of a failure: some forty rows of what its threads did, chosen from a trace, one
 * column a thread.
 *
 *     trace ──► acts (what was really done, in order) ──► rows (chosen, in words) ──► text, HTML
 *
 * A trace tells when a thread *came to* an operation; it does it when it runs on, which is later
 * where it was stopped there. Acts are in the order in which things were done. Rows are few: the
 * switches that matter, what was done around them, operations on the same objects, waits that
 * never ended, the last steps of each thread. The rest is folded, and counted.
 *
 * Nothing here knows a terminal or a program that runs. One thread.
 */
#ifndef REPRISE_REPORT_EXPLAIN_H
#define REPRISE_REPORT_EXPLAIN_H

#include "core/schedule.h"
#include "symbols.h"
#include "trace.h"

#include <stdio.h>

/* ---- explain_acts.c: what was done, in order ---- */

enum act_kind {
    ACT_DO,      /* the thread did the operation of its point */
    ACT_STOP,    /* the thread was stopped before it (or gave way), and `to` goes on */
    ACT_WAIT,    /* the thread cannot go on */
    ACT_CHOICE,  /* one of several waiters */
    ACT_FINDING, /* here it was seen */
    ACT_GAP,     /* `count` operations that the trace has no more */
};

struct act {
    enum act_kind kind;
    uint32_t thread; /* TRACE_SEVERAL possible for ACT_GAP */
    uint32_t to;     /* STOP */
    uint32_t count;  /* GAP */
    enum core_op op; /* DO, WAIT; STOP: what it was about to do */
    uint32_t object; /* of that */
    size_t event;    /* DO, STOP: index of the point; SIZE_MAX unknown. CHOICE, FINDING: of that */
    uint64_t number; /* position among all operations that were done, from 1 */
    uint32_t holder; /* WAIT: who has what it waits for; TRACE_SEVERAL: unknown */
    size_t taken;    /* WAIT: index of the act in which the holder took it; SIZE_MAX unknown */
    enum trace_why why; /* STOP */
    bool marked;        /* STOP, CHOICE: matters */
    bool waited;        /* DO: after it had to wait */
    bool for_ever;      /* WAIT: it never went on */
    bool has_old;       /* DO: `old` is what the object held before */
    uint64_t old;
};

struct acts {
    struct act *at;
    size_t count, capacity;
};

/* Schedule: its items are the switches that matter; NULL (or when none of them is found): every
 * preemption. `acts` is overwritten. */
void acts_make(struct acts *acts, const struct trace *trace, const struct core_schedule *schedule);
void acts_free(struct acts *acts);

/* ---- explain_choose.c: which of them ---- */

/* Sets chosen[i] for the acts to be shown: as many as make at most `rows` together with the folds
 * between them. Of those that are foreign (NULL: none is) only what is certain. */
void acts_choose(const struct acts *acts, const struct trace *trace, const bool *foreign,
                 size_t rows, bool *chosen);

/* ---- explain.c: in words ---- */

enum explain_kind {
    EXPLAIN_STEP,
    EXPLAIN_STOP, /* a switch that matters */
    EXPLAIN_WAIT,
    EXPLAIN_FOLD, /* across all columns */
    EXPLAIN_FINDING,
};

struct explain_row {
    enum explain_kind kind;
    uint32_t thread; /* the column */
    uint32_t to;     /* STOP */
    uint64_t number; /* 0: none to show */
    bool marked;
    char *text;
    char *function, *file, *source; /* NULL: unknown; source is one line, trimmed */
    int line;
};

struct explain {
    char letter; /* of threads: 'T', or 'G' for goroutines */
    struct explain_row *rows;
    size_t count, capacity;
    uint32_t *lanes; /* threads that have a column, sorted */
    uint32_t *names; /* what reports call them; one for each lane */
    size_t lanes_count, lanes_capacity;
    char **notes; /* sentences: what objects are, who waits for whom, what to be careful about */
    size_t notes_count, notes_capacity;
};

struct explain_settings {
    size_t rows;                          /* at most; 0: 40 */
    const struct core_schedule *schedule; /* as for acts_make(); may be NULL */
    const char *verdict; /* what is explained, in half a sentence; NULL: the last finding */
    unsigned finding;    /* its number in the trace; 0: it is how the program ended */
};

/* Never fails; *explain is overwritten. */
void explain_make(struct explain *explain, const struct trace *trace, struct symbols *symbols,
                  const struct explain_settings *settings);
void explain_free(struct explain *explain);
/* What reports call a thread that has a column. */
uint32_t explain_name(const struct explain *explain, uint32_t thread);

/* ---- explain_text.c, html.c ---- */

/* Fits into `columns` where that is possible at all. */
void explain_print_text(FILE *stream, const struct explain *explain, int columns, bool color);

/* What stands around the table on the page. Each may be NULL or 0. */
struct explain_page {
    const char *title;    /* "data race in ./prog" */
    const char *program;  /* command line */
    const char *summary;  /* "143 -> 2 switches, 61 runs" */
    const char *replay;   /* the line to type */
    const char *schedule; /* schedule string */
    const char *report;   /* text of the finding, preformatted */
};

/* One page that needs nothing else. */
void explain_print_html(FILE *stream, const struct explain *explain,
                        const struct explain_page *page);

#endif
