/* One attempt: a program is run once under options of the runtime, watched from outside, and what
 * became of it is told. `reprise hunt`, `replay` and `shrink` are made of attempts.
 *
 * The program runs in a process group of its own. At the limit, on ^C and when the program itself
 * has ended, all that is left of it is killed, daemons too; when this command dies, the program
 * dies as well. The runtime knows nothing of the limit. What it says comes through a sidecar in a
 * temporary file; a program that was killed has said only what it found until then, and that is no
 * error.
 *
 * From the first attempt on SIGCHLD, SIGINT, SIGTERM and SIGHUP are blocked in this process, and
 * attempt_wait() takes them; the program gets the mask that was there before. One thread only.
 */
#ifndef REPRISE_CLI_ATTEMPT_H
#define REPRISE_CLI_ATTEMPT_H

#include "report/findings.h"
#include "target.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum attempt_stream {
    ATTEMPT_INHERIT, /* ours */
    ATTEMPT_DISCARD, /* /dev/null; input that is a file is opened anew, so that every attempt reads
                        it from its start */
    ATTEMPT_KEEP,    /* output only: in memory, for the outcome */
};

enum { ATTEMPT_KEEP_BYTES = 64 << 20 }; /* a program that writes more than that is killed */

/* What to run and how; zeroed but for the target means: as it would run by itself. Strings may be
 * NULL; values for the runtime have at most one kind of quotes. All is needed only during
 * attempt_start(), except the target. */
struct attempt {
    const struct target *target;  /* prepared; seeded when there is a strategy or a seed */
    const struct words *settings; /* further options of the runtime; may be NULL */
    const char *seed, *strategy;
    bool record;                           /* outcome has schedule and trail */
    const char *schedule, *expect, *trace; /* names of files, as the options of these names */
    const char *profile, *profile_out;
    const char *sidecar; /* to append to and to keep; NULL: a temporary file */
    double limit_s;      /* 0: none */
    bool same_group;     /* stays in our process group, as interactive programs need it: ^C then
                            reaches it by itself, and what it leaves behind stays */
    bool on_cpu;         /* controlled strategies: all its threads on this processor */
    int cpu;
    enum attempt_stream input, output, errors;
};

struct attempt_outcome {
    int status;       /* exit status; -1: a signal ended it */
    int signal;       /* 0: none */
    bool timed_out;   /* and was killed: status and signal say how */
    bool flooded;     /* the same because it wrote too much into what is kept */
    bool interrupted; /* the same because this command was asked to end */
    double seconds;   /* on the wall */
    double limit_s;   /* that of the attempt */
    struct findings findings;

    /* From the sidecar, of the process that was started, or else of the first that spoke. Texts
     * are NULL, and numbers 0, when it did not say. */
    bool spoke;      /* the runtime was in the program */
    bool ended;      /* it came to an orderly end, so what follows is complete */
    int told_status; /* that it meant to end with; -1: it did not say */
    char *build_id;
    char *seed, *strategy; /* as the runtime understood them */
    char *hash;            /* "0x..." of the schedule */
    uint64_t steps, switches;
    char *schedule, *trail; /* with record */
    bool diverged;
    uint64_t diverged_step, diverged_thread;
    char *diverged_op;
    char *inexact; /* "external, signal": what came from outside at a time of its own */

    char *output, *errors; /* ATTEMPT_KEEP: terminated by a zero that is not counted */
    size_t output_bytes, errors_bytes;
};

struct attempt_running; /* one that was started */

/* Starts it. NULL with *error = -errno when that is not possible: -ENOENT and -EACCES are those of
 * the program. */
struct attempt_running *attempt_start(const struct attempt *attempt, int *error);

/* Waits until one of `count` has ended, by itself or at its limit, and returns its index; entries
 * may be NULL. Or -ETIMEDOUT when `until_s` (of attempt_clock(); 0: for ever) has passed, -EINTR
 * when this command is asked to end (^C; also at every later call), which ends none of them. */
int attempt_wait(struct attempt_running **running, size_t count, double until_s);

/* Ends it if it still runs (then as `interrupted`), frees it, and tells what became of it. */
void attempt_finish(struct attempt_running *running, struct attempt_outcome *outcome);

/* All three for one. 0, or -errno when it could not be started. On ^C it is ended and
 * outcome->interrupted is set. */
int attempt_run(const struct attempt *attempt, struct attempt_outcome *outcome);
void attempt_outcome_free(struct attempt_outcome *outcome);

/* The environment that the program gets, for who starts it in another way. `sidecar` may be NULL.
 * Free it with target_environment_free(). */
char **attempt_environment(const struct attempt *attempt, const char *sidecar);

/* The exit status as a shell has it: 128 + signal. */
int attempt_shell_status(const struct attempt_outcome *outcome);

/* Seconds of a clock that only goes forward. */
double attempt_clock(void);

/* Whether the outcome is a failure of the program itself, apart from findings. `text` says which:
 * "exit status 3", "signal 6 (Aborted)", "no end within 10 s". */
bool attempt_failed(const struct attempt_outcome *outcome, char *text, size_t size);

/* ---- attempt_sidecar.c ---- */

/* Fills what the outcome has from the sidecar, from byte `start` on. `pid` is the process that was
 * started. 0 or -errno. */
int attempt_read_sidecar(struct attempt_outcome *outcome, const char *path, off_t start, pid_t pid);

/* ---- attempt_strays.c ---- */

/* From now on processes that lose their parents become children of this one. */
void attempt_adopt_strays(void);

/* Kills and reaps those of them that belong to the attempt with this sidecar. `known` are the
 * processes of attempts, which are let alone. */
void attempt_end_strays(const char *sidecar, const pid_t *known, size_t count);

/* ---- attempt_temporary.c ---- */

/* A directory for temporary files of this process, made at first use and removed with all in it at
 * its end: below TMPDIR, or else /tmp or /dev/shm, where there is room. NULL: nowhere. What earlier
 * processes left there when they were killed goes, too. */
const char *attempt_temporary(void);

#endif
