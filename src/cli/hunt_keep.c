#include "hunt.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define WRITE_EVERY_S 2.0

/* ---- a shard ---- */

static int open_directory(struct hunt *hunt)
{
    const struct hunt_plan *plan = &hunt->result.plan;
    if (mkdir(hunt->out, 0777) != 0 && errno != EEXIST) {
        cli_error("hunt", "cannot make %s: %s", hunt->out, strerror(errno));
        return CLI_FAILURE;
    }
    hunt_result_path(hunt->path, sizeof hunt->path, hunt->out, plan->shard, plan->of);
    return 0;
}

/* Takes up what an earlier process of this shard has left. */
static int go_on(struct hunt *hunt)
{
    struct hunt_result before;
    int error = hunt_result_read(&before, hunt->path);
    if (error == -ENOENT) {
        error = hunt_result_write(&hunt->result, hunt->path); /* can it be written at all? */
        if (error)
            cli_error("hunt", "cannot write %s: %s", hunt->path, strerror(-error));
        return error ? CLI_FAILURE : 0;
    }
    if (error) {
        cli_error("hunt", "%s is damaged; remove it to do this shard anew", hunt->path);
        return CLI_FAILURE;
    }
    if (!hunt_plan_equal(&before.plan, &hunt->result.plan)) {
        cli_error("hunt", "%s is of another hunt; remove it, or choose another --out", hunt->path);
        return CLI_FAILURE;
    }
    struct hunt_plan plan = hunt->result.plan;
    hunt->result = before;
    hunt->result.plan = plan;
    return 0;
}

int hunt_keep_open(struct hunt *hunt)
{
    int error;
    if (hunt->out) {
        int status = open_directory(hunt);
        return status ? status : go_on(hunt);
    }
    hunt->store = store_open(STORE_FILE, false, &error);
    if (!hunt->store) {
        hunt->store_failed = true;
        cli_error("hunt", "%s; findings go to a file instead", store_last_message());
    }
    return 0;
}

/* ---- when there is no database ---- */

static bool can_write(struct hunt *hunt, const char *directory)
{
    char stamp[32];
    time_t now = time(NULL);
    struct tm local;
    strftime(stamp, sizeof stamp, "%Y%m%d-%H%M%S", localtime_r(&now, &local));
    snprintf(hunt->path, sizeof hunt->path, "%s/hunt-%s-%ld.json", directory, stamp,
             (long)getpid());
    return hunt_result_write(&hunt->result, hunt->path) == 0;
}

/* Beside the database, or among the temporary files, or nowhere. */
static void choose_file(struct hunt *hunt)
{
    const char *root = getenv("TMPDIR");
    store_make_directory(STORE_DIRECTORY);
    if (can_write(hunt, STORE_DIRECTORY) || can_write(hunt, root && *root ? root : "/tmp") ||
        can_write(hunt, "/dev/shm"))
        return;
    hunt->path[0] = '\0';
    if (!hunt->unkept)
        cli_error("hunt", "there is no room for findings anywhere; they are on this screen only");
    hunt->unkept = true;
}

static void give_up_store(struct hunt *hunt)
{
    cli_error("hunt", "%s; findings go to a file instead", store_message(hunt->store));
    store_close(hunt->store);
    hunt->store = NULL;
    hunt->store_failed = true;
}

/* ---- all of them ---- */

void hunt_keep_occurrence(struct hunt *hunt, struct found *found, const char *strategy,
                          const char *seed)
{
    if (!hunt->store)
        return;
    struct store_finding row = found->row; /* the strings stay ours */
    char *own_strategy = strdup(strategy), *own_seed = strdup(seed);
    row.strategy = own_strategy;
    row.seed = own_seed;
    if (store_add(hunt->store, &row, NULL))
        give_up_store(hunt);
    else
        found->row.id = row.id;
    free(own_strategy);
    free(own_seed);
}

/* The row of the database gets the seed of this hunt when that one brings the finding back and the
 * one there may not, or belongs to another build. */
static bool is_better(struct hunt *hunt, const struct store_finding *row)
{
    struct store_finding old;
    if (store_get(hunt->store, row->id, &old))
        return true;
    bool same_build = old.build_id && row->build_id && strcmp(old.build_id, row->build_id) == 0;
    bool better = old.reproduced != 1 || (row->reproduced == 1 && (!same_build || !old.schedule));
    store_finding_free(&old);
    return better;
}

void hunt_keep_row(struct hunt *hunt, struct found *found)
{
    if (!hunt->store || !is_better(hunt, &found->row))
        return;
    if (store_update(hunt->store, &found->row))
        give_up_store(hunt);
}

void hunt_keep_results(struct hunt *hunt, bool now)
{
    double clock = attempt_clock();
    if (hunt->store || (!hunt->out && !hunt->result.found.count))
        return; /* in the database already; or nothing to tell and nobody to restart */
    if (!now && clock < hunt->written_s + WRITE_EVERY_S)
        return;
    hunt->written_s = clock;
    if (!hunt->path[0] && !hunt->unkept) {
        choose_file(hunt);
        return;
    }
    if (!hunt->path[0])
        return;
    int error = hunt_result_write(&hunt->result, hunt->path);
    if (!error || hunt->unkept)
        return;
    cli_error("hunt", "cannot write %s: %s", hunt->path, strerror(-error));
    choose_file(hunt);
}

void hunt_keep_close(struct hunt *hunt)
{
    hunt_keep_results(hunt, true);
    store_close(hunt->store);
    hunt->store = NULL;
}
