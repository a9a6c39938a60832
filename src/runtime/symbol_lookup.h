/*
 * How symbol.c gets to know what it remembers: symbol_lookup.c asks the symbolizer of a C
 * program, go/symbol.c the one that a Go program carries. Under the report lock.
 */
#ifndef REPRISE_RUNTIME_SYMBOL_LOOKUP_H
#define REPRISE_RUNTIME_SYMBOL_LOOKUP_H

#include "symbol.h"

enum { RT_SYMBOL_ROWS = 64 }; /* of one address; more are left out */

/* c comes with pc alone. Fills in the rest, and up to RT_SYMBOL_ROWS zeroed rows; c->rows = 0:
 * nothing is known. */
void rt_symbol_look_up(struct rt_code *c, struct rt_symbol *rows);

/* A copy of n bytes, terminated, for ever. */
const char *rt_symbol_keep(const char *s, size_t n);

#endif
