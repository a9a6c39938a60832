/*
 * The text of a finding, in the layout of the race detector that comes with Go, which `go test`,
 * editors and CI systems read (report_text.h). What Go's has no word for, deadlocks and leaks,
 * looks alike.
 */
#include "../../core/op.h"
#include "../report_text.h"
#include "gorace.h"

static const char bar[] = "==================\n";

/* "main goroutine", "goroutine 7" */
static void put_name(struct rt_text *b, uint32_t uid)
{
    if (uid == RT_GO_MAIN)
        rt_put(b, "main goroutine");
    else
        rt_put(b, "goroutine %u", uid);
}

static void put_frame(struct rt_text *b, const struct rt_shown_frame *frame)
{
    const struct rt_symbol *s = frame->symbol;
    rt_put(b, "  %s()\n      %s:%d +0x%zx\n", s->function ? s->function : "??",
           s->file ? rt_strip_path(s->file) : "-", s->line, (size_t)s->in_function);
}

static struct rt_shown shown; /* kept: under the report lock */

static void put_frames(struct rt_text *b)
{
    for (size_t i = 0; i < shown.count; i++)
        put_frame(b, &shown.at[i]);
    if (!shown.count)
        rt_put(b, "  [no function that is checked for races]\n");
}

void rt_put_stack(struct rt_text *b, rt_stack s)
{
    rt_shown_read(&shown, s);
    put_frames(b);
}

/* ---- sections: each begins with an empty line ---- */

static void put_access(struct rt_text *b, const struct rt_finding_access *a, bool first)
{
    static const char *const words[2][2] = {{"Previous read", "Previous write"}, {"Read", "Write"}};
    rt_put(b, "\n%s at 0x%012lx by ", words[first][a->kind & RT_KIND_WRITE_BIT], a->addr);
    put_name(b, a->thread);
    rt_put(b, ":\n");
    rt_put_stack(b, a->stack);
}

static void put_wait(struct rt_text *b, const struct rt_finding_wait *w, rt_stack stack)
{
    rt_put(b, "\n");
    if (w->thread == RT_GO_MAIN)
        rt_put(b, "Main goroutine");
    else
        rt_put(b, "Goroutine %u", w->thread);
    rt_put(b, " (%s) %s at:\n", w->reason ? w->reason : core_op_name((enum core_op)w->op),
           w->runs ? "runs" : "waits");
    rt_shown_read_wait(&shown, stack);
    put_frames(b);
}

static void put_creation(struct rt_text *b, uint32_t uid)
{
    struct rt_thread_info info;
    if (uid == RT_GO_MAIN || !rt_thread_info(uid, &info))
        return;
    rt_put(b, "\nGoroutine %u (%s) created at:\n", uid, info.finished ? "finished" : "running");
    rt_put_stack(b, info.created);
}

/* ---- the whole ---- */

static const char *headline(const struct rt_finding *f)
{
    switch (f->type) {
    case RT_FINDING_STUCK:
    case RT_FINDING_LOST_WAKEUP:
        return "DEADLOCK";
    case RT_FINDING_LIVELOCK:
        return "LIVELOCK";
    case RT_FINDING_GOROUTINE_LEAK:
        return "GOROUTINE LEAK";
    default:
        return "DATA RACE";
    }
}

static unsigned races; /* reported so far; under the report lock */

void rt_put_report(struct rt_text *b, const struct rt_finding *f)
{
    races += f->naccess > 0;
    rt_put(b, "%sWARNING: %s", bar, headline(f));
    if (!f->naccess && !f->nstack)
        rt_put(b, "\n");
    for (size_t i = 0; i < f->naccess; i++)
        put_access(b, &f->access[i], i == 0);
    for (size_t i = 0; i < f->nstack; i++)
        put_wait(b, &f->wait[i], f->stack[i]);
    for (size_t i = 0; i < f->nthread; i++)
        put_creation(b, f->thread[i]);
    rt_put(b, "%s", bar);
}

void rt_put_last_words(struct rt_text *b, unsigned reports)
{
    (void)reports; /* of other kinds Go's own has no word */
    if (races)
        rt_put(b, "Found %u data race(s)\n", races);
}
