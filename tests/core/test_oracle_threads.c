/*
 * The shadow and clocks under real threads.
 *
 * Of two unordered conflicting accesses at the same moment exactly the later one must report.
 * With more than two, whatever the order was, the accesses that reported nothing must be free
 * of conflicts among each other. Words under a lock must never report. In the end no record,
 * no set, no chunk is lost.
 */
#include <pthread.h>
#include <stdio.h>
#include <sys/random.h>

#include "../check.h"
#include "world.h"

enum { THREADS = 8, BATCH = 512, EPOCH_IDS = 256 };

#ifdef __SANITIZE_ADDRESS__
enum { PAIR_BATCHES = 60, CROWD_BATCHES = 30, CHURN_STEPS = 60000, CLOCK_STEPS = 6000 };
#else
enum { PAIR_BATCHES = 150, CROWD_BATCHES = 80, CHURN_STEPS = 200000, CLOCK_STEPS = 20000 };
#endif

static struct world world;

static uint32_t random_of(uint64_t a, uint64_t b)
{
    return (uint32_t)(core_mix(core_mix(a * 0x10001 + 1) ^ (b + 1) * 0xd6e8feb86659fd93ull) >> 32);
}

/* ---- many words, one access each of every thread ---- */

struct shot {
    unsigned mask, kind;
    core_id id;
    uint64_t conflict;
};

static struct {
    unsigned threads, batches;
    uint64_t seed;
    pthread_barrier_t barrier;
    uint64_t p[BATCH], q[BATCH];
    uint32_t at[BATCH]; /* threads that came to this word: they wait for each other */
    struct shot shot[THREADS][BATCH];
    long wrong, races, silent;
} crowd;

/* Kinds and masks that conflict often and not always. */
static struct shot draw_shot(unsigned thread, uint64_t word)
{
    static const uint8_t kinds[] = {0, 0, 1, 1, 1, 2, 3, 3};
    static const uint8_t masks[] = {0xff, 0xff, 0x0f, 0xf0, 0x01, 0x80, 0x18, 0x3c};
    uint32_t x = random_of(crowd.seed + thread, word);
    return (struct shot){.kind = kinds[x & 7], .mask = masks[x >> 8 & 7]};
}

/* All come to the word before any goes on. Waiting by spinning, to meet at the same moment. */
static void meet(uint32_t *at)
{
    __atomic_fetch_add(at, 1, __ATOMIC_ACQ_REL); /* both: nobody's access moves over this line */
    for (unsigned spins = 0; __atomic_load_n(at, __ATOMIC_ACQUIRE) < crowd.threads; spins++)
        core_relax(spins);
}

static void shoot(unsigned slot, unsigned word)
{
    struct world_thread *t = &world.thread[slot];
    struct shot *s = &crowd.shot[slot][word];
    struct core_actor actor = {slot, t->epoch_first << 4, t->end - t->epoch_first, &t->clock,
                               &t->memo};

    meet(&crowd.at[word]);
    uint64_t near = 0;
    s->conflict = world_touch(&world.shadow, &actor, &crowd.p[word], &crowd.q[word], s->mask, s->id,
                              s->kind, &near);
}

/* Runs alone: fresh words, and an id for each access. */
static void prepare(unsigned batch)
{
    memset(crowd.at, 0, sizeof crowd.at);
    for (unsigned word = 0; word < BATCH; word++) {
        core_shadow_store(&world.shadow, &crowd.p[word], &crowd.q[word], 0);
        for (unsigned t = 0; t < crowd.threads; t++) {
            struct shot *s = &crowd.shot[t][word];
            *s = draw_shot(t, (uint64_t)batch * BATCH + word);
            s->id = world_id(&world, &world.thread[t], word % 7, s->kind);
        }
    }
}

static bool shots_conflict(const struct shot *a, const struct shot *b)
{
    return (a->mask & b->mask) && model_kinds_conflict(a->kind, b->kind);
}

/* The one that is named did touch these bytes, and conflicts. */
static bool names_a_conflict(unsigned word, unsigned slot)
{
    const struct shot *s = &crowd.shot[slot][word];
    unsigned bytes = (unsigned)(s->conflict >> 32);
    for (unsigned t = 0; t < crowd.threads; t++) {
        const struct shot *other = &crowd.shot[t][word];
        if (t != slot && other->id == (uint32_t)s->conflict >> 4)
            return shots_conflict(s, other) && (bytes & s->mask) && !(bytes & ~other->mask);
    }
    return false;
}

/* Two halves are accessed one after the other, unless they are the whole word. */
static bool in_two_steps(const struct shot *s)
{
    return (s->mask & 15) && s->mask >> 4 && s->mask != 0xff;
}

/* Of two the later one reports; of those that go in steps, each may be later in one of them. */
static bool pair_is_wrong(unsigned word, unsigned reported, unsigned conflicts)
{
    bool steps = in_two_steps(&crowd.shot[0][word]) || in_two_steps(&crowd.shot[1][word]);
    return steps ? !reported != !conflicts : reported != conflicts;
}

static void judge_word(unsigned word)
{
    unsigned reported = 0, conflicts = 0;
    for (unsigned a = 0; a < crowd.threads; a++) {
        const struct shot *s = &crowd.shot[a][word];
        reported += s->conflict != 0;
        crowd.wrong += s->conflict && !names_a_conflict(word, a);
        for (unsigned b = 0; b < a; b++) {
            bool conflict = shots_conflict(s, &crowd.shot[b][word]);
            conflicts += conflict;
            crowd.wrong += conflict && !s->conflict && !crowd.shot[b][word].conflict;
        }
    }
    crowd.wrong += crowd.threads == 2 && pair_is_wrong(word, reported, conflicts);
    crowd.races += reported;
    crowd.silent += !reported;
}

static void *crowd_thread(void *arg)
{
    unsigned slot = (unsigned)(uintptr_t)arg;
    for (unsigned batch = 0; batch < crowd.batches; batch++) {
        if (slot == 0)
            prepare(batch);
        pthread_barrier_wait(&crowd.barrier);
        for (unsigned word = 0; word < BATCH; word++)
            shoot(slot, word);
        pthread_barrier_wait(&crowd.barrier);
        if (slot == 0)
            for (unsigned word = 0; word < BATCH; word++)
                judge_word(word);
    }
    return NULL;
}

static void run_threads(unsigned n, void *(*body)(void *))
{
    pthread_t thread[THREADS];
    for (unsigned i = 1; i < n; i++)
        if (pthread_create(&thread[i], NULL, body, (void *)(uintptr_t)i))
            abort();
    body(NULL);
    for (unsigned i = 1; i < n; i++)
        pthread_join(thread[i], NULL);
}

static void begin(unsigned threads)
{
    struct world_setup setup = {.threads = threads,
                                .run_burst = EPOCH_IDS / CORE_RUN_SIZE,
                                .set_words = WORLD_SET_WORDS,
                                .records = WORLD_RECORDS};
    world_begin(&world, &setup);
}

static void run_crowd(unsigned threads, unsigned batches)
{
    begin(threads);
    crowd.threads = threads;
    crowd.batches = batches;
    crowd.wrong = crowd.races = crowd.silent = 0;
    pthread_barrier_init(&crowd.barrier, NULL, threads);
    run_threads(threads, crowd_thread);
    pthread_barrier_destroy(&crowd.barrier);
    for (unsigned word = 0; word < BATCH; word++)
        core_shadow_store(&world.shadow, &crowd.p[word], &crowd.q[word], 0);
    CHECK_EQ(crowd.wrong, 0);
    CHECK(crowd.races > 0);
    CHECK(crowd.silent > 0 || threads > 3); /* of many, some nearly always race */
    CHECK(!world.shadow.exhausted);
    CHECK_EQ(world.shadow.record_live, 0);
    CHECK_EQ(world_end(&world), AGREED);
    printf("%u threads: %u words, %ld races\n", threads, batches * BATCH, crowd.races);
}

static void test_of_two_the_later_reports(void)
{
    run_crowd(2, PAIR_BATCHES);
}

static void test_who_says_nothing_has_no_conflict(void)
{
    run_crowd(3, CROWD_BATCHES);
    run_crowd(THREADS, CROWD_BATCHES / 4);
}

/* ---- few words, many accesses, some under a lock ---- */

enum { LOCKED = 4, WILD = 4 };

static struct {
    uint64_t p[LOCKED + WILD], q[LOCKED + WILD];
    core_lock lock[LOCKED];          /* the program's lock of each locked word, */
    struct core_clock clock[LOCKED]; /* and what it passes on */
    core_lock run_lock;
    uint64_t seed;
    long false_races, wild_races;
} churn;

static uint64_t churn_access(unsigned slot, unsigned word, uint32_t x)
{
    struct world_thread *t = &world.thread[slot];
    unsigned mask = x >> 8 & 0x80 ? 0xff : 1 + (x >> 8 & 0xff) % 255, kind = x & 3;

    if (t->next >= t->end) { /* the table of runs is shared */
        core_lock_acquire(&churn.run_lock);
        world_new_window(&world, t);
        core_lock_release(&churn.run_lock);
    }
    core_id id = t->next++;
    world.log[id] = (struct core_event){1 << CORE_KIND_BITS | kind, 0};
    struct core_actor actor = world_actor(t, slot);
    uint64_t near = 0;
    return world_touch(&world.shadow, &actor, &churn.p[word], &churn.q[word], mask, id, kind,
                       &near);
}

static bool locked_access(unsigned slot, unsigned word, uint32_t x)
{
    struct world_thread *t = &world.thread[slot];
    uint64_t conflict = 0;

    core_lock_acquire(&churn.lock[word]);
    core_clock_join(&t->clock, &churn.clock[word]);
    for (int i = 0; i < 3; i++, x = x * 1664525 + 1013904223)
        conflict |= churn_access(slot, word, x >> 8);
    if (x >> 28 == 0) /* freed; only who owns a block may do that */
        core_shadow_store(&world.shadow, &churn.p[word], &churn.q[word], 0);
    core_clock_assign(&churn.clock[word], &t->clock);
    core_clock_raise(&churn.clock[word], slot, t->next);
    t->epoch_first = t->next;
    core_lock_release(&churn.lock[word]);
    return conflict != 0;
}

static void *churn_thread(void *arg)
{
    unsigned slot = (unsigned)(uintptr_t)arg;
    long false_races = 0, wild_races = 0;

    for (uint32_t step = 0; step < CHURN_STEPS / THREADS; step++) {
        uint32_t x = random_of(churn.seed + slot, step);
        if (x % 16 == 0) /* seldom: a lock orders what was wild before it as well */
            false_races += locked_access(slot, (x >> 4) % LOCKED, x >> 6);
        else
            wild_races += churn_access(slot, LOCKED + (x >> 4) % WILD, x >> 6) != 0;
        if ((x >> 16 & 31) == 0)
            core_relax(-1u); /* few cores: others would wait until this thread is through */
    }
    __atomic_fetch_add(&churn.false_races, false_races, __ATOMIC_RELAXED); /* sums, */
    __atomic_fetch_add(&churn.wild_races, wild_races, __ATOMIC_RELAXED);   /* read after join */
    return NULL;
}

static void test_locked_words_beside_wild_ones(void)
{
    begin(THREADS);
    run_threads(THREADS, churn_thread);
    CHECK_EQ(churn.false_races, 0);
    CHECK(churn.wild_races > 0);
    for (unsigned i = 0; i < LOCKED + WILD; i++)
        core_shadow_store(&world.shadow, &churn.p[i], &churn.q[i], 0);
    for (unsigned i = 0; i < LOCKED; i++)
        core_clock_clear(&churn.clock[i]);
    CHECK_EQ(world.shadow.record_live, 0);
    CHECK_EQ(world_end(&world), AGREED);
    printf("%u words of sets, %u records at most, %ld races\n", world.shadow.set_used,
           world.shadow.record_used, churn.wild_races);
}

/* ---- clocks that pass through locks ---- */

enum { CLOCK_OBJECTS = 3, CLOCK_SLOTS = 200 };

static struct {
    core_lock lock[CLOCK_OBJECTS];
    struct core_clock clock[CLOCK_OBJECTS];
    long torn;
} passed;

/* Each thread counts its own slots up together: whoever knows one knows the others. */
static void *clock_thread(void *arg)
{
    unsigned slot = (unsigned)(uintptr_t)arg;
    struct core_clock mine = {0};
    long torn = 0;

    for (core_id step = 1; step <= CLOCK_STEPS / THREADS; step++) {
        unsigned object = random_of(slot, step) % CLOCK_OBJECTS;
        for (unsigned i = slot; i < CLOCK_SLOTS; i += THREADS)
            core_clock_raise(&mine, i, step);
        core_lock_acquire(&passed.lock[object]);
        core_clock_join(&mine, &passed.clock[object]);
        core_clock_assign(&passed.clock[object], &mine);
        core_lock_release(&passed.lock[object]);
        for (unsigned i = 0; i + THREADS < CLOCK_SLOTS; i++)
            torn += core_clock_get(&mine, i) != core_clock_get(&mine, i + THREADS);
    }
    core_clock_clear(&mine);
    __atomic_fetch_add(&passed.torn, torn, __ATOMIC_RELAXED); /* a sum, read after join */
    return NULL;
}

static void test_clocks_pass_through_locks(void)
{
    run_threads(THREADS, clock_thread);
    CHECK_EQ(passed.torn, 0);
    for (unsigned i = 0; i < CLOCK_OBJECTS; i++)
        core_clock_clear(&passed.clock[i]);
    CHECK_EQ(core_host_live_bytes(), world.own_bytes);
}

int main(int argc, char **argv)
{
    uint32_t fresh = 1;
    if (argc > 1)
        fresh = (uint32_t)strtoul(argv[1], NULL, 10);
    else if (getrandom(&fresh, sizeof fresh, 0) < 0)
        fresh = 1;
    crowd.seed = churn.seed = (uint64_t)fresh << 8; /* threads add their slot */
    printf("kinds and bytes of seed %u; the interleaving is the machine's\n", fresh);
    world_open(&world);
    RUN(test_of_two_the_later_reports);
    RUN(test_who_says_nothing_has_no_conflict);
    RUN(test_locked_words_beside_wild_ones);
    RUN(test_clocks_pass_through_locks);
    return check_done();
}
