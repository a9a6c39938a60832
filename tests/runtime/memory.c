/* What the runtime keeps of its own memory: tables that grow with what is in them, and shadow that
 * is given back. Pages are counted, nothing is timed. */
#include "../check.h"
#include "runtime/draft.h"
#include "runtime/event.h"
#include "runtime/finding.h"
#include "runtime/hook.h"
#include "runtime/index.h"
#include "runtime/shadow_map.h"
#include "runtime/sys/sys.h"

#include <malloc.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

/* ---- index.h ---- */

enum { THINGS = 60000, MOST_BITS = 14 };

static uint32_t chains[THINGS + 1];

static uint64_t hash_of(uint32_t i)
{
    return i * 0x9e3779b97f4a7c15ull;
}

static uint32_t *chain_of(uint32_t i)
{
    return &chains[i];
}

static struct rt_index things = {.hash = hash_of, .chain = chain_of};
static uint32_t added; /* release: so many are there */

static bool found(uint32_t i)
{
    uint32_t at = __atomic_load_n(rt_index_head(&things, hash_of(i)), __ATOMIC_ACQUIRE);
    for (unsigned steps = 0; at && at != i; steps++) {
        if (steps > THINGS) /* in a circle */
            return false;
        at = __atomic_load_n(&chains[at], __ATOMIC_RELAXED);
    }
    return at == i;
}

/* Looks all the time. It may miss what is there, but must come to an end each time. */
static void *look(void *unused)
{
    uint64_t seen = 0;
    uint32_t n;
    (void)unused;
    while ((n = __atomic_load_n(&added, __ATOMIC_ACQUIRE)) < THINGS)
        for (uint32_t i = 1; i < n; i += 97)
            seen += found(i);
    return (void *)(seen | 1);
}

static void test_index_grows(void)
{
    pthread_t other;
    CHECK_EQ(rt_index_init(&things, "test", MOST_BITS), 0);
    CHECK(things.bits < MOST_BITS);
    pthread_create(&other, NULL, look, NULL);
    for (uint32_t i = 1; i <= THINGS; i++) {
        rt_index_add(&things, i);
        __atomic_store_n(&added, i, __ATOMIC_RELEASE);
    }
    pthread_join(other, NULL);
    unsigned n = 0;
    for (uint32_t i = 1; i <= THINGS; i++)
        n += found(i);
    CHECK_EQ(n, THINGS);
    CHECK_EQ(things.bits, MOST_BITS);
    /* the narrower forms are gone */
    size_t bytes = sizeof(uint32_t) << MOST_BITS;
    CHECK(sys_resident_bytes((uintptr_t)things.heads, 2 * bytes) <= bytes);
}

/* ---- shadow ---- */

enum { BLOCK = 2 << 20, BLOCKS = 40 };

void __tsan_write8(void *);
void __tsan_write1(void *);

static void *wait_for_word(void *word)
{
    while (!__atomic_load_n((int *)word, __ATOMIC_ACQUIRE))
        usleep(1000);
    return NULL;
}

static size_t shadow_bytes(const char *p, bool halves)
{
    rt_addr low = ((rt_addr)p + 4095) & ~4095ull;
    return sys_resident_bytes((uintptr_t)(halves ? rt_cell_q(low) : rt_cell_p(low)), BLOCK - 4096);
}

static char *touched_block(unsigned step)
{
    char *p = malloc(BLOCK);
    for (size_t i = 0; i < BLOCK; i += step)
        if (step == 8)
            __tsan_write8(p + i);
        else
            __tsan_write1(p + i);
    return p;
}

/* The allocator gives each of these back to the system. (The break must not get in the way.) */
static void test_freed_blocks(void)
{
    static char *block[BLOCKS];
    size_t kept = 0, halves = 0;
    mallopt(M_MMAP_THRESHOLD, BLOCK / 2);
    for (int i = 0; i < BLOCKS; i++) {
        block[i] = touched_block(i % 2 ? 8 : 3);
        CHECK(shadow_bytes(block[i], false) >= BLOCK - 8192);
        CHECK(i % 2 || shadow_bytes(block[i], true) >= BLOCK - 8192);
    }
    for (int i = 0; i < BLOCKS; i++)
        free(block[i]);
    for (int i = 0; i < BLOCKS; i++) {
        kept += shadow_bytes(block[i], false);
        halves += shadow_bytes(block[i], true);
    }
    CHECK_EQ(halves, 0);
    CHECK(kept <= (18 << 20));                         /* of 80 MB */
    CHECK(kept >= 8 << 20);                            /* those freed last: */
    CHECK(shadow_bytes(block[BLOCKS - 1], false) > 0); /* a use is still seen */
    CHECK(*rt_cell_p((rt_addr)block[BLOCKS - 1]) != 0);
}

/* One that is reused begins anew, without the shadow that it had. */
static void test_reused_block(void)
{
    mallopt(M_MMAP_THRESHOLD, BLOCK * 8);
    char *p = touched_block(3);
    free(p);
    char *again = malloc(BLOCK);
    CHECK(again == p);
    CHECK(shadow_bytes(p, false) <= 8192); /* the two ends */
    CHECK_EQ(shadow_bytes(p, true), 0);
    free(again);
}

static uintptr_t in_swap_low, in_swap_high;

int __real_sys_resident(uintptr_t addr, size_t bytes, unsigned char *vec);
int __wrap_sys_resident(uintptr_t addr, size_t bytes, unsigned char *vec);

/* As it is of pages in swap: they aren't in memory, and have what was written to them. */
int __wrap_sys_resident(uintptr_t addr, size_t bytes, unsigned char *vec)
{
    int error = __real_sys_resident(addr, bytes, vec);
    for (size_t i = 0; i < bytes; i += 4096)
        if (addr + i >= in_swap_low && addr + i < in_swap_high)
            vec[i / 4096] = 0;
    return error;
}

/* A smaller one keeps its pages of shadow; and what was in swap must not come back, in P or in Q.
 */
static void test_wiped_block(void)
{
    enum { SMALLER = 1 << 20, PAGES = SMALLER / 4096 - 1 };
    char *p = malloc(SMALLER);
    rt_addr low = ((rt_addr)p + 4095) & ~4095ull;
    uint64_t *first[] = {rt_cell_p(low), rt_cell_q(low), NULL};
    for (uint64_t **cells = first;; cells++) {
        size_t left = 0;
        for (size_t i = 0; i < SMALLER; i++)
            __tsan_write1(p + i);
        CHECK(*rt_cell_p(low) != 0 && *rt_cell_q(low) != 0);
        in_swap_low = (uintptr_t)*cells;
        in_swap_high = *cells ? in_swap_low + PAGES / 2 * 4096 : 0;
        free(p);
        p = malloc(SMALLER); /* the same place: else there is something left */
        for (rt_addr a = low; a < low + PAGES * 4096; a += 8)
            left += *rt_cell_p(a) || *rt_cell_q(a);
        CHECK_EQ(left, 0);
        if (!*cells)
            break;
    }
    free(p);
}

/* What everybody is ordered after is not remembered, and takes no page. */
static void test_compaction_gives_back(void)
{
    struct rt_scope s;
    char *p = touched_block(3);
    CHECK(shadow_bytes(p, false) >= BLOCK - 8192);
    struct rt_thread *t = rt_scope_enter(&s, (rt_pc)wait_for_word);
    rt_event_reset_wanted = true;
    rt_tls.depth--;
    rt_event_reset_if_needed(t);
    rt_tls.depth++;
    rt_scope_leave(&s);
    CHECK_EQ(shadow_bytes(p, false), 0);
    CHECK_EQ(shadow_bytes(p, true), 0);
    CHECK(!rt_degraded());
    free(p);
}

/* Pages that one thread uses have drafts, which draft.c is about; here it is cells. */
static void without_drafts(void)
{
    static uint64_t shared = RT_PAGE_SHARED;
    rt_pages = (struct rt_pages){.word = &shared};
}

static void test_shadow(void)
{
    without_drafts();
    pthread_t other;
    int go_on = 0; /* from here on there are threads */
    pthread_create(&other, NULL, wait_for_word, &go_on);
    test_freed_blocks();
    test_reused_block();
    test_wiped_block();
    __atomic_store_n(&go_on, 1, __ATOMIC_RELEASE);
    pthread_join(other, NULL);
    test_compaction_gives_back();
}

int main(void)
{
    RUN(test_index_grows);
    RUN(test_shadow);
    return check_done();
}
