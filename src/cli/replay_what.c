#include "go_hunt.h"
#include "replay.h"
#include "replay_profile.h"
#include "seed.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum {
    SHORTEST_PREFIX = 4, /* of a signature */
    LIMIT_S = 10,        /* for what did not end when it was found */
};

/* ---- findings ---- */

static struct store *open_store(void)
{
    int error;
    return store_open(STORE_FILE, true, &error);
}

static int no_store(const struct replay *replay)
{
    cli_error(replay->target.who, "%s: %s", replay->what, store_last_message());
    return CLI_USAGE;
}

static bool matches(const struct store_finding *finding, const char *prefix)
{
    return strncmp(finding->signature, prefix, strlen(prefix)) == 0;
}

/* How many findings have a signature that starts like this; *id is one of them. */
static size_t count_matches(struct store *store, const char *prefix, int64_t *id)
{
    struct store_finding *list;
    size_t count, found = 0;
    if (strlen(prefix) < SHORTEST_PREFIX || store_list(store, &list, &count) != 0)
        return 0;
    for (size_t i = 0; i < count; i++)
        if (matches(&list[i], prefix)) {
            *id = list[i].id;
            found++;
        }
    store_list_free(list, count);
    return found;
}

static int load(struct replay *replay, struct store *store, int64_t id)
{
    int error = store_get(store, id, &replay->finding);
    if (error == -ENOENT)
        cli_error(replay->target.who,
                  "there is no finding %s in " STORE_FILE "; a seed of that name: --seed %s",
                  replay->what, replay->what);
    else if (error)
        cli_error(replay->target.who, "%s: %s", replay->what, store_message(store));
    return error ? CLI_USAGE : 0;
}

static int load_finding(struct replay *replay)
{
    struct store *store = open_store();
    int64_t id = store_parse_id(replay->what);
    if (!store)
        return no_store(replay);
    size_t found = id ? 1 : count_matches(store, replay->what, &id);
    int status = CLI_USAGE;
    if (found == 1)
        status = load(replay, store, id);
    else if (found)
        cli_error(replay->target.who, "%zu findings have a signature that starts with %s", found,
                  replay->what);
    else
        cli_error(replay->target.who, "no finding has a signature that starts with %s",
                  replay->what);
    store_close(store);
    return status;
}

/* ---- which of the three? ---- */

static bool is_number(const char *text)
{
    return *text && !text[strspn(text, "0123456789")];
}

static bool is_signature(const char *text)
{
    int64_t id;
    struct store *store = strchr(text, '-') ? open_store() : NULL;
    size_t found = store ? count_matches(store, text, &id) : 0;
    store_close(store);
    return found > 0;
}

static bool is_file(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && S_ISREG(status.st_mode);
}

/* A number is a seed, whatever files lie around. */
static enum replay_form find_form(const char *what)
{
    if (is_number(what))
        return REPLAY_SEED;
    if (store_parse_id(what) || is_signature(what))
        return REPLAY_FINDING;
    return seed_is_schedule(what) || is_file(what) ? REPLAY_SCHEDULE : REPLAY_SEED;
}

/* ---- files for the runtime ---- */

const char *replay_file(const char *name, const char *text)
{
    const char *directory = attempt_temporary();
    char *path = NULL;
    FILE *file = NULL;
    if (directory && asprintf(&path, "%s/%s", directory, name) > 0)
        file = fopen(path, "we");
    bool fine = file && fputs(text, file) >= 0;
    if (file && fclose(file) != 0)
        fine = false;
    if (!fine)
        cli_error("replay", "cannot write a temporary file: %s", strerror(errno));
    return fine ? path : NULL;
}

/* ---- what it means ---- */

static int settle_program(struct replay *replay, const char *strategy)
{
    struct core_strategy_config config = {.kind = CORE_STRATEGY_RANDOM};
    int status =
        strategy && *strategy ? seed_check_strategy(replay->target.who, strategy, &config) : 0;
    if (status)
        return status;
    replay->exact = replay->schedule || core_strategy_is_controlled(config.kind);
    replay->target.seeded = replay->schedule || config.kind != CORE_STRATEGY_OS;
    if (!replay->argv[0] && replay->finding.argv)
        replay->argv = replay->finding.argv;
    if (replay->argv[0] &&
        (status = go_keep_find(replay->target.who, replay->argv[0], &replay->target.directory)))
        return status;
    if (replay->argv[0])
        return target_prepare(&replay->target, replay->argv);
    cli_error(replay->target.who, "no program given; write: reprise %s %s -- PROGRAM ARGUMENT...",
              replay->target.who, replay->what);
    return CLI_USAGE;
}

static int settle_seed(struct replay *replay)
{
    int status = seed_check(replay->target.who, replay->what);
    if (status)
        return status;
    if (replay->strategy && strcmp(replay->strategy, "list") == 0) {
        cli_error(replay->target.who, "--strategy list plays a schedule, not a seed");
        return CLI_USAGE;
    }
    replay->seed = replay->origin.seed = replay->what;
    replay->origin.strategy = replay->strategy;
    return settle_program(replay, replay->strategy);
}

static bool other_build(const struct elfinfo *info, const uint8_t *build_id, size_t bytes)
{
    static const uint8_t unknown[ELFINFO_BUILD_ID_BYTES];
    return info->build_id_bytes && memcmp(build_id, unknown, bytes) != 0 &&
           memcmp(info->build_id, build_id, bytes) != 0;
}

/* Plays this string; its seed goes on where it ends. */
static int settle_string(struct replay *replay, const char *text_or_path)
{
    struct core_schedule schedule;
    char *text;
    int status = seed_read_schedule(replay->target.who, text_or_path, &text, &schedule);
    if (status)
        return status;
    replay->schedule = replay_file("schedule", text);
    status = replay->schedule ? 0 : CLI_FAILURE;
    if (schedule.seed[0])
        replay->seed = strdup(schedule.seed);
    if (!status)
        status = settle_program(replay, "list");
    if (!status && !replay->rebuilt &&
        other_build(&replay->target.info, schedule.build_id, sizeof schedule.build_id)) {
        replay->rebuilt = true;
        cli_error(replay->target.who,
                  "the schedule is of another build of %s: played as far as it fits, then by seed",
                  replay->argv[0]);
    }
    seed_schedule_free(text, &schedule);
    return status;
}

static int settle_schedule(struct replay *replay)
{
    if (replay->strategy) {
        cli_error(replay->target.who,
                  "--strategy does not go with a schedule, which says who runs");
        return CLI_USAGE;
    }
    replay->origin.schedule = replay->what;
    return settle_string(replay, replay->what);
}

static bool finding_is_of_other_build(const struct replay *replay)
{
    char hex[2 * ELFINFO_BUILD_ID_BYTES + 1] = "";
    const struct elfinfo *info = &replay->target.info;
    const char *known = replay->finding.build_id;
    for (size_t i = 0; i < info->build_id_bytes; i++)
        sprintf(hex + 2 * i, "%02x", info->build_id[i]);
    size_t length = known ? strlen(known) : 0;
    return length && *hex && strncmp(known, hex, length < strlen(hex) ? length : strlen(hex)) != 0;
}

/* Of the same program: its seed, beside the trail of when it was found. Of another build: its
 * schedule, as far as that still fits. */
static int settle_finding(struct replay *replay)
{
    const struct store_finding *finding = &replay->finding;
    int status = load_finding(replay);
    if (status)
        return status;
    snprintf(replay->name, sizeof replay->name, "F%lld", (long long)finding->id);
    replay->origin.finding = replay->name;
    replay->origin.seed = replay->seed = finding->seed;
    bool same_strategy = !replay->strategy;
    if (same_strategy)
        replay->strategy = finding->strategy;
    replay->origin.strategy = replay->strategy;
    if (!replay->limit_s && strcmp(finding->type, "timeout") == 0)
        replay->limit_s = LIMIT_S;
    if (finding->settings && *finding->settings)
        words_add(&replay->settings, finding->settings);
    if ((status = settle_program(replay, replay->strategy)))
        return status;
    replay->rebuilt = finding_is_of_other_build(replay);
    if (replay->rebuilt)
        cli_error(replay->target.who, "%s was found in another build of %s%s", replay->name,
                  replay->argv[0],
                  finding->schedule ? ": its schedule is played as far as it fits, then its seed"
                                    : "; it may not come back");
    if (replay->rebuilt && finding->schedule && same_strategy) {
        replay->target.quiet = true; /* has been said */
        return settle_string(replay, finding->schedule);
    }
    if (!replay->rebuilt && same_strategy && finding->trail && !replay->gdb)
        replay->trail = replay_file("trail", finding->trail);
    return 0;
}

static int settle(struct replay *replay)
{
    switch (replay->form) {
    case REPLAY_FINDING:
        return settle_finding(replay);
    case REPLAY_SCHEDULE:
        return settle_schedule(replay);
    default:
        return settle_seed(replay);
    }
}

int replay_settle(struct replay *replay)
{
    if (replay->form == REPLAY_ANY) {
        replay->form = find_form(replay->what);
        /* any text is a seed, and so is a file name with a slip in it */
        if (replay->form == REPLAY_SEED && strpbrk(replay->what, "./"))
            cli_error(replay->target.who, "there is no file %s, so it is taken as a seed",
                      replay->what);
    }
    replay->origin.sets = &replay->sets;
    int status = settle(replay);
    if (!status && !replay->schedule)
        replay->profile = replay_profile(replay->target.who, replay->strategy, &replay->target,
                                         &replay->settings, replay->limit_s);
    return status;
}

struct attempt replay_attempt(const struct replay *replay)
{
    return (struct attempt){
        .target = &replay->target,
        .settings = &replay->settings,
        .seed = replay->seed,
        .strategy = replay->schedule ? "list" : replay->strategy,
        .schedule = replay->schedule,
        .expect = replay->trail,
        .profile = replay->profile,
        .limit_s = replay->limit_s,
        .same_group = true,
    };
}

static bool has_report(const struct store_finding *finding, const struct attempt_outcome *outcome)
{
    for (size_t i = 0; i < outcome->findings.count; i++)
        if (strcmp(finding_string(outcome->findings.at[i].object, "signature", ""),
                   finding->signature) == 0)
            return true;
    return false;
}

/* What a check of the output said is not asked again: the same schedule stands for it. */
bool replay_came_back(const struct store_finding *finding, const struct attempt_outcome *outcome)
{
    if (finding->report)
        return has_report(finding, outcome);
    if (strcmp(finding->type, "timeout") == 0)
        return outcome->timed_out;
    if (strcmp(finding->type, "check") == 0 && finding->hash && outcome->hash &&
        strcmp(finding->hash, outcome->hash) != 0)
        return false;
    return outcome->status == finding->status && outcome->signal == finding->signal;
}
