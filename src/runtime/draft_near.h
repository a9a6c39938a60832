/*
 * An access to the draft of the thread itself, in the present epoch, for a hook to have in its own
 * code. What draft.h says of the owner's stores is done here.
 */
#ifndef REPRISE_RUNTIME_DRAFT_NEAR_H
#define REPRISE_RUNTIME_DRAFT_NEAR_H

#include "draft.h"
#include "event_quick.h"

CORE_INLINE struct core_draft *rt_draft_of(uint64_t page)
{
    return &rt_drafts[(uint32_t)page >> 8];
}

/* After the owner's store: does the page still have this word? */
CORE_INLINE bool rt_draft_stands(const uint64_t *word, uint64_t page)
{
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    return __atomic_load_n(word, __ATOMIC_RELAXED) == page;
}

CORE_INLINE void rt_draft_touch(struct core_draft *d, bool write, size_t bytes)
{
    d->touched |= write ? RT_DRAFT_W : RT_DRAFT_R;
    d->stores += 1 + (uint32_t)bytes / 64; /* of a range, cells are quick, too */
}

/* The tokens of writes of this epoch to all these bytes, which stand for a read; or 0. */
CORE_INLINE uint64_t rt_draft_written(uint64_t page, rt_addr a, unsigned size)
{
    if (!(rt_draft_of(page)->touched & RT_DRAFT_W)) /* else W gets the kernel's page of zeroes */
        return 0;
    uint64_t tokens =
        core_draft_load(rt_page_plane(page, true) + (a & (CORE_DRAFT_PAGE - 1)), size);
    return core_draft_current(tokens, size, page & 0xff) ? tokens : 0;
}

/* key: rt_event_key, for size. In a scope of t. False: it is for rt_draft_access. */
CORE_INLINE bool rt_draft_near(struct rt_thread *t, rt_pc pc, uint64_t key, rt_addr a,
                               unsigned size, enum rt_kind kind)
{
    const uint64_t *word = rt_page_word(a);
    uint64_t page = rt_page_of(a), tokens = 0;
    size_t offset = a & (CORE_DRAFT_PAGE - 1);
    bool write = kind & RT_KIND_WRITE_BIT;

    if (!rt_page_is_mine(page, t->tls) || !rt_page_is_draft(page) ||
        offset + size > CORE_DRAFT_PAGE)
        return false;
    struct core_draft *d = rt_draft_of(page);
    if (!write)
        tokens = rt_draft_written(page, a, size);
    if (!tokens) {
        core_id id = rt_event_id_known(t, key, kind);
        if (!id)
            id = rt_event_id_of(t, key, pc, kind, size, 0);
        if (core_unlikely(!id || !rt_page_is_mine(page, t->tls))) /* an epoch began with the id */
            return false;
        tokens = core_draft_repeat(core_draft_token(d, page & 0xff, id));
        if (core_unlikely(!tokens))
            return false;
    }
    rt_draft_touch(d, write, size);
    core_draft_store(rt_page_plane(page, write) + offset, size, tokens);
    return rt_draft_stands(word, page);
}

#endif
