/*
 * The words of a world as one page that may have a draft, as src/runtime/draft.c deals with it.
 * Part of world.h.
 */
#ifndef REPRISE_TESTS_WORLD_PAGE_H
#define REPRISE_TESTS_WORLD_PAGE_H

#include "core/draft.h"

struct world_page {
    enum { PAGE_UNTOUCHED, PAGE_DRAFT, PAGE_SHARED } state;
    uint32_t window; /* of the epoch that `first` is the first token of */
    unsigned first;
    struct core_draft draft;
    uint8_t w[CORE_DRAFT_PAGE] __attribute__((aligned(8))),
        r[CORE_DRAFT_PAGE] __attribute__((aligned(8)));
};

struct page_cover {
    uint64_t *known, *stored, *copied, *packed, *taken_over, *written_out;
};

/* What the cells are, and who knows all. */
struct page_cells {
    struct core_shadow *shadow;
    const struct core_clock *all;
    uint64_t *p, *q;
};

static void page_reset(struct world_page *x, bool drafts)
{
    x->state = drafts ? PAGE_UNTOUCHED : PAGE_SHARED;
}

static void page_claim(struct world_page *x, uint32_t slot, uint32_t window)
{
    *x = (struct world_page){.state = PAGE_DRAFT, .window = window, .first = 1};
    x->draft.slot = slot;
}

static void page_share(struct world_page *x, const struct page_cells *cells,
                       const struct page_cover *cover)
{
    if (x->state == PAGE_DRAFT) {
        core_draft_write_out(cells->shadow, cells->all, &x->draft, x->w, x->r, cells->p, cells->q);
        ++*cover->written_out;
    }
    x->state = PAGE_SHARED;
}

/* Is it slot's draft, or can it be? Then tokens from x->first on are of this epoch. */
static bool page_own(struct world_page *x, uint32_t slot, uint32_t window,
                     const struct core_clock *clock, const struct page_cells *cells,
                     const struct page_cover *cover)
{
    if (x->state == PAGE_UNTOUCHED) {
        page_claim(x, slot, window);
    } else if (x->state == PAGE_DRAFT && x->draft.slot != slot) {
        bool ordered = core_draft_ordered(&x->draft, clock);
        page_share(x, cells, cover);
        if (ordered) {
            page_claim(x, slot, window);
            ++*cover->taken_over;
        }
    }
    if (x->state != PAGE_DRAFT)
        return false;
    if (x->window != window)
        x->first = x->draft.last + 1;
    x->window = window;
    return true;
}

static bool page_tokens_current(const uint8_t *plane, unsigned mask, unsigned first)
{
    for (unsigned i = 0; i < 8; i++)
        if ((mask >> i & 1) && !core_draft_current(plane[i], 1, first))
            return false;
    /* all at once must say the same */
    for (unsigned size = 2; size <= 8; size *= 2)
        if (mask == (1u << size) - 1 &&
            !core_draft_current(core_draft_load(plane, size), size, first))
            return false;
    return true;
}

/* Does an access of this epoch stand for this one, in the draft? */
static bool page_knows(struct world_page *x, unsigned word, unsigned mask, bool write,
                       const struct page_cover *cover)
{
    uint8_t *w = x->w + 8 * word, *r = x->r + 8 * word;

    if (page_tokens_current(write ? w : r, mask, x->first)) {
        ++*cover->known;
        return true;
    }
    if (write || !page_tokens_current(w, mask, x->first))
        return false;
    for (unsigned i = 0; i < 8; i++)
        if (mask >> i & 1)
            r[i] = w[i];
    ++*cover->copied;
    return true;
}

/* False: it had to be shared. */
static bool page_store(struct world_page *x, unsigned word, unsigned mask, bool write, core_id id,
                       const struct page_cells *cells, const struct page_cover *cover)
{
    uint8_t *plane = (write ? x->w : x->r) + 8 * word;
    unsigned token;

    while (!(token = core_draft_token(&x->draft, x->first, id))) {
        x->first = core_draft_pack(&x->draft, x->w, x->r, x->first);
        ++*cover->packed;
        if (x->draft.last <= CORE_DRAFT_CROWDED)
            continue;
        page_share(x, cells, cover);
        return false;
    }
    for (unsigned i = 0; i < 8; i++)
        if (mask >> i & 1)
            core_draft_store(plane + i, 1, token);
    ++*cover->stored;
    return true;
}

#endif
