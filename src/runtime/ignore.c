#include "ignore.h"

#include "finding.h"
#include "report_text.h"
#include "say.h"
#include "stack.h"

/* Stacks of the ignores of one kind since the last time none was on: the culprit is among them. */
enum { SITES_MAX = 16 };

struct sites {
    rt_stack stack[SITES_MAX];
    size_t n;
};

struct rt_ignores {
    struct sites access, sync;
};

static struct rt_ignores *ignores_of(struct rt_thread *t)
{
    if (!t->ignores)
        t->ignores = core_alloc(sizeof *t->ignores);
    return t->ignores;
}

void rt_ignores_free(struct rt_thread *t)
{
    if (t->ignores)
        core_free(t->ignores, sizeof *t->ignores);
    t->ignores = NULL;
}

static void add_site(struct sites *s, rt_stack stack)
{
    for (size_t i = 0; i < s->n; i++)
        if (s->stack[i] == stack)
            return;
    if (s->n < SITES_MAX)
        s->stack[s->n++] = stack;
}

void rt_ignore_begin(struct rt_thread *t, rt_pc pc)
{
    t->ignore_reads++;
    t->ignore_writes++;
    if (pc)
        add_site(&ignores_of(t)->access, rt_stack_capture(t, pc));
}

void rt_ignore_end(struct rt_thread *t)
{
    if (!t->ignore_reads)
        return; /* the program ends what it never began */
    t->ignore_reads--;
    t->ignore_writes--;
    if (!t->ignore_reads && t->ignores)
        t->ignores->access.n = 0;
}

void rt_ignore_sync_begin(struct rt_thread *t, rt_pc pc)
{
    t->ignore_sync++;
    if (pc)
        add_site(&ignores_of(t)->sync, rt_stack_capture(t, pc));
}

void rt_ignore_sync_end(struct rt_thread *t)
{
    if (!t->ignore_sync)
        return;
    if (!--t->ignore_sync && t->ignores)
        t->ignores->sync.n = 0;
}

/* ---- an ignore that was not ended ---- */

static _Noreturn void report(struct rt_thread *t, const struct sites *s)
{
    struct rt_text b = {0};
    struct rt_thread_info info = {0};
    rt_report_lock(t);
    if (t->is_main) {
        rt_put(&b, "ThreadSanitizer: main thread finished with ignores enabled\n");
    } else {
        rt_thread_info(t->uid, &info);
        rt_put(&b, "ThreadSanitizer: thread T%u %s finished with ignores enabled, created at:\n",
               t->uid, info.name);
        rt_put_stack(&b, info.created);
    }
    rt_put(&b, "  One of the following ignores was not ended (in order of probability)\n");
    for (size_t i = 0; i < s->n; i++) {
        rt_put(&b, "  Ignore was enabled at:\n");
        rt_put_stack(&b, s->stack[i]);
    }
    rt_stream_write(b.data, b.length);
    rt_halt();
}

void rt_ignore_check(struct rt_thread *t)
{
    if (!t->ignores)
        return;
    if (t->ignore_reads && t->ignores->access.n)
        report(t, &t->ignores->access);
    if (t->ignore_sync && t->ignores->sync.n)
        report(t, &t->ignores->sync);
}
