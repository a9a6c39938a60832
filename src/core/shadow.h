/*
 * The shadow state of memory: who touched each byte last, exactly.
 *
 * Each 8-byte word of the program's memory has a cell P, and a cell Q that is used only while
 * the two halves of the word differ. A cell is two 32-bit entries:
 *
 *     W  the last plain write              entry = id << 4 | mask
 *     R  the accesses since that may       mask: which of four bytes; 0 in P means that the
 *        conflict with a later one               cell speaks for all eight bytes ("full")
 *
 *     P = 0                  never accessed; Q is 0, too
 *     P full                 all eight bytes alike; Q is unused
 *     otherwise              P is the low half's cell, Q the high half's ("split")
 *     R = TAG | set          more than one access: an interned set of entries
 *     W = TAG | record       a record (half.h) of several writes in one half, or of a few readers.
 *                            R and some bits of W then only tell the quick looks what they may
 *                            take for known: which bytes the thread of R's id accessed in its
 *                            epoch (R's mask) and which of these it wrote
 *     P or Q = BUSY          locked by the thread that is changing it
 *     P = SPLIT              split, and the low half was never accessed
 *     Q = DEAD               was in use; the word isn't split any more
 *     W = FREED              the word is in a freed block; R says by whom. Any access conflicts
 *
 * A write puts its own entry into R as well, so a later access of either kind by the same
 * thread in the same epoch needs one look at one entry. (An atomic access must not count as
 * that: the host draws its ids outside of the window it compares with.)
 *
 * What is remembered is exactly what can still matter. With kinds PR, PW (plain), AR, AW
 * (atomic), an access conflicts with:
 *
 *     PR: PW AW      PW: PR PW AR AW      AR: PW      AW: PW PR
 *
 * and an entry is dropped only when a later access happens after it and conflicts with all
 * that it conflicts with, because whatever would race with the dropped one then races with
 * the one that stays.
 *
 * Changes to a half, and to a full word, are serialised, so of two accesses at the same moment one
 * always sees the other: a cell changes by one compare-and-swap, or is held at BUSY meanwhile. The
 * low half's is P; the high half's is Q, which may be changed as long as P says that the word is
 * split. Whoever ends that holds both and leaves Q at DEAD, so that a change of Q which began
 * before fails. (P held alone may turn a full word into two halves, since nobody else touches Q
 * then.) P is taken before Q. Where P = 0, Q = 0.
 *
 * Source: FastTrack (Flanagan, Freund 2009) for last-write and read-set; ids in place of
 * epochs, so that an entry also names its stack, are ours.
 */
#ifndef REPRISE_CORE_SHADOW_H
#define REPRISE_CORE_SHADOW_H

#include "clock.h"

enum { CORE_KIND_WRITE = 1, CORE_KIND_ATOMIC = 2, CORE_KIND_BITS = 5 };

#define CORE_TAG        0x80000000u
#define CORE_SET_FULL   0x40000000u
#define CORE_BYTES      0x20000000u /* beside TAG in W: the record has an entry a byte */
#define CORE_WHOLE      0x10000000u /* beside TAG in W: it is of all eight bytes */
#define CORE_WROTE      0x00800000u /* beside TAG in W: times a mask of four bytes */
#define CORE_CELL(w, r) ((uint64_t)(uint32_t)(w) | (uint64_t)(uint32_t)(r) << 32)
#define CORE_CELL_BUSY  (~0ull)
#define CORE_CELL_SPLIT CORE_CELL(0xbfffffffu, 0xbfffffffu) /* both entries say: look at Q */
#define CORE_CELL_DEAD  CORE_CELL_SPLIT                     /* of Q */

enum { CORE_SET_BUCKETS = 1 << 10 }; /* at first */

#define CORE_FREED 0xfffffff8u /* W; R is id << 4 */

/* One row of the event log, indexed by id. */
struct core_event {
    uint32_t site_kind; /* site << 5 | kind */
    uint32_t lockset;
};

/* A run of ids: whose they are, and which of them are writes and atomic (bit = id % 64). Bits are
 * set by the slot's thread, before the id is in any cell. */
struct core_owner {
    uint64_t writes, atomics;
    uint32_t slot;
};

struct core_record {
    uint32_t w[4];
    uint32_t r[4]; /* zero-terminated, or r[0] = TAG | set; with BYTES: see half.h */
};

/*
 * What a thread remembers of how its plain accesses changed the readers of a cell: R and the
 * access' own entry lead to a new R. That stays right until ids change (a compaction; the host
 * zeroes it then): sets don't change, and what was ordered before the thread once is so for ever.
 */
enum { CORE_MEMO_SIZE = 256 };

struct core_memo {
    uint64_t key[CORE_MEMO_SIZE];
    uint32_t to[CORE_MEMO_SIZE];
};

/* The thread that accesses, as far as this module is concerned. */
struct core_actor {
    uint32_t slot;
    uint32_t window, span; /* ids of the current epoch, all kinds: (e - window) >> 4 < span */
    const struct core_clock *clock;
    struct core_memo *memo; /* NULL: it remembers nothing, and has records instead of sets */
};

/*
 * Side tables. The host provides the arrays (reserved, zeroed, touched as they fill) and the
 * event log and owner table, which it fills itself. Zero-initialise, then core_shadow_init.
 */
struct core_shadow {
    /* read at each access, hardly ever written */
    const struct core_event *log;
    const struct core_owner *owner; /* by run (id >> 6) */
    uint32_t *set_words;            /* arena of sets: chain, count, entries */
    uint32_t *set_buckets;
    struct core_record *records;
    uint32_t set_capacity, record_capacity;
    uint32_t set_bucket_mask, set_bucket_most; /* in use now, of all; they grow with the sets */
    uint32_t readers_max; /* kept of one half, 0: all; see make_room in half_access.h */
    bool crowded;         /* a side table is nearly full: the host should compact, or forget all */
    bool exhausted;       /* one was full: entries were dropped, races with them are not seen */

    /* written whenever a record or a set is made: in other cache lines */
    _Alignas(64) core_lock record_lock;
    uint32_t record_used, record_free, record_live;
    _Alignas(64) core_lock set_lock;
    uint32_t set_used, set_count;
};

void core_shadow_init(struct core_shadow *s, const struct core_event *log,
                      const struct core_owner *owner, uint32_t *set_words, uint32_t set_capacity,
                      uint32_t *set_buckets, uint32_t set_bucket_count, struct core_record *records,
                      uint32_t record_capacity);

/*
 * One access to the bytes of mask8 (bit i = byte i of the word whose cells are p and q) by the
 * event id of this kind. Returns the entry of an earlier access that conflicts and is not
 * ordered before this one, with the bytes that it touched as a mask of eight above it
 * (entry | bytes << 32), or 0. Thread-safe.
 */
uint64_t core_shadow_access(struct core_shadow *s, const struct core_actor *a, uint64_t *p,
                            uint64_t *q, unsigned mask8, core_id id, unsigned kind);

/*
 * Would core_shadow_access change nothing, because accesses of this epoch by the same thread
 * stand for this one? Only reads, so that threads which poll one variable don't take its cell
 * from each other; false is always a right answer.
 */
bool core_shadow_knows(const struct core_shadow *s, const struct core_actor *a, const uint64_t *p,
                       const uint64_t *q, unsigned mask8, unsigned kind);

/* Is there a plain write by another slot (any: or another access) among what is remembered of the
 * word? In whatever form that is kept, which is no matter of the program alone. Freed memory: true.
 * Nobody may be changing the word. */
bool core_shadow_others(const struct core_shadow *s, uint32_t slot, const uint64_t *p,
                        const uint64_t *q, bool any);

/* R, of a word or half without records, is a set: for which of its four bytes (mask) do plain reads
 * of this epoch by the same thread stand? */
unsigned core_shadow_set_knows(const struct core_shadow *s, const struct core_actor *a, uint32_t r);

/* The word is part of a block that is being freed: as a plain write to all of it, and from now
 * on every access conflicts, ordered or not, until core_shadow_store. */
uint64_t core_shadow_free(struct core_shadow *s, const struct core_actor *a, uint64_t *p,
                          uint64_t *q, core_id id, unsigned kind);

/* The whole word becomes "written by id" (id 0: never accessed) without a check. */
void core_shadow_store(struct core_shadow *s, uint64_t *p, uint64_t *q, core_id id);

CORE_INLINE const struct core_owner *core_owner_of(const struct core_shadow *s, uint32_t e)
{
    return &s->owner[e >> (4 + CORE_RUN_BITS)];
}

/* Is event e of another access ordered before everything the actor does now? */
CORE_INLINE bool core_ordered(const struct core_shadow *s, const struct core_actor *a, uint32_t e)
{
    uint32_t slot = core_owner_of(s, e)->slot;
    return slot == a->slot || (e >> 4) < core_clock_get(a->clock, slot);
}

/* CORE_KIND_WRITE and CORE_KIND_ATOMIC, as far as they are true of it. */
CORE_INLINE unsigned core_kind(const struct core_shadow *s, uint32_t e)
{
    const struct core_owner *o = core_owner_of(s, e);
    unsigned bit = (e >> 4) % CORE_RUN_SIZE;
    /* relaxed: the bit of e was set before e was in the cell that the caller has it from */
    return (__atomic_load_n(&o->writes, __ATOMIC_RELAXED) >> bit & 1) * CORE_KIND_WRITE |
           (__atomic_load_n(&o->atomics, __ATOMIC_RELAXED) >> bit & 1) * CORE_KIND_ATOMIC;
}

/* The host has drawn id for an access of this kind. The thread whose run it is. */
CORE_INLINE void core_owner_note(struct core_owner *o, core_id id, unsigned kind)
{
    const uint64_t bit = 1ull << id % CORE_RUN_SIZE;
    uint64_t writes = o->writes & ~bit, atomics = o->atomics & ~bit;

    /* Bits may be left from an id that stood for a time only (compact.h).
     * relaxed: others look at other bits only, until the id is in a cell */
    if (kind & CORE_KIND_WRITE)
        writes |= bit;
    if (kind & CORE_KIND_ATOMIC)
        atomics |= bit;
    if (writes != o->writes)
        __atomic_store_n(&o->writes, writes, __ATOMIC_RELAXED);
    if (atomics != o->atomics)
        __atomic_store_n(&o->atomics, atomics, __ATOMIC_RELAXED);
}

/* A full or empty cell without side tables: the only states the quick paths look at. */
CORE_INLINE bool core_cell_plain_full(uint64_t c)
{
    return (c & CORE_CELL(CORE_TAG | 15, CORE_TAG | 15)) == 0;
}

/* Does P speak for all eight bytes? (Not P of a word that nobody has accessed, or was freed.) */
CORE_INLINE bool core_cell_is_full(uint64_t c)
{
    uint32_t w = (uint32_t)c, r = (uint32_t)(c >> 32);
    if (w & CORE_TAG) /* a record; SPLIT, BUSY and FREED are above */
        return (w & CORE_WHOLE) && w < (uint32_t)CORE_CELL_SPLIT;
    if (c == 0)
        return false;
    return r & CORE_TAG ? (r & CORE_SET_FULL) != 0 : (r & 15) == 0;
}

/* Nothing but P, and nothing in side tables: it may be overwritten. */
CORE_INLINE bool core_cell_is_simple(uint64_t c)
{
    return core_cell_plain_full(c) || (uint32_t)c == CORE_FREED;
}

CORE_INLINE uint32_t core_ror4(uint32_t x)
{
    return x >> 4 | x << 28;
}

/*
 * The quick look: is this plain access already known, as one of the same thread and epoch, to
 * the same bytes and at least as strong? One load and one comparison, no store; "no" only
 * means "look closer". window and span: ids of plain accesses that the thread drew in this
 * epoch. Reading another thread's half-made change is harmless: only an id of our own window
 * can say yes, and nobody but us writes those.
 */
typedef uint32_t __attribute__((may_alias)) core_entry;

CORE_INLINE uint32_t core_entry_load(const uint64_t *cell, bool write)
{
    /* relaxed: see above */
    return __atomic_load_n((const core_entry *)cell + !write, __ATOMIC_RELAXED);
}

/* Of all eight bytes. */
CORE_INLINE bool core_known_word(const uint64_t *p, bool write, uint32_t window, uint32_t span)
{
    return core_ror4(core_entry_load(p, write) - window) < span;
}

/* Of some bytes of the low or the high half. */
CORE_INLINE bool core_known_half(const uint64_t *p, const uint64_t *q, bool high, uint32_t mask,
                                 bool write, uint32_t window, uint32_t span)
{
    uint32_t d;

    /* While a word isn't split, Q is 0 or DEAD. Anything else says all about the half, so that
     * there is no need to look at P, which is likely in no cache. */
    if (high) {
        uint32_t e = core_entry_load(q, write);
        d = e - window;
        if ((d >> 4) < span && (d & 15) && (mask & ~d) == 0)
            return true;
        if (e && e != (uint32_t)CORE_CELL_DEAD)
            return false;
    }
    d = core_entry_load(p, write) - window;
    return (d >> 4) < span && ((d & 15) == 0 || (!high && (mask & ~d) == 0));
}

/* What it doesn't know of a write: to bytes of a half, or of a full word, that has a record. */
CORE_INLINE bool core_known_written(const uint64_t *p, const uint64_t *q, unsigned mask8,
                                    uint32_t window, uint32_t span)
{
    /* relaxed: as above */
    uint64_t c = __atomic_load_n(p, __ATOMIC_RELAXED);
    uint32_t mask = mask8;

    if (core_cell_is_full(c)) {
        mask = 15;
    } else if (!(mask8 & 15)) {
        c = __atomic_load_n(q, __ATOMIC_RELAXED);
        mask = mask8 >> 4;
    }
    uint32_t w = (uint32_t)c, r = (uint32_t)(c >> 32);
    return w - CORE_TAG < (uint32_t)CORE_CELL_SPLIT - CORE_TAG && (r - window) >> 4 < span &&
           !(mask & ~(w / CORE_WROTE & 15));
}

#endif
