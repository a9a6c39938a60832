/* The file that one `reprise run` collects findings in. */
#ifndef REPRISE_CLI_RUN_SIDECAR_H
#define REPRISE_CLI_RUN_SIDECAR_H

#include <limits.h>
#include <stdbool.h>
#include <sys/types.h>

struct run_sidecar {
    char path[PATH_MAX]; /* absolute: the program may change directory; "" = none */
    char shown[PATH_MAX];
    off_t start; /* findings of this run are behind this byte */
    bool ours;   /* we chose the name: may be removed again when empty */
};

/* Opens `wanted`, or without one .reprise/run-TIME-PID.jsonl here, or the same below TMPDIR when
 * this directory is not writable. Returns 0, or an exit status after an error was printed. When
 * not even a temporary file can be made, says so and leaves `path` empty. */
int run_sidecar_open(struct run_sidecar *sidecar, const char *wanted);

/* Removes a file of our own choosing, and its directory if that is now empty. */
void run_sidecar_drop(const struct run_sidecar *sidecar);

#endif
