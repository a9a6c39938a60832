/* Edits of the Go standard library, for an overlay (go build -overlay): nothing in GOROOT changes.
 *
 * What is edited stands in go/edits/ (installed beside the runtime), in files of the form that
 * go_edit.c describes: a file of GOROOT/src, the versions of Go it is for, what must be found
 * there, exactly once, and what comes in its place. An edit that does not fit ends with a line that
 * says which edit and which file; then no file is left behind.
 */
#ifndef REPRISE_CLI_GO_EDIT_H
#define REPRISE_CLI_GO_EDIT_H

#include <stddef.h>

struct go_version {
    int major, minor; /* go1.26.8: 1, 26 */
};

/* One file of an overlay: "replace" is read in place of "path"; empty: path is not there. */
struct go_replacement {
    char *path, *replace; /* absolute */
};

struct go_overlay {
    struct go_replacement *files;
    size_t count;
};

/* Versions of Go that the edits know: "1.19", "1.27". */
extern const struct go_version go_edit_oldest, go_edit_newest;

/* Applies all edits for this version to the files of goroot, writes the results into directory
 * (which exists), and adds them to overlay. Returns 0, or -1 after a line that says why. */
int go_edit_apply(const char *edits, const char *goroot, struct go_version version,
                  const char *directory, struct go_overlay *overlay);

/* Adds one file. Strings are copied. Aborts when memory is out. */
void go_overlay_add(struct go_overlay *overlay, const char *path, const char *replace);
void go_overlay_free(struct go_overlay *overlay);

#endif
