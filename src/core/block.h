/* What core_shadow_store, core_shadow_free and core_shadow_access (shadow.h) do to one word, done
 * to many that follow each other: the words of a block of memory that is allocated, freed, copied.
 */
#ifndef REPRISE_CORE_BLOCK_H
#define REPRISE_CORE_BLOCK_H

#include "shadow.h"

/* n words become "written by id" without a check; id is not 0. */
void core_block_store(struct core_shadow *s, uint64_t *p, uint64_t *q, size_t n, core_id id);

/* Frees words from *at, which begins at 0, up to n. Returns the first conflict, with *at behind its
 * word, to be called again; or 0 when all are done. */
uint64_t core_block_free(struct core_shadow *s, const struct core_actor *a, uint64_t *p,
                         uint64_t *q, size_t n, core_id id, unsigned kind, size_t *at);

/* A plain access to n whole words. Returns how many of them, from the first on, needed no closer
 * look; for the next one it is core_shadow_access that decides. */
size_t core_block_access(const struct core_shadow *s, const struct core_actor *a, uint64_t *p,
                         size_t n, core_id id, unsigned kind);

#endif
