/*
 * Numbers for addresses, in the order of first use: 1, 2, 3 ... The same execution gives the same
 * numbers wherever the program was loaded, which is what may go into a decision.
 *
 * A table is a zeroed struct; it grows from the arena and never shrinks. One thread at a time.
 */
#ifndef REPRISE_RUNTIME_NUMBERING_H
#define REPRISE_RUNTIME_NUMBERING_H

#include "rt.h"

struct rt_numbered {
    rt_addr key;
    uint32_t number;
    uint32_t count; /* the user's */
};

struct rt_numbering {
    struct rt_numbered *at; /* open addressing */
    uint32_t capacity;      /* a power of two */
    uint32_t used;          /* entries, */
    uint32_t forgotten;     /* of which so many have lost their number */
    uint32_t last;          /* number given last */
};

/* The entry of key, which is not 0; a new one has count 0. Valid until the next call. NULL when
 * the table is full, for good: there were millions. */
struct rt_numbered *rt_number(struct rt_numbering *n, rt_addr key);
/* The keys from low to high, in steps of 8, are others than before: the next use of each gives it a
 * new number. */
void rt_number_anew(struct rt_numbering *n, rt_addr low, rt_addr high);
/* The same, or NULL for a key that has no number yet. */
struct rt_numbered *rt_numbered(const struct rt_numbering *n, rt_addr key);

#endif
