/* What is at an address of a C program: its symbolizer, and what virtual machines tell. */
#include "symbol_lookup.h"
#include "file.h"
#include "hook.h"
#include "symbolizer.h"

/* ---- is it one of our own hooks? ---- */

static bool is_own(const struct rt_module *m, rt_addr at)
{
    static const struct rt_module *shared_runtime;
    if (rt_is_hook(at))
        return true;
    if (!shared_runtime)
        shared_runtime = rt_module_of((rt_addr)&is_own);
    return m && m == shared_runtime && m->number != 0;
}

/* ---- answers of the symbolizer ---- */

static int take_int(const char **p)
{
    int n = 0;
    for (; **p >= '0' && **p <= '9' && n < 100000000; (*p)++)
        n = n * 10 + (**p - '0');
    return n;
}

/* "file:line:column" or "file:line"; the file may hold colons itself. */
static void parse_place(struct rt_symbol *s, const char *text, size_t n)
{
    int numbers[2] = {0, 0}, found = 0;
    size_t end = n;
    while (found < 2 && end) {
        size_t at = end;
        while (at && text[at - 1] >= '0' && text[at - 1] <= '9')
            at--;
        if (at == end || !at || text[at - 1] != ':')
            break;
        const char *digits = text + at;
        numbers[found++] = take_int(&digits);
        end = at - 1;
    }
    s->line = numbers[found == 2];
    s->column = found == 2 ? numbers[0] : 0;
    s->file = end && rt_strncmp(text, "??", 2) ? rt_symbol_keep(text, end) : NULL;
}

static const char *line_end(const char *p)
{
    while (*p && *p != '\n')
        p++;
    return p;
}

/* Pairs of lines: function, place. */
static size_t parse_code(struct rt_symbol *rows, const char *p)
{
    size_t n = 0;
    while (*p && n < RT_SYMBOL_ROWS) {
        const char *end = line_end(p);
        rows[n].function = rt_strncmp(p, "??", 2) ? rt_symbol_keep(p, (size_t)(end - p)) : NULL;
        if (!*end)
            break;
        p = end + 1;
        end = line_end(p);
        parse_place(&rows[n], p, (size_t)(end - p));
        n++;
        p = *end ? end + 1 : end;
    }
    return n;
}

/* Interceptors are compiled under a prefixed name. */
static const char *plain_name(const char *function)
{
    static const char prefix[] = "___interceptor_";
    for (size_t skip = 0; function && skip < 2; skip++)
        if (!rt_strncmp(function, prefix + skip, sizeof prefix - 1 - skip))
            return function + sizeof prefix - 1 - skip;
    return function;
}

/* Of our own code the user needs to see only which function of his was called. */
static size_t tidy_own(struct rt_symbol *rows, size_t n)
{
    if (!n)
        return 0;
    rows[0] = (struct rt_symbol){.function = plain_name(rows[n - 1].function)};
    return 1;
}

/* ---- frames of virtual machines ---- */

extern bool __tsan_symbolize_external(uintptr_t pc, char *function, uintptr_t function_bytes,
                                      char *file, uintptr_t file_bytes, int *line, int *column)
    __attribute__((weak));
extern void __tsan_symbolize_external_ex(uintptr_t pc,
                                         void (*add)(void *, const char *, const char *, int, int),
                                         void *ctx) __attribute__((weak));

struct rows {
    struct rt_symbol *at;
    size_t count;
};

static void add_row(void *ctx, const char *function, const char *file, int line, int column)
{
    struct rows *rows = ctx;
    if (rows->count == RT_SYMBOL_ROWS)
        return;
    rows->at[rows->count++] =
        (struct rt_symbol){function ? rt_symbol_keep(function, rt_strlen(function)) : NULL,
                           file ? rt_symbol_keep(file, rt_strlen(file)) : NULL, line, column, 0};
}

static size_t ask_program(rt_pc pc, struct rt_symbol *at)
{
    static char function[1024], file[1024];
    int line = 0, column = 0;
    struct rows rows = {at, 0};
    if (__tsan_symbolize_external_ex)
        __tsan_symbolize_external_ex(pc, add_row, &rows);
    if (!rows.count && __tsan_symbolize_external &&
        __tsan_symbolize_external(pc, function, sizeof function, file, sizeof file, &line, &column))
        add_row(&rows, function, file, line, column);
    return rows.count;
}

/* ---- code ---- */

static size_t ask_symbolizer(const struct rt_code *c, struct rt_symbol *rows)
{
    static struct rt_text answer; /* kept: under the report lock */
    if (!c->module || !rt_symbolizer_ask("CODE", c->module->path, c->offset, &answer))
        return 0;
    return parse_code(rows, answer.data);
}

void rt_symbol_look_up(struct rt_code *c, struct rt_symbol *rows)
{
    rt_pc pc = c->pc;
    if (pc & RT_EXTERNAL_PC) {
        c->rows = ask_program(pc, rows);
    } else {
        c->module = rt_module_of(pc - 1);
        c->offset = pc - 1 - (c->module ? c->module->base : 0);
        c->own = is_own(c->module, pc - 1);
        c->rows = ask_symbolizer(c, rows);
    }
    if (c->own)
        c->rows = tidy_own(rows, c->rows);
}

/* ---- data ---- */

/* Two lines: name; start and size in decimal. */
static void parse_data(struct rt_data *d, const char *p)
{
    const char *end = line_end(p);
    struct rt_text name = {.data = d->name, .capacity = sizeof d->name, .fixed = true};
    if (!*end || end == p || !rt_strncmp(p, "??", 2))
        return;
    uint64_t numbers[2] = {0, 0};
    rt_put(&name, "%.*s", (int)(end - p), p);
    p = end + 1;
    for (int i = 0; i < 2; i++, p += *p == ' ')
        for (; *p >= '0' && *p <= '9'; p++)
            numbers[i] = numbers[i] * 10 + (uint64_t)(*p - '0');
    if (numbers[0]) {
        d->start = d->module->base + numbers[0];
        d->bytes = numbers[1];
    }
}

bool rt_symbol_data(rt_addr addr, struct rt_data *d)
{
    static struct rt_text answer; /* kept: under the report lock */
    d->module = rt_module_of(addr);
    if (!d->module || !d->module->loaded)
        return false;
    d->offset = addr - d->module->base;
    d->start = addr;
    d->bytes = 0;
    rt_memcpy(d->name, "??", 3);
    if (rt_symbolizer_ask("DATA", d->module->path, d->offset, &answer))
        parse_data(d, answer.data);
    return true;
}
