/*
 * Vector clocks.
 *
 * A clock maps a thread slot to the first event id of that slot that is NOT yet known to
 * happen before: event e of slot s is ordered when e < clock[s]. It is stored as chunks of 64
 * entries, and beyond the first of these as a list of chunks. Clocks share both: what has one
 * reference may be written by its owner, what has more is copied first. A missing chunk is all
 * zero. So passing a clock through a lock costs two pointers, and 10,000 threads that know the
 * same past hold it once.
 *
 * A clock may be used by one thread at a time; its chunks may be shared between threads
 * (their reference count is atomic). Zero-initialised is the empty clock.
 *
 * Source: vector clocks of Mattern and Fidge; the use of event ids as timestamps is ours.
 */
#ifndef REPRISE_CORE_CLOCK_H
#define REPRISE_CORE_CLOCK_H

#include "core.h"

enum { CORE_CHUNK_SLOTS = 64 };

/* compact.c: the pass that was here last, and for whom. */
struct core_visit {
    uint32_t pass, owner;
};

struct core_chunk {
    uint32_t refs; /* atomic; 1 = the only owner may write */
    uint32_t pad;
    struct core_visit visit;
    core_id v[CORE_CHUNK_SLOTS];
};

struct core_chunks {
    uint32_t refs; /* as of a chunk; each list that has a chunk counts as one owner of it */
    uint32_t n;
    struct core_visit visit;
    uint64_t name; /* of what is in it; atomic. Whoever changes that has made it 0 */
    uint64_t past; /* what it covers: the list of the last clock that was joined */
    struct core_chunk *at[];
};

struct core_clock {
    struct core_chunk *first; /* slots 0..63, nearly always the only one */
    struct core_chunks *more; /* slots 64.. */
    uint32_t version;         /* grows whenever an entry grows */
};

/* NULL: there is none. The first chunk of a clock is not in its list. */
CORE_INLINE struct core_chunk *core_chunks_at(const struct core_chunks *list, uint32_t i)
{
    return list && i < list->n ? list->at[i] : NULL;
}

/* The entry of slot, 0 when unknown. */
CORE_INLINE core_id core_clock_get(const struct core_clock *c, uint32_t slot)
{
    const struct core_chunk *k = c->first;
    if (core_unlikely(slot >= CORE_CHUNK_SLOTS))
        k = core_chunks_at(c->more, slot / CORE_CHUNK_SLOTS - 1);
    return k ? k->v[slot % CORE_CHUNK_SLOTS] : 0;
}

/* Raises the entry of slot to at least id. Returns true when it grew. */
bool core_clock_raise(struct core_clock *c, uint32_t slot, core_id id);

/* c := entrywise maximum of c and from. Returns true when c grew. */
bool core_clock_join(struct core_clock *c, const struct core_clock *from);

/*
 * The same for the clock of the thread in slot own, as it learns from others: what they know of the
 * thread itself is left out where there is nothing else to learn. So two threads that learn from
 * each other in turns each write to a chunk of their own.
 */
#define CORE_CLOCK_NOBODY UINT32_MAX
bool core_clock_learn(struct core_clock *c, const struct core_clock *from, uint32_t own);

/* The same, and `from` is empty afterwards: what it had alone may be written to and taken over. */
bool core_clock_absorb(struct core_clock *c, struct core_clock *from, uint32_t own);

/* c := from, sharing all. */
void core_clock_assign(struct core_clock *c, const struct core_clock *from);

/* Drops all entries and the memory behind them. */
void core_clock_clear(struct core_clock *c);

/* c, which is empty, knows whatever happens in slots below `slots`. For ever, and not to be
 * changed. */
void core_clock_know_all(struct core_clock *c, uint32_t slots);

/* True when no entry is set. */
bool core_clock_empty(const struct core_clock *c);

#endif
