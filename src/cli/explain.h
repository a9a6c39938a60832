/* What `reprise shrink` and `reprise explain` share. */
#ifndef REPRISE_CLI_EXPLAIN_H
#define REPRISE_CLI_EXPLAIN_H

#include "report/explain.h"

/* Reads a trace; 0, or an exit status after the reason was printed, `who` being the verb. */
int explain_read(const char *who, const char *path, struct trace *trace);

/* Writes the page to a file, which stays as it was when that fails. Returns an exit status; errors
 * have been printed. */
int explain_write_html(const char *who, const char *path, const struct explain *explain,
                       const struct explain_page *page);

#endif
