/*
 * Delta debugging: from a set whose presence makes a run fail to a smallest one (after Zeller and
 * Hildebrandt, "Simplifying and isolating failure-inducing input", 2002).
 *
 * An iterator, because the host runs the tests and may do so in parallel:
 *
 *     core_ddmin_init(&d, kept, count);
 *     while (core_ddmin_next(&d, candidate, &n))
 *         if (fails(candidate, n))
 *             core_ddmin_failed(&d, candidate, n);
 *         else
 *             core_ddmin_passed(&d);
 *
 * Elements are numbers below `count`; sets are sorted arrays of them. When it ends, `kept` fails
 * and, if equal sets gave equal answers, is 1-minimal: without any single one of its elements, or
 * without all of them, it does not fail. It is a smallest set at all only where each superset of
 * a failing set fails.
 *
 * What comes next if all tests pass does not depend on `kept` changing, so a copy of the struct,
 * told "passed" again and again, lists the candidates to try ahead of time.
 *
 * The host owns the arrays. One thread at a time.
 */
#ifndef REPRISE_CORE_DDMIN_H
#define REPRISE_CORE_DDMIN_H

#include "core.h"

enum core_ddmin_phase {
    CORE_DDMIN_NOTHING, /* the empty set: perhaps it fails anyway */
    CORE_DDMIN_PARTS,   /* one chunk alone */
    CORE_DDMIN_REST,    /* all but one chunk */
    CORE_DDMIN_DONE,
};

struct core_ddmin {
    uint32_t *kept; /* the smallest set known to fail */
    uint32_t count;
    uint32_t chunks; /* kept is cut into so many */
    uint32_t at;     /* the chunk whose turn it is */
    uint32_t passes; /* REST: how many passed since the last that failed */
    enum core_ddmin_phase phase;
};

/* The set of all numbers below count is known to fail. kept: room for count, is filled. */
void core_ddmin_init(struct core_ddmin *d, uint32_t *kept, uint32_t count);

/* Writes the next set to try, which is smaller than kept; candidate: room for d->count. False when
 * there is none. Asked again without an answer in between it says the same. */
bool core_ddmin_next(const struct core_ddmin *d, uint32_t *candidate, uint32_t *count);

/* The answer to the last candidate. `set` is the candidate, or any part of it that is known to fail
 * as well; it is copied. */
void core_ddmin_failed(struct core_ddmin *d, const uint32_t *set, uint32_t count);
void core_ddmin_passed(struct core_ddmin *d);

#endif
