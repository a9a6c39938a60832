#include "symbol.h"
#include "format.h"
#include "options.h"
#include "symbol_lookup.h"

/* ---- strings that stay ---- */

const char *rt_symbol_keep(const char *s, size_t n)
{
    static char *block; /* strings are packed into blocks */
    static size_t left;
    enum { BLOCK = 65536 };
    if (n + 1 > left) {
        left = n + 1 > BLOCK ? n + 1 : BLOCK;
        block = core_alloc(left);
    }
    char *p = block;
    rt_memcpy(p, s, n);
    p[n] = '\0';
    block += n + 1;
    left -= n + 1;
    return p;
}

/* ---- the cache: a hash table from pc to what was found ---- */

static const struct rt_code **table;
static size_t used, capacity; /* capacity is a power of two */

static const struct rt_code **slot_of(const struct rt_code **in, size_t size, rt_pc pc)
{
    size_t i = core_mix(pc) & (size - 1);
    while (in[i] && in[i]->pc != pc)
        i = (i + 1) & (size - 1);
    return &in[i];
}

static void grow(void)
{
    size_t bigger = capacity ? capacity * 2 : 1024;
    const struct rt_code **new = core_alloc(bigger * sizeof *new);
    for (size_t i = 0; i < capacity; i++)
        if (table[i])
            *slot_of(new, bigger, table[i]->pc) = table[i];
    if (capacity)
        core_free(table, capacity * sizeof *table);
    table = new;
    capacity = bigger;
}

static const struct rt_code *keep_code(const struct rt_code *c, const struct rt_symbol *rows)
{
    struct rt_code *kept = core_alloc(sizeof *c + c->rows * sizeof rows[0]);
    *kept = *c;
    rt_memcpy(kept->row, rows, c->rows * sizeof rows[0]);
    return kept;
}

static const struct rt_code *resolve(rt_pc pc)
{
    static struct rt_symbol rows[RT_SYMBOL_ROWS]; /* under the report lock */
    struct rt_code c = {.pc = pc, .offset = pc};
    rt_memset(rows, 0, sizeof rows);
    rt_symbol_look_up(&c, rows);
    if (!c.rows)
        c.rows = 1; /* unknown, but a frame */
    return keep_code(&c, rows);
}

const struct rt_code *rt_symbol_code(rt_pc pc)
{
    if (used * 2 >= capacity)
        grow();
    const struct rt_code **slot = slot_of(table, capacity, pc);
    if (!*slot) {
        *slot = resolve(pc);
        used++;
    }
    return *slot;
}

const char *rt_strip_path(const char *path)
{
    const char *prefix = rt_options.strip_path_prefix;
    if (!path)
        return NULL;
    const char *at = prefix && prefix[0] ? rt_strstr(path, prefix) : NULL;
    if (at)
        path = at + rt_strlen(prefix);
    return path[0] == '.' && path[1] == '/' ? path + 2 : path;
}
