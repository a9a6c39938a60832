#include "lockgraph.h"

/* One way in which an edge was seen. */
struct held_set {
    struct held_set *next;
    struct core_lock_note note;
    uint32_t nheld;
    core_lock_held held[];
};

struct edge {
    struct core_lock_node *from, *to;
    struct edge *next_out, **link_out; /* in from->out */
    struct edge *next_in, **link_in;   /* in to->in */
    struct held_set *sets;
    uint32_t nsets;
    bool back;
};

struct core_lock_node {
    struct core_lock_node *next; /* in the bucket */
    uint32_t lock;
    int32_t rank;
    struct edge *out, *in;
    /* of the search that has the number `visit`: */
    uint32_t visit, distance; /* edges from here to the goal */
    bool on_path;
    struct core_lock_node *queued;
};

/* ---- memory ---- */

static void *take(struct core_lockgraph *g, size_t bytes)
{
    g->bytes += bytes;
    return core_alloc(bytes);
}

static void give(struct core_lockgraph *g, void *p, size_t bytes)
{
    g->bytes -= bytes;
    core_free(p, bytes);
}

static size_t set_bytes(uint32_t nheld)
{
    return sizeof(struct held_set) + nheld * sizeof(core_lock_held);
}

/* ---- nodes ---- */

static struct core_lock_node **bucket_of(const struct core_lockgraph *g, uint32_t lock)
{
    return &g->buckets[core_mix(lock) >> 20 & (g->nbuckets - 1)];
}

static struct core_lock_node *find_node(const struct core_lockgraph *g, uint32_t lock)
{
    if (!g->nbuckets)
        return NULL;
    struct core_lock_node *n = *bucket_of(g, lock);
    while (n && n->lock != lock)
        n = n->next;
    return n;
}

static void grow_buckets(struct core_lockgraph *g)
{
    struct core_lock_node **old = g->buckets;
    size_t nold = g->nbuckets;
    g->nbuckets = nold ? nold * 2 : 256;
    g->buckets = take(g, g->nbuckets * sizeof *g->buckets);
    for (size_t i = 0; i < nold; i++) {
        for (struct core_lock_node *n = old[i], *next; n; n = next) {
            next = n->next;
            struct core_lock_node **bucket = bucket_of(g, n->lock);
            n->next = *bucket;
            *bucket = n;
        }
    }
    if (nold)
        give(g, old, nold * sizeof *old);
}

/* A new node has no edges yet: the first one finds it on the right side. */
static struct core_lock_node *get_node(struct core_lockgraph *g, uint32_t lock, bool is_target)
{
    struct core_lock_node *n = find_node(g, lock);
    if (n)
        return n;
    if (g->nnodes >= g->nbuckets)
        grow_buckets(g);
    struct core_lock_node **bucket = bucket_of(g, lock);
    n = take(g, sizeof *n);
    n->lock = lock;
    n->rank = is_target ? ++g->highest : --g->lowest;
    n->next = *bucket;
    *bucket = n;
    g->nnodes++;
    return n;
}

/* ---- ranks ---- */

/* One side of a new edge: the nodes that are to move. */
struct side {
    size_t n;
    struct core_lock_node *at[CORE_LOCKGRAPH_MOVES_MAX];
};

struct core_lock_moves {
    struct side low, high;
    int32_t ranks[2 * CORE_LOCKGRAPH_MOVES_MAX];
};

static bool add_to(struct side *s, struct core_lock_node *n, uint32_t visit)
{
    if (n->visit == visit)
        return true;
    if (s->n == CORE_LOCKGRAPH_MOVES_MAX)
        return false;
    n->visit = visit;
    s->at[s->n++] = n;
    return true;
}

/* All that can be reached from start below rank `limit`. False: start can reach the node of that
 * very rank, or there are too many. */
static bool collect_above(struct core_lockgraph *g, struct side *s, struct core_lock_node *start,
                          int32_t limit)
{
    add_to(s, start, ++g->visit);
    for (size_t i = 0; i < s->n; i++)
        for (struct edge *e = s->at[i]->out; e; e = e->next_out)
            if (!e->back &&
                (e->to->rank == limit || (e->to->rank < limit && !add_to(s, e->to, g->visit))))
                return false;
    return true;
}

/* All that can reach start from above rank `limit`. False: it costs too much. */
static bool collect_below(struct core_lockgraph *g, struct side *s, struct core_lock_node *start,
                          int32_t limit)
{
    size_t steps = CORE_LOCKGRAPH_MOVE_STEPS_MAX;
    add_to(s, start, ++g->visit);
    for (size_t i = 0; i < s->n; i++)
        for (struct edge *e = s->at[i]->in; e; e = e->next_in)
            if (!e->back && (!steps-- || (e->from->rank > limit && !add_to(s, e->from, g->visit))))
                return false;
    return true;
}

/* By rank. Shell's way: no recursion, no memory, and the sides are nearly always tiny. */
static void sort_side(struct side *s)
{
    for (size_t gap = s->n / 2; gap; gap /= 2) {
        for (size_t i = gap; i < s->n; i++) {
            struct core_lock_node *n = s->at[i];
            size_t j = i;
            for (; j >= gap && s->at[j - gap]->rank > n->rank; j -= gap)
                s->at[j] = s->at[j - gap];
            s->at[j] = n;
        }
    }
}

/* The nodes of both sides share out their ranks anew: first all of low, then all of high. Before
 * it, high's are in order and low's are in order; merging reads ranks before it changes them. */
static void deal_ranks(struct core_lock_moves *m)
{
    struct side *low = &m->low, *high = &m->high;
    size_t l = 0, h = 0, n = 0;
    while (l < low->n || h < high->n)
        m->ranks[n++] = h == high->n || (l < low->n && low->at[l]->rank < high->at[h]->rank)
                            ? low->at[l++]->rank
                            : high->at[h++]->rank;
    for (size_t i = 0; i < n; i++)
        (i < low->n ? low->at[i] : high->at[i - low->n])->rank = m->ranks[i];
}

/* Makes room for an edge from -> to. False: it has to go back. */
static bool rank_edge(struct core_lockgraph *g, struct core_lock_node *from,
                      struct core_lock_node *to)
{
    if (from->rank < to->rank)
        return true;
    if (!g->moves)
        g->moves = take(g, sizeof *g->moves);
    struct core_lock_moves *m = g->moves;
    m->low.n = m->high.n = 0;
    if (!collect_above(g, &m->high, to, from->rank) || !collect_below(g, &m->low, from, to->rank))
        return false;
    sort_side(&m->high);
    sort_side(&m->low);
    deal_ranks(m);
    return true;
}

/* ---- edges ---- */

/* The shorter of the two lists decides; one of them is usually empty. */
static struct edge *find_edge(const struct core_lock_node *from, const struct core_lock_node *to)
{
    struct edge *out = from->out, *in = to->in;
    while (out && in) {
        if (out->to == to)
            return out;
        if (in->from == from)
            return in;
        out = out->next_out;
        in = in->next_in;
    }
    return NULL;
}

static struct edge *get_edge(struct core_lockgraph *g, struct core_lock_node *from,
                             struct core_lock_node *to)
{
    struct edge *e = find_edge(from, to);
    if (e)
        return e;
    e = take(g, sizeof *e);
    e->from = from;
    e->to = to;
    e->next_out = from->out;
    e->link_out = &from->out;
    if (from->out)
        from->out->link_out = &e->next_out;
    from->out = e;
    e->next_in = to->in;
    e->link_in = &to->in;
    if (to->in)
        to->in->link_in = &e->next_in;
    to->in = e;
    g->nedges++;
    e->back = true; /* out of rank_edge's sight */
    e->back = !rank_edge(g, from, to);
    g->nback += e->back;
    return e;
}

static void drop_edge(struct core_lockgraph *g, struct edge *e)
{
    *e->link_out = e->next_out;
    if (e->next_out)
        e->next_out->link_out = e->link_out;
    *e->link_in = e->next_in;
    if (e->next_in)
        e->next_in->link_in = e->link_in;
    for (struct held_set *s = e->sets, *next; s; s = next) {
        next = s->next;
        give(g, s, set_bytes(s->nheld));
    }
    g->nback -= e->back;
    g->nedges--;
    give(g, e, sizeof *e);
}

/* ---- held sets ---- */

static bool is_read(core_lock_held h)
{
    return h & 1;
}

/* Whoever can be where b is held can be kept out by no more than where a is held: each lock of a
 * is in b, and not only for reading when a has it for writing. */
static bool implies(const core_lock_held *a, size_t na, const core_lock_held *b, size_t nb)
{
    for (size_t i = 0; i < na; i++) {
        size_t j = 0;
        while (j < nb && (b[j] >> 1 != a[i] >> 1 || (is_read(b[j]) && !is_read(a[i]))))
            j++;
        if (j == nb)
            return false;
    }
    return true;
}

/* Two threads can't hold these at the same time. */
static bool exclude(const struct held_set *a, const struct held_set *b)
{
    for (uint32_t i = 0; i < a->nheld; i++)
        for (uint32_t j = 0; j < b->nheld; j++)
            if (a->held[i] >> 1 == b->held[j] >> 1 && !(is_read(a->held[i]) && is_read(b->held[j])))
                return true;
    return false;
}

static bool has_implied(const struct edge *e, const core_lock_held *held, size_t nheld)
{
    const struct held_set *s = e->sets;
    while (s && !implies(s->held, s->nheld, held, nheld))
        s = s->next;
    return s != NULL;
}

/* NULL: nothing new. */
static struct held_set *add_set(struct core_lockgraph *g, struct edge *e,
                                const core_lock_held *held, size_t nheld,
                                const struct core_lock_note *note)
{
    if (has_implied(e, held, nheld))
        return NULL;
    for (struct held_set **link = &e->sets; *link;) {
        struct held_set *s = *link;
        if (!implies(held, nheld, s->held, s->nheld)) {
            link = &s->next;
            continue;
        }
        *link = s->next;
        give(g, s, set_bytes(s->nheld));
        e->nsets--;
    }
    if (e->nsets >= CORE_LOCKGRAPH_SETS_MAX)
        return NULL;
    struct held_set *s = take(g, set_bytes((uint32_t)nheld));
    s->note = *note;
    s->nheld = (uint32_t)nheld;
    for (size_t i = 0; i < nheld; i++)
        s->held[i] = held[i];
    s->next = e->sets;
    e->sets = s;
    e->nsets++;
    return s;
}

/* ---- search ---- */

struct search {
    struct core_lockgraph *g;
    struct core_lock_node *goal;
    size_t limit; /* edges of the path that is looked for */
    size_t steps; /* left */
    bool cut;     /* a longer limit could find more */
    size_t depth;
    const struct edge *path[CORE_LOCKGRAPH_CYCLE_MAX];
    const struct held_set *sets[CORE_LOCKGRAPH_CYCLE_MAX + 1]; /* of path, and of the new edge */
};

/* Measures how far it is to the goal, breadth first and against the edges, from every node that
 * matters. Returns the distance of start, 0 when it can't get there. */
static uint32_t measure(struct search *s, const struct core_lock_node *start)
{
    uint32_t visit = ++s->g->visit, found = 0;
    struct core_lock_node *head = s->goal, *tail = head;
    head->visit = visit;
    head->distance = 0;
    head->queued = NULL;
    for (; head && s->steps; head = head->queued) {
        if (found && head->distance + 1 >= CORE_LOCKGRAPH_CYCLE_MAX)
            break;
        for (struct edge *e = head->in; e && s->steps; e = e->next_in, s->steps--) {
            struct core_lock_node *n = e->from;
            if (n->visit == visit)
                continue;
            n->visit = visit;
            n->distance = head->distance + 1;
            n->on_path = false;
            n->queued = NULL;
            tail->queued = n;
            tail = n;
            if (n == start)
                found = n->distance;
        }
    }
    return found;
}

static bool descend(struct search *s, struct core_lock_node *n);

/* Tries to go on over e with each of its held sets that nothing so far excludes. */
static bool follow(struct search *s, const struct edge *e)
{
    s->path[s->depth] = e;
    for (const struct held_set *set = e->sets; set; set = set->next) {
        size_t i = 0;
        while (i <= s->depth && !exclude(s->sets[i], set))
            i++;
        if (i <= s->depth)
            continue;
        s->sets[++s->depth] = set;
        if (e->to == s->goal || descend(s, e->to))
            return true;
        s->depth--;
    }
    return false;
}

static bool descend(struct search *s, struct core_lock_node *n)
{
    bool found = false;
    n->on_path = true;
    for (const struct edge *e = n->out; e && !found && s->steps; e = e->next_out) {
        s->steps--;
        const struct core_lock_node *to = e->to;
        if (to->visit != s->g->visit || (to != s->goal && to->on_path))
            continue;
        if (s->depth + 1 + to->distance > s->limit)
            s->cut = true;
        else
            found = follow(s, e);
    }
    n->on_path = false;
    return found;
}

/* A path from the end of the new edge back to its start, shortest first. */
static void close_cycle(struct core_lockgraph *g, const struct edge *fresh,
                        const struct held_set *set, struct core_lock_cycle *cycle)
{
    struct search s = {.g = g, .goal = fresh->from, .steps = CORE_LOCKGRAPH_STEPS_MAX};
    if (!g->nback || !fresh->to->out || !fresh->from->in)
        return;
    s.limit = measure(&s, fresh->to);
    if (s.limit >= CORE_LOCKGRAPH_CYCLE_MAX)
        cycle->too_long = s.limit + 1;
    if (!s.limit || cycle->too_long)
        return;
    s.sets[0] = set;
    bool found;
    do {
        s.cut = false;
        s.depth = 0;
        found = descend(&s, fresh->to);
    } while (!found && s.cut && s.steps && ++s.limit < CORE_LOCKGRAPH_CYCLE_MAX);
    if (!found)
        return;
    for (size_t i = 0; i < s.depth; i++)
        cycle->edge[i] = (struct core_lock_edge){s.path[i]->from->lock, s.path[i]->to->lock,
                                                 s.sets[i + 1]->note};
    cycle->edge[s.depth] = (struct core_lock_edge){fresh->from->lock, fresh->to->lock, set->note};
    cycle->length = s.depth + 1;
}

/* ---- interface ---- */

bool core_lockgraph_add(struct core_lockgraph *g, const core_lock_held *held, size_t nheld,
                        size_t from_index, uint32_t to, const struct core_lock_note *note,
                        struct core_lock_cycle *cycle)
{
    if (g->bytes >= CORE_LOCKGRAPH_BYTES_MAX) {
        g->full = true;
        return false;
    }
    struct core_lock_node *from_node = get_node(g, held[from_index] >> 1, false);
    struct edge *e = get_edge(g, from_node, get_node(g, to, true));
    struct held_set *set = add_set(g, e, held, nheld, note);
    if (!set)
        return false;
    cycle->length = 0;
    cycle->too_long = 0;
    close_cycle(g, e, set, cycle);
    return true;
}

bool core_lockgraph_knows(const struct core_lockgraph *g, const core_lock_held *held, size_t nheld,
                          size_t from_index, uint32_t to)
{
    if (g->bytes >= CORE_LOCKGRAPH_BYTES_MAX && g->full)
        return true;
    const struct core_lock_node *from_node = find_node(g, held[from_index] >> 1);
    const struct core_lock_node *to_node = from_node ? find_node(g, to) : NULL;
    const struct edge *e = to_node ? find_edge(from_node, to_node) : NULL;
    return e && has_implied(e, held, nheld);
}

void core_lockgraph_remove(struct core_lockgraph *g, uint32_t lock)
{
    struct core_lock_node *n = find_node(g, lock);
    if (!n)
        return;
    while (n->out)
        drop_edge(g, n->out);
    while (n->in)
        drop_edge(g, n->in);
    struct core_lock_node **link = bucket_of(g, lock);
    while (*link != n)
        link = &(*link)->next;
    *link = n->next;
    give(g, n, sizeof *n);
    g->nnodes--;
}

void core_lockgraph_clear(struct core_lockgraph *g)
{
    for (size_t i = 0; i < g->nbuckets; i++)
        while (g->buckets[i])
            core_lockgraph_remove(g, g->buckets[i]->lock);
    if (g->nbuckets)
        give(g, g->buckets, g->nbuckets * sizeof *g->buckets);
    if (g->moves)
        give(g, g->moves, sizeof *g->moves);
    *g = (struct core_lockgraph){0};
}
