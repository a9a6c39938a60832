/* A finding as a row of the database: which field is which column, for store.c.
 *
 * A column has the name of its field; a parameter of a statement has it, too, behind a colon.
 */
#ifndef REPRISE_STORE_ROW_H
#define REPRISE_STORE_ROW_H

#include "store.h"

#include <sqlite3.h>

/* All columns but id as a list with commas, `before` in front of each. free() it. */
char *store_columns(const char *before);

/* Binds those parameters that the statement has. 0 or an SQLite error. */
int store_bind(sqlite3_stmt *statement, const struct store_finding *finding);
/* Fills *finding from a row of id, then store_columns(). False without memory. */
bool store_read(sqlite3_stmt *statement, struct store_finding *finding);

#endif
