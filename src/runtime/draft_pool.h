/*
 * The drafts by number, and the memory that they take: which are in use, and which may be again.
 *
 * Who had a draft may be about to store in it even when it has been given back (draft.h). So it
 * goes back to the slot that had it, and begins anew when a thread of that slot asks; for others it
 * is free once the world was stopped. A few planes of unused drafts stay in memory, the others are
 * given to the system, many at a time: each time interrupts all threads.
 */
#ifndef REPRISE_RUNTIME_DRAFT_POOL_H
#define REPRISE_RUNTIME_DRAFT_POOL_H

#include "../core/draft.h"
#include "rt.h"

enum {
    RT_DRAFTS = 1 << 22,
    RT_DRAFT_SLOTS = 1 << 15,
};

/* core_draft.touched: which planes are not all 0. */
enum { RT_DRAFT_W = 1, RT_DRAFT_R = 2 };

/* core_draft.page of one that is in no use, and listed; 0 without being listed. */
enum { RT_DRAFT_UNUSED = 1 };

extern struct core_draft *rt_drafts;
extern uint8_t *rt_draft_planes; /* all of W, and then all of R */
#define RT_DRAFT_PLANES_BYTES ((size_t)2 * RT_DRAFTS * CORE_DRAFT_PAGE)

/* 0, or -ENOMEM. Before there are threads. */
int rt_draft_pool_init(void);

/* All zero, and not yet of a page. 0: there is none. Owner thread of the slot. */
uint32_t rt_draft_new(uint32_t slot);

/* Drafts with consecutive numbers that are given back at once. Begins as {0}. Any thread; no page
 * names them any more. */
struct rt_draft_run {
    uint32_t low, n;
};
void rt_draft_give_back(struct rt_draft_run *run, uint32_t draft);
void rt_draft_give_back_end(struct rt_draft_run *run);

/* All that are in use have lower numbers. */
uint32_t rt_drafts_end(void);
static inline bool rt_draft_is_used(uint32_t draft)
{
    /* relaxed: who needs to be sure looks at the page */
    return __atomic_load_n(&rt_drafts[draft].page, __ATOMIC_RELAXED) > RT_DRAFT_UNUSED;
}

/* Bytes of the planes that are in memory. */
size_t rt_draft_planes_resident(void);

/* World stopped: gives all to the system that is not in use. */
void rt_draft_pool_trim(void);

#endif
