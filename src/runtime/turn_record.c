/*
 * What is kept of a run: a rolling hash of all steps, and only on request the choices that make
 * its schedule, a trail of the hash, and the comparison with the trail of an earlier run.
 *
 * All of it is written by the holder of the turn; the lines at the end by whoever ends the run.
 */
#include "turn_record.h"
#include "turn_state.h"

#include "../core/profile.h"
#include "../core/schedule.h"
#include "../wire/sidecar.h"
#include "event.h"
#include "file.h"
#include "json.h"
#include "module.h"
#include "numbering.h"
#include "options.h"
#include "sys/sys.h"
#include "turn_trace.h"

#include <fcntl.h>
#include <sys/syscall.h>

static struct {
    uint64_t hash;
    bool observed; /* more than the hash is wanted */
    unsigned inexact;

    /* choices */
    struct core_item *items;
    uint32_t nitems, capacity;

    /* where it left the trail or the schedule */
    uint64_t diverged_step; /* 0: it did not */
    uint32_t diverged_thread;
    enum core_op diverged_op;
} record;

/* ---- objects and places ---- */

static struct rt_numbering objects, places;

uint32_t rt_record_object(rt_addr addr)
{
    if (!addr)
        return 0;
    uint32_t known = objects.last;
    const struct rt_numbered *o = rt_number(&objects, addr);
    if (core_unlikely(rt_trace_on && objects.last != known))
        rt_trace_object(o->number, addr);
    return o ? o->number : 0;
}

uint32_t rt_record_known(rt_addr addr)
{
    const struct rt_numbered *o = rt_numbered(&objects, addr);
    return o ? o->number : 0;
}

void rt_record_forget(rt_addr addr, size_t bytes)
{
    rt_number_anew(&objects, addr & ~7ull, (addr + bytes + 7) & ~7ull);
}

uint32_t rt_record_place(rt_pc pc)
{
    const struct rt_numbered *p = pc ? rt_number(&places, pc) : NULL;
    return p ? p->number : 0;
}

/* ---- the trail ---- */

enum { TRAIL_BYTES = 4096 };

struct trail {
    uint64_t every; /* one byte after so many steps; 0: none */
    uint32_t count;
    uint8_t at[TRAIL_BYTES];
};

static struct trail *kept, *expected;

static void trail_add(struct trail *t)
{
    if (rt_turns.steps % t->every)
        return;
    if (t->count == TRAIL_BYTES) { /* half as fine from here on */
        for (uint32_t i = 0; i < TRAIL_BYTES / 2; i++)
            t->at[i] = t->at[2 * i + 1];
        t->count = TRAIL_BYTES / 2;
        t->every *= 2;
        if (rt_turns.steps % t->every)
            return;
    }
    t->at[t->count++] = (uint8_t)record.hash;
}

static RT_COLD void diverge(struct rt_turn *me, const char *from)
{
    record.diverged_step = rt_turns.steps;
    record.diverged_thread = me->task.id;
    record.diverged_op = me->task.op;
    rt_say("this run differs from %s at point %lu, where T%u is about to do: %s", from,
           (unsigned long)rt_turns.steps, me->task.id, core_op_name(me->task.op));
}

static void trail_compare(struct rt_turn *me)
{
    uint64_t steps = rt_turns.steps;
    if (record.diverged_step || steps % expected->every)
        return;
    uint64_t i = steps / expected->every - 1;
    if (i < expected->count && expected->at[i] != (uint8_t)record.hash)
        diverge(me, "the recorded one");
}

static int hex_digit(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* "N:hex". */
static bool trail_parse(struct trail *t, const char *s)
{
    for (; *s >= '0' && *s <= '9'; s++)
        t->every = t->every * 10 + (uint64_t)(*s - '0');
    if (!t->every || *s++ != ':')
        return false;
    while (t->count < TRAIL_BYTES && hex_digit(s[0]) >= 0 && hex_digit(s[1]) >= 0) {
        t->at[t->count++] = (uint8_t)(hex_digit(s[0]) << 4 | hex_digit(s[1]));
        s += 2;
    }
    return !*s || *s == '\n';
}

static void read_expected(void)
{
    struct rt_text text = {0};
    int error = rt_file_read(rt_options.expect, &text);
    expected = core_alloc(sizeof *expected);
    if (error || !trail_parse(expected, text.data ? text.data : "")) {
        rt_say("expect='%s': %s; the run is not compared", rt_options.expect,
               error ? rt_error_text(error) : "not a trail");
        core_free(expected, sizeof *expected);
        expected = NULL;
    }
    rt_text_free(&text);
}

/* ---- the profile ---- */

static struct core_profile *profile; /* NULL: none is wanted */

static void put_text(void *context, const char *text, size_t bytes)
{
    rt_put_bytes(context, text, bytes);
}

/* Whole or not at all: a run that reads it may start at any time. */
static void write_profile(void)
{
    struct rt_text text = {0};
    char part[RT_LOG_PATH + 8];
    struct rt_text name = {.data = part, .capacity = sizeof part, .fixed = true};
    core_profile_write(profile, put_text, &text);
    profile = NULL;
    rt_put(&name, "%s.%d", rt_options.profile_out, sys_pid());
    int fd = sys_open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    int error = fd < 0 ? fd : rt_write_fd(fd, text.data, text.length);
    if (fd >= 0)
        sys_close(fd);
    if (!error)
        error = (int)sys_call(SYS_rename, (long)part, (long)rt_options.profile_out, 0, 0, 0, 0);
    if (error)
        rt_say("profile_out='%s': %s; there is no profile", rt_options.profile_out,
               rt_error_text(error));
    rt_text_free(&text);
}

/* ---- steps ---- */

void rt_record_step(struct rt_turn *me, rt_pc pc)
{
    uint64_t what = (uint64_t)me->task.id << 40 ^ (uint64_t)me->task.op << 32 ^ me->task.object;
    record.hash = core_mix((record.hash ^ what) + 0x632be59bd9b4e019ull);
    if (core_likely(!record.observed))
        return;
    if (kept)
        trail_add(kept);
    if (expected)
        trail_compare(me);
    if (profile)
        core_profile_count(profile, me->task.id, me->task.op, me->task.object);
    if (rt_trace_on)
        rt_trace_point(me, pc);
    if (rt_strategy == CORE_STRATEGY_LIST && !record.diverged_step &&
        core_strategy_left_at(&rt_turns.strategy) >= 0)
        diverge(me, "its schedule");
}

/* ---- choices ---- */

static void add_item(const struct core_task *task, uint32_t to, enum core_choice choice)
{
    if (record.nitems == record.capacity) {
        uint32_t capacity = record.capacity ? record.capacity * 2 : 256;
        struct core_item *items = core_alloc(capacity * sizeof *items);
        for (uint32_t i = 0; i < record.nitems; i++)
            items[i] = record.items[i];
        if (record.items)
            core_free(record.items, record.capacity * sizeof *items);
        record.items = items;
        record.capacity = capacity;
    }
    record.items[record.nitems++] =
        (struct core_item){.task = task->id,
                           .point = task->points,
                           .to = to,
                           .choice = (uint8_t)choice,
                           .check = core_item_check(task->op, task->object)};
}

void rt_record_switch(const struct core_task *from, const struct core_task *to,
                      const struct core_task *base, enum rt_why why)
{
    if (!record.observed)
        return;
    if (rt_options.record && to != base)
        add_item(from, to->id, CORE_CHOICE_SWITCH);
    if (rt_trace_on && from != to)
        rt_trace_switch(from, to, why);
}

void rt_record_choice(struct rt_turn *me, uint32_t count, uint32_t chosen)
{
    if (!record.observed)
        return;
    if (rt_options.record && chosen)
        add_item(&me->task, chosen, CORE_CHOICE_OTHER);
    if (rt_trace_on)
        rt_trace_choice(me, count, chosen);
}

void rt_record_wait(struct rt_turn *me)
{
    if (rt_trace_on)
        rt_trace_wait(me);
}

void rt_record_born(struct rt_turn *parent, struct rt_turn *child)
{
    if (profile)
        core_profile_born(profile, child->task.id, parent->task.id);
    if (rt_trace_on)
        rt_trace_born(parent, child);
}

void rt_record_inexact(enum rt_inexact how)
{
    __atomic_fetch_or(&record.inexact, how, __ATOMIC_RELAXED);
}

/* ---- life ---- */

void rt_record_init(void)
{
    if (rt_options.record) {
        kept = core_alloc(sizeof *kept);
        kept->every = 1;
    }
    if (rt_options.expect[0])
        read_expected();
    rt_trace_init();
    if (rt_options.profile_out[0])
        profile = core_alloc(sizeof *profile);
    record.observed = profile || kept || expected || rt_trace_on || rt_options.strategy[0] == 'l' ||
                      rt_options.schedule[0];
    record.hash = 0x243f6a8885a308d3ull; /* pi: a run without points has a hash, too */
}

/* A child of fork is a run of its own, and not the one that is compared or traced. */
void rt_record_after_fork(void)
{
    rt_trace_after_fork();
    kept = expected = NULL;
    profile = NULL;
    record.observed = false;
    record.hash = core_mix(record.hash);
    record.nitems = 0;
    rt_turns.steps = rt_turns.switches = 0;
}

/* ---- the last line ---- */

static void put_trail(struct rt_text *line)
{
    static const char digits[] = "0123456789abcdef";
    struct rt_text text = {0};
    rt_put(&text, "%lu:", (unsigned long)kept->every);
    for (uint32_t i = 0; i < kept->count; i++)
        rt_put(&text, "%c%c", digits[kept->at[i] >> 4], digits[kept->at[i] & 15]);
    rt_json_string(line, "trail", text.data);
    rt_text_free(&text);
}

static void copy_text(char *to, size_t bytes, const char *from)
{
    size_t i = 0;
    for (; from[i] && i + 1 < bytes; i++)
        to[i] = from[i];
    to[i] = '\0';
}

static void put_schedule(struct rt_text *line)
{
    struct core_schedule s = {.items = record.items, .count = record.nitems};
    const struct rt_module *exe = rt_module_at(0);
    copy_text(s.seed, sizeof s.seed, rt_options.seed);
    copy_text(s.strategy, sizeof s.strategy,
              rt_strategy == CORE_STRATEGY_LIST ? "rr" : rt_strategy_text());
    for (size_t i = 0; exe && i < sizeof s.build_id && i < exe->build_id_bytes; i++)
        s.build_id[i] = exe->build_id[i];
    size_t bytes = core_schedule_text_bytes(&s);
    char *text = core_alloc(bytes);
    if (core_schedule_encode(&s, text, bytes) > 0)
        rt_json_string(line, "schedule", text);
    core_free(text, bytes);
}

static void put_diverged(struct rt_text *line)
{
    if (!record.diverged_step)
        return;
    rt_json_open(line, "diverged", "{");
    rt_json_number(line, "step", (long)record.diverged_step);
    rt_json_number(line, "thread", record.diverged_thread);
    rt_json_string(line, "op", core_op_name(record.diverged_op));
    rt_json_close(line, "}");
}

static void put_inexact(struct rt_text *line)
{
    static const char *const names[] = {"external", "signal", "foreign-thread"};
    if (!record.inexact)
        return;
    rt_json_open(line, "inexact", "[");
    for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++)
        if (record.inexact >> i & 1)
            rt_json_string(line, NULL, names[i]);
    rt_json_close(line, "]");
}

const char *rt_strategy_text(void)
{
    return rt_options.strategy[0] ? rt_options.strategy : core_strategy_name(rt_strategy);
}

void rt_record_put(struct rt_text *line)
{
    if (rt_strategy == CORE_STRATEGY_OS)
        return;
    rt_json_string(line, "seed", rt_options.seed);
    rt_json_string(line, "strategy", rt_strategy_text());
    if (!rt_controlled())
        return;
    rt_json_address(line, "schedule_hash", record.hash);
    rt_json_number(line, "steps", (long)rt_turns.steps);
    rt_json_number(line, "switches", (long)rt_turns.switches);
    put_diverged(line);
    put_inexact(line);
    if (!kept)
        return;
    put_schedule(line);
    put_trail(line);
}

void rt_turn_finish(int status)
{
    if (profile)
        write_profile();
    rt_trace_end(status);
}

uint64_t rt_record_steps(void)
{
    return rt_turns.steps;
}
