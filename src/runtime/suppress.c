#include "suppress.h"
#include "file.h"
#include "host.h"
#include "options.h"
#include "say.h"
#include "sys/sys.h"

#include <errno.h>

struct core_suppressions rt_suppressions;

/* ---- reading ---- */

static void complain(void *ctx, unsigned number, const char *line, size_t length)
{
    rt_say("suppressions %s, line %u: '%.*s' is not of the form race:NAME (nor thread, mutex, "
           "signal, deadlock, race_top, called_from_lib)",
           (const char *)ctx, number, (int)(length < 100 ? length : 100), line);
}

/* A relative name is looked for in the working directory, then beside the program. */
static int read_file(const char *name, struct rt_text *text)
{
    int error = rt_file_read(name, text);
    if (error != -ENOENT || name[0] == '/')
        return error;
    char path[RT_LOG_PATH];
    struct rt_text b = {.data = path, .capacity = sizeof path, .fixed = true};
    const char *exe = rt_exe_path();
    rt_put(&b, "%.*s%s", (int)(rt_base_name(exe) - exe), exe, name);
    return rt_file_read(path, text);
}

void rt_suppress_init(void)
{
    struct rt_text text = {0};
    const char *file = rt_options.suppressions;
    if (file && file[0]) {
        int error = read_file(file, &text);
        if (error)
            rt_say("cannot read the suppressions in '%s': %s; nothing of it applies", file,
                   rt_error_text(error));
        core_suppressions_parse(&rt_suppressions, text.data, text.length, complain,
                                (void *)(uintptr_t)file);
    }
    rt_text_free(&text);
    const char *built_in = rt_host_suppressions();
    if (built_in)
        core_suppressions_parse(&rt_suppressions, built_in, rt_strlen(built_in), complain,
                                (void *)(uintptr_t)"of the program");
}

/* ---- what matched before: by the frame, or the global's address ---- */

enum { FIRED_MAX = 4096 }; /* beyond, symbols are looked up each time */

static struct fired {
    enum core_suppression_type type;
    uintptr_t pc_or_addr;
    struct core_suppression *row;
} fired[FIRED_MAX];
static size_t nfired;

static void remember(enum core_suppression_type type, uintptr_t pc_or_addr,
                     struct core_suppression *row)
{
    if (nfired < FIRED_MAX)
        fired[nfired++] = (struct fired){type, pc_or_addr, row};
}

static bool was_fired(enum core_suppression_type type, uintptr_t pc_or_addr)
{
    for (size_t i = 0; i < nfired; i++)
        if (fired[i].pc_or_addr == pc_or_addr && fired[i].type == type) {
            fired[i].row->hits++;
            return true;
        }
    return false;
}

static bool stack_was_fired(enum core_suppression_type type, rt_stack s)
{
    rt_pc pcs[64];
    size_t depth = rt_stack_read(s, pcs, 64);
    for (size_t i = 0; i < depth && i < 64; i++)
        if (was_fired(type, pcs[i]))
            return true;
    return false;
}

/* ---- what a finding is matched by ---- */

/* Each finding type by its word in suppression files. */
static enum core_suppression_type type_of(const struct rt_finding *f)
{
    switch (f->type) {
    case RT_FINDING_THREAD_LEAK:
    case RT_FINDING_GOROUTINE_LEAK:
        return CORE_SUPPRESS_THREAD;
    case RT_FINDING_MUTEX_DESTROY_LOCKED:
    case RT_FINDING_MUTEX_DOUBLE_LOCK:
    case RT_FINDING_MUTEX_INVALID:
    case RT_FINDING_MUTEX_BAD_UNLOCK:
    case RT_FINDING_MUTEX_BAD_READ_LOCK:
    case RT_FINDING_MUTEX_BAD_READ_UNLOCK:
    case RT_FINDING_MUTEX_HELD_WRONG_CONTEXT:
        return CORE_SUPPRESS_MUTEX;
    case RT_FINDING_SIGNAL_UNSAFE:
    case RT_FINDING_ERRNO_IN_SIGNAL:
        return CORE_SUPPRESS_SIGNAL;
    case RT_FINDING_DEADLOCK:
        return CORE_SUPPRESS_DEADLOCK;
    default:
        return CORE_SUPPRESS_RACE;
    }
}

/* The stack number i that suppressions look at; false when there are no more. */
static bool stack_at(const struct rt_finding *f, size_t i, rt_stack *s)
{
    struct rt_thread_info leaked;
    if (i < f->naccess)
        return *s = f->access[i].stack, true;
    i -= f->naccess;
    if (i < f->nstack)
        return *s = f->stack[i], true;
    i -= f->nstack;
    if (i < f->nedge)
        return *s = f->edge[i].stack, true;
    i -= f->nedge;
    if (i || f->type != RT_FINDING_THREAD_LEAK || !f->nthread ||
        !rt_thread_info(f->thread[0], &leaked))
        return false;
    return *s = leaked.created, true;
}

static struct core_suppression *match_frame(enum core_suppression_type type,
                                            const struct rt_shown_frame *frame)
{
    struct core_suppression *row =
        core_suppressions_match(&rt_suppressions, type, frame->symbol->function);
    if (!row)
        row = core_suppressions_match(&rt_suppressions, type, frame->symbol->file);
    if (!row && frame->code->module)
        row = core_suppressions_match(&rt_suppressions, type, frame->code->module->path);
    return row;
}

/* race_top looks at the innermost frame alone. */
static bool match_stack(enum core_suppression_type type, rt_stack s)
{
    static struct rt_shown frames; /* kept: under the report lock */
    struct core_suppression *row = NULL;
    size_t i = 0;
    rt_shown_read(&frames, s);
    while (i < frames.count && !(row = match_frame(type, &frames.at[i])))
        i++;
    if (!row && type == CORE_SUPPRESS_RACE && frames.count) {
        i = 0;
        row = match_frame(CORE_SUPPRESS_RACE_TOP, &frames.at[i]);
    }
    if (!row)
        return false;
    row->hits++;
    if (row->type == type) /* a frame that is not on top proves nothing for race_top */
        remember(type, frames.at[i].code->pc, row);
    return true;
}

static bool match_location(enum core_suppression_type type, const struct rt_finding_location *loc)
{
    if (loc->type != RT_LOC_GLOBAL)
        return false;
    struct core_suppression *row = core_suppressions_match(&rt_suppressions, type, loc->name);
    if (!row)
        row = core_suppressions_match(&rt_suppressions, type, loc->module);
    if (row)
        row->hits++;
    return row != NULL;
}

bool rt_suppress_known(const struct rt_finding *f)
{
    rt_stack s;
    for (size_t i = 0; nfired && stack_at(f, i, &s); i++)
        if (stack_was_fired(type_of(f), s))
            return true;
    return false;
}

bool rt_suppress_finding(const struct rt_finding *f)
{
    enum core_suppression_type type = type_of(f);
    rt_stack s;
    if (!rt_suppressions.has[type] &&
        !(type == CORE_SUPPRESS_RACE && rt_suppressions.has[CORE_SUPPRESS_RACE_TOP]))
        return false;
    for (size_t i = 0; stack_at(f, i, &s); i++)
        if (match_stack(type, s))
            return true;
    for (size_t i = 0; i < f->nloc; i++)
        if (match_location(type, &f->loc[i]))
            return true;
    return false;
}

/* ---- print_suppressions ---- */

static void put_row(struct rt_text *b, const struct core_suppression *row)
{
    if (row->hits)
        rt_put(b, "%u ", row->hits);
    rt_put(b, "%s:%s\n", core_suppression_name(row->type), row->template);
}

static void put_rows(struct rt_text *b, bool matched)
{
    for (size_t i = 0; i < rt_suppressions.count; i++)
        if (!rt_suppressions.rows[i].hits == !matched)
            put_row(b, &rt_suppressions.rows[i]);
}

void rt_suppress_print(void)
{
    struct rt_text b = {0};
    unsigned hits = 0, unused = 0;
    for (size_t i = 0; i < rt_suppressions.count; i++) {
        hits += rt_suppressions.rows[i].hits;
        unused += !rt_suppressions.rows[i].hits;
    }
    if (hits)
        rt_put(&b, "ThreadSanitizer: Matched %u suppressions (pid=%d):\n", hits, sys_pid());
    put_rows(&b, true);
    if (unused)
        rt_put(&b, "ThreadSanitizer: %u suppressions matched nothing:\n", unused);
    put_rows(&b, false);
    if (b.length)
        rt_stream_write(b.data, b.length);
    rt_text_free(&b);
}
