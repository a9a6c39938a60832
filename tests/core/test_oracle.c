/*
 * The shadow against happens-before by brute force, on random traces.
 *
 *     test_oracle                 traces of fresh seeds until ACCESSES were compared
 *     test_oracle SEED            the one trace of this seed; a failure prints this line
 *
 * A trace is drawn while it runs, so that it can avoid most races: what survives many
 * accesses without one (sets, records, words that fall apart and grow together again) is where
 * an exact state is hard to keep. A failing trace is cut down before it is printed.
 */
#include <inttypes.h>
#include <stdio.h>
#include <sys/random.h>

#include "../check.h"
#include "world.h"

#ifdef __SANITIZE_ADDRESS__
enum { ACCESSES = 1000000 };
#else
enum { ACCESSES = 3000000 };
#endif

enum { TRACE_OPS = 8192 };

/* A style of program. Numbers of `of` are chances in 256. */
struct style {
    const char *name;
    unsigned threads_min, threads_max, words, length;
    unsigned kind_of[4]; /* read, write, atomic read, atomic write: weights */
    unsigned size_of[6]; /* 1, 2, 4, 8 bytes aligned; 1..8 anywhere, over two words; any mask */
    unsigned sync_of;    /* an op that is no access */
    unsigned sites;      /* few: ids are used again */
    unsigned stay_of;    /* that the thread of the last access goes on */
    unsigned forget_of;  /* that an op which is no access forgets a word */
    bool stream;         /* next to the last access rather than anywhere */
};

static const struct style styles[] = {
    {"mixed", 2, 6, 4, 800, {4, 3, 2, 2}, {2, 2, 2, 3, 1, 1}, 70, 8, 64, 2, false},
    {"readers", 3, 12, 3, 800, {12, 1, 1, 1}, {2, 1, 2, 4, 1, 0}, 60, 12, 64, 2, false},
    {"writers", 2, 8, 4, 800, {1, 6, 0, 1}, {2, 1, 2, 3, 1, 1}, 90, 6, 64, 2, false},
    {"bytes", 2, 5, 2, 800, {3, 3, 1, 1}, {8, 2, 0, 1, 0, 0}, 60, 10, 200, 2, true},
    {"atomics", 2, 12, 3, 800, {1, 1, 6, 6}, {1, 1, 3, 3, 0, 0}, 50, 6, 0, 2, false},
    {"words", 2, 9, 8, 800, {4, 3, 1, 1}, {0, 0, 0, 1, 0, 0}, 70, 8, 200, 2, false},
    {"masks", 2, 4, 2, 600, {2, 2, 1, 1}, {0, 0, 0, 0, 2, 3}, 60, 16, 64, 2, false},
    {"one word", 2, 3, 1, 400, {1, 1, 1, 1}, {1, 1, 1, 1, 0, 0}, 40, 4, 64, 2, false},
    {"bursts", 2, 4, 2, 800, {3, 3, 1, 1}, {2, 1, 3, 3, 0, 0}, 16, 3, 230, 2, false},
    {"reuse", 3, 4, 1, 800, {4, 1, 1, 3}, {0, 0, 2, 3, 0, 0}, 30, 3, 64, 200, false},
    {"one at a time", 1, 4, 8, 2400, {5, 4, 0, 0}, {2, 1, 2, 4, 1, 0}, 40, 16, 254, 16, false},
    {"by itself", 1, 2, 8, 6000, {5, 4, 0, 0}, {2, 1, 2, 4, 1, 0}, 90, 16, 255, 0, false},
    {"crowd", 60, 140, 4, 3000, {8, 1, 3, 3}, {1, 0, 1, 6, 0, 0}, 12, 4, 0, 2, false},
    {"crowd of readers", 70, 150, 2, 3000, {30, 1, 4, 1}, {1, 0, 1, 6, 0, 0}, 4, 4, 0, 1, false},
};

static struct world world;

/* ---- chance ---- */

static uint64_t random_state;

static uint32_t below(uint32_t n) /* 0..n-1 */
{
    random_state += 0x9e3779b97f4a7c15ull;
    uint64_t x = core_mix(random_state);
    return (uint32_t)((core_mix(x ^ x >> 29) >> 32) * n >> 32);
}

static bool chance(unsigned of_256)
{
    return below(256) < of_256;
}

static unsigned weighted(const unsigned *weights, unsigned n)
{
    unsigned sum = 0, i = 0;
    for (unsigned k = 0; k < n; k++)
        sum += weights[k];
    for (uint32_t x = below(sum); x >= weights[i]; i++)
        x -= weights[i];
    return i;
}

/* ---- drawing a trace ---- */

struct trace {
    const struct style *style;
    struct world_setup setup;
    unsigned races_of;      /* chance in 256 that a race is let through */
    unsigned exotic_of;     /* chance that a kind is a free, alloc or vptr access */
    unsigned compact_every; /* ops on average, 0 = never */
    unsigned at_byte;       /* where a stream goes on */
    uint8_t thread;         /* of the last access */
    size_t count;
    struct op ops[TRACE_OPS];
};

static void draw_setup(struct trace *tr, uint64_t seed)
{
    static const unsigned races_of[] = {0, 3, 20, 256};
    static const unsigned compact_every[] = {0, 5, 40, 150, 400};

    random_state = core_mix(seed);
    const struct style *s = &styles[below(sizeof styles / sizeof *styles)];
    tr->style = s;
    tr->count = 0;
    tr->at_byte = tr->thread = 0;
    tr->races_of = races_of[below(4)];
    tr->exotic_of = chance(64) ? 128 : 0;
    tr->compact_every = 0;
    tr->setup = (struct world_setup){
        .threads = s->threads_min + below(s->threads_max - s->threads_min + 1),
        .run_burst = 1 + below(4),
        .skip = chance(160),
        .drafts = chance(160),
        .high_ids = chance(32),
        .set_words = WORLD_SET_WORDS,
        .records = WORLD_RECORDS,
    };
    /* seldom near the end of the id space: there it takes long, and then the ids are low */
    if (!tr->setup.high_ids || chance(8))
        tr->compact_every = compact_every[below(5)];
    if (chance(24)) { /* tables that run full */
        tr->setup.set_words = 1 + below(200);
        tr->setup.records = 1 + below(4);
    }
}

static struct op draw_sync(const struct trace *tr)
{
    static const unsigned weights[OP_COUNT] = {
        [OP_ACQUIRE] = 24, [OP_RELEASE] = 12, [OP_RELEASE_STORE] = 12,
        [OP_EDGE] = 12,    [OP_RESPAWN] = 3,  [OP_NEW_WINDOW] = 4,
    };
    unsigned threads = tr->setup.threads;
    bool forget = chance(tr->style->forget_of);
    unsigned forgets = tr->setup.drafts && chance(160) ? 1 : 3; /* the others end a draft */
    struct op op = {
        .what = (uint8_t)(forget ? OP_FORGET + below(forgets) : weighted(weights, OP_COUNT)),
        .thread = (uint8_t)below(threads),
        .site = (uint8_t)below(tr->style->sites),
    };
    bool two_threads = op.what == OP_EDGE || op.what == OP_RESPAWN;
    bool of_word = op.what >= OP_FORGET && op.what <= OP_FREE;
    op.arg = (uint8_t)below(two_threads ? threads : of_word ? tr->style->words : MODEL_SYNCS / 2);
    return op;
}

/* The bytes of an access: first byte in the array of words, and how many. */
static void draw_bytes(struct trace *tr, unsigned *start, unsigned *bytes)
{
    unsigned total = tr->style->words * 8, form = weighted(tr->style->size_of, 6);
    *bytes = form < 4 ? 1u << form : 1 + below(16);
    *start = below(total);
    if (tr->style->stream && chance(224))
        *start = tr->at_byte;
    if (form < 4)
        *start &= ~(*bytes - 1);
    if (*start + *bytes > total)
        *bytes = total - *start;
    tr->at_byte = (*start + *bytes) % total;
    if (form == 5)
        *bytes = 0; /* any mask */
}

static bool add_op(struct trace *tr, struct op op, enum verdict *verdict)
{
    tr->ops[tr->count++] = op;
    *verdict = world_step(&world, op);
    return *verdict == AGREED;
}

/* Lets op happen; makes it ordered first, or leaves it out, when it would race and must not. */
static bool add_access(struct trace *tr, struct op op, enum verdict *verdict)
{
    const struct model_access *earlier;
    bool may_race = chance(tr->races_of), order = chance(128);

    for (int tries = 0; !may_race && tr->count + 2 < TRACE_OPS; tries++) {
        earlier = model_find(&world.model, op.thread, op.arg, op.mask, world_kinds[op.kind]);
        if (!earlier)
            break;
        struct op edge = {.what = OP_EDGE, .thread = earlier->thread, .arg = op.thread};
        if (!order || tries == 3)
            return true;
        if (!add_op(tr, edge, verdict))
            return false;
    }
    return add_op(tr, op, verdict);
}

static bool draw_access(struct trace *tr, enum verdict *verdict)
{
    unsigned start, bytes;
    if (!chance(tr->style->stay_of))
        tr->thread = (uint8_t)below(tr->setup.threads);
    struct op op = {
        .what = OP_ACCESS,
        .thread = tr->thread,
        .kind = (uint8_t)weighted(tr->style->kind_of, 4),
        .site = (uint8_t)below(tr->style->sites),
    };
    if (chance(tr->exotic_of))
        op.kind = (uint8_t)below(sizeof world_kinds);
    draw_bytes(tr, &start, &bytes);
    op.arg = (uint8_t)(start / 8);
    if (!bytes) {
        op.mask = (uint8_t)(1 + below(255));
        return add_access(tr, op, verdict);
    }
    uint32_t mask = ((1u << bytes) - 1) << start % 8;
    for (; mask; mask >>= 8, op.arg++) {
        op.mask = (uint8_t)mask;
        if (op.mask && !add_access(tr, op, verdict))
            return false;
    }
    return true;
}

static enum verdict draw_trace(struct trace *tr, uint64_t seed)
{
    enum verdict verdict = AGREED;

    draw_setup(tr, seed);
    world_begin(&world, &tr->setup);
    unsigned length = tr->style->length / 2 + below(tr->style->length);
    while (tr->count < length && tr->count + 16 < TRACE_OPS) {
        bool go_on = chance(tr->style->sync_of) ? add_op(tr, draw_sync(tr), &verdict)
                                                : draw_access(tr, &verdict);
        if (go_on && tr->compact_every && below(tr->compact_every) == 0)
            go_on = add_op(tr, (struct op){.what = OP_COMPACT}, &verdict);
        if (!go_on)
            break;
    }
    enum verdict end = world_end(&world);
    return verdict != AGREED ? verdict : end;
}

/* ---- a trace that fails ---- */

static bool still_fails(const struct trace *tr)
{
    size_t at;
    return world_run(&world, &tr->setup, tr->ops, tr->count, &at) != AGREED;
}

/* Leaves out ever smaller stretches as long as the trace still fails. */
static void minimise(struct trace *tr)
{
    static struct trace shorter;
    for (size_t cut = tr->count / 2; cut > 0; cut /= 2) {
        for (size_t i = 0; i + cut <= tr->count;) {
            shorter = *tr;
            shorter.count -= cut;
            memmove(&shorter.ops[i], &tr->ops[i + cut], (tr->count - i - cut) * sizeof *tr->ops);
            if (still_fails(&shorter))
                *tr = shorter;
            else
                i += cut;
        }
    }
}

static void print_op(struct op op)
{
    static const char *const what[OP_COUNT] = {
        "access", "acquire",     "release",    "release-store", "edge to",  "respawn",
        "window", "forget word", "store word", "free word",     "compacts",
    };
    static const char *const kinds[] = {"read", "write", "atomic read", "atomic write",
                                        "free", "alloc", "vptr read",   "vptr write"};
    if (op.what != OP_ACCESS)
        printf("    T%u %s %u\n", op.thread, what[op.what], op.arg);
    else
        printf("    T%u %s word %u bytes %02x site %u\n", op.thread, kinds[op.kind], op.arg,
               op.mask, op.site);
}

static void explain(struct trace *tr, enum verdict verdict, uint64_t seed)
{
    size_t at = 0;
    printf("core %s. Style %s, %u threads%s%s%s. To run it again:\n    test_oracle %" PRIu64 "\n",
           verdict_names[verdict], tr->style->name, tr->setup.threads,
           tr->setup.skip ? ", quick path" : "", tr->setup.drafts ? ", drafts" : "",
           tr->setup.high_ids ? ", high ids" : "", seed);
    if (!still_fails(tr))
        return;
    minimise(tr);
    verdict = world_run(&world, &tr->setup, tr->ops, tr->count, &at);
    printf("cut down to %zu ops, then core %s:\n", tr->count, verdict_names[verdict]);
    for (size_t i = 0; i < tr->count; i++)
        print_op(world_valid(&world, tr->ops[i]));
}

/* ---- the tests ---- */

static uint64_t first_seed, last_seed; /* 0: as many as it takes */

static void test_traces_agree(void)
{
    static struct trace tr;
    uint64_t seed = first_seed;

    for (; last_seed ? seed <= last_seed : world.cover.accesses < ACCESSES; seed++) {
        enum verdict verdict = draw_trace(&tr, seed);
        CHECK_EQ(verdict, AGREED);
        if (verdict != AGREED) {
            explain(&tr, verdict, seed);
            break;
        }
    }
    printf("seeds %" PRIu64 "..%" PRIu64 ": %" PRIu64 " accesses, %" PRIu64 " races\n", first_seed,
           seed - 1, world.cover.accesses, world.cover.races);
}

/* A state that no trace reached was not tested. */
static void test_every_state_was_reached(void)
{
    const uint64_t *count = (const uint64_t *)&world.cover;
    for (size_t i = 0; i < sizeof world.cover / sizeof *count; i++) {
        printf("%s %s %" PRIu64, i % 4 ? "," : i ? "\n" : "", cover_names[i], count[i]);
        if (!count[i])
            printf(" (!)");
    }
    printf("\n");
    for (size_t i = 0; i < sizeof world.cover / sizeof *count; i++)
        CHECK(count[i] != 0);
}

int main(int argc, char **argv)
{
    uint64_t fresh = 0;
    if (argc > 1)
        first_seed = last_seed = strtoull(argv[1], NULL, 10);
    else if (getrandom(&fresh, sizeof fresh, 0) == sizeof fresh)
        first_seed = 1 + (fresh >> 24) % 1000000000; /* short enough to type */
    world_open(&world);
    RUN(test_traces_agree);
    if (!last_seed)
        RUN(test_every_state_was_reached);
    model_free(&world.model);
    return check_done();
}
