/* The strategies, on programs in a simulator: what each promises, against brute force where the
 * promise is a probability. Seeds are fixed, so each band is met or not met, every time. */
#include <errno.h>

#include "../check.h"
#include "core/profile.h"
#include "sim.h"

/* ---- programs ---- */

static struct sim_var x, y, spun;
static struct sim_mutex m, n;
static struct sim_cond cond;
static long order; /* of the writes to x, in base 4 */

static void clear(void)
{
    x.value = y.value = spun.value = order = 0;
    m.held = n.held = false;
}

static void two_writes(void *arg)
{
    for (int i = 0; i < 2; i++) {
        sim_write(&x, (long)(size_t)arg);
        order = order * 4 + (long)(size_t)arg;
    }
}

static void three_threads(void *arg)
{
    clear();
    for (size_t i = 1; i <= 3; i++)
        sim_spawn(two_writes, (void *)i);
}

static void increment(void *arg)
{
    for (int i = 0; i < 3; i++)
        sim_write(&x, sim_read(&x) + 1);
}

/* Fails when an increment is lost. */
static void lost_update(void *arg)
{
    clear();
    uint32_t a = sim_spawn(increment, NULL), b = sim_spawn(increment, NULL);
    sim_join(a);
    sim_join(b);
    if (sim_read(&x) != 6)
        sim_fail();
}

static void waiter(void *arg)
{
    sim_lock(&m);
    while (!sim_read(&y))
        sim_cond_wait(&cond, &m);
    sim_write(&y, y.value - 1);
    sim_unlock(&m);
}

/* Locks, conditions, free choices among waiters. */
static void signals(void *arg)
{
    uint32_t ids[4];
    clear();
    for (int i = 0; i < 4; i++)
        ids[i] = sim_spawn(waiter, NULL);
    for (int i = 0; i < 4; i++) {
        sim_lock(&m);
        sim_write(&y, y.value + 1);
        sim_cond_signal(&cond);
        sim_unlock(&m);
    }
    for (int i = 0; i < 4; i++)
        sim_join(ids[i]);
}

static void spin_looking(void *arg)
{
    while (!sim_atomic_load(&spun))
        ;
}

static void spin_yielding(void *arg)
{
    while (!sim_atomic_load(&spun))
        sim_yield();
}

static void spin_trying(void *arg)
{
    while (!sim_atomic_cas(&spun, 1, 1))
        ;
}

static void slow_setter(void *arg)
{
    for (int i = 0; i < 400; i++)
        sim_write(&y, i);
    sim_atomic_store(&spun, 1);
}

static void spinners(void *arg)
{
    clear();
    sim_body *bodies[] = {spin_looking,  spin_yielding, spin_trying,  spin_looking,
                          spin_yielding, slow_setter,   spin_yielding};
    for (int i = 0; i < 7; i++)
        sim_spawn(bodies[i], NULL);
}

static void lock_both(void *arg)
{
    sim_lock(arg ? &n : &m);
    sim_lock(arg ? &m : &n);
    sim_unlock(&n);
    sim_unlock(&m);
}

static void deadlock(void *arg)
{
    clear();
    sim_spawn(lock_both, NULL);
    sim_spawn(lock_both, &n);
}

static sim_body *const programs[] = {three_threads, lost_update, signals, spinners, deadlock};
enum { PROGRAMS = sizeof programs / sizeof *programs };

/* Seeded, and all. */
static const char *const seeded[] = {"random", "random:stay=1", "random:stay=64",
                                     "pct",    "pos",           "surw"};
enum { SEEDED = sizeof seeded / sizeof *seeded };

static struct core_strategy_config config_of(const char *strategy, uint64_t seed)
{
    struct core_strategy_config config = {0};
    CHECK_EQ(core_strategy_parse(&config, strategy), 0);
    config.seed = core_mix(seed + 1);
    return config;
}

static void run(sim_body *program, const char *strategy, uint64_t seed)
{
    sim_run(&(struct sim_input){.program = program, .config = config_of(strategy, seed)});
}

/* ---- text ---- */

static void test_names(void)
{
    static const char *const bad[] = {"",
                                      "rando",
                                      "randomly",
                                      "random:",
                                      "random:stay",
                                      "random:stay=",
                                      "random:stay=0",
                                      "random:stay=4294967296",
                                      "random:depth=3",
                                      "pct:depth=34",
                                      "pct:depth=3:",
                                      "pct:depth=3x",
                                      "pct:steps=99999999999999999999",
                                      "pct=3",
                                      "os:stay=1",
                                      ":pct"};
    struct core_strategy_config c = {.seed = 5, .stay = 9};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        CHECK_EQ(core_strategy_parse(&c, bad[i]), -EINVAL);
        CHECK_EQ(c.stay, 9);
    }
    CHECK_EQ(core_strategy_parse(&c, "pct:depth=3:steps=10000000000"), 0);
    CHECK(c.kind == CORE_STRATEGY_PCT && c.depth == 3 && c.steps == 10000000000 && !c.stay);
    CHECK_EQ(c.seed, 5);
    for (unsigned kind = 0; kind < CORE_STRATEGIES; kind++) {
        CHECK_EQ(core_strategy_parse(&c, core_strategy_name(kind)), 0);
        CHECK_EQ(c.kind, kind);
        CHECK_EQ(core_strategy_is_controlled(kind), kind > CORE_STRATEGY_DELAY);
    }
    CHECK_EQ(core_seed_hash(""), 0xcbf29ce484222325); /* FNV-1a's published values */
    CHECK_EQ(core_seed_hash("a"), 0xaf63dc4c8601ec8c);
    CHECK_EQ(core_seed_hash("foobar"), 0x85944171f73967e8);
}

static void test_base_rule(void)
{
    struct core_task a = {.id = 2}, b = {.id = 5}, c = {.id = 9}, gone = {.id = 6};
    struct core_task *ready[] = {&a, &b, &c};
    CHECK(core_base_pick(&(struct core_pick){ready, 3, &b, true, false}) == &b);
    CHECK(core_base_pick(&(struct core_pick){ready, 3, &b, true, true}) == &c);
    CHECK(core_base_pick(&(struct core_pick){ready, 3, &c, true, true}) == &a);
    CHECK(core_base_pick(&(struct core_pick){ready, 3, &gone, false, false}) == &c);
    CHECK(core_base_pick(&(struct core_pick){ready, 1, &a, true, true}) == &a);
    CHECK(core_base_pick(&(struct core_pick){ready, 3, NULL, false, false}) == &a);
}

/* ---- for all ---- */

static void test_same_seed_same_run(void)
{
    for (int p = 0; p < PROGRAMS; p++)
        for (int s = 0; s < SEEDED; s++)
            for (uint64_t seed = 0; seed < 20; seed++) {
                run(programs[p], seeded[s], seed);
                uint64_t hash = sim.hash, steps = sim.steps;
                bool failed = sim.failed;
                run(programs[p], seeded[s], seed);
                CHECK(sim.hash == hash && sim.steps == steps && sim.failed == failed);
            }
}

static void test_other_seed_other_run(void)
{
    for (int s = 0; s < SEEDED; s++) {
        uint64_t seen[40];
        int distinct = 0;
        for (uint64_t seed = 0; seed < 40; seed++) {
            run(lost_update, seeded[s], seed);
            bool is_new = true;
            for (int i = 0; i < distinct; i++)
                is_new &= seen[i] != sim.hash;
            if (is_new)
                seen[distinct++] = sim.hash;
        }
        CHECK(distinct >= 4);
    }
}

/* Spin loops of all kinds make progress; only a deadlock is one. */
static void test_all_end(void)
{
    for (int p = 0; p < PROGRAMS; p++)
        for (uint64_t seed = 0; seed < 200; seed++)
            for (int s = 0; s < SEEDED; s++) {
                run(programs[p], seeded[s], seed);
                CHECK(!sim.livelock);
                CHECK(!sim.deadlock || programs[p] == deadlock);
            }
}

static void test_deadlock_is_found(void)
{
    for (int s = 0; s < SEEDED; s++) {
        int found = 0;
        for (uint64_t seed = 0; seed < 200; seed++) {
            run(deadlock, seeded[s], seed);
            found += sim.deadlock;
        }
        CHECK(found > 0 && found < 200);
    }
}

/* Runs in which a switch was due cost a pick; where none is, points are only counted. */
static void test_quiet(void)
{
    run(spinners, "pct:depth=1", 1);
    CHECK(sim.picks * 10 < sim.steps);
    run(lost_update, "rr", 0);
    CHECK_EQ(sim.nitems, 0);
    CHECK(!sim.failed);
}

/* Round robin does not wait for ever for a task that never waits. */
static void test_round_robin(void)
{
    struct core_task a = {.id = 0}, b = {.id = 1}, *ready[] = {&a, &b}, *now = &a;
    struct core_strategy s;
    struct core_strategy_config config = config_of("rr", 0);
    int ran[2] = {0};
    core_strategy_init(&s, &config);
    for (int i = 0; i < 100000; i++) {
        now->points++;
        if (core_strategy_wants(&s))
            now = core_strategy_pick(&s, &(struct core_pick){ready, 2, now, true, false});
        ran[now->id]++;
    }
    CHECK(ran[0] > 40000 && ran[1] > 40000);
}

/* ---- probabilities ---- */

static int frequency(sim_body *program, const char *strategy, int runs, bool (*hit)(void))
{
    int hits = 0;
    for (int seed = 0; seed < runs; seed++) {
        run(program, strategy, (uint64_t)seed);
        hits += hit();
    }
    return hits;
}

static bool failed(void)
{
    return sim.failed;
}

/* Each point of the walk is uniform: two tasks that never wait. */
static void test_uniform(void)
{
    struct core_task tasks[5] = {{0}}, *ready[5], *now;
    struct core_strategy s;
    struct core_strategy_config config = config_of("random:stay=1", 3);
    int after[5][5] = {{0}};
    for (uint32_t i = 0; i < 5; i++) {
        tasks[i] = (struct core_task){.id = i, .op = CORE_OP_WRITE, .object = 1, .points = 9};
        tasks[i].site = i + 1;
        ready[i] = &tasks[i];
    }
    now = ready[0];
    core_strategy_init(&s, &config);
    for (int i = 0; i < 50000; i++) {
        CHECK(core_strategy_wants(&s));
        struct core_task *next =
            core_strategy_pick(&s, &(struct core_pick){ready, 5, now, true, false});
        after[now->id][next->id]++;
        now = next;
    }
    for (int i = 0; i < 5; i++)
        for (int j = 0; j < 5; j++)
            CHECK(after[i][j] > 1800 && after[i][j] < 2200);
}

/* Many at one place weigh as much as one at another. */
static void test_by_site(void)
{
    struct core_task tasks[21] = {{0}}, *ready[21], *now;
    struct core_strategy s;
    int alone = 0;
    for (uint32_t i = 0; i < 21; i++) {
        tasks[i] = (struct core_task){.id = i, .op = CORE_OP_WRITE, .object = 1, .points = 9};
        tasks[i].site = i == 20;
        ready[i] = &tasks[i];
    }
    for (uint64_t seed = 0; seed < 200; seed++) {
        struct core_strategy_config config = config_of("random:stay=1", seed);
        core_strategy_init(&s, &config);
        now = ready[0];
        for (int i = 0; i < 100; i++) {
            now = core_strategy_pick(&s, &(struct core_pick){ready, 21, now, true, false});
            alone += now == &tasks[20];
        }
    }
    CHECK(alone > 20000 * 2 / 5 && alone < 20000 / 2);
}

/* Stays are geometric: their mean is what was asked for. */
static void test_stay(void)
{
    struct core_task a = {.id = 0, .op = CORE_OP_WRITE, .object = 1, .points = 9}, *ready[] = {&a};
    for (unsigned mean = 8; mean <= 512; mean *= 4) {
        struct core_strategy s;
        struct core_strategy_config config = {
            .kind = CORE_STRATEGY_RANDOM, .stay = mean, .seed = mean};
        uint64_t picks = 0, points = 400000;
        core_strategy_init(&s, &config);
        for (uint64_t i = 0; i < points; i++)
            if (core_strategy_wants(&s)) {
                core_strategy_pick(&s, &(struct core_pick){ready, 1, &a, true, false});
                picks++;
            }
        CHECK(picks > points / mean * 9 / 10 && picks < points / mean * 11 / 10);
    }
}

static void depth_writer(void *arg)
{
    sim_write(&x, 1);
    sim_write(&x, 2);
    sim_write(&x, 3);
}

static void depth_reader(void *arg)
{
    if (sim_read(&x) == 2 && sim_read(&x) == 3)
        sim_fail();
}

/* The reader's two reads lie on both sides of the last write: three orderings, depth 3. */
static void depth_program(void *arg)
{
    clear();
    sim_spawn(depth_writer, NULL);
    sim_spawn(depth_reader, NULL);
}

static void test_pct_bound(void)
{
    int runs = 20000;
    run(depth_program, "rr", 0);
    uint64_t k = sim.steps;
    char strategy[64];
    for (int depth = 3; depth <= 5; depth++) {
        snprintf(strategy, sizeof strategy, "pct:depth=%d:steps=%d", depth, (int)k);
        int hits = frequency(depth_program, strategy, runs, failed);
        CHECK(hits >= runs / (3 * (int)(k * k))); /* 1 / (n k^(d-1)) */
    }
    CHECK_EQ(frequency(depth_program, "pct:depth=1:steps=10", 500, failed), 0);
}

/* ---- all interleavings, by depth first search ---- */

static struct {
    uint8_t chosen[256], count[256];
    size_t depth, at;
} search;

static size_t search_choose(const struct core_pick *p)
{
    if (search.at == search.depth) {
        search.chosen[search.at] = 0;
        search.depth++;
    }
    search.count[search.at] = (uint8_t)p->count;
    return search.chosen[search.at++];
}

static bool search_next(void)
{
    while (search.depth && search.chosen[search.depth - 1] + 1 == search.count[search.depth - 1])
        search.depth--;
    if (!search.depth)
        return false;
    search.chosen[search.depth - 1]++;
    return true;
}

/* The orders of the six writes; returns how many there are. */
static int all_orders(long *orders, int max)
{
    int count = 0;
    search.depth = 0;
    do {
        search.at = 0;
        sim_run(&(struct sim_input){
            .program = three_threads, .config = config_of("rr", 0), .chooser = search_choose});
        int i = 0;
        while (i < count && orders[i] != order)
            i++;
        if (i == count && count < max)
            orders[count++] = order;
    } while (search_next());
    return count;
}

static struct core_profile profile;

static void count_use(const struct core_task *t)
{
    core_profile_count(&profile, t->id, t->op, t->object);
}

static char profile_text[4096];

static void put_profile(void *context, const char *text, size_t bytes)
{
    strncat(profile_text, text, bytes);
}

static void make_profile(sim_body *program, uint32_t tasks)
{
    memset(&profile, 0, sizeof profile);
    profile_text[0] = '\0';
    for (uint32_t i = 1; i < tasks; i++)
        core_profile_born(&profile, i, 0);
    sim_run(&(struct sim_input){
        .program = program, .config = config_of("rr", 0), .on_step = count_use});
    core_profile_write(&profile, put_profile, NULL);
    CHECK_EQ(core_profile_parse(&profile, profile_text, strlen(profile_text)), 0);
}

static int index_of(const long *orders, int count, long wanted)
{
    int i = 0;
    while (i < count && orders[i] != wanted)
        i++;
    return i;
}

/* How often each of the orders comes; the largest and the smallest share times their number. */
static void spread(const struct core_strategy_config *config, double *low, double *high)
{
    static long orders[128];
    int runs = 18000, hits[129] = {0}, count = all_orders(orders, 128);
    CHECK_EQ(count, 90); /* 6! / (2! 2! 2!) */
    for (int seed = 0; seed < runs; seed++) {
        struct core_strategy_config c = *config;
        c.seed = core_mix((uint64_t)seed + 1);
        sim_run(&(struct sim_input){.program = three_threads, .config = c});
        hits[index_of(orders, count, order)]++;
    }
    CHECK_EQ(hits[count], 0);
    *low = 1e9, *high = 0;
    for (int i = 0; i < count; i++) {
        double share = (double)hits[i] * count / runs;
        *low = share < *low ? share : *low;
        *high = share > *high ? share : *high;
    }
}

/* By a profile each order has the same chance; without one, and under POS, each has some. */
static void test_orders(void)
{
    double low, high;
    struct core_strategy_config config = config_of("surw", 0);
    make_profile(three_threads, 4);
    config.profile = &profile;
    spread(&config, &low, &high);
    CHECK(low > 0.7 && high < 1.3); /* 200 expected of each, four standard deviations */
    config = config_of("pos", 0);
    spread(&config, &low, &high);
    CHECK(low > 0.01 && high < 16);
    config = config_of("surw", 0); /* without */
    spread(&config, &low, &high);
    CHECK(low > 0.05 && high < 20);
}

/* ---- lists ---- */

static struct core_item kept[SIM_ITEMS];
static struct core_schedule schedule;

static void keep(void)
{
    memcpy(kept, sim.items, sim.nitems * sizeof *kept);
    schedule = (struct core_schedule){.items = kept, .count = sim.nitems, .strict = true};
}

static void play(sim_body *program)
{
    struct core_strategy_config config = config_of("list", 0);
    config.schedule = &schedule;
    sim_run(&(struct sim_input){.program = program, .config = config});
}

/* A list is what any other strategy did, exactly. */
static void test_list_replays(void)
{
    for (int p = 0; p < PROGRAMS; p++)
        for (int s = 0; s < SEEDED; s++)
            for (uint64_t seed = 0; seed < 60; seed++) {
                run(programs[p], seeded[s], seed);
                uint64_t hash = sim.hash, steps = sim.steps;
                bool fails = sim.failed, locks = sim.deadlock;
                keep();
                for (int strict = 0; strict < 2; strict++) {
                    schedule.strict = strict;
                    play(programs[p]);
                    CHECK(sim.hash == hash && sim.steps == steps);
                    CHECK(sim.failed == fails && sim.deadlock == locks);
                    CHECK_EQ(core_strategy_left_at(&sim.strategy), -1);
                    CHECK_EQ(sim.nitems, schedule.count);
                }
            }
}

/* Not strict: what does not fit is passed over, the rest is done. */
static void test_list_without_some(void)
{
    for (uint64_t seed = 0; seed < 60; seed++) {
        run(signals, "random:stay=1", seed);
        keep();
        uint32_t count = schedule.count;
        schedule.strict = false;
        schedule.count = 0;
        for (uint32_t i = 0; i < count; i++)
            if ((i ^ seed) % 3)
                kept[schedule.count++] = kept[i];
        play(signals);
        CHECK(!sim.livelock && !sim.deadlock);
        CHECK_EQ(core_strategy_left_at(&sim.strategy), -1);
        CHECK(sim.nitems <= schedule.count);
    }
}

/* Strict: the first item that does not fit ends the list, and the schedule's seed goes on. */
static void test_list_left(void)
{
    run(signals, "random:stay=1", 7);
    keep();
    CHECK(schedule.count > 10);
    strcpy(schedule.seed, "s");
    strcpy(schedule.strategy, "pos");
    struct core_item good = kept[5];
    for (int how = 0; how < 4; how++) {
        kept[5] = good;
        if (how == 0)
            kept[5].to = 99;
        if (how == 1)
            kept[5].check ^= 0x40;
        if (how == 2)
            kept[5].task = kept[4].task, kept[5].point = kept[4].point; /* is past */
        if (how == 3)
            kept[5].choice ^= 1;
        play(signals);
        CHECK_EQ(core_strategy_left_at(&sim.strategy), 5);
        CHECK_EQ(sim.strategy.plays, CORE_STRATEGY_POS);
        CHECK(memcmp(sim.items, kept, 5 * sizeof *kept) == 0);
        CHECK(!sim.livelock && !sim.deadlock);
    }
    strcpy(schedule.strategy, "list"); /* no way to go on: the default */
    play(signals);
    CHECK(sim.strategy.config.kind == CORE_STRATEGY_RANDOM);
    kept[5] = good;
    kept[schedule.count - 1].point += 1000; /* of a task that ends before it gets there */
    play(signals);
    CHECK_EQ(core_strategy_left_at(&sim.strategy), (long)schedule.count - 1);
}

int main(void)
{
    RUN(test_names);
    RUN(test_base_rule);
    RUN(test_same_seed_same_run);
    RUN(test_other_seed_other_run);
    RUN(test_all_end);
    RUN(test_deadlock_is_found);
    RUN(test_quiet);
    RUN(test_round_robin);
    RUN(test_uniform);
    RUN(test_by_site);
    RUN(test_stay);
    RUN(test_pct_bound);
    RUN(test_orders);
    RUN(test_list_replays);
    RUN(test_list_without_some);
    RUN(test_list_left);
    return check_done();
}
