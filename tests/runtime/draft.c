/* Drafts of pages: who gets them, who takes them over, what the cells have afterwards, and that no
 * access is lost when a page is taken from a thread that is using it. */
#include "runtime/draft.h"
#include "../check.h"
#include "runtime/event.h"
#include "runtime/filter.h"
#include "runtime/finding.h"
#include "runtime/hook.h"
#include "runtime/options.h"

#include <pthread.h>
#include <sys/mman.h>

void __tsan_write8(void *);
void __tsan_write4(void *);
void __tsan_write1(void *);
void __tsan_read8(void *);
void __tsan_read1(void *);
void __tsan_unaligned_read8(void *);
void __tsan_unaligned_write8(void *);
int __tsan_atomic32_fetch_add(volatile int *, int, int);

enum { PAGE = CORE_DRAFT_PAGE, PAGES = 16 };

/* Untouched pages, that malloc() doesn't mark. */
static char *fresh(void)
{
    char *p = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    rt_pages_forget((rt_addr)p, (rt_addr)p + PAGES * PAGE); /* what mmap() itself did */
    for (rt_addr a = (rt_addr)p; a < (rt_addr)p + PAGES * PAGE; a += 8)
        *rt_cell_p(a) = 0;
    return p;
}

static bool is_draft(const char *p)
{
    return rt_page_is_draft(rt_page_of((rt_addr)p));
}

static bool is_shared(const char *p)
{
    return rt_page_of((rt_addr)p) == RT_PAGE_SHARED;
}

static bool is_nobodys(const char *p)
{
    return !is_draft(p) && !is_shared(p);
}

static uint64_t cell(const char *p)
{
    return *rt_cell_p((rt_addr)p);
}

/* In another thread, ordered or as if not. */
struct other {
    void (*hook)(void *);
    char *at;
    bool ordered;
};

static void *run_other(void *arg)
{
    const struct other *o = arg;
    if (!o->ordered)
        core_clock_clear(&rt_self()->clock);
    o->hook(o->at);
    return NULL;
}

static void in_other(void (*hook)(void *), char *at, bool ordered)
{
    struct other o = {hook, at, ordered};
    pthread_t other;
    pthread_create(&other, NULL, run_other, &o);
    pthread_join(other, NULL);
}

static void many_stores(void *p)
{
    for (size_t i = 0; i < PAGE; i += 8)
        __tsan_write8((char *)p + i);
}

/* What is one thread's leaves no cells. */
static void test_own(void)
{
    char *p = fresh();
    many_stores(p);
    __tsan_unaligned_write8(p + PAGE - 3); /* of two pages */
    __tsan_read1(p + 2 * PAGE);
    for (int i = 0; i < 3; i++) {
        CHECK(is_draft(p + i * PAGE));
        CHECK_EQ(cell(p + i * PAGE), 0);
    }
    CHECK(is_nobodys(p + 3 * PAGE));
    munmap(p, PAGES * PAGE);
    CHECK(is_nobodys(p));
}

/* All ordered: the page changes hands; what was done there is in the cells. */
static void test_taken_over(void)
{
    char *p = fresh();
    many_stores(p);
    unsigned before = rt_finding_count();
    in_other(many_stores, p, true);
    CHECK(is_draft(p));
    CHECK(cell(p) != 0 && cell(p + PAGE - 8) != 0);
    many_stores(p); /* and back: the join orders it */
    CHECK(is_draft(p));
    CHECK_EQ(rt_finding_count(), before);
    munmap(p, PAGES * PAGE);
}

/* Nothing orders the two: shared, with the same cells. */
static void test_shared(void)
{
    char *p = fresh();
    __tsan_write4(p + 8);
    __tsan_write1(p + 17);
    __tsan_read8(p + 24);
    unsigned before = rt_finding_count();
    in_other(__tsan_read8, p + 40, false);
    CHECK(is_shared(p));
    CHECK_EQ(rt_finding_count(), before);
    CHECK_EQ(cell(p), 0);
    CHECK(cell(p + 8) && cell(p + 16) && cell(p + 24) && cell(p + 40));
    munmap(p, PAGES * PAGE);
}

static void test_atomic_shares(void)
{
    char *p = fresh();
    many_stores(p);
    __tsan_atomic32_fetch_add((volatile int *)p, 1, 5);
    CHECK(is_shared(p));
    CHECK(cell(p + 8) != 0);
    munmap(p, PAGES * PAGE);
}

/* A race with what is in a draft is found, over the end of a page, too. */
static void test_race(void)
{
    char *p = fresh();
    unsigned before = rt_finding_count();
    __tsan_write1(p + 100);
    in_other(__tsan_read1, p + 101, false);
    CHECK_EQ(rt_finding_count(), before);
    __tsan_write1(p + PAGE);
    in_other(__tsan_unaligned_read8, p + PAGE - 7, false);
    CHECK_EQ(rt_finding_count(), before + 1);
    munmap(p, PAGES * PAGE);
}

static void next_epoch(void)
{
    struct rt_scope s;
    rt_event_new_epoch(rt_scope_enter(&s, (rt_pc)next_epoch));
    rt_scope_leave(&s);
}

/* More events than there are tokens, of which few are still in use. */
static void test_tokens_run_out(void)
{
    char *p = fresh();
    for (int round = 0; round < 3 * CORE_DRAFT_TOKENS; round++) {
        many_stores(p);
        next_epoch();
    }
    CHECK(is_draft(p));
    unsigned before = rt_finding_count();
    in_other(__tsan_read1, p + 8, false);
    CHECK_EQ(rt_finding_count(), before + 1);
    munmap(p, PAGES * PAGE);
}

/* All of them are: shared, and nothing is lost. */
static void test_crowded(void)
{
    char *p = fresh();
    for (int i = 0; i < 2 * CORE_DRAFT_TOKENS; i++) {
        __tsan_write1(p + i);
        next_epoch();
    }
    CHECK(is_shared(p));
    for (int i = 0; i < 2 * CORE_DRAFT_TOKENS; i += 8)
        CHECK(cell(p + i) != 0);
    unsigned before = rt_finding_count();
    in_other(__tsan_read1, p, false);
    in_other(__tsan_read1, p + 2 * CORE_DRAFT_TOKENS, false);
    CHECK_EQ(rt_finding_count(), before + 1);
    munmap(p, PAGES * PAGE);
}

static void compact(void)
{
    struct rt_scope s;
    struct rt_thread *t = rt_scope_enter(&s, (rt_pc)compact);
    rt_event_reset_wanted = true;
    rt_tls.depth--;
    rt_event_reset_if_needed(t);
    rt_tls.depth++;
    rt_scope_leave(&s);
}

/* All that was done to a shared page is known to all who are there: it may have a draft again. */
static void test_emptied(void)
{
    char *p = fresh();
    __tsan_atomic32_fetch_add((volatile int *)p, 1, 5);
    CHECK(is_shared(p));
    compact();
    CHECK_EQ(rt_page_of((rt_addr)p), 0);
    CHECK_EQ(cell(p), 0);
    many_stores(p);
    CHECK(is_draft(p));
    unsigned before = rt_finding_count();
    in_other(__tsan_read8, p, false);
    CHECK_EQ(rt_finding_count(), before + 1);
    munmap(p, PAGES * PAGE);
}

static void *wait_to_end(void *word)
{
    while (!__atomic_load_n((int *)word, __ATOMIC_ACQUIRE))
        core_relax(100);
    return NULL;
}

/* Nobody has the page, but something is in its cells: that gets new ids like the rest. */
static void test_cells_of_nobody(void)
{
    static char scratch;
    char *p = fresh();
    int end = 0;
    pthread_t witness; /* knows nothing of what follows, so it stays */
    pthread_create(&witness, NULL, wait_to_end, &end);
    for (int i = 0; i < 10000; i++) {
        __tsan_write1(&scratch);
        next_epoch();
    }
    __tsan_atomic32_fetch_add((volatile int *)p, 1, 5);
    __tsan_write8(p + 64);
    *rt_page_word((rt_addr)p) = RT_PAGE_NOBODY;
    uint64_t before = cell(p + 64);
    compact();
    CHECK(cell(p + 64) && cell(p + 64) < before);
    CHECK(cell(p + 64) >> 36 < rt_event_ids_end());
    __tsan_read8(p + 128);
    CHECK(is_draft(p));
    unsigned found = rt_finding_count();
    in_other(__tsan_read8, p + 64, false);
    CHECK_EQ(rt_finding_count(), found + 1);
    __atomic_store_n(&end, 1, __ATOMIC_RELEASE);
    pthread_join(witness, NULL);
    munmap(p, PAGES * PAGE);
}

/* ---- at the same moment ---- */

/*
 * Two threads write the same words of a page, which is the first one's draft, and nothing orders
 * them. Of each word one write is the later, and finds the conflict (all filters then become void),
 * also of the word that is written at the moment when the page is taken away. The threads meet
 * without the runtime's knowing.
 */
enum { ROUNDS = 10000, WORDS = 64 };
static char *page;
static uint32_t begun, done, pause;

static void wait_for(const uint32_t *count, uint32_t n)
{
    while (__atomic_load_n(count, __ATOMIC_ACQUIRE) < n)
        core_relax(100);
}

static void *write_from_the_end(void *arg)
{
    (void)arg;
    core_clock_clear(&rt_self()->clock);
    for (uint32_t round = 1; round <= ROUNDS; round++) {
        wait_for(&begun, round);
        for (uint32_t i = 0; i < pause; i++)
            __asm__ volatile("pause");
        for (unsigned i = WORDS; i-- > 0;)
            __tsan_write8(page + 8 * i);
        __atomic_store_n(&done, round, __ATOMIC_RELEASE);
    }
    return NULL;
}

static void test_same_moment(void)
{
    pthread_t other;
    unsigned missed = 0;
    uint32_t random = 1;

    rt_options.report_bugs = false;
    pthread_create(&other, NULL, write_from_the_end, NULL);
    for (uint32_t round = 1; round <= ROUNDS; round++) {
        page = fresh();
        random = random * 1664525 + 1013904223;
        pause = (random >> 16 & 63) * (random >> 24 & 3);
        uint32_t voids = rt_filter_voids;
        __atomic_store_n(&begun, round, __ATOMIC_RELEASE);
        for (unsigned i = 0; i < WORDS; i++)
            __tsan_write8(page + 8 * i);
        wait_for(&done, round);
        missed += rt_filter_voids - voids < WORDS;
        munmap(page, PAGES * PAGE);
    }
    CHECK_EQ(missed, 0);
    pthread_join(other, NULL);
    rt_options.report_bugs = true;
}

int main(void)
{
    static char nothing;
    in_other(__tsan_read1, &nothing, true); /* from here on there are threads */
    if (!rt_pages.mask)
        return check_skip("no drafts on this system");
    rt_options.exitcode = 0; /* the races below are wanted */
    RUN(test_own);
    RUN(test_taken_over);
    RUN(test_shared);
    RUN(test_atomic_shares);
    RUN(test_race);
    RUN(test_tokens_run_out);
    RUN(test_crowded);
    RUN(test_emptied);
    RUN(test_cells_of_nobody);
    RUN(test_same_moment);
    return check_done();
}
