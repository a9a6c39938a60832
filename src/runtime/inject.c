#include "inject.h"
#include "../core/duration.h"
#include "../core/go_random.h"
#include "../core/inject.h"
#include "format.h"
#include "hook.h"
#include "module.h"
#include "options.h"
#include "say.h"
#include "stack_name.h"
#include "sys/sys.h"

const char *rt_inject_seed;

static struct core_inject rule;
static bool debug;

/* The sequence that the bias is drawn from; under lock, with signals blocked: a handler of the
 * program may come to a point of its own. */
static struct core_go_random *bias;
static core_lock bias_lock;

/* ---- settings ---- */

static const char *copy(const char *text)
{
    size_t bytes = rt_strlen(text) + 1;
    return rt_memcpy(core_alloc(bytes), text, bytes); /* the program may overwrite its own */
}

void rt_inject_init(void)
{
    struct rt_text saved = {0};
    struct core_inject_problem problem;
    struct core_inject_text text = {
        .seed = rt_environment(&saved, CORE_INJECT_SEED),
        .max = rt_environment(&saved, CORE_INJECT_MAX),
        .zbias = rt_environment(&saved, CORE_INJECT_ZBIAS),
        .stack = rt_environment(&saved, CORE_INJECT_STACK),
    };
    const char *wanted = rt_environment(&saved, CORE_INJECT_DEBUG);
    debug = wanted && *wanted;
    if (core_inject_parse(&rule, &text, &problem))
        rt_inject_seed = copy(text.seed);
    else if (problem.name)
        rt_say("%s='%s' is not %s; replay is off", problem.name, problem.value, problem.wants);
    else if (debug)
        rt_say("%s is not set; replay is off", CORE_INJECT_SEED);
    rt_text_free(&saved);
    if (!rt_inject_seed)
        return;
    if (rule.stack) {
        rt_modules_refresh();
        rt_stack_name_init();
    }
    if (rule.zbias > 0) {
        bias = core_alloc(sizeof *bias);
        core_go_random_init(bias, (int64_t)rule.seeded);
    }
}

/* ---- a point ---- */

static bool draw_zero(void)
{
    uint64_t mask;
    if (core_likely(!bias))
        return false;
    rt_signals_block(&mask);
    core_lock_acquire(&bias_lock);
    double f = core_go_random_fraction(bias);
    core_lock_release(&bias_lock);
    rt_signals_restore(&mask);
    return f < rule.zbias;
}

/* Text as it is, so that a terminal shows it, everything else as \x0a. */
static void put_context(struct rt_text *b, const unsigned char *context, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++) {
        if (context[i] >= ' ' && context[i] != 0x7f)
            rt_put_bytes(b, (const char *)context + i, 1);
        else
            rt_put(b, "\\x%02x", context[i]);
    }
}

static RT_COLD void show(uint64_t ns, const void *context, size_t bytes)
{
    char duration[CORE_DURATION_TEXT], text[512];
    struct rt_text b = {.data = text, .capacity = sizeof text - 2, .fixed = true};
    core_duration_format((int64_t)ns, duration);
    rt_put(&b, "reprise: t=%s (seed=", duration);
    put_context(&b, (const unsigned char *)rt_inject_seed, rt_strlen(rt_inject_seed));
    rt_put(&b, ", context=");
    put_context(&b, context, bytes);
    rt_put(&b, ")");
    text[b.length] = '\n'; /* also where it was cut off */
    rt_stream_write(text, b.length + 1);
}

void rt_inject(struct rt_thread *t, rt_pc pc, const void *context, size_t bytes)
{
    if (core_likely(!rt_inject_seed))
        return;
    uint64_t stack = rule.stack ? rt_stack_name(t, pc) : 0;
    uint64_t ns = draw_zero() ? 0 : core_inject_ns(&rule, context, bytes, stack);
    if (debug)
        show(ns, context, bytes);
    if (!ns)
        return;
    const struct timespec pause = {(time_t)(ns / 1000000000), (long)(ns % 1000000000)};
    if (t)
        RT_BLOCKING(sys_sleep(&pause));
    else
        sys_sleep(&pause);
}
