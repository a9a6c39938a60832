#include "profile.h"

#include <errno.h>

#include "strategy.h"

static const char header[] = "reprise profile 1\n";

/* ---- counting: open addressing, until it is sorted ---- */

void core_profile_born(struct core_profile *p, uint32_t task, uint32_t parent)
{
    if (task < CORE_PROFILE_TASKS && parent < task)
        p->parent[task] = parent + 1;
}

static struct core_profile_use *find(struct core_profile *p, uint32_t task, uint32_t object)
{
    uint64_t at = core_mix((uint64_t)task << 32 | object);
    for (uint32_t probe = 0; probe < CORE_PROFILE_USES; probe++) {
        struct core_profile_use *u = &p->uses[(at + probe) % CORE_PROFILE_USES];
        if (u->object == object && u->task == task)
            return u;
        if (u->object)
            continue;
        if (p->count >= CORE_PROFILE_USES / 4 * 3)
            return NULL; /* full: long searches would cost more than the row is worth */
        *u = (struct core_profile_use){.task = task, .object = object};
        p->count++;
        return u;
    }
    return NULL;
}

void core_profile_count(struct core_profile *p, uint32_t task, enum core_op op, uint32_t object)
{
    enum core_op_effect effect = core_op_effect(op);
    if (!object || effect == CORE_OP_NOTHING || p->sorted)
        return;
    struct core_profile_use *u = find(p, task, object);
    if (!u)
        p->dropped++;
    else if (effect == CORE_OP_READS)
        u->reads += u->reads < UINT32_MAX / 2;
    else
        u->changes += u->changes < UINT32_MAX / 2;
}

/* ---- sorting ---- */

static bool less(const struct core_profile_use *a, const struct core_profile_use *b)
{
    return a->object < b->object || (a->object == b->object && a->task < b->task);
}

static void swap(struct core_profile_use *a, struct core_profile_use *b)
{
    struct core_profile_use c = *a;
    *a = *b;
    *b = c;
}

static void sift(struct core_profile_use *u, uint32_t at, uint32_t n)
{
    for (uint32_t child; (child = 2 * at + 1) < n; at = child) {
        if (child + 1 < n && less(&u[child], &u[child + 1]))
            child++;
        if (!less(&u[at], &u[child]))
            return;
        swap(&u[at], &u[child]);
    }
}

static void sort(struct core_profile *p)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < CORE_PROFILE_USES; i++)
        if (p->uses[i].object)
            swap(&p->uses[n++], &p->uses[i]);
    for (uint32_t i = n / 2; i--;)
        sift(p->uses, i, n);
    for (uint32_t i = n; i > 1;) {
        swap(&p->uses[0], &p->uses[--i]);
        sift(p->uses, 0, i);
    }
    p->count = n;
    p->sorted = true;
}

/* ---- text ---- */

static size_t put_number(char *to, uint32_t n)
{
    char reversed[10];
    size_t digits = 0;
    do
        reversed[digits++] = (char)('0' + n % 10);
    while (n /= 10);
    for (size_t i = 0; i < digits; i++)
        to[i] = reversed[digits - 1 - i];
    return digits;
}

/* "WORD A B ...\n" */
static void put_line(void (*put)(void *, const char *, size_t), void *context, const char *word,
                     const uint32_t *numbers, size_t count)
{
    char line[64];
    size_t n = 0;
    while (*word)
        line[n++] = *word++;
    for (size_t i = 0; i < count; i++) {
        line[n++] = ' ';
        n += put_number(line + n, numbers[i]);
    }
    line[n++] = '\n';
    put(context, line, n);
}

void core_profile_write(struct core_profile *p,
                        void (*put)(void *context, const char *text, size_t bytes), void *context)
{
    if (!p->sorted)
        sort(p);
    put(context, header, sizeof header - 1);
    for (uint32_t i = 0; i < CORE_PROFILE_TASKS; i++)
        if (p->parent[i])
            put_line(put, context, "task", (uint32_t[]){i, p->parent[i] - 1}, 2);
    for (uint32_t i = 0; i < p->count; i++) {
        const struct core_profile_use *u = &p->uses[i];
        put_line(put, context, "uses", (uint32_t[]){u->task, u->object, u->reads, u->changes}, 4);
    }
}

/* Does `word` stand at *text? Then *text moves behind it. */
static bool take_word(const char **text, const char *end, const char *word)
{
    const char *t = *text;
    for (; *word; word++, t++)
        if (t == end || *t != *word)
            return false;
    *text = t;
    return true;
}

/* Exactly this many numbers, each after one blank, up to the end. */
static bool take_numbers(const char *text, const char *end, uint32_t *numbers, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        uint64_t n = 0;
        const char *digits;
        if (!take_word(&text, end, " "))
            return false;
        for (digits = text; text < end && *text >= '0' && *text <= '9'; text++)
            if ((n = n * 10 + (uint64_t)(*text - '0')) > UINT32_MAX)
                return false;
        if (text == digits)
            return false;
        numbers[i] = (uint32_t)n;
    }
    return text == end;
}

/* False: it claims to be what it is not. */
static bool parse_line(struct core_profile *p, const char *text, const char *end)
{
    uint32_t n[4];
    if (take_word(&text, end, "task")) {
        if (!take_numbers(text, end, n, 2) || n[1] >= n[0])
            return false;
        core_profile_born(p, n[0], n[1]);
    } else if (take_word(&text, end, "uses")) {
        if (!take_numbers(text, end, n, 4) || !n[1])
            return false;
        struct core_profile_use *u = find(p, n[0], n[1]);
        if (u) {
            u->reads = n[2] < UINT32_MAX / 2 ? n[2] : UINT32_MAX / 2;
            u->changes = n[3] < UINT32_MAX / 2 ? n[3] : UINT32_MAX / 2;
        } else {
            p->dropped++;
        }
    }
    return true;
}

/* A loop: memset() is the one that the runtime intercepts, and counts as an access. */
static void make_empty(struct core_profile *p)
{
    char *bytes = (char *)p;
    for (size_t i = 0; i < sizeof *p; i++)
        bytes[i] = 0;
}

int core_profile_parse(struct core_profile *p, const char *text, size_t bytes)
{
    const char *end = text + bytes;
    make_empty(p);
    if (!take_word(&text, end, header))
        return -EINVAL;
    while (text < end) {
        const char *stop = text;
        while (stop < end && *stop != '\n')
            stop++;
        if (!parse_line(p, text, stop)) {
            make_empty(p);
            return -EINVAL;
        }
        text = stop + (stop < end);
    }
    sort(p);
    return 0;
}

/* ---- questions ---- */

uint32_t core_profile_shared(const struct core_profile *p, uint64_t random)
{
    uint32_t chosen = 0;
    uint64_t seen = 0;
    for (uint32_t i = 0, next; i < p->count; i = next) {
        uint64_t changes = 0;
        for (next = i; next < p->count && p->uses[next].object == p->uses[i].object; next++)
            changes += p->uses[next].changes;
        if (changes && next - i > 1 && core_random_below(&random, ++seen) == 0)
            chosen = p->uses[i].object;
    }
    return chosen;
}

uint32_t core_profile_uses_of(const struct core_profile *p, uint32_t task, uint32_t object)
{
    uint64_t sum = 0;
    for (uint32_t i = 0; i < p->count; i++)
        if (p->uses[i].task == task && (!object || p->uses[i].object == object))
            sum += (uint64_t)p->uses[i].reads + p->uses[i].changes;
    return sum < UINT32_MAX ? (uint32_t)sum : UINT32_MAX;
}
