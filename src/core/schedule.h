/*
 * A schedule: the choices of one run that differ from the base rule (core_base_pick: stay; else
 * the next in order; of several waiters the first). They are few, so a schedule is a short text
 * that can be pasted into a bug tracker:
 *
 *     rp1.<base64url>.<checksum>
 *
 * Steps are named by task and by that task's own count of points, not by a global number, so an
 * item keeps its meaning when others are taken out (shrink) and, mostly, when the program changes.
 */
#ifndef REPRISE_CORE_SCHEDULE_H
#define REPRISE_CORE_SCHEDULE_H

#include "strategy.h"

enum core_choice {
    CORE_CHOICE_SWITCH, /* `to` is the id of the task that runs next */
    CORE_CHOICE_OTHER,  /* `to` is what core_strategy_choose answered */
};

struct core_item {
    uint32_t task;  /* who was running (or had just stopped) */
    uint32_t point; /* its points at that time */
    uint32_t to;
    uint8_t choice; /* enum core_choice */
    uint8_t check;  /* core_item_check of the pending operation: does it still fit? */
};

/* A byte that tells operations apart across builds. */
uint8_t core_item_check(enum core_op op, uint32_t object);

enum { CORE_BUILD_ID_BYTES = 8 }; /* the first bytes of it */

struct core_schedule {
    char seed[CORE_SEED_BYTES]; /* decides after the last item that fits; may be empty */
    char strategy[64];          /* text of core_strategy_parse for that; may be empty */
    uint8_t build_id[CORE_BUILD_ID_BYTES];
    bool strict; /* for replay: an item that does not fit ends the list, the seed goes on. Else
                    (shrink) such an item is passed over. Not part of the text */
    uint32_t count;
    struct core_item *items; /* in the order of the run */
};

/* Bytes that core_schedule_encode needs at most, terminator included. */
size_t core_schedule_text_bytes(const struct core_schedule *s);
/* The text's length, or -ENOSPC. */
long core_schedule_encode(const struct core_schedule *s, char *text, size_t bytes);

/* Number of items in a text, or -EINVAL (not a schedule string), -EBADMSG (damaged: checksum),
 * -EPROTO (of another version). */
long core_schedule_count(const char *text);
/* Reads the text; s->items has room for core_schedule_count items and is filled. 0 or as above. */
int core_schedule_decode(struct core_schedule *s, const char *text);

#endif
