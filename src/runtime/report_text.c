#include "report_text.h"
#include "../core/op.h"
#include "file.h"
#include "options.h"
#include "say.h"
#include "sys/sys.h"

/* ---- colours ---- */

enum colour { PLAIN, WARNING, ACCESS, SLEEP, LOCATION, MUTEX, THREAD };

static bool coloured; /* of the report that is being written */

static void put_colour(struct rt_text *b, enum colour c)
{
    static const char *const codes[] = {
        [PLAIN] = "0",     [WARNING] = "31", [ACCESS] = "34", [SLEEP] = "33",
        [LOCATION] = "32", [MUTEX] = "35",   [THREAD] = "36"};
    if (coloured)
        rt_put(b, "\033[1m\033[%sm", codes[c]);
}

/* ---- names of things ---- */

static void put_thread_name(struct rt_text *b, uint32_t uid)
{
    if (uid == 0)
        rt_put(b, "main thread");
    else
        rt_put(b, "thread T%u", uid);
}

/* Its place in the report. */
static unsigned number_of(const struct rt_finding *f, uint32_t mutex)
{
    unsigned i = 0;
    while (i < f->nmutex && f->mutex[i] != mutex)
        i++;
    return i;
}

/* ---- sections ---- */

static void put_held(struct rt_text *b, const struct rt_finding *f, uint32_t lockset)
{
    struct rt_held held[RT_LOCKSET_MAX];
    size_t n = rt_lockset_read(lockset, held, RT_LOCKSET_MAX);
    for (size_t i = 0; i < n; i++)
        rt_put(b, "%s %s M%u", i ? "," : " (mutexes:", held[i].read ? "read" : "write",
               number_of(f, held[i].mutex));
    if (n)
        rt_put(b, ")");
}

/* [previous][atomic][write] */
static const char *const plain_words[2][2][2] = {
    {{"Read", "Write"}, {"Atomic read", "Atomic write"}},
    {{"Previous read", "Previous write"}, {"Previous atomic read", "Previous atomic write"}},
};
static const char *const external_words[2][2] = {
    {"Read-only", "Modifying"},
    {"Previous read-only", "Previous modifying"},
};

static void put_access(struct rt_text *b, const struct rt_finding *f, size_t i)
{
    const struct rt_finding_access *a = &f->access[i];
    bool write = a->kind & RT_KIND_WRITE_BIT, atomic = a->kind & RT_KIND_ATOMIC_BIT;
    put_colour(b, ACCESS);
    if (a->tag) {
        const char *object = rt_tag_object(a->tag);
        rt_put(b, "  %s access of %s", external_words[i > 0][write],
               object ? object : "external object");
    } else {
        rt_put(b, "  %s of size %zu", plain_words[i > 0][atomic][write], a->size);
    }
    rt_put(b, " at %p by ", (void *)a->addr);
    put_thread_name(b, a->thread);
    put_held(b, f, a->lockset);
    rt_put(b, ":\n");
    put_colour(b, PLAIN);
    rt_put_stack(b, a->stack);
}

static void put_global(struct rt_text *b, const struct rt_finding_location *loc)
{
    rt_put(b, "  Location is global '%s' ", loc->name);
    if (loc->bytes)
        rt_put(b, "of size %zu ", loc->bytes);
    rt_put(b, "at %p (%s+0x%lx)\n\n", (void *)loc->start, rt_base_name(loc->module),
           loc->module_offset);
}

static void put_owner(struct rt_text *b, const struct rt_finding_location *loc)
{
    rt_put(b, "  Location is %s of ", loc->type == RT_LOC_TLS ? "TLS" : "stack");
    put_thread_name(b, loc->thread);
    rt_put(b, ".\n\n");
}

static void put_heap(struct rt_text *b, const struct rt_finding_location *loc)
{
    const char *object = loc->tag ? rt_tag_object(loc->tag) : NULL;
    rt_put(b, "  Location is %s of size %zu at %p allocated by ", object ? object : "heap block",
           loc->bytes, (void *)loc->start);
    put_thread_name(b, loc->thread);
    rt_put(b, ":\n");
}

static void put_descriptor(struct rt_text *b, const struct rt_finding_location *loc)
{
    rt_put(b, "  Location is file descriptor %d %s by ", loc->fd,
           loc->fd_closed ? "destroyed" : "created");
    put_thread_name(b, loc->thread);
    rt_put(b, " at:\n");
}

static void put_where(struct rt_text *b, const struct rt_finding_location *loc)
{
    put_colour(b, LOCATION);
    if (loc->type == RT_LOC_GLOBAL)
        put_global(b, loc);
    else if (loc->type == RT_LOC_STACK || loc->type == RT_LOC_TLS)
        put_owner(b, loc);
    else if (loc->type == RT_LOC_HEAP)
        put_heap(b, loc);
    else if (loc->type == RT_LOC_FD)
        put_descriptor(b, loc);
    put_colour(b, PLAIN);
    if (loc->type == RT_LOC_HEAP || loc->type == RT_LOC_FD)
        rt_put_stack(b, loc->stack);
}

static void put_sleep(struct rt_text *b, rt_stack s)
{
    put_colour(b, SLEEP);
    rt_put(b, "  As if synchronized via sleep:\n");
    put_colour(b, PLAIN);
    rt_put_stack(b, s);
}

static void put_mutex(struct rt_text *b, const struct rt_finding *f, size_t i)
{
    struct rt_mutex_info info;
    if (!rt_mutex_info(f->mutex[i], &info))
        return;
    put_colour(b, MUTEX);
    rt_put(b, "  Mutex M%u (%p) created at:\n", (unsigned)i, (void *)info.addr);
    put_colour(b, PLAIN);
    rt_put_stack(b, info.created);
}

static void put_thread(struct rt_text *b, uint32_t uid)
{
    struct rt_thread_info info;
    if (uid == 0 || !rt_thread_info(uid, &info))
        return; /* little to say about the main thread */
    put_colour(b, THREAD);
    rt_put(b, "  Thread T%u", uid);
    if (info.name[0])
        rt_put(b, " '%s'", info.name);
    rt_put(b, " (tid=%d, %s) created by ", info.os_tid, info.finished ? "finished" : "running");
    put_thread_name(b, info.parent);
    rt_put(b, "%s\n", info.created ? " at:" : "");
    put_colour(b, PLAIN);
    if (info.created)
        rt_put_stack(b, info.created);
    else
        rt_put(b, "\n");
}

/* ---- lock order ---- */

static void put_mutex_word(struct rt_text *b, unsigned i)
{
    put_colour(b, MUTEX);
    rt_put(b, "M%u", i);
    put_colour(b, PLAIN);
}

static void put_cycle(struct rt_text *b, const struct rt_finding *f)
{
    struct rt_mutex_info info;
    rt_put(b, "  Cycle in lock order graph: ");
    for (unsigned i = 0; i < f->nmutex; i++) {
        bool known = rt_mutex_info(f->mutex[i], &info);
        put_colour(b, MUTEX);
        rt_put(b, "M%u (%p)", i, (void *)(known ? info.addr : 0));
        put_colour(b, PLAIN);
        rt_put(b, " => ");
    }
    put_mutex_word(b, 0);
    rt_put(b, "\n\n");
}

static void put_edge(struct rt_text *b, const struct rt_finding *f, size_t i)
{
    const struct rt_finding_edge *e = &f->edge[i];
    rt_put(b, "  Mutex ");
    put_mutex_word(b, number_of(f, e->to));
    rt_put(b, " acquired here while holding mutex ");
    put_mutex_word(b, number_of(f, e->from));
    rt_put(b, " in ");
    put_colour(b, THREAD);
    put_thread_name(b, e->thread);
    rt_put(b, ":\n");
    put_colour(b, PLAIN);
    rt_put_stack(b, e->stack);
    if (rt_options.second_deadlock_stack) {
        rt_put(b, "  Mutex ");
        put_mutex_word(b, number_of(f, e->from));
        rt_put(b, " previously acquired by the same thread here:\n");
        rt_put_stack(b, e->held_stack);
    } else if (i == 0) {
        rt_put(b, "    Hint: use TSAN_OPTIONS=second_deadlock_stack=1 to get more informative "
                  "warning message\n\n");
    }
}

/* "Blocked: thread T1 at lock of 0x..., held by thread T2:" */
static void put_wait(struct rt_text *b, const struct rt_finding_wait *w)
{
    rt_put(b, w->runs ? "  Running: " : "  Blocked: ");
    put_colour(b, THREAD);
    put_thread_name(b, w->thread);
    put_colour(b, PLAIN);
    rt_put(b, " at %s", core_op_name((enum core_op)w->op));
    if (w->object)
        rt_put(b, " of %p", (void *)w->object);
    if (w->holder) {
        rt_put(b, ", held by ");
        put_thread_name(b, w->holder - 1);
    }
    rt_put(b, ":\n");
}

/* ---- the whole ---- */

static rt_stack summary_stack(const struct rt_finding *f)
{
    struct rt_mutex_info mutex;
    struct rt_thread_info thread;
    if (f->naccess)
        return f->access[0].stack;
    if (f->nedge)
        return f->edge[0].stack;
    if (f->nstack)
        return f->stack[0];
    if (f->nmutex && rt_mutex_info(f->mutex[0], &mutex))
        return mutex.created;
    if (f->nthread && rt_thread_info(f->thread[0], &thread))
        return thread.created;
    return 0;
}

/* What fuzzers tell reports apart by: the functions on top of the stack. */
static void put_token(struct rt_text *b, const struct rt_shown *frames)
{
    size_t n = (size_t)rt_options.dedup_token_length;
    if (!n || !frames->count)
        return;
    rt_put(b, "DEDUP_TOKEN: ");
    for (size_t i = 0; i < n && i < frames->count; i++)
        rt_put(b, "%s%s", i ? "--" : "", frames->at[i].symbol->function);
    rt_put(b, "\n");
}

static void put_summary(struct rt_text *b, const struct rt_finding *f)
{
    static struct rt_shown frames; /* kept: under the report lock */
    rt_shown_read(&frames, summary_stack(f));
    put_token(b, &frames);
    if (!rt_options.print_summary)
        return;
    const struct rt_shown_frame *frame = rt_shown_main(&frames);
    rt_put(b, "SUMMARY: ThreadSanitizer: %s", rt_finding_title(f));
    if (frame) {
        struct rt_shown_frame alone = *frame;
        alone.inlined_into = false;
        rt_put(b, " ");
        rt_put_frame(b, "%L %F", 0, &alone);
    }
    rt_put(b, "\n");
}

static void put_head(struct rt_text *b, const struct rt_finding *f)
{
    rt_put(b, "==================\n");
    put_colour(b, WARNING);
    rt_put(b, "WARNING: ThreadSanitizer: %s (pid=%d)\n", rt_finding_title(f), sys_pid());
    put_colour(b, PLAIN);
    if (f->type == RT_FINDING_ERRNO_IN_SIGNAL)
        rt_put(b, "  Signal %d handler invoked at:\n", f->signal);
}

static void put_stacks(struct rt_text *b, const struct rt_finding *f)
{
    if (f->nedge)
        put_cycle(b, f);
    for (size_t i = 0; i < f->nedge; i++)
        put_edge(b, f, i);
    bool waits = f->type == RT_FINDING_STUCK || f->type == RT_FINDING_LOST_WAKEUP ||
                 f->type == RT_FINDING_LIVELOCK;
    for (size_t i = 0; i < f->nstack; i++) {
        if (waits)
            put_wait(b, &f->wait[i]);
        else if (i)
            rt_put(b, "  and:\n");
        rt_put_stack(b, f->stack[i]);
    }
    for (size_t i = 0; i < f->naccess; i++)
        put_access(b, f, i);
}

void rt_put_report(struct rt_text *b, const struct rt_finding *f)
{
    coloured = rt_stream_has_colour();
    put_head(b, f);
    put_stacks(b, f);
    if (f->sleep)
        put_sleep(b, f->sleep);
    for (size_t i = 0; i < f->nloc; i++)
        put_where(b, &f->loc[i]);
    for (size_t i = 0; i < f->nmutex && !f->nedge; i++)
        put_mutex(b, f, i);
    for (size_t i = 0; i < f->nthread; i++)
        put_thread(b, f->thread[i]);
    if (f->type == RT_FINDING_THREAD_LEAK && f->leak_count > 1)
        rt_put(b, "  And %u more similar thread leaks.\n\n", f->leak_count - 1);
    put_summary(b, f);
    if (rt_options.print_module_map == 2)
        rt_put_module_map(b);
    rt_put(b, "==================\n");
}

void rt_put_last_words(struct rt_text *b, unsigned reports)
{
    if (rt_options.print_module_map == 1)
        rt_put_module_map(b);
    if (reports)
        rt_put(b, "ThreadSanitizer: reported %u warnings\n", reports);
}
