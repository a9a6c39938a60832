/*
 * Compaction: the history without what nobody remembers, under smaller ids.
 *
 * Ids, sets and records run out; most of them are not in any cell any more. With the world
 * stopped the host shows this module every cell and every clock, twice. The first time it marks
 * the ids that still matter. Then these get new numbers, and the second time everything is
 * rewritten to them. No verdict changes: not one race more or less is found afterwards.
 *
 * Which ids stay:
 *   - those in a cell, but for an id that all threads which may access again are ordered after.
 *     Nothing races with it any more, since new threads begin with the clock of a live one. (A
 *     thread that is created without that, by a program that says so, is not a reason to keep
 *     everything for ever; a race of it with what all the others are ordered after is not seen.)
 *   - FREED cells keep theirs always: an ordered access conflicts with them, too.
 *   - those that clocks and times of releases name. "Knows the release at time v, so it knows
 *     all that the releaser knew" must not become true of somebody who only knew an earlier
 *     one, even if no event lies between the two.
 *
 * Renumbering keeps the order of ids of one slot, and puts the ids of a slot together into
 * runs. Old runs are taken in order; each opens one new run at most, so a new id is never
 * larger than the old one, and the rows of the event log can move in place. Time v of slot s,
 * "knows what is before v", becomes the number after the last kept id below v; 0 stays 0.
 *
 * Calls are in the order of their declaration; nothing else may use the tables meanwhile.
 */
#ifndef REPRISE_CORE_COMPACT_H
#define REPRISE_CORE_COMPACT_H

#include "shadow.h"

/* An old run: which of its ids stay, and where the first of them goes. What has no room in
 * that new run goes on at second. */
struct core_compact_run {
    uint64_t live;
    core_id first, second;
};

struct core_compact_slot {
    core_id floor;     /* ids below: all threads but the slot's own are ordered after them */
    core_id top;       /* all ids of the slot are below */
    core_id next, end; /* room that is left in its last new run */
};

struct core_compact {
    struct core_shadow *shadow;
    struct core_shadow from; /* with the old sets */
    struct core_event *log;
    struct core_owner *owner, *new_owner;
    uint32_t runs, slots;
    uint32_t runs_after; /* in use when it is over */
    uint32_t visit;
    struct core_compact_run *run;
    struct core_compact_slot *slot;
    struct core_visit *absent, no_more; /* of chunks that a clock hasn't, by place; of no list */
    uint64_t *record_live;
    uint32_t *fresh_sets;
};

/* What begin needs beside the tables: bytes, zeroed. */
size_t core_compact_room(const struct core_shadow *s, uint32_t runs, uint32_t slots);

/* runs, slots: how many are in use, from 0. generation: another one each time. fresh_sets: as
 * large as the old array of sets; from renumber on s has it, and the old one is the host's. */
void core_compact_begin(struct core_compact *c, struct core_shadow *s, struct core_event *log,
                        struct core_owner *owner, uint32_t runs, uint32_t slots,
                        uint32_t generation, void *room, uint32_t *fresh_sets);

/* ---- first: who may still race with what ---- */

/* Each thread that may access again, started or not, with its clock. */
void core_compact_knows(struct core_compact *c, uint32_t slot, const struct core_clock *clock);
/* Each thread and each slot without one: all ids of the slot so far are below. */
void core_compact_top(struct core_compact *c, uint32_t slot, core_id next);

/* ---- second: what stays ---- */

void core_compact_mark_begin(struct core_compact *c);
/* n cells that follow each other; q of those that are not split is not looked at. */
void core_compact_mark_cells(struct core_compact *c, const uint64_t *p, const uint64_t *q,
                             size_t n);
/* One id, as if a cell had it. */
void core_compact_mark_id(struct core_compact *c, core_id id);
void core_compact_mark_clock(struct core_compact *c, const struct core_clock *clock);
/* A time that is compared with others: of a release, or where a thread stands. */
void core_compact_mark_time(struct core_compact *c, uint32_t slot, core_id time);

/* ---- third: new numbers. The log moves; the owner table does at the end ---- */

void core_compact_renumber(struct core_compact *c);

/* ---- fourth: everything gets them ---- */

/* Returns which of the two arrays still hold something: neither, P, or both. The others may be
 * cleared. */
enum core_compact_left { CORE_COMPACT_NOTHING, CORE_COMPACT_P, CORE_COMPACT_PQ };
enum core_compact_left core_compact_cells(struct core_compact *c, uint64_t *p, uint64_t *q,
                                          size_t n);
void core_compact_clock(struct core_compact *c, const struct core_clock *clock);
/* Any time of the slot, marked or not. */
core_id core_compact_time(const struct core_compact *c, uint32_t slot, core_id time);
/* Where a thread stands: its next id, and the end of the room it may draw from. */
core_id core_compact_next(struct core_compact *c, uint32_t slot, core_id next, core_id *end);
/* One id, 0 when it was not kept. */
core_id core_compact_id(const struct core_compact *c, core_id id);

void core_compact_end(struct core_compact *c);

#endif
