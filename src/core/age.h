/* How old what the shadow remembers is: for a host that has to forget some of it. */
#ifndef REPRISE_CORE_AGE_H
#define REPRISE_CORE_AGE_H

#include "shadow.h"

/* The newest id in n cells that follow each other, 0 when there is none. Ids of all threads come
 * from one counter, so of two cells the one with the larger id was most likely accessed later.
 * Nobody else changes the cells meanwhile. */
core_id core_cells_newest(const struct core_shadow *s, const uint64_t *p, const uint64_t *q,
                          size_t n);

#endif
