/*
 * A draft: what one thread remembers of a page that no other thread uses.
 *
 * While a page of the program's memory is one thread's alone, there is nothing to check: whatever
 * was done to it, that thread did before. So all there is to do is to remember, of each byte, the
 * thread's last write and its last read. A draft is that and no more: two planes of one byte for
 * each byte of the page, and a table that says which event id such a byte, a token, stands for.
 * Tokens are given out in ascending order, so those of the present epoch are the ones from the
 * first of it on, and "this access is known" is one comparison of as many bytes as it has. An
 * access that isn't known is a store of its token, at any address and of any size.
 *
 * A page may become one thread's that had been another's, if all that was done there is ordered
 * before: still there is nothing to check. What the other did is in the cells then.
 *
 * When another thread comes, or something that a draft cannot hold (an atomic access, free()), the
 * draft is written out: the cells (shadow.h) become what they would be if each access had gone to
 * them, but for what later accesses of the same thread stand for anyhow. No verdict differs: of
 * several reads, or writes, of a byte by one thread the last is unordered with whatever an earlier
 * one is.
 *
 *     W plane   0: no write since the page's cells were empty; else the token of the last one
 *     R plane   the same of reads. After a write of the same epoch it may be the write's token.
 */
#ifndef REPRISE_CORE_DRAFT_H
#define REPRISE_CORE_DRAFT_H

#include "shadow.h"

enum {
    CORE_DRAFT_PAGE = 4096,  /* bytes of the program, and of a plane */
    CORE_DRAFT_TOKENS = 248, /* from 1 on */
    CORE_DRAFT_RECENT = 64,
    CORE_DRAFT_CROWDED = 200, /* as many in use after core_draft_pack: a draft is of no use here */
};

/* About 1 KiB. The first five are the host's; the owner alone changes the rest. */
struct core_draft {
    uint64_t page;
    uint32_t link, stores;
    uint8_t touched, kept;
    uint32_t slot; /* whose it is */
    uint32_t last; /* token given out */
    core_id id[CORE_DRAFT_TOKENS + 1];
    uint8_t recent[CORE_DRAFT_RECENT]; /* by the low bits of an id: its token, perhaps */
};

CORE_INLINE uint64_t core_draft_repeat(unsigned token)
{
    return token * 0x0101010101010101ull;
}

typedef uint64_t __attribute__((may_alias, aligned(1))) core_draft_u64;
typedef uint32_t __attribute__((may_alias, aligned(1))) core_draft_u32;
typedef uint16_t __attribute__((may_alias, aligned(1))) core_draft_u16;

/* size (1, 2, 4 or 8) bytes of a plane, and above them nothing. */
CORE_INLINE uint64_t core_draft_load(const uint8_t *at, unsigned size)
{
    switch (size) {
    case 1:
        return *at;
    case 2:
        return *(const core_draft_u16 *)at;
    case 4:
        return *(const core_draft_u32 *)at;
    default:
        return *(const core_draft_u64 *)at;
    }
}

CORE_INLINE void core_draft_store(uint8_t *at, unsigned size, uint64_t tokens)
{
    switch (size) {
    case 1:
        *at = (uint8_t)tokens;
        break;
    case 2:
        *(core_draft_u16 *)at = (uint16_t)tokens;
        break;
    case 4:
        *(core_draft_u32 *)at = (uint32_t)tokens;
        break;
    default:
        *(core_draft_u64 *)at = tokens;
    }
}

typedef uint8_t __attribute__((vector_size(8))) core_draft_bytes;

/* Are all of these size tokens at least first? */
CORE_INLINE bool core_draft_current(uint64_t tokens, unsigned size, unsigned first)
{
    if (size == 1)
        return tokens >= first;
    core_draft_bytes least = (core_draft_bytes)(core_draft_repeat(first) >> (64 - 8 * size));
    return (uint64_t)((core_draft_bytes)tokens >= least) == ~0ull;
}

/* A token for an id of this epoch, whose first token is `first`. 0: none is left. Owner. */
unsigned core_draft_new_token(struct core_draft *d, core_id id);

CORE_INLINE unsigned core_draft_token(struct core_draft *d, unsigned first, core_id id)
{
    unsigned token = d->recent[id % CORE_DRAFT_RECENT];
    if (core_likely(token >= first && d->id[token] == id))
        return token;
    return core_draft_new_token(d, id);
}

/* No token is given out. */
void core_draft_clear(struct core_draft *d);

/* Gives back the tokens that are in neither plane. first: the first of this epoch; returns what it
 * is now, which is d->last + 1 at most. Owner, and nobody may be writing it out. */
unsigned core_draft_pack(struct core_draft *d, uint8_t *w, uint8_t *r, unsigned first);

/* Are all accesses in it ordered before what comes now in the thread of this clock? */
bool core_draft_ordered(const struct core_draft *d, const struct core_clock *clock);

/* The page's cells, which nobody may be using; what is in them is ordered before the draft, and
 * `all` is a clock that knows everything. Thread-safe beside stores by the owner, of which it may
 * take some and miss others. */
void core_draft_write_out(struct core_shadow *s, const struct core_clock *all,
                          const struct core_draft *d, const uint8_t *w, const uint8_t *r,
                          uint64_t *p, uint64_t *q);

#endif
