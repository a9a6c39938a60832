/* The findings database: .reprise/findings.db, SQLite.
 *
 * A finding is one row, known by its signature; its number N is shown as "FN" and never used
 * again. A seed under which it was seen is an occurrence, counted once however often it is run or
 * merged. What was added is there when the call returns, even if this process is killed then;
 * several processes may use the file at the same time.
 *
 * Functions return 0 or -errno and print nothing; store_message() says in words what went wrong
 * with an open store: -EBUSY (locked by others for longer than we wait), -EROFS (not writable),
 * -ENOSPC, -EBADMSG (damaged or no database), -EPROTO (made by a newer version), -EIO, -ENOENT.
 */
#ifndef REPRISE_STORE_STORE_H
#define REPRISE_STORE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define STORE_DIRECTORY ".reprise"
#define STORE_FILE      STORE_DIRECTORY "/findings.db"

struct store;

struct store_finding {
    int64_t id;      /* 0: not known yet */
    char *signature; /* what makes two the same; never NULL */
    char *type; /* of the detector ("data-race", ...), or "exit", "signal", "timeout", "check"; of a
                   Go program "panic", "test" */
    char *title;           /* one line */
    char **argv;           /* the program and its arguments, NULL at the end */
    char *directory;       /* where it was run */
    char *seed, *strategy; /* what brings it back */
    char *settings;        /* further options of the runtime */
    char *build_id;        /* of the program */
    char *schedule;        /* schedule string of that run */
    char *shrunk;          /* the shortest schedule string known to fail */
    char *trail, *hash;    /* of the run, to see that a replay is the same */
    int64_t steps;
    int status, signal; /* how the run ended; status -1: by the signal */
    char *report;       /* the detector's finding: the JSON object of the sidecar; else NULL */
    char *details;      /* else what there is to say: the last lines of stderr */
    int reproduced;     /* 1 it came back from its seed, 0 it did not, -1 not tried */
    int64_t count;      /* occurrences */
    int64_t first_seen, last_seen; /* seconds since 1970 */
};

/* Opens `path`, and makes it and its directory unless read_only (then -ENOENT when there is none).
 * NULL when that fails: *error is set, store_last_message() tells. */
struct store *store_open(const char *path, bool read_only, int *error);
void store_close(struct store *store);                /* NULL is fine */
const char *store_message(const struct store *store); /* of the last failed call; one line */
const char *store_last_message(void);                 /* of the last failed store_open() */

/* Adds an occurrence of a finding (seed and strategy say which). A finding with a new signature is
 * made of all fields; one that is there stays as it is, but for last_seen and count, which moves
 * when the occurrence is new. Sets finding->id, count, first_seen, last_seen and *is_new (may be
 * NULL): whether the finding is. */
int store_add(struct store *store, struct store_finding *finding, bool *is_new);

/* Replaces all that one run has told of finding->id: title, argv, directory, seed, strategy,
 * settings, build_id, schedule, trail, hash, steps, status, signal, report, details, reproduced. */
int store_update(struct store *store, const struct store_finding *finding);
/* The shrunk schedule of a finding. */
int store_set_shrunk(struct store *store, int64_t id, const char *schedule);

/* By number, or by signature. -ENOENT when there is none. *finding is overwritten; free it. */
int store_get(struct store *store, int64_t id, struct store_finding *finding);
int store_get_signature(struct store *store, const char *signature, struct store_finding *finding);
/* All, by number. Free with store_list_free(). */
int store_list(struct store *store, struct store_finding **list, size_t *count);
void store_list_free(struct store_finding *list, size_t count);
void store_finding_free(struct store_finding *finding);

/* Makes the directory, unless it is there, with a .gitignore in it: findings are nobody's source
 * code. When that fails, opening files in it will. */
void store_make_directory(const char *directory);

/* "F12" or "f12" -> 12; 0 when the text is no such name. */
int64_t store_parse_id(const char *text);

#endif
