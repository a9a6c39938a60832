/*
 * Heads of the chains of a hash table over numbered things (sites, nodes of stacks), as many as
 * there are things: a table that is wide from the start is memory that is touched all over.
 *
 * The heads of 2^bits buckets lie at 2^bits of one reserved array; growing fills a wider part
 * and then says so. Things are added under the owner's lock and never go, and a chain always
 * leads to lower numbers, in the old form and in the new. So who looks while it grows comes to an
 * end and may at worst not find what is there: an owner looks once more under its lock.
 */
#ifndef REPRISE_RUNTIME_INDEX_H
#define REPRISE_RUNTIME_INDEX_H

#include "../core/core.h"

struct rt_index {
    uint32_t *heads;
    uint32_t bits, most;            /* bits: release when the heads of that width are there */
    uint64_t (*hash)(uint32_t i);   /* spread well in its upper bits */
    uint32_t *(*chain)(uint32_t i); /* of a thing: the next one; read and written relaxed */
};

/* Room for 2^most buckets. The functions are set. From init. 0 or -errno. */
int rt_index_init(struct rt_index *x, const char *what, uint32_t most);

/* Of the bucket for this hash: a thing is published by a release store to it. */
CORE_INLINE uint32_t *rt_index_head(const struct rt_index *x, uint64_t hash)
{
    /* acquire: the heads of this width, and the things that they lead to */
    uint32_t bits = __atomic_load_n(&x->bits, __ATOMIC_ACQUIRE);
    return &x->heads[(1u << bits) + (hash >> (64 - bits))];
}

/* Adds thing i, whose hash can be asked, and makes the table wider when it is time: things from 1
 * to i are in it then. Under the owner's lock. */
void rt_index_add(struct rt_index *x, uint32_t i);

#endif
