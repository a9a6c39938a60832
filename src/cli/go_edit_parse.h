/* The edits of Go's library as data: files NAME.edit in one directory, read in the order of their
 * names. docs/go-edits.md says how to write one. Each edit names a file below GOROOT/src, the
 * versions of Go it is for, the lines that must stand there exactly once, and what to do there:
 *
 *     # remarks
 *     edit who runs next
 *     file runtime/proc.go
 *     go 1.19 1.27                  from, to; one alone: from there on; missing: all
 *     in func runqget(              optional: only below the one line that begins so, to its "}"
 *     ~ for (.*) := range (.*) \{   a line as an extended regular expression, from start to end
 *     = lock(&sched.lock)           a line as it stands
 *     after                         or before, replace
 *     + if x { f($1) }              $1 to $9: groups of the expressions above
 *
 *     edit helpers
 *     file runtime/proc.go
 *     append proc.go                a Go file beside the edits: what stands below its line
 * "//below"
 *
 * White space at both ends of a line never counts.
 */
#ifndef REPRISE_CLI_GO_EDIT_PARSE_H
#define REPRISE_CLI_GO_EDIT_PARSE_H

#include "go_edit.h"

#include <stdbool.h>

enum go_edit_how { GO_EDIT_NONE, GO_EDIT_AFTER, GO_EDIT_BEFORE, GO_EDIT_REPLACE, GO_EDIT_APPEND };

struct go_edit_line {
    char *text;
    bool regex; /* of lines to be found */
};

struct go_edit_lines {
    struct go_edit_line *at;
    size_t count;
};

struct go_edit {
    char *name, *file, *within; /* within: NULL for the whole file */
    char *place;                /* "runtime.edit:12", for messages */
    struct go_version from, to;
    enum go_edit_how how;
    struct go_edit_lines find, text;
    char *fragment; /* GO_EDIT_APPEND: the file's name; NULL: text is appended */
};

struct go_edits {
    struct go_edit *at;
    size_t count;
};

/* Reads all *.edit of a directory. 0, or -1 after a line that says why; then there is nothing to
 * free. A directory without edits is an error. */
int go_edits_read(const char *directory, struct go_edits *edits);
void go_edits_free(struct go_edits *edits);

bool go_edit_is_for(const struct go_edit *edit, struct go_version version);

/* < 0, 0, > 0 as a is older than b, the same, newer. */
int go_version_compare(struct go_version a, struct go_version b);

/* Appends a copy of text[0..length). Aborts when memory is out. */
void go_edit_lines_add(struct go_edit_lines *lines, const char *text, size_t length, bool regex);
void go_edit_lines_free(struct go_edit_lines *lines);

#endif
