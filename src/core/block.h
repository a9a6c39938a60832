/* The words of a block of memory that is allocated or freed: what core_shadow_store and
 * core_shadow_free (shadow.h) do to one word, done to many that follow each other. */
#ifndef REPRISE_CORE_BLOCK_H
#define REPRISE_CORE_BLOCK_H

#include "shadow.h"

/* n words become "written by id" without a check; id is not 0. */
void core_block_store(struct core_shadow *s, uint64_t *p, uint64_t *q, size_t n, core_id id);

/* Frees words from *at, which begins at 0, up to n. Returns the first conflict, with *at behind its
 * word, to be called again; or 0 when all are done. */
uint64_t core_block_free(struct core_shadow *s, const struct core_actor *a, uint64_t *p,
                         uint64_t *q, size_t n, core_id id, unsigned kind, size_t *at);

#endif
