/* The lock-order graph against an oracle that tries everything. Prints the seed of a failure. */
#include "../check.h"

#include <stdlib.h>

#include "core/lockgraph.h"

enum { LOCKS = 5, SEEN_MAX = 4096, ROUNDS = 3000, REQUESTS = 40 };

static const struct core_lock_note no_note;

/* ---- oracle: all requests ever made, and every simple cycle over them ---- */

struct seen {
    uint32_t from, to;
    core_lock_held held[LOCKS];
    size_t nheld;
};

static struct seen seen[SEEN_MAX];
static size_t nseen;

static bool together(const struct seen *a, const struct seen *b)
{
    for (size_t i = 0; i < a->nheld; i++)
        for (size_t j = 0; j < b->nheld; j++)
            if (a->held[i] >> 1 == b->held[j] >> 1 && !(a->held[i] & b->held[j] & 1))
                return false;
    return true;
}

/* Can path[0..n), which starts with the newest request, be closed? */
static bool oracle_closes(const struct seen **path, size_t n)
{
    const struct seen *last = path[n - 1];
    if (last->to == path[0]->from)
        return true;
    for (size_t k = 0; k < nseen; k++) {
        const struct seen *s = &seen[k];
        if (s->from != last->to)
            continue;
        size_t i = 0;
        while (i < n && together(path[i], s) && path[i]->to != s->to)
            i++;
        if (i < n)
            continue;
        path[n] = s;
        if (oracle_closes(path, n + 1))
            return true;
    }
    return false;
}

/* ---- random requests ---- */

static uint64_t random_state;

static unsigned pick(unsigned n)
{
    random_state = random_state * 6364136223846793005ull + 1442695040888963407ull;
    return (unsigned)(random_state >> 33) % n;
}

static void pick_request(struct seen *r)
{
    bool used[LOCKS + 1] = {false};
    size_t n = 1 + pick(3);
    *r = (struct seen){.nheld = n};
    for (size_t i = 0; i <= n; i++) {
        uint32_t lock;
        do
            lock = 1 + pick(LOCKS);
        while (used[lock]);
        used[lock] = true;
        if (i < n)
            r->held[i] = core_lock_held_make(lock, pick(4) == 0);
        else
            r->to = lock;
    }
}

static void forget(uint32_t lock)
{
    size_t kept = 0;
    for (size_t i = 0; i < nseen; i++)
        if (seen[i].from != lock && seen[i].to != lock)
            seen[kept++] = seen[i];
    nseen = kept;
}

/* A request that teaches nothing may not close a cycle that no earlier one closes. */
static bool earlier_closes(uint32_t from, uint32_t to)
{
    for (size_t i = 0; i < nseen; i++) {
        const struct seen *path[LOCKS + 2] = {&seen[i]};
        if (seen[i].from == from && seen[i].to == to && oracle_closes(path, 1))
            return true;
    }
    return false;
}

static bool same_answer(struct core_lockgraph *g, const struct seen *r, size_t from_index)
{
    struct seen now = *r;
    now.from = r->held[from_index] >> 1;
    bool known = false;
    for (size_t i = 0; i < nseen && !known; i++)
        known = !memcmp(&seen[i], &now, sizeof now);
    const struct seen *path[LOCKS + 2] = {&now};
    bool expected = oracle_closes(path, 1);
    struct core_lock_cycle c = {0};
    bool learned = core_lockgraph_add(g, r->held, r->nheld, from_index, r->to, &no_note, &c);
    bool good = learned ? !known && expected == (c.length > 0)
                        : known || !expected || earlier_closes(now.from, now.to);
    seen[nseen++] = now;
    return good;
}

static void test_oracle(void)
{
    for (unsigned seed = 1; seed <= ROUNDS; seed++) {
        struct core_lockgraph g = {0};
        random_state = seed;
        nseen = 0;
        bool good = true;
        for (int i = 0; i < REQUESTS && good; i++) {
            struct seen r;
            pick_request(&r);
            if (pick(10) == 0) {
                core_lockgraph_remove(&g, r.to);
                forget(r.to);
            }
            for (size_t from = 0; from < r.nheld && good; from++)
                good = same_answer(&g, &r, from);
        }
        core_lockgraph_clear(&g);
        if (!good)
            printf("seed %u: graph and oracle differ\n", seed);
        CHECK(good);
        if (!good)
            return;
    }
}

/* ---- single cases ---- */

static struct core_lockgraph graph;

static size_t request(uint32_t from, uint32_t gate, uint32_t to)
{
    core_lock_held held[2] = {core_lock_held_make(from, false), core_lock_held_make(gate, false)};
    struct core_lock_cycle c = {0};
    struct core_lock_note note = {from, to, 0};
    core_lockgraph_add(&graph, held, gate ? 2 : 1, 0, to, &note, &c);
    return c.too_long ? c.too_long : c.length;
}

static void test_two_locks(void)
{
    CHECK_EQ(request(1, 0, 2), 0);
    CHECK_EQ(request(2, 0, 1), 2);
    CHECK_EQ(request(2, 0, 1), 0); /* known */
    core_lockgraph_clear(&graph);
}

static void test_gate(void)
{
    CHECK_EQ(request(1, 9, 2), 0);
    CHECK_EQ(request(2, 9, 1), 0); /* both under 9 */
    CHECK_EQ(request(2, 0, 1), 2); /* 9 no longer keeps them apart */
    core_lockgraph_clear(&graph);
    CHECK_EQ(request(1, 9, 2), 0);
    CHECK_EQ(request(2, 8, 1), 2); /* different gates don't help */
    core_lockgraph_clear(&graph);
}

static void test_gate_of_two_in_three(void)
{
    CHECK_EQ(request(1, 9, 2), 0);
    CHECK_EQ(request(2, 9, 3), 0);
    CHECK_EQ(request(3, 0, 1), 0); /* the first two can't be under way together */
    CHECK_EQ(request(2, 0, 3), 3);
    core_lockgraph_clear(&graph);
}

static void test_order_of_edges(void)
{
    request(1, 0, 2);
    request(2, 0, 3);
    core_lock_held held = core_lock_held_make(3, false);
    struct core_lock_cycle c;
    struct core_lock_note note = {7, 8, 9};
    CHECK(core_lockgraph_add(&graph, &held, 1, 0, 1, &note, &c));
    CHECK_EQ(c.length, 3);
    for (size_t i = 0; i < 3; i++) {
        CHECK_EQ(c.edge[i].from, i + 1);
        CHECK_EQ(c.edge[i].to, i == 2 ? 1 : i + 2);
    }
    CHECK_EQ(c.edge[0].note.thread, 1);
    CHECK_EQ(c.edge[2].note.held_stack, 9);
    core_lockgraph_clear(&graph);
}

static void test_remove(void)
{
    request(1, 0, 2);
    request(2, 0, 3);
    core_lockgraph_remove(&graph, 2);
    CHECK_EQ(request(3, 0, 1), 0);
    CHECK_EQ(graph.nnodes, 2);
    core_lockgraph_clear(&graph);
    CHECK_EQ(graph.bytes, 0);
}

static void test_long(void)
{
    for (uint32_t n = CORE_LOCKGRAPH_CYCLE_MAX - 1; n <= CORE_LOCKGRAPH_CYCLE_MAX + 9; n++) {
        for (uint32_t i = 1; i < n; i++)
            CHECK_EQ(request(i, 0, i + 1), 0);
        CHECK_EQ(request(n, 0, 1), n);
        core_lockgraph_clear(&graph);
    }
}

/* ---- ranks: many locks in a hidden order, then one edge against it ---- */

enum { MANY = 120 };

static bool reach[MANY + 1][MANY + 1];

static void oracle_add(unsigned from, unsigned to)
{
    for (unsigned a = 1; a <= MANY; a++)
        for (unsigned b = 1; b <= MANY; b++)
            if ((a == from || reach[a][from]) && (b == to || reach[to][b]))
                reach[a][b] = true;
}

static void test_ranks(void)
{
    for (unsigned seed = 1; seed <= 60; seed++) {
        unsigned order[MANY], edges = 20 + seed * 7;
        random_state = seed;
        memset(reach, 0, sizeof reach);
        for (unsigned i = 0; i < MANY; i++) {
            unsigned j = pick(i + 1);
            order[i] = order[j];
            order[j] = i + 1;
        }
        for (unsigned i = 0; i < edges; i++) {
            unsigned a = pick(MANY), b = pick(MANY);
            if (a == b)
                continue;
            unsigned from = order[a < b ? a : b], to = order[a < b ? b : a];
            CHECK_EQ(request(from, 0, to), 0);
            oracle_add(from, to);
        }
        CHECK_EQ(graph.nback, 0);
        for (unsigned i = 0; i < 30; i++) {
            unsigned from = 1 + pick(MANY), to = 1 + pick(MANY);
            if (from == to)
                continue;
            size_t nedges = graph.nedges, length = request(from, 0, to);
            if (graph.nedges > nedges)
                CHECK_EQ(length > 0, reach[to][from]);
            oracle_add(from, to);
        }
        core_lockgraph_clear(&graph);
    }
}

/* Thousands of locks under one: no request may cost more than its bounded search. */
static void test_wide(void)
{
    for (uint32_t i = 2; i < 20000; i++)
        CHECK_EQ(request(1, 0, i), 0);
    CHECK_EQ(request(19999, 0, 1), 2);
    core_lockgraph_clear(&graph);
    CHECK_EQ(graph.bytes, 0);
}

int main(void)
{
    RUN(test_two_locks);
    RUN(test_gate);
    RUN(test_gate_of_two_in_three);
    RUN(test_order_of_edges);
    RUN(test_remove);
    RUN(test_long);
    RUN(test_ranks);
    RUN(test_wide);
    RUN(test_oracle);
    return check_done();
}
