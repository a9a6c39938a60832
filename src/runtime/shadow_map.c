#include "shadow_map.h"
#include "../core/shadow.h"
#include "draft.h"
#include "event.h"
#include "filter.h"
#include "format.h"
#include "host.h"
#include "sys/sys.h"
#include <elf.h>
#include <errno.h>
#include <fcntl.h>

uintptr_t rt_map_p, rt_map_q;

enum { WINDOWS_MAX = 32, PAGE = 4096, RESIDENT_BATCH = 1024 };
#define TIB        (1ull << 40)
#define GROW_MMAP  (10 * TIB) /* room for mappings to come */
#define GROW_EXE   (1 * TIB)  /* and for brk */
#define GROW_STACK (64ull << 30)
#define SPACE_TOP  (RT_SPACE_MASK + 1 - PAGE)

struct window {
    uintptr_t low, high; /* [low, high) */
};

/* What the program may use, sorted and disjoint. Written by init and, under extend_lock, by
 * rt_shadow_extend; read without a lock: an entry is complete before the count includes it. */
static struct window windows[WINDOWS_MAX];
static uint32_t nwindows;
static core_lock extend_lock;

void rt_shadow_window(rt_addr low, rt_addr high)
{
    if (high > SPACE_TOP)
        high = SPACE_TOP;
    if (low >= high)
        return;
    for (uint32_t i = 0; i < nwindows; i++)
        if (low <= windows[i].high && windows[i].low <= high) {
            low = low < windows[i].low ? low : windows[i].low;
            high = high > windows[i].high ? high : windows[i].high;
            windows[i] = windows[--nwindows];
            i = (uint32_t)-1; /* the grown window may touch one passed already */
        }
    if (nwindows < WINDOWS_MAX)
        windows[nwindows++] = (struct window){low, high};
}

/* ---- /proc/self/maps ---- */

static bool hex(const char **s, uintptr_t *out)
{
    uintptr_t v = 0;
    const char *p = *s;
    for (;; p++) {
        unsigned d = (unsigned)*p - '0';
        if (d > 9)
            d = ((unsigned)*p | 32) - 'a' < 6 ? ((unsigned)*p | 32) - 'a' + 10 : 16;
        if (d > 15)
            break;
        v = v << 4 | d;
    }
    bool any = p != *s;
    *s = p;
    *out = v;
    return any;
}

static void window_for_mapping(uintptr_t low, uintptr_t high, const char *name, void *arg)
{
    uintptr_t exe = *(const uintptr_t *)arg;
    if (low > SPACE_TOP) /* vsyscall */
        return;
    if (rt_strncmp(name, "[stack", 6) == 0)
        rt_shadow_window(high > GROW_STACK ? high - GROW_STACK : PAGE, high);
    else if ((low <= exe && exe < high) || rt_strncmp(name, "[heap", 5) == 0)
        rt_shadow_window(low, high + GROW_EXE);
    else if (low > SPACE_TOP / 4 * 3) /* top-down layout */
        rt_shadow_window(low - GROW_MMAP, high);
    else if (low > SPACE_TOP / 4 && low < SPACE_TOP / 2) /* legacy layout, bottom-up */
        rt_shadow_window(low, high + GROW_MMAP);
    else
        rt_shadow_window(low, high);
}

typedef void mapping_fn(uintptr_t low, uintptr_t high, const char *name, void *arg);

static void scan_line(char *line, mapping_fn *fn, void *arg)
{
    uintptr_t low, high;
    const char *p = line;
    if (!hex(&p, &low) || *p++ != '-' || !hex(&p, &high))
        return;
    const char *name = p;
    for (const char *s = p; *s; s++)
        if (*s == ' ')
            name = s + 1;
    fn(low, high, name, arg);
}

/* The mappings of this process, in ascending order. */
static int scan_maps(mapping_fn *fn, void *arg)
{
    static char buf[4096]; /* stacks may be small; only init and who has stopped the world */
    size_t have = 0;
    ssize_t n;
    int fd = sys_open("/proc/self/maps", O_RDONLY | O_CLOEXEC, 0);

    if (fd < 0)
        return fd;
    while ((n = sys_read(fd, buf + have, sizeof buf - 1 - have)) > 0) {
        have += (size_t)n;
        buf[have] = 0;
        char *line = buf;
        for (const char *end; (end = rt_strchr(line, '\n')); line = (char *)end + 1) {
            *(char *)end = 0;
            scan_line(line, fn, arg);
        }
        have = (size_t)(buf + have - line);
        for (size_t i = 0; i < have; i++)
            buf[i] = line[i];
        if (have == sizeof buf - 1) /* a line longer than the buffer: its start is enough */
            have = 0;
    }
    sys_close(fd);
    return n < 0 ? (int)n : 0;
}

/* ---- choosing the distances ---- */

static uintptr_t shifted(uintptr_t a, uintptr_t by)
{
    return (a - by) & RT_SPACE_MASK;
}

/* Is the copy of all windows at this distance clear of the copy at the other? */
static bool copies_clear(uintptr_t by, uintptr_t other)
{
    for (uint32_t i = 0; i < nwindows; i++) {
        uintptr_t low = shifted(windows[i].low, by), high = shifted(windows[i].high, by);
        if (low >= high || low < 16 * PAGE) /* wraps, or below vm.mmap_min_addr */
            return false;
        for (uint32_t k = 0; k < nwindows; k++) {
            uintptr_t l = shifted(windows[k].low, other), h = shifted(windows[k].high, other);
            if (low < h && l < high)
                return false;
        }
    }
    return true;
}

/* Not round: first-level caches find a line by a hash of address bits 12 to 27, so a word and its
 * cells would push each other out of them at each access. */
#define SKEW_P ((uintptr_t)0x2a95 * PAGE)
#define SKEW_Q ((uintptr_t)0x1c6b * PAGE)

static bool choose_distances(void)
{
    for (uintptr_t p = 2 * TIB + SKEW_P; p < RT_SPACE_MASK; p += 2 * TIB) {
        if (!copies_clear(p, 0))
            continue;
        for (uintptr_t q = p - SKEW_P + 2 * TIB + SKEW_Q; q < RT_SPACE_MASK; q += 2 * TIB)
            if (copies_clear(q, 0) && copies_clear(q, p)) {
                rt_map_p = p;
                rt_map_q = q;
                return true;
            }
    }
    return false;
}

static int map_window(const struct window *w)
{
    uintptr_t bytes = w->high - w->low;
    int err = sys_map_at(shifted(w->low, rt_map_p), bytes);
    if (err)
        return err;
    err = sys_map_at(shifted(w->low, rt_map_q), bytes);
    if (err)
        sys_unmap((void *)shifted(w->low, rt_map_p), bytes);
    return err;
}

/* Afterwards the cell of an address is that address: what hooks of the program may look at, and
 * don't change, before they see that there is nothing to do. */
static void unmap_windows(uint32_t mapped)
{
    while (mapped-- > 0) {
        const struct window *w = &windows[mapped];
        sys_unmap((void *)shifted(w->low, rt_map_p), w->high - w->low);
        sys_unmap((void *)shifted(w->low, rt_map_q), w->high - w->low);
    }
    rt_map_p = rt_map_q = 0;
    nwindows = 0;
}

void rt_shadow_map_undo(void)
{
    unmap_windows(nwindows);
}

int rt_shadow_map_init(void)
{
    uintptr_t exe = rt_host_auxv(AT_PHDR);
    int err = scan_maps(window_for_mapping, &exe);
    if (!err && !nwindows)
        err = -ENOENT;
    if (err) {
        rt_say("cannot read /proc/self/maps (error %d); races are not detected. Is /proc mounted?",
               -err);
        return err;
    }
    if (!choose_distances()) {
        rt_say("this memory layout leaves no room for shadow memory; races are not detected");
        return -ENOMEM;
    }
    for (uint32_t i = 0; i < nwindows; i++) {
        err = map_window(&windows[i]);
        if (err) {
            rt_say("cannot reserve address space for shadow memory (error %d); races are not "
                   "detected. Try: ulimit -v unlimited",
                   -err);
            unmap_windows(i);
            return err;
        }
    }
    return 0;
}

/* ---- queries ---- */

bool rt_shadow_covers(rt_addr addr, size_t bytes)
{
    /* acquire: pairs with rt_shadow_extend */
    uint32_t n = __atomic_load_n(&nwindows, __ATOMIC_ACQUIRE);
    for (uint32_t i = 0; i < n; i++)
        if (windows[i].low <= addr && addr < windows[i].high)
            return bytes <= windows[i].high - addr;
    return false;
}

static bool overlaps(uintptr_t low, uintptr_t high, uintptr_t by)
{
    for (uint32_t i = 0; i < nwindows; i++)
        if (low < shifted(windows[i].high, by) && shifted(windows[i].low, by) < high)
            return true;
    return false;
}

bool rt_shadow_conflicts(rt_addr addr, size_t bytes)
{
    return rt_map_p &&
           (overlaps(addr, addr + bytes, rt_map_p) || overlaps(addr, addr + bytes, rt_map_q));
}

bool rt_shadow_is_p(uintptr_t at)
{
    return rt_map_p && overlaps(at, at + 1, rt_map_p);
}

bool rt_shadow_to_address(uintptr_t fault, rt_addr *addr)
{
    const uintptr_t distance[] = {rt_map_p, rt_map_q};
    for (int i = 0; rt_map_p && i < 2; i++) {
        *addr = (fault + distance[i]) & RT_SPACE_MASK;
        if (!rt_shadow_covers(*addr, 1) && !rt_shadow_covers(fault, 1))
            return true; /* the cells of an address that the program has no business with */
    }
    return false;
}

bool rt_shadow_extend(rt_addr addr, size_t bytes)
{
    struct window w = {addr & ~(rt_addr)(PAGE - 1),
                       (addr + bytes + PAGE - 1) & ~(rt_addr)(PAGE - 1)};
    bool ok;

    if (rt_shadow_covers(addr, bytes))
        return true;
    core_lock_acquire(&extend_lock);
    ok = nwindows < WINDOWS_MAX && w.high <= SPACE_TOP &&
         !overlaps(shifted(w.low, rt_map_p), shifted(w.high, rt_map_p), 0) && map_window(&w) == 0;
    if (ok) {
        windows[nwindows] = w;
        /* release: the entry is complete for whoever sees the new count */
        __atomic_store_n(&nwindows, nwindows + 1, __ATOMIC_RELEASE);
    }
    core_lock_release(&extend_lock);
    return ok;
}

/* ---- walking ---- */

struct walk {
    rt_walk_fn *fn;
    void *arg;
    uintptr_t at; /* the program's addresses below have been passed */
    int handle;
    long pages;
    int error;
};

static void give_back(rt_addr page, size_t bytes, bool p)
{
    if (!bytes)
        return;
    sys_discard((uintptr_t)rt_cell_q(page), bytes); /* first: where P is 0, Q is */
    if (p)
        sys_discard((uintptr_t)rt_cell_p(page), bytes);
}

/* One page of cells. in_q: is there such a page of Q? */
static enum rt_walk_left walk_page(struct walk *w, rt_addr a, bool in_q)
{
    enum rt_walk_left left = w->fn(w->arg, rt_cell_p(a), rt_cell_q(a), PAGE / 8);
    w->pages += left != RT_WALK_NOTHING;
    if (left == RT_WALK_NOTHING)
        rt_page_emptied(a);
    return left == RT_WALK_P && !in_q ? RT_WALK_PQ : left;
}

/* Pages beside each other are given back together. touched, in_q: RESIDENT_BATCH at most. */
static void walk_pages(struct walk *w, rt_addr low, size_t pages, const unsigned char *touched,
                       const unsigned char *in_q)
{
    enum rt_walk_left last = RT_WALK_PQ, left = RT_WALK_PQ;
    size_t from = 0;
    for (size_t i = 0; i <= pages; i++, last = left) {
        left = RT_WALK_PQ;
        if (i < pages && touched[i] & 1)
            left = walk_page(w, low + i * PAGE, in_q[i] & 1);
        else if (i < pages)
            rt_page_emptied(low + i * PAGE);
        if (left == last)
            continue;
        if (last != RT_WALK_PQ)
            give_back(low + from * PAGE, (i - from) * PAGE, last == RT_WALK_NOTHING);
        from = i;
    }
}

/* Pages that may have cells in use. */
static int walk_used(rt_addr low, rt_addr high, void *walk)
{
    /* stacks may be small; the world is stopped */
    static unsigned char touched[RESIDENT_BATCH], in_q[RESIDENT_BATCH];
    struct walk *w = walk;
    int error = 0;
    for (size_t n; low < high && !error; low += n) {
        n = high - low < RESIDENT_BATCH * PAGE ? high - low : RESIDENT_BATCH * PAGE;
        error = sys_touched(w->handle, shifted(low, rt_map_p), n, touched);
        if (!error)
            error = sys_touched(w->handle, shifted(low, rt_map_q), n, in_q);
        if (!error)
            walk_pages(w, low, n / PAGE, touched, in_q);
    }
    return error;
}

static void walk_range(struct walk *w, uintptr_t low, uintptr_t high)
{
    if (!w->error)
        w->error = rt_pages_walk_used(low, high, w->handle, walk_used, w);
}

static void walk_gap(uintptr_t low, uintptr_t high)
{
    sys_discard(shifted(low, rt_map_p), high - low);
    sys_discard(shifted(low, rt_map_q), high - low);
}

/* The parts of [w->at, high) that have shadow. */
static void walk_to(struct walk *w, uintptr_t high, bool mapped)
{
    for (uint32_t i = 0; i < nwindows && high > w->at; i++) {
        uintptr_t low = windows[i].low > w->at ? windows[i].low : w->at;
        uintptr_t end = windows[i].high < high ? windows[i].high : high;
        if (low < end && mapped)
            walk_range(w, low, end);
        else if (low < end)
            walk_gap(low, end);
    }
    if (high > w->at)
        w->at = high;
}

static void walk_mapping(uintptr_t low, uintptr_t high, const char *name, void *walk)
{
    (void)name;
    walk_to(walk, low, false);
    for (uintptr_t ours; low < high; low = ours) { /* the program's, and what is not */
        bool is_ours = sys_next_large(low, &ours);
        ours = ours < high ? ours : high;
        walk_to(walk, ours, !is_ours);
    }
}

long rt_shadow_walk(rt_walk_fn *fn, void *arg)
{
    struct walk w = {.fn = fn, .arg = arg};
    w.error = sys_touched_begin(&w.handle);
    if (w.error)
        return w.error;
    if (scan_maps(walk_mapping, &w)) /* no /proc: the rest as if it was all mapped */
        walk_to(&w, SPACE_TOP, true);
    else
        walk_to(&w, SPACE_TOP, false);
    sys_touched_end(w.handle);
    return w.error ? w.error : w.pages;
}

/* ---- forgetting ---- */

static void forget_words(rt_addr low, rt_addr high)
{
    if (low < high)
        rt_pages_share(low, high - low);
    for (rt_addr a = low; a < high; a += 8)
        core_shadow_store(&rt_shadow, rt_cell_p(a), rt_cell_q(a), 0);
}

/* Like the loss of the page, these stores don't wait for one who uses freed memory this moment. */
static void wipe_page(rt_addr page, bool in_q)
{
    uint64_t *p = rt_cell_p(page), *q = rt_cell_q(page);
    for (size_t i = 0; i < PAGE / sizeof *p; i++) {
        uint64_t c = __atomic_load_n(&p[i], __ATOMIC_RELAXED);
        if (!c)
            continue;
        if (core_cell_is_simple(c)) {
            if (in_q && __atomic_load_n(&q[i], __ATOMIC_RELAXED)) /* first: where P is 0, Q is */
                __atomic_store_n(&q[i], 0, __ATOMIC_RELAXED);
            __atomic_store_n(&p[i], 0, __ATOMIC_RELAXED);
        } else {
            core_shadow_store(&rt_shadow, &p[i], &q[i], 0);
        }
    }
}

/* A page that isn't in memory was never touched, or is in swap: there it loses what it held. */
static void discard_absent(uintptr_t cells, size_t pages, const unsigned char *in)
{
    for (size_t from = 0, i; from < pages; from = i + 1) {
        for (i = from; i < pages && !(in[i] & 1); i++)
            ;
        if (i > from)
            sys_discard(cells + from * PAGE, (i - from) * PAGE);
    }
}

/* All of these pages; those that are in memory stay there. 0, or -errno and it wasn't all. */
static int wipe_resident(rt_addr low, rt_addr high)
{
    enum { BATCH = RESIDENT_BATCH / 2 }; /* stacks may be small */
    unsigned char in_p[BATCH], in_q[BATCH];
    for (rt_addr a = low; a < high; a += BATCH * PAGE) {
        size_t bytes = high - a < BATCH * PAGE ? high - a : BATCH * PAGE;
        if (rt_pages_are_untouched(a, a + bytes))
            continue;
        int error = sys_resident((uintptr_t)rt_cell_p(a), bytes, in_p);
        if (!error)
            error = sys_resident((uintptr_t)rt_cell_q(a), bytes, in_q);
        if (error)
            return error;
        for (size_t i = 0; i < bytes / PAGE; i++)
            in_q[i] &= in_p[i];
        discard_absent((uintptr_t)rt_cell_q(a), bytes / PAGE, in_q); /* first: where P is 0, Q is */
        discard_absent((uintptr_t)rt_cell_p(a), bytes / PAGE, in_p);
        for (size_t i = 0; i < bytes / PAGE; i++)
            if (in_p[i] & 1)
                wipe_page(a + i * PAGE, in_q[i] & 1);
    }
    return 0;
}

static void forget_pages(rt_addr low, rt_addr high)
{
    if (rt_shadow.record_live) /* those the cells own don't go with the pages; in swap, they leak */
        wipe_resident(low, high);
    sys_discard((uintptr_t)rt_cell_q(low), high - low); /* first: where P is 0, Q is */
    sys_discard((uintptr_t)rt_cell_p(low), high - low);
}

static void wipe_pages(rt_addr low, rt_addr high)
{
    if (wipe_resident(low, high))
        forget_pages(low, high);
}

/* pages: what to do with whole ones. */
static void forget(rt_addr addr, size_t bytes, void (*pages)(rt_addr low, rt_addr high))
{
    rt_addr low = (addr + 7) & ~7ull, high = (addr + bytes) & ~7ull;
    rt_addr page_low = (low + PAGE - 1) & ~(rt_addr)(PAGE - 1);
    rt_addr page_high = high & ~(rt_addr)(PAGE - 1);

    if (low >= high || !rt_shadow_covers(low, high - low))
        return;
    rt_filters_void();
    if (page_high <= page_low || page_high - page_low < 4 * PAGE)
        page_low = page_high = high;
    forget_words(low, page_low);
    forget_words(page_high, high);
    if (page_low < page_high) {
        pages(page_low, page_high);
        rt_pages_forget(page_low, page_high); /* last: from now on it may be a draft */
    }
}

void rt_shadow_forget(rt_addr addr, size_t bytes)
{
    forget(addr, bytes, forget_pages);
}

void rt_shadow_wipe(rt_addr addr, size_t bytes)
{
    forget(addr, bytes, wipe_pages);
}

void rt_shadow_drop_halves(rt_addr addr, size_t bytes)
{
    rt_addr low = (addr + PAGE - 1) & ~(rt_addr)(PAGE - 1);
    rt_addr high = (addr + bytes) & ~(rt_addr)(PAGE - 1);
    if (low < high && rt_shadow_covers(low, high - low))
        sys_discard((uintptr_t)rt_cell_q(low), high - low);
}

void rt_shadow_reset_all(void)
{
    for (uint32_t i = 0; i < nwindows; i++) {
        sys_discard(shifted(windows[i].low, rt_map_p), windows[i].high - windows[i].low);
        sys_discard(shifted(windows[i].low, rt_map_q), windows[i].high - windows[i].low);
    }
}

void rt_shadow_after_fork(void)
{
    if (!sys_maps_are_shared())
        return;
    for (uint32_t i = 0; i < nwindows; i++) {
        uintptr_t bytes = windows[i].high - windows[i].low;
        sys_unmap((void *)shifted(windows[i].low, rt_map_p), bytes);
        sys_unmap((void *)shifted(windows[i].low, rt_map_q), bytes);
        map_window(&windows[i]);
    }
}
