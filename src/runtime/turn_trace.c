#include "turn_trace.h"

#include "../wire/trace.h"
#include "file.h"
#include "format.h"
#include "host.h"
#include "module.h"
#include "options.h"
#include "sys/sys.h"

#include <sys/syscall.h>
#include <sys/uio.h>

enum { FLUSH_BYTES = 1 << 16, CALLERS = 16, MODULES = 1024 };

bool rt_trace_on;

static struct rt_log log;
static struct rt_text text;
static bool told[MODULES]; /* modules that have their line */

void rt_trace_flush(void)
{
    int error = text.length ? rt_log_write(&log, text.data, text.length) : 0;
    rt_text_reset(&text);
    if (!error || !rt_trace_on)
        return;
    rt_trace_on = false;
    rt_say("trace='%s': %s; it is not whole", rt_options.trace, rt_error_text(error));
}

static void line_done(void)
{
    if (text.length >= FLUSH_BYTES)
        rt_trace_flush();
}

void rt_trace_init(void)
{
    if (!rt_options.trace[0])
        return;
    int fd = sys_open(rt_options.trace, 01 | 0100 | 01000, 0666); /* write, create, truncate */
    if (fd < 0) {
        rt_say("trace='%s': %s; no trace is written", rt_options.trace, rt_error_text(fd));
        return;
    }
    sys_close(fd);
    rt_log_init(&log, rt_options.trace, false);
    rt_put(&text, "trace\t%d\n", WIRE_TRACE_VERSION);
    if (rt_host_language[0])
        rt_put(&text, "language\t%s\n", rt_host_language);
    rt_trace_on = true;
}

void rt_trace_after_fork(void)
{
    rt_trace_on = false;
}

/* ---- places ---- */

static void put_module(const struct rt_module *m)
{
    if (!m || m->number >= MODULES || told[m->number])
        return;
    told[m->number] = true;
    rt_put(&text, "module\t%u\t%s\t", m->number, m->path);
    for (unsigned i = 0; i < m->build_id_bytes; i++)
        rt_put(&text, "%02x", m->build_id[i]);
    rt_put(&text, "%s\n", m->build_id_bytes ? "" : "-");
}

const struct rt_module *rt_trace_module(rt_addr addr)
{
    const struct rt_module *m = addr ? rt_module_of(addr) : NULL;
    put_module(m);
    return m;
}

static void put_place(const struct rt_module *m, rt_addr addr)
{
    rt_put(&text, "%d\t0x%lx", m ? (int)m->number : -1, m ? addr - m->base : addr);
}

/* Of the last line's place. */
static void put_callers(struct rt_turn *me, const struct rt_frame *frame)
{
    for (int depth = 1; depth <= CALLERS && frame && frame > me->thread->frames + 1; depth++) {
        rt_pc caller = (--frame)->pc - 1;
        const struct rt_module *m = rt_trace_module(caller);
        rt_put(&text, "caller\t%lu\t%d\t", (unsigned long)me->last_step, depth);
        put_place(m, caller);
        rt_put(&text, "\n");
    }
}

/* ---- values ---- */

/* What memory holds; it may be gone. */
static bool read_memory(rt_addr addr, unsigned size, uint64_t *value)
{
    struct iovec to = {value, size}, from = {(void *)addr, size};
    *value = 0;
    return sys_call(SYS_process_vm_readv, sys_pid(), (long)&to, 1, (long)&from, 1, 0) == (long)size;
}

void rt_trace_value(struct rt_turn *me, uint64_t value)
{
    rt_put(&text, "value\t%lu\t0x%lx\t%u\t%u\t%u\n", (unsigned long)me->traced_step,
           (unsigned long)value, me->task.id, me->traced_into, me->traced_bytes);
}

/* What the last step has written, now that it is done. */
static void tell_written(struct rt_turn *me)
{
    uint64_t value;
    if (me->wrote_traced && read_memory(me->traced, me->traced_bytes, &value))
        rt_trace_value(me, value);
    me->wrote_traced = false;
}

void rt_trace_access(struct rt_turn *me, rt_addr object, rt_addr addr, unsigned size, bool write)
{
    uint64_t value;
    me->traced_step = me->last_step;
    if (size > 8)
        return;
    me->traced = addr;
    me->traced_into = (unsigned)(addr - object);
    me->traced_bytes = size;
    me->wrote_traced = write;
    if (!write && read_memory(addr, size, &value))
        rt_trace_value(me, value);
}

void rt_trace_skipped(struct rt_turn *me, rt_pc pc, rt_addr addr, unsigned size, bool write)
{
    const struct rt_frame *frame;
    uint32_t object = rt_record_known(addr & ~7ull);
    if (!object)
        return;
    tell_written(me);
    me->last_step = rt_turns.steps;
    rt_pc at = rt_turn_place(me, pc, &frame);
    const struct rt_module *m = rt_trace_module(at);
    rt_put(&text, "access\t%lu\t%u\t%s\t%u\t", (unsigned long)me->last_step, me->task.id,
           core_op_name(write ? CORE_OP_WRITE : CORE_OP_READ), object);
    put_place(m, at);
    rt_put(&text, "\n");
    put_callers(me, frame);
    rt_trace_access(me, addr & ~7ull, addr, size, write);
    line_done();
}

/* ---- records ---- */

void rt_trace_point(struct rt_turn *me, rt_pc pc)
{
    const struct rt_frame *frame;
    unsigned long step = (unsigned long)rt_turns.steps;
    tell_written(me);
    me->last_step = step;
    rt_pc at = rt_turn_place(me, pc, &frame);
    const struct rt_module *m = rt_trace_module(at);
    rt_put(&text, "point\t%lu\t%u\t%s\t%u\t", step, me->task.id, core_op_name(me->task.op),
           me->task.object);
    put_place(m, at);
    rt_put(&text, "\n");
    put_callers(me, frame);
    line_done();
}

void rt_trace_switch(const struct core_task *from, const struct core_task *to, enum rt_why why)
{
    static const char *const names[] = {"preempt", "wait", "end", "yield"};
    rt_put(&text, "switch\t%lu\t%u\t%u\t%s\n", (unsigned long)rt_turns.steps, from->id, to->id,
           names[why]);
}

void rt_trace_choice(struct rt_turn *me, uint32_t count, uint32_t chosen)
{
    rt_put(&text, "choice\t%lu\t%u\t%u\t%u\n", (unsigned long)rt_turns.steps, me->task.id, count,
           chosen);
}

void rt_trace_wait(struct rt_turn *me)
{
    rt_put(&text, "wait\t%lu\t%u\t%s\t%u\n", (unsigned long)rt_turns.steps, me->task.id,
           core_op_name(me->wait.op), me->task.object);
}

void rt_trace_born(struct rt_turn *parent, struct rt_turn *child)
{
    rt_put(&text, "thread\t%u\t%u\t%lu", child->task.id, parent->task.id,
           (unsigned long)rt_turns.steps);
    if (child->thread->uid != child->task.id)
        rt_put(&text, "\t%u", child->thread->uid);
    rt_put(&text, "\n");
}

void rt_trace_put_object(uint32_t number, const char *kind, const struct rt_module *m, rt_addr addr,
                         size_t into)
{
    rt_put(&text, "object\t%u\t%s\t", number, kind);
    put_place(m, addr);
    rt_put(&text, "\t%zu\n", into);
}

void rt_trace_finding(uint32_t thread, unsigned number, const char *type)
{
    if (rt_trace_on)
        rt_put(&text, "finding\t%lu\t%u\t%u\t%s\n", (unsigned long)rt_turns.steps, thread, number,
               type);
}

void rt_trace_end(int status)
{
    if (!rt_trace_on)
        return;
    rt_put(&text, "end\t%lu\t%d\n", (unsigned long)rt_turns.steps, status);
    rt_trace_flush();
    rt_trace_on = false;
}
