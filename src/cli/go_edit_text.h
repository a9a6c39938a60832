/* A text under edit: its lines, as many after the edits as before them, so that the lines that Go
 * prints in stacks are those of the file that the user has. What is put in stands on the line of
 * its neighbour; what is appended comes behind the last line.
 */
#ifndef REPRISE_CLI_GO_EDIT_TEXT_H
#define REPRISE_CLI_GO_EDIT_TEXT_H

#include "go_edit_parse.h"

/* Splits text[0..length) into lines; to be freed with go_edit_lines_free(). */
struct go_edit_lines go_text_split(const char *text, size_t length);

/* Does one edit, other than GO_EDIT_APPEND. NULL, or what is wrong: "is not there". */
const char *go_text_edit(struct go_edit_lines *text, const struct go_edit *edit);

/* Adds the lines of a fragment that stand below its line "//below". NULL, or what is wrong. */
const char *go_text_append(struct go_edit_lines *text, const struct go_edit_lines *fragment);

#endif
