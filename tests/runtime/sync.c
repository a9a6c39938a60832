/*
 * Synchronisation against an oracle: fibers of one thread lock, release and access at random, and
 * each plain access is found to race exactly when full vector clocks say so. What is under test is
 * what sync.c, mutex.c, event.c and the atomics make of it: epochs that go on because nobody has
 * seen their end (rt_sync_take_back), mutexes that are known to have been used, sets of readers,
 * compactions in between.
 *
 * A word that has had a race is not accessed again: what is found after the first one is a matter
 * of taste.
 */
#include "../check.h"

#include <stdlib.h>

#include "runtime/access.h"
#include "runtime/event.h"
#include "runtime/hook.h"
#include "runtime/options.h"
#include "runtime/rt.h"

void *__tsan_get_current_fiber(void);
void *__tsan_create_fiber(unsigned flags);
void __tsan_switch_to_fiber(void *fiber, unsigned flags);
uint64_t __tsan_atomic64_load(const volatile uint64_t *p, int mo);
void __tsan_atomic64_store(volatile uint64_t *p, uint64_t v, int mo);
uint64_t __tsan_atomic64_fetch_add(volatile uint64_t *p, uint64_t v, int mo);

enum { THREADS = 4, MUTEXES = 3, ATOMICS = 3, WORDS = 4, TRIALS = 10000, STEPS = 60 };
enum { NO_SYNC = 1 };

static uint64_t random_state = 88172645463325252ull;

static unsigned any(unsigned n)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return (unsigned)((random_state >> 20) % n);
}

/* ---- the oracle ---- */

struct times {
    unsigned of[THREADS]; /* how many accesses of each are known */
};

static struct times now[THREADS]; /* [t].of[t]: how many t has made */

static void learn(struct times *t, const struct times *from)
{
    for (int i = 0; i < THREADS; i++)
        if (t->of[i] < from->of[i])
            t->of[i] = from->of[i];
}

enum { READ, WRITE, ATOMIC_READ, ATOMIC_WRITE };

struct access {
    unsigned thread, time, bytes, kind;
};

/* Eight bytes of memory and all that was done to them. */
struct word {
    uint64_t *at;
    bool raced;
    unsigned n;
    struct access past[STEPS * 2 + 8];
};

static bool conflicts(const struct access *a, const struct access *b)
{
    return a->bytes & b->bytes && (a->kind | b->kind) & WRITE &&
           !((a->kind & b->kind) & ATOMIC_READ);
}

/* t accesses: is that a race? */
static bool oracle(struct word *w, unsigned t, unsigned bytes, unsigned kind)
{
    struct access a = {t, ++now[t].of[t], bytes, kind};
    bool race = false;
    for (unsigned i = 0; i < w->n; i++)
        race |= w->past[i].thread != t && conflicts(&w->past[i], &a) &&
                w->past[i].time > now[t].of[w->past[i].thread];
    w->past[w->n++] = a;
    w->raced |= race;
    return race;
}

struct mutex {
    struct word word;
    struct times writers, readers; /* what their releases tell */
    int writer;                    /* -1: none */
    bool reads[THREADS];
};

/* With the rules at the head of tsan_atomic.c; relaxed loads and fences are not part of this. */
struct atomic {
    struct word word;
    struct times told;
    int head; /* of the release sequence, -1: none */
};

/* ---- the runtime ---- */

static void *fibers[THREADS];
static unsigned current;
static uint64_t *fresh;
static struct mutex mutexes[MUTEXES];
static struct atomic atomics[ATOMICS];
static struct word words[WORDS];
static long races, accesses, taken_back;

/* Some switches order the two. */
static void become(unsigned t)
{
    if (t == current)
        return;
    bool sync = !any(6);
    if (sync)
        learn(&now[t], &now[current]);
    __tsan_switch_to_fiber(fibers[t], sync ? 0 : NO_SYNC);
    current = t;
}

/* As the hooks of compiled code do it, but that the answer can be seen. */
static bool runtime_access(uint64_t *at, unsigned first, unsigned size, bool write)
{
    static const char places[3];
    struct rt_scope scope;
    rt_addr a = (rt_addr)at + first;
    if (size == 8 ? rt_known8(&rt_tls, a, write) : rt_known(&rt_tls, a, size, write))
        return false;
    struct rt_thread *t = rt_scope_enter_bare(&scope);
    struct rt_race race;
    enum rt_kind kind = write ? RT_WRITE : RT_READ;
    bool raced = !(!write && rt_access_known(t, a, size, kind)) &&
                 rt_access_check(t, (rt_pc)&places[any(3)], a, size, kind, &race);
    rt_scope_leave_bare(&scope);
    return raced;
}

static void plain_access(struct word *w, unsigned t)
{
    unsigned size = 1u << any(4), first = any(8 / size) * size;
    bool write = any(2);
    if (w->raced)
        return;
    unsigned bytes = ((1u << size) - 1) << first;
    bool expected = oracle(w, t, bytes, write ? WRITE : READ);
    CHECK_EQ(runtime_access(w->at, first, size, write), expected);
    races += expected;
    accesses++;
}

static struct rt_thread *enter(struct rt_scope *s)
{
    return rt_scope_enter(s, 1);
}

/* A use of the mutex reads its first byte, before it learns and before it tells. */
static void lock_or_unlock(struct mutex *m, unsigned t)
{
    struct rt_scope s;
    unsigned first = m == &mutexes[0] ? 4 : 0; /* in the high half of its word */
    rt_addr addr = (rt_addr)m->word.at + first;
    bool any_reader = false;
    for (int i = 0; i < THREADS; i++)
        any_reader |= m->reads[i];
    bool mine = m->writer == (int)t, reads = m->reads[t];
    if (!mine && !reads && (m->writer >= 0))
        return;
    bool write = mine || (!reads && !any_reader && any(3));
    struct rt_thread *rt = enter(&s);
    unsigned unseen = rt->nunseen;
    oracle(&m->word, t, 1u << first, ATOMIC_READ);
    if (mine) {
        rt_mutex_unlock(rt, 1, addr, 0);
        m->writers = now[t];
        m->writer = -1;
    } else if (reads) {
        rt_mutex_read_or_write_unlock(rt, 1, addr);
        learn(&m->readers, &now[t]);
        m->reads[t] = false;
    } else if (write) {
        rt_mutex_lock(rt, 1, addr, 0, 1);
        learn(&now[t], &m->writers);
        learn(&now[t], &m->readers);
        m->writer = (int)t;
        taken_back += rt->nunseen < unseen;
    } else {
        rt_mutex_read_lock(rt, 1, addr, 0);
        learn(&now[t], &m->writers);
        m->reads[t] = true;
        taken_back += rt->nunseen < unseen;
    }
    rt_scope_leave(&s);
}

static void atomic_operation(struct atomic *a, unsigned t)
{
    struct word *w = &a->word;
    unsigned raced = w->raced;
    switch (raced ? 9 : any(4)) {
    case 0:
        learn(&now[t], &a->told);
        oracle(w, t, 0xff, ATOMIC_READ);
        __tsan_atomic64_load(w->at, __ATOMIC_ACQUIRE);
        break;
    case 1:
        oracle(w, t, 0xff, ATOMIC_WRITE);
        a->told = now[t];
        __tsan_atomic64_store(w->at, 1, __ATOMIC_RELEASE);
        break;
    case 2:
        learn(&now[t], &a->told);
        oracle(w, t, 0xff, ATOMIC_WRITE);
        a->told = now[t];
        __tsan_atomic64_fetch_add(w->at, 1, __ATOMIC_ACQ_REL);
        break;
    case 3:
        oracle(w, t, 0xff, ATOMIC_WRITE);
        learn(&a->told, &now[t]);
        __tsan_atomic64_fetch_add(w->at, 1, __ATOMIC_RELEASE);
        break;
    default:
        break;
    }
}

/* ---- trials ---- */

static void start_word(struct word *w)
{
    w->at = fresh;
    fresh += 3; /* sometimes two in one line */
    w->n = 0;
    w->raced = false;
}

static void start_trial(void)
{
    for (int i = 0; i < WORDS; i++)
        start_word(&words[i]);
    for (int i = 0; i < MUTEXES; i++) {
        start_word(&mutexes[i].word);
        mutexes[i].readers = mutexes[i].writers = (struct times){{0}};
        mutexes[i].writer = -1;
    }
    for (int i = 0; i < ATOMICS; i++) {
        start_word(&atomics[i].word);
        atomics[i].told = (struct times){{0}};
    }
}

/* Everybody gives up what it holds: nothing is left in the lists of held mutexes. */
static void end_trial(void)
{
    for (int i = 0; i < MUTEXES; i++)
        for (unsigned t = 0; t < THREADS; t++)
            if (mutexes[i].writer == (int)t || mutexes[i].reads[t]) {
                become(t);
                lock_or_unlock(&mutexes[i], t);
            }
}

static void step(unsigned t)
{
    unsigned what = any(20);
    become(t);
    if (what < 9)
        plain_access(&words[any(WORDS)], t);
    else if (what < 15)
        lock_or_unlock(&mutexes[any(MUTEXES)], t);
    else if (what < 18)
        atomic_operation(&atomics[any(ATOMICS)], t);
    else if (what < 19)
        plain_access(&mutexes[any(MUTEXES)].word, t);
    else
        plain_access(&atomics[any(ATOMICS)].word, t);
}

static void test_oracle(void)
{
    for (int trial = 0; trial < TRIALS && !check_state.checks_failed; trial++) {
        unsigned threads = 2 + any(THREADS - 1), stay = 1 + any(12), t = 0;
        start_trial();
        for (int i = 0; i < STEPS; i++) {
            if (!any(stay))
                t = any(threads);
            step(t);
            if (!any(2000))
                rt_event_reset_wanted = true; /* a compaction, at the end of the next scope */
        }
        end_trial();
        if (check_state.checks_failed)
            printf("trial %d\n", trial);
    }
    printf("%ld accesses, %ld races, %ld releases taken back\n", accesses, races, taken_back);
    CHECK(races > accesses / 50);
    CHECK(taken_back > TRIALS);
}

int main(void)
{
    fresh = calloc((size_t)TRIALS * (WORDS + MUTEXES + ATOMICS) * 3 + 1, sizeof *fresh);
    rt_options.report_bugs = false;
    fibers[0] = __tsan_get_current_fiber();
    for (int i = 1; i < THREADS; i++)
        fibers[i] = __tsan_create_fiber(0);
    RUN(test_oracle);
    become(0);
    return check_done();
}
