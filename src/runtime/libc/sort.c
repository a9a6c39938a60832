/*
 * Sorting. The comparison is the program's function and may well run into races of its own; it
 * is given elements in place or in a copy that the sort has made with malloc. bsearch, tsearch
 * and their likes do nothing but call the program, so they are left alone.
 */
#include "rows.h"
#include <stdlib.h>

/* A row stays a row. */
/* clang-format off */

VOID_ROW(qsort, (void *p, size_t n, size_t size, int (*compare)(const void *, const void *)),
         (p, n, size, compare), BLOCK, WHEN(n > 1, OUT(p, n * size)), )
VOID_ROW(qsort_r,
         (void *p, size_t n, size_t size, int (*compare)(const void *, const void *, void *),
          void *arg),
         (p, n, size, compare, arg), BLOCK, WHEN(n > 1, OUT(p, n * size)), )
