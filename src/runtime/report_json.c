#include "report_json.h"
#include "../core/signature.h"
#include "../wire/sidecar.h"
#include "file.h"
#include "frames.h"
#include "host.h"
#include "json.h"
#include "memory_limits.h"
#include "options.h"
#include "sys/sys.h"
#include "turn.h"
#include "turn_record.h"
#include "turn_trace.h"

#ifndef REPRISE_VERSION
#define REPRISE_VERSION "unknown"
#endif

static struct rt_log log;   /* path "" = no sidecar */
static pid_t started;       /* the process whose "start" line is written */
static struct rt_text line; /* under the report lock, or while there is one thread */

/* ---- lines ---- */

static void begin_line(const char *kind)
{
    rt_text_reset(&line);
    rt_json_open(&line, NULL, "{");
    rt_json_number(&line, "v", WIRE_SIDECAR_VERSION);
    rt_json_string(&line, "kind", kind);
    rt_json_number(&line, "pid", sys_pid());
}

static void end_line(void)
{
    rt_json_close(&line, "}");
    rt_put(&line, "\n");
    int error = rt_log_write(&log, line.data, line.length);
    if (error) {
        rt_say("cannot write findings to '%s': %s; they are not recorded", log.path,
               rt_error_text(error));
        log.path[0] = '\0';
    }
}

static void put_arguments(void)
{
    struct rt_text args = {0};
    rt_json_open(&line, "args", "[");
    if (rt_file_read("/proc/thread-self/cmdline", &args) == 0)
        for (size_t at = 0; at < args.length; at += rt_strlen(args.data + at) + 1)
            rt_json_string(&line, NULL, args.data + at);
    rt_json_close(&line, "]");
    rt_text_free(&args);
}

/* Which language the program is written in; left out for C and its like. */
static void put_language(void)
{
    if (rt_host_language[0])
        rt_json_string(&line, "language", rt_host_language);
}

/* A forked child writes its own, before its first finding. */
static void start_line(void)
{
    const struct rt_module *exe = rt_module_at(0);
    if (started == sys_pid() || !log.path[0])
        return;
    started = sys_pid();
    begin_line(WIRE_KIND_START);
    rt_json_string(&line, "exe", rt_exe_path());
    put_arguments();
    if (exe && exe->build_id_bytes)
        rt_json_bytes(&line, "build_id", exe->build_id, exe->build_id_bytes);
    rt_json_string(&line, "runtime", REPRISE_VERSION);
    put_language();
    end_line();
}

void rt_sidecar_init(void)
{
    rt_log_init(&log, rt_options.sidecar, false);
    start_line();
}

static void put_limit(void)
{
    static const char *const names[RT_LIMITS_STEPS] = {"compact", "oldest", "all"};
    unsigned taken = 0;
    for (int i = 0; i < RT_LIMITS_STEPS; i++)
        taken += rt_limits_taken(i);
    if (!taken)
        return;
    rt_json_open(&line, "memory_limit", "{");
    for (int i = 0; i < RT_LIMITS_STEPS; i++)
        rt_json_number(&line, names[i], rt_limits_taken(i));
    rt_json_close(&line, "}");
}

static void end_with(int status, int signal)
{
    rt_turn_finish(status);
    start_line();
    if (!log.path[0])
        return;
    begin_line(WIRE_KIND_END);
    rt_json_number(&line, "findings", (long)rt_finding_count());
    rt_json_number(&line, "status", status);
    if (signal)
        rt_json_number(&line, "signal", signal);
    rt_record_put(&line);
    put_limit();
    end_line();
    log.path[0] = '\0';
}

void rt_sidecar_end(int status)
{
    end_with(status, 0);
}

void rt_sidecar_end_by(int signal)
{
    end_with(128 + signal, signal);
}

/* ---- what a finding refers to: modules by their place in the list, and symbols ---- */

enum { REFERENCED_MAX = 4096 };

static const struct rt_module *modules[REFERENCED_MAX];
static const struct rt_code *codes[REFERENCED_MAX];
static size_t nmodules, ncodes;

static long module_number(const struct rt_module *m)
{
    size_t i = 0;
    while (i < nmodules && modules[i] != m)
        i++;
    if (!m || i == REFERENCED_MAX)
        return -1;
    if (i == nmodules)
        modules[nmodules++] = m;
    return (long)i;
}

static void refer(const struct rt_code *code)
{
    for (size_t i = 0; i < ncodes; i++)
        if (codes[i] == code)
            return;
    if (ncodes < REFERENCED_MAX)
        codes[ncodes++] = code;
}

static void put_modules(void)
{
    rt_json_open(&line, "modules", "[");
    for (size_t i = 0; i < nmodules; i++) {
        rt_json_open(&line, NULL, "{");
        rt_json_string(&line, "path", modules[i]->path);
        rt_json_bytes(&line, "build_id", modules[i]->build_id, modules[i]->build_id_bytes);
        rt_json_close(&line, "}");
    }
    rt_json_close(&line, "]");
}

static void put_symbol(const struct rt_symbol *s)
{
    rt_json_open(&line, NULL, "{");
    if (s->function)
        rt_json_string(&line, "function", s->function);
    if (s->file)
        rt_json_string(&line, "file", s->file);
    if (s->line)
        rt_json_number(&line, "line", s->line);
    if (s->column)
        rt_json_number(&line, "column", s->column);
    rt_json_close(&line, "}");
}

static void put_symbols(void)
{
    rt_json_open(&line, "symbols", "[");
    for (size_t i = 0; i < ncodes; i++) {
        if (!codes[i]->row[0].function && !codes[i]->row[0].file)
            continue;
        rt_json_open(&line, NULL, "{");
        rt_json_number(&line, "module", module_number(codes[i]->module));
        rt_json_address(&line, "offset", codes[i]->offset);
        rt_json_open(&line, "rows", "[");
        for (size_t k = 0; k < codes[i]->rows; k++)
            put_symbol(&codes[i]->row[k]);
        rt_json_close(&line, "]");
        rt_json_close(&line, "}");
    }
    rt_json_close(&line, "]");
}

/* ---- parts of a finding ---- */

static void put_frames(const char *key, const struct rt_shown *frames)
{
    rt_json_open(&line, key, "[");
    for (size_t i = 0; i < frames->count; i++) {
        if (i && frames->at[i].inlined_into)
            continue; /* the same address again */
        const struct rt_code *code = frames->at[i].code;
        refer(code);
        rt_json_open(&line, NULL, "[");
        rt_json_number(&line, NULL, module_number(code->module));
        rt_json_address(&line, NULL, code->offset);
        rt_json_close(&line, "]");
    }
    rt_json_close(&line, "]");
}

static void put_stack(const char *key, rt_stack s)
{
    static struct rt_shown frames; /* kept: under the report lock */
    rt_shown_read(&frames, s);
    put_frames(key, &frames);
}

static void put_held(uint32_t lockset)
{
    struct rt_held held[RT_LOCKSET_MAX];
    size_t n = rt_lockset_read(lockset, held, RT_LOCKSET_MAX);
    rt_json_open(&line, "mutexes", "[");
    for (size_t i = 0; i < n; i++) {
        rt_json_open(&line, NULL, "{");
        rt_json_number(&line, "mutex", held[i].mutex);
        rt_json_string(&line, "mode", held[i].read ? "read" : "write");
        rt_json_close(&line, "}");
    }
    rt_json_close(&line, "]");
}

static void put_access(const struct rt_finding_access *a)
{
    rt_json_open(&line, NULL, "{");
    rt_json_string(&line, "op", a->kind & RT_KIND_WRITE_BIT ? "write" : "read");
    if (a->kind & RT_KIND_ATOMIC_BIT)
        rt_json_true(&line, "atomic");
    if (a->kind == RT_FREE)
        rt_json_true(&line, "free");
    rt_json_number(&line, "size", (long)a->size);
    rt_json_address(&line, "address", a->addr);
    rt_json_number(&line, "thread", a->thread);
    put_held(a->lockset);
    put_stack("stack", a->stack);
    rt_json_close(&line, "}");
}

static void put_waiting_stack(const struct rt_finding *f, size_t i)
{
    static struct rt_shown frames; /* kept: under the report lock */
    if (f->wait[i].reason)
        rt_shown_read_wait(&frames, f->stack[i]);
    else
        rt_shown_read(&frames, f->stack[i]);
    put_frames(NULL, &frames);
}

static void put_wait(const struct rt_finding_wait *w)
{
    rt_json_open(&line, NULL, "{");
    rt_json_number(&line, "thread", w->thread);
    rt_json_string(&line, "op", core_op_name((enum core_op)w->op));
    if (w->reason)
        rt_json_string(&line, "reason", w->reason);
    if (w->object)
        rt_json_address(&line, "object", w->object);
    if (w->holder)
        rt_json_number(&line, "holder", w->holder - 1);
    rt_json_close(&line, "}");
}

static void put_edge(const struct rt_finding_edge *e)
{
    rt_json_open(&line, NULL, "{");
    rt_json_number(&line, "from", e->from);
    rt_json_number(&line, "to", e->to);
    rt_json_number(&line, "thread", e->thread);
    put_stack("stack", e->stack);
    if (e->held_stack)
        put_stack("held_stack", e->held_stack);
    rt_json_close(&line, "}");
}

static void put_extent(const struct rt_finding_location *loc)
{
    rt_json_address(&line, "address", loc->start);
    rt_json_number(&line, "size", (long)loc->bytes);
}

static void put_location(const struct rt_finding_location *loc)
{
    static const char *const kinds[] = {"none", "global", "heap", "stack", "tls", "fd"};
    rt_json_open(&line, NULL, "{");
    rt_json_string(&line, "kind", kinds[loc->type]);
    if (loc->type == RT_LOC_GLOBAL || loc->type == RT_LOC_HEAP)
        put_extent(loc);
    if (loc->type == RT_LOC_GLOBAL) {
        rt_json_string(&line, "name", loc->name);
        rt_json_number(&line, "module", module_number(rt_module_of(loc->start)));
        rt_json_address(&line, "offset", loc->module_offset);
    } else if (loc->thread != RT_THREAD_UNKNOWN) {
        rt_json_number(&line, "thread", loc->thread);
    }
    if (loc->type == RT_LOC_FD) {
        rt_json_number(&line, "fd", loc->fd);
        if (loc->fd_closed)
            rt_json_true(&line, "closed");
    }
    if (loc->stack)
        put_stack("stack", loc->stack);
    rt_json_close(&line, "}");
}

static void put_test(uint32_t uid)
{
    char test[RT_HOST_TEST_BYTES];
    if (rt_host_test_of(uid, test))
        rt_json_string(&line, "test", test);
}

static void put_thread(uint32_t uid)
{
    struct rt_thread_info info;
    if (!rt_thread_info(uid, &info))
        return;
    rt_json_open(&line, NULL, "{");
    rt_json_number(&line, "id", uid);
    if (info.os_tid)
        rt_json_number(&line, "tid", info.os_tid);
    rt_json_string(&line, "name", info.name);
    rt_json_string(&line, "state", info.finished ? "finished" : "running");
    bool is_main = rt_host_is_main(&info);
    if (is_main && uid != 0)
        rt_json_true(&line, "main");
    put_test(uid);
    if (!is_main) {
        rt_json_number(&line, "parent", info.parent);
        put_stack("stack", info.created);
    }
    rt_json_close(&line, "}");
}

static void put_mutex(uint32_t uid)
{
    struct rt_mutex_info info;
    if (!rt_mutex_info(uid, &info))
        return;
    rt_json_open(&line, NULL, "{");
    rt_json_number(&line, "id", uid);
    rt_json_address(&line, "address", info.addr);
    if (info.destroyed)
        rt_json_true(&line, "destroyed");
    put_stack("stack", info.created);
    rt_json_close(&line, "}");
}

static void put_degraded(void)
{
    static const char *const names[] = {"folded-stacks", "history", "threads", "fork"};
    unsigned bits = rt_degraded();
    if (!bits)
        return;
    rt_json_open(&line, "degraded", "[");
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (bits >> i & 1)
            rt_json_string(&line, NULL, names[i]);
    rt_json_close(&line, "]");
}

/* ---- the signature ---- */

/* Returns whether there was a frame of the user's in it. */
static bool sign_stack(struct core_signature *s, const char *what, rt_stack stack)
{
    static struct rt_shown frames; /* kept: under the report lock */
    char place[RT_LOG_PATH];
    bool any = false;
    core_signature_part(s, what);
    rt_shown_read(&frames, stack);
    for (size_t i = 0; i < frames.count; i++) {
        const struct rt_shown_frame *at = &frames.at[i];
        struct rt_text b = {.data = place, .capacity = sizeof place, .fixed = true};
        if (rt_frame_is_internal(at))
            continue;
        any = true;
        /* without symbols a frame is its place in the module: stable for one build */
        rt_put(&b, "0x%lx", at->code->offset);
        bool known = at->symbol->function != NULL;
        const struct rt_module *m = at->code->module;
        core_signature_frame(s, known ? at->symbol->function : place,
                             known ? at->symbol->file
                             : m   ? m->path
                                   : NULL);
    }
    return any;
}

/* Of who waits; in a function without frames of its own, it is known by who made it. */
static void sign_wait(struct core_signature *s, const char *what, const struct rt_finding *f,
                      size_t i)
{
    struct rt_thread_info info;
    if (!sign_stack(s, what, f->stack[i]) && f->wait[i].reason &&
        rt_thread_info(f->wait[i].thread, &info))
        sign_stack(s, "created", info.created);
}

static void put_signature(const struct rt_finding *f)
{
    static const char *const kinds[] = {"read", "write", "atomic read", "atomic write"};
    char text[CORE_SIGNATURE_BYTES];
    struct rt_thread_info leaked;
    struct core_signature s = core_signature_begin(rt_finding_name(f->type));
    for (size_t i = 0; i < f->naccess; i++)
        sign_stack(&s, kinds[f->access[i].kind & 3], f->access[i].stack);
    for (size_t i = 0; i < f->nstack; i++)
        sign_wait(&s, i ? "other stack" : "stack", f, i);
    for (size_t i = 0; i < f->nedge; i++)
        sign_stack(&s, "edge", f->edge[i].stack);
    if (f->type == RT_FINDING_THREAD_LEAK && f->nthread && rt_thread_info(f->thread[0], &leaked))
        sign_stack(&s, "thread", leaked.created);
    core_signature_end(&s, text);
    rt_json_string(&line, "signature", text);
}

/* ---- the whole ---- */

#define PUT_LIST(key, count, call)                                                                 \
    do {                                                                                           \
        if (!(count))                                                                              \
            break;                                                                                 \
        rt_json_open(&line, key, "[");                                                             \
        for (size_t i = 0; i < (count); i++)                                                       \
            call;                                                                                  \
        rt_json_close(&line, "]");                                                                 \
    } while (0)

/* Who is at fault first of all: who made the access that completed the race, or who waits. */
static uint32_t first_thread(const struct rt_finding *f)
{
    if (f->naccess)
        return f->access[0].thread;
    if (f->wait[0].op || f->wait[0].reason)
        return f->wait[0].thread;
    return f->nthread ? f->thread[0] : 0;
}

void rt_sidecar_finding(const struct rt_finding *f, unsigned number)
{
    if (!log.path[0])
        return;
    start_line();
    nmodules = ncodes = 0;
    begin_line(WIRE_KIND_FINDING);
    rt_json_number(&line, "n", number);
    rt_json_string(&line, "type", rt_finding_name(f->type));
    rt_json_string(&line, "title", rt_finding_title(f));
    put_signature(f);
    put_language();
    put_test(first_thread(f));
    PUT_LIST("accesses", f->naccess, put_access(&f->access[i]));
    PUT_LIST("stacks", f->nstack, put_waiting_stack(f, i));
    PUT_LIST("waits", f->wait[0].op || f->wait[0].reason ? f->nstack : 0, put_wait(&f->wait[i]));
    PUT_LIST("edges", f->nedge, put_edge(&f->edge[i]));
    PUT_LIST("locations", f->nloc, put_location(&f->loc[i]));
    PUT_LIST("threads", f->nthread, put_thread(f->thread[i]));
    PUT_LIST("mutexes", f->nmutex, put_mutex(f->mutex[i]));
    if (f->sleep)
        put_stack("sleep", f->sleep);
    if (f->leak_count)
        rt_json_number(&line, "count", f->leak_count);
    if (f->signal)
        rt_json_number(&line, "signal", f->signal);
    if (rt_strategy != CORE_STRATEGY_OS) {
        rt_json_string(&line, "seed", rt_options.seed);
        rt_json_string(&line, "strategy", rt_strategy_text());
        rt_json_number(&line, "step", (long)rt_record_steps());
        rt_trace_finding(f->naccess ? f->access[0].thread : 0, number, rt_finding_name(f->type));
    }
    put_degraded();
    put_symbols();
    put_modules();
    end_line();
}
