#include "memory_use.h"
#include "arena.h"
#include "draft.h"
#include "format.h"
#include "options.h"
#include "rt.h"
#include "shadow_map.h"
#include "sys/sys.h"
#include "thread.h"

#include <fcntl.h>

enum { PAGE = 4096 };

/* The number at *s in a base up to 16; *s is moved behind it. */
static size_t number(const char **s, unsigned base)
{
    size_t value = 0;
    for (;; ++*s) {
        unsigned c = (unsigned char)**s, digit = c - '0';
        if (digit > 9)
            digit = c - 'a' + 10;
        if (digit >= base)
            return value;
        value = value * base + digit;
    }
}

size_t rt_memory_of_process(void)
{
    char text[128];
    int fd = sys_open("/proc/self/statm", O_RDONLY | O_CLOEXEC, 0);
    ssize_t n = fd < 0 ? 0 : sys_read(fd, text, sizeof text - 1);
    if (fd >= 0)
        sys_close(fd);
    if (n <= 0)
        return 0;
    text[n] = '\0';
    const char *s = rt_strchr(text, ' '); /* size, then resident, in pages */
    return s++ ? number(&s, 10) * PAGE : 0;
}

/* A line of /proc/self/smaps: "LOW-HIGH ..." begins a mapping, "Rss: N kB" is one of its rows.
 * *into: what the mapping counts as, or NULL. */
static void take_line(const char *line, struct rt_memory_use *use, size_t **into)
{
    if (*line >= 'A' && *line <= 'Z') {
        if (!*into || rt_strncmp(line, "Rss:", 4))
            return;
        for (line += 4; *line == ' '; line++)
            ;
        **into += number(&line, 10) << 10;
        return;
    }
    uintptr_t low = number(&line, 16);
    *into = rt_shadow_is_p(low) ? &use->shadow : rt_shadow_conflicts(low, 1) ? &use->halves : NULL;
}

/* The shadow covers more addresses than mincore could be asked about. */
static void measure_shadow(struct rt_memory_use *use)
{
    static char buf[4096]; /* under the lock */
    size_t have = 0, *into = NULL;
    ssize_t n;
    int fd = sys_open("/proc/self/smaps", O_RDONLY | O_CLOEXEC, 0);
    while (fd >= 0 && (n = sys_read(fd, buf + have, sizeof buf - 1 - have)) > 0) {
        have += (size_t)n;
        buf[have] = '\0';
        char *line = buf;
        for (const char *end; (end = rt_strchr(line, '\n')); line = (char *)end + 1)
            take_line(line, use, &into);
        have = (size_t)(buf + have - line);
        for (size_t i = 0; i < have; i++)
            buf[i] = line[i];
        if (have == sizeof buf - 1) /* a very long name: its line has been seen */
            have = 0;
    }
    if (fd >= 0)
        sys_close(fd);
}

static core_lock lock; /* never waited for: the holder may be the watching thread */

void rt_memory_after_fork(void)
{
    lock = (core_lock){0};
}

bool rt_memory_measure(struct rt_memory_use *use)
{
    const char *what;
    size_t bytes;
    if (!core_trylock(&lock))
        return false;
    *use = (struct rt_memory_use){.process = rt_memory_of_process(), .arena = rt_arena_bytes()};
    measure_shadow(use);
    for (uint32_t i = 0; sys_reserved(i, &what, &bytes); i++)
        use->tables += bytes;
    use->drafts = rt_drafts_resident();
    use->runtime = use->shadow + use->halves + use->drafts + use->tables + use->arena;
    core_lock_release(&lock);
    return true;
}

static void add_calls(struct rt_thread *t, void *use)
{
    uintptr_t low = (uintptr_t)t->frames & ~(uintptr_t)(PAGE - 1);
    if (t->frames)
        ((struct rt_memory_use *)use)->calls += sys_resident_bytes(low, t->frames_bytes);
}

static void put_mb(struct rt_text *b, const char *before, const char *what, size_t bytes)
{
    size_t tenths = (bytes * 10 + (1 << 19)) >> 20;
    if (tenths)
        rt_put(b, "%s%s %zu.%zu", before, what, tenths / 10, tenths % 10);
}

/* Arrays of the same name as one. */
static void put_tables(struct rt_text *b)
{
    const char *what, *other;
    size_t bytes, sum;
    for (uint32_t i = 0; sys_reserved(i, &what, &sum); i++) {
        bool first = true;
        for (uint32_t k = 0; sys_reserved(k, &other, &bytes); k++)
            if (k != i && !rt_strcmp(what, other)) {
                first &= k > i;
                sum += bytes;
            }
        if (first)
            put_mb(b, ", ", what, sum);
    }
}

void rt_memory_say(void)
{
    char line[640];
    struct rt_text b = {.data = line, .capacity = sizeof line - 1, .fixed = true};
    struct rt_memory_use use;

    if (!rt_enabled || rt_options.verbosity < 1 || !rt_memory_measure(&use))
        return;
    rt_thread_for_each(add_calls, &use);
    put_mb(&b, "", "process", use.process);
    put_mb(&b, "; of it the runtime's:", "", use.runtime + use.calls);
    put_mb(&b, ": ", "shadow", use.shadow);
    put_mb(&b, ", ", "split words", use.halves);
    put_mb(&b, ", ", "drafts", use.drafts);
    put_tables(&b);
    put_mb(&b, ", ", "call stacks", use.calls);
    put_mb(&b, ", ", "arena", use.arena);
    rt_say("memory at exit, MB: %s", line);
}
