/*
 * Which test a goroutine belongs to. Each test runs in a goroutine of its own, which says so; what
 * it starts belongs to it, too, and so on: the nearest ancestor that said something tells. A
 * goroutine that outlives its test still belongs to it.
 */
#include "../finding.h"
#include "../format.h"
#include "../numbering.h"
#include "../thread.h"
#include "gorace.h"
#include "schedule.h"

enum { NAMES_MAX = 1 << 20, ANCESTORS_MAX = 1000 };

static struct rt_numbering tests; /* by uid + 1; the entry's number leads to its name */
static const char **names;        /* by number */
static uint32_t capacity;
static core_lock lock; /* guards all of them; a leaf but for core_alloc */

static void put(uint32_t number, const char *name)
{
    if (number >= capacity) {
        uint32_t more = capacity ? capacity * 2 : 256;
        const char **wider = core_alloc(more * sizeof *wider);
        if (capacity)
            rt_memcpy(wider, names, capacity * sizeof *names);
        if (names)
            core_free(names, capacity * sizeof *names);
        names = wider;
        capacity = more;
    }
    names[number] = name;
}

void __reprise_go_test(struct rt_thread *t, const char *name, uint64_t length)
{
    if (!t || !name || !length)
        return;
    char *kept = core_alloc(length + 1); /* for good: a report may come at any time */
    rt_memcpy(kept, name, length);
    core_lock_acquire(&lock);
    struct rt_numbered *e = tests.used < NAMES_MAX ? rt_number(&tests, t->uid + 1ull) : NULL;
    if (e)
        put(e->number, kept);
    core_lock_release(&lock);
}

static const char *name_of(uint32_t uid)
{
    core_lock_acquire(&lock);
    const struct rt_numbered *e = rt_numbered(&tests, uid + 1ull);
    const char *name = e ? names[e->number] : NULL;
    core_lock_release(&lock);
    return name;
}

bool rt_go_test_of(uint32_t uid, char *name, size_t bytes)
{
    struct rt_thread_info info;
    const char *test = name_of(uid);
    for (int i = 0; !test && i < ANCESTORS_MAX && uid > RT_GO_MAIN; i++) {
        if (!rt_thread_info(uid, &info))
            break;
        uid = info.parent;
        test = name_of(uid);
    }
    if (!test)
        return false;
    struct rt_text text = {.data = name, .capacity = bytes, .fixed = true};
    rt_put(&text, "%s", test);
    return true;
}
