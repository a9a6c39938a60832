/* How the overlay of `reprise go` comes about; for go_overlay*.c and go_merge.c only.
 *
 * A directory of the cache holds all files of one overlay, and is never changed once it has its
 * name: it is made under another name and renamed. Its name is made of the version of Go and a hash
 * of all that goes into it, but for the files of GOROOT that are edited: the directory remembers
 * their size and time. When they have changed, it is of no use any more, and the next one by
 * number takes its place. So any number of processes may look, make and use at the same time.
 *
 *     overlay.json             what go reads
 *     race_linux_amd64.S       the runtime
 *     runtime_proc.go ...      edited files
 *     originals                "SIZE TIME\tFILE\tORIGINAL" for each of them
 */
#ifndef REPRISE_CLI_GO_OVERLAY_H
#define REPRISE_CLI_GO_OVERLAY_H

#include "go.h"

#include <stdint.h>

struct go_parts {
    char object[PATH_MAX]; /* the runtime, as an assembly file */
    char edits[PATH_MAX];  /* directory of the edits; "": detection only */
    uint64_t hash;         /* of what goes into the overlay */
};

/* ---- go_overlay_parts.c ---- */

/* Finds and reads what overlays are made of. */
int go_parts_find(struct go_parts *parts, const struct go_tool *tool);

/* The edits don't fit; the line that says so has been printed. */
enum { GO_OVERLAY_UNFIT = -1 };

/* Fills `directory`, which exists and is empty, and will be called `final`. 0, GO_OVERLAY_UNFIT or
 * an exit status. */
int go_overlay_fill(const struct go_parts *parts, const struct go_tool *tool, const char *directory,
                    const char *final);

/* Is it a directory with all files, of originals that are still the same? */
bool go_overlay_fresh(const char *directory);

/* ---- go_merge.c ---- */

/* Writes the overlay as go reads it. 0 or -errno. */
int go_overlay_write(const struct go_overlay *overlay, const char *path);

/* Has the user an overlay of his own? Then place->overlay becomes a temporary file with both. */
int go_merge(struct go_place *place, const struct go_tool *tool, const struct go_command *command);

#endif
