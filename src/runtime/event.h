/*
 * Events: ids, the event log, and the shadow tables they live in.
 *
 * A thread draws ids from runs of 64 that belong to its slot (owner table), so "whose" is one
 * look-up, and ids of one thread grow from epoch to epoch, so "when" is a comparison. An id is
 * reused for accesses of the same site and mutexes within one epoch; an epoch ends with a release,
 * and with it the window of "mine and now".
 *
 * When ids or a side table run short, the world stops (gate below) and the history is compacted
 * (collect.h): what nobody remembers goes, the rest gets smaller ids. Only when that doesn't
 * free enough, the history is dropped as a whole: all shadow and clocks become empty, and
 * counting starts anew. Races between an access before and one after such a reset are not seen;
 * reports made later say so.
 */
#ifndef REPRISE_RUNTIME_EVENT_H
#define REPRISE_RUNTIME_EVENT_H

#include "../core/compact.h"
#include "../core/shadow.h"
#include "rt.h"
#include "stack.h"

extern struct core_shadow rt_shadow RT_OURS;

/* Reserves the tables. 0 or -errno. */
int rt_event_init(void);

/* The id for an access of t at pc now: a cached one of this epoch, or a new one. 0 when there
 * are none left in the middle of a scope: the access is then neither recorded nor checked. */
core_id rt_event_id(struct rt_thread *t, rt_pc pc, enum rt_kind kind, unsigned size, unsigned tag);
/* The same when the caller has the key (rt_event_key) of these. */
core_id rt_event_id_of(struct rt_thread *t, uint64_t key, rt_pc pc, enum rt_kind kind,
                       unsigned size, unsigned tag);

void rt_event_thread_free(struct rt_thread *t);
/* t, which has no filter, made an access that the quick look didn't know: with many of these it
 * gets a memo, and then a filter. Inside a scope of t. */
void rt_event_count_late(struct rt_thread *t);
extern bool rt_filters_allowed; /* false: there is nobody to say when they become void */
/* All shadow, clocks and ids start anew. World stopped, or the only thread (after fork). */
void rt_event_drop_history(void);

/* What an id stands for. Any thread; the id must come from live shadow. */
struct rt_event {
    uint32_t slot;
    uint32_t thread; /* uid of the slot's owner when the id was drawn */
    enum rt_kind kind;
    unsigned size; /* 0: a part of a range */
    unsigned tag;
    uint32_t lockset;
    rt_stack stack;
};
void rt_event_read(core_id id, struct rt_event *out);

/* Starts a new epoch of t: after it published its clock. */
void rt_event_new_epoch(struct rt_thread *t);
/* The same when it was published on one object and nowhere else. learned: see there. */
void rt_event_new_epoch_after(struct rt_thread *t, const void *object, uint32_t learned);
/*
 * Nobody learned a thing from t's release on this object if it has the same `learned` as then. If
 * no later release of t can have been seen, either, the two epochs are one: what was accessed
 * before the release and what was accessed after it look the same to all others, for there is no
 * time between the two that anybody knows or may yet learn. (So the caller is about to release
 * to the object again, or keeps all others away from it until it will.) Then the epoch goes on
 * that the release had ended.
 */
void rt_event_take_back_latest(struct rt_thread *t, uint32_t learned);
static inline void rt_event_take_back(struct rt_thread *t, const void *object, uint32_t learned)
{
    if (t->nunseen && t->unseen[t->nunseen - 1].object == object)
        rt_event_take_back_latest(t, learned);
}
/*
 * Atomic accesses and free() don't stand for a plain access, so the quick look must not find their
 * ids in its window. The first of them in an epoch leaves a few ids unused before its own
 * (plain_next to plain_end) for the plain accesses to come, and the window ends there. When these
 * are used up, the window begins anew behind the last atomic access. (Under a strategy it does so
 * at once, because how many ids are used is no matter of the program alone; and in Go.)
 *
 * While t->keeps_window is set, an atomic access gets an id like a plain one: a read of one byte
 * that no other atomic access of the program is made to, or only without plain reads of that byte
 * beside it (a mutex).
 */
static inline bool rt_event_is_apart(enum rt_kind kind)
{
    return (kind & RT_KIND_ATOMIC_BIT) || kind == RT_FREE;
}
/* All ids from t->next on are higher than those that were drawn. */
static inline void rt_event_leave_plain(struct rt_thread *t)
{
    if (!t->plain_end)
        return;
    core_id unused = t->plain_end - t->plain_next;
    if (unused > t->plain_left / 2u) /* much was left for nothing, or all: then none next time */
        t->plain_left = unused == t->plain_left ? 0 : t->plain_left / 2;
    t->plain_first = t->next;
    t->plain_next = t->plain_end = 0;
}
/* Below it are the ids that plain accesses of the epoch may still get. */
static inline core_id rt_event_plain_end(const struct rt_thread *t)
{
    return t->plain_end ? t->plain_end : t->end;
}
/* Only ids from this one on are "mine and now" for the quick look. */
static inline void rt_event_move_window(struct rt_thread *t, core_id first)
{
    struct rt_tls *tls = t->tls;
    /* span first: between the two stores no id of an older window may look new */
    tls->span = 0;
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    tls->window = first << 4;
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    tls->span = rt_event_plain_end(t) - first;
}
/* The first id of the epoch that the quick look may take for a known access, */
static inline core_id rt_event_plain_first(const struct rt_thread *t)
{
    return t->epoch_first > t->plain_first ? t->epoch_first : t->plain_first;
}
/* and the first that may stand for an access of this kind when the word is looked at closer: any of
 * the epoch, for a filter remembers the words that the quick look doesn't know any more. Goroutines
 * mostly do too little to have a filter; there such a word gets a new id, or it would be looked at
 * closer each time until the epoch ends. */
static inline core_id rt_event_first(const struct rt_thread *t, enum rt_kind kind)
{
    return RT_GO && !rt_event_is_apart(kind) ? rt_event_plain_first(t) : t->epoch_first;
}
/* The window of the epoch, as far as its ids are plain accesses. */
static inline void rt_event_reopen_window(struct rt_thread *t)
{
    rt_event_move_window(t, rt_event_plain_first(t));
}
/* Another thread runs here, or the ids were used up: later accesses need new ones. */
void rt_event_new_window(struct rt_thread *t);
/* First ids of a thread that starts. */
void rt_event_start(struct rt_thread *t);
/*
 * The time of now, for others to know: the next id that t would draw. Who knows it takes it that
 * all t knows now is known with it (rt_sync_acquire), so when t has learned something since it
 * told this very time, an id is left out. rt_event_told_all: that could be done; if not, the
 * time may only be used to raise clocks.
 */
core_id rt_event_tell(struct rt_thread *t);
static inline bool rt_event_told_all(const struct rt_thread *t)
{
    return t->told_version == t->clock.version;
}

/* All ids drawn so far are below. World stopped. */
core_id rt_event_ids_end(void);

/* History was dropped n times for lack of room. */
unsigned rt_event_resets(void);
/* Compacts, or drops the history, if a table runs full. Called where a scope closes, depth 0. */
void rt_event_reset_if_needed(struct rt_thread *t);
extern bool rt_event_reset_wanted RT_OURS;
/* The program, or an option, wants the history dropped where this scope closes. */
void rt_event_ask_drop(void);

/* For collect.c, world stopped. begin: -ENOMEM, and nothing has changed. end takes over what
 * was renumbered (pages: of the shadow, that were looked at), or leaves all to
 * rt_event_drop_history when done is false. */
int rt_event_compact_begin(struct core_compact *c, uint32_t slots, uint32_t generation);
bool rt_event_compact_fits(const struct core_compact *c);
void rt_event_compact_end(struct core_compact *c, size_t pages, bool done);

/*
 * The gate: a thread is inside while its tls->depth > 0. rt_world_stop waits until no other
 * thread is inside and keeps newcomers out; threads in RT_BLOCKING or in program code are
 * outside. Entering costs a plain store and a load; the stopper pays with a membarrier.
 */
void rt_world_stop(struct rt_thread *t);
void rt_world_go(struct rt_thread *t);
extern uint32_t rt_world_stopped RT_OURS; /* futex word: 1 = newcomers wait */
void rt_world_wait(struct rt_tls *tls);
/* Who is no thread but comes inside: these words count as a thread's. For ever; any thread. */
void rt_gate_add(struct rt_tls *tls);
/* Is one of them inside? For rt_thread_wait_outside. */
bool rt_gate_anyone_inside(void);

#endif
