#include "attempt.h"
#include "replay_profile.h"
#include "run.h"
#include "seed.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

static int add(struct run *run, const char *name, const char *value)
{
    return value ? target_set(&run->settings, "run", name, value) : 0;
}

/* The runtime takes a file. */
static const char *write_schedule(const char *text)
{
    static char path[PATH_MAX];
    const char *directory = attempt_temporary();
    FILE *file = directory ? fopen(cli_join(path, sizeof path, directory, "schedule"), "we") : NULL;
    bool fine = file && fputs(text, file) >= 0;
    if (file && fclose(file) != 0)
        fine = false;
    if (!fine)
        cli_error("run", "cannot write a temporary file: %s", strerror(errno));
    return fine ? path : NULL;
}

static int settle_schedule(struct run *run)
{
    struct core_schedule schedule;
    char *text;
    if (run->strategy && strcmp(run->strategy, "list") != 0) {
        cli_error("run", "--strategy does not go with --schedule, which says who runs");
        return CLI_USAGE;
    }
    int status = seed_read_schedule("run", run->schedule, &text, &schedule);
    if (status)
        return status;
    const char *path = write_schedule(text);
    status = path ? add(run, "schedule", path) : CLI_FAILURE;
    if (!run->seed && schedule.seed[0])
        run->seed = strdup(schedule.seed);
    run->strategy = "list";
    seed_schedule_free(text, &schedule);
    return status;
}

/* A strategy that needs a seed gets one of our choosing, which the summary tells. */
static void draw_seed(struct run *run)
{
    uint32_t number;
    if (getrandom(&number, sizeof number, GRND_NONBLOCK) != sizeof number)
        number = (uint32_t)getpid();
    snprintf(run->drawn, sizeof run->drawn, "%u", number);
    run->seed = run->drawn;
}

static int settle_strategy(struct run *run)
{
    struct core_strategy_config config = {.kind = CORE_STRATEGY_RANDOM};
    int status = run->strategy ? seed_check_strategy("run", run->strategy, &config) : 0;
    if (status)
        return status;
    if (config.kind == CORE_STRATEGY_LIST) {
        cli_error("run", "--strategy list plays a schedule: give it with --schedule");
        return CLI_USAGE;
    }
    run->target.seeded = config.kind != CORE_STRATEGY_OS;
    if (!run->seed && config.kind != CORE_STRATEGY_OS && config.kind != CORE_STRATEGY_RR)
        draw_seed(run);
    return 0;
}

int run_settle_seed(struct run *run)
{
    int status = run->seed ? seed_check("run", run->seed) : 0;
    if (status || !(run->seed || run->strategy || run->schedule))
        return status;
    run->target.seeded = true;
    status = run->schedule ? settle_schedule(run) : settle_strategy(run);
    if (!status)
        status = add(run, "seed", run->seed);
    return status ? status : add(run, "strategy", run->strategy);
}

/* Attempts leave signals blocked, which the program of this run is to get. */
int run_add_profile(struct run *run)
{
    sigset_t mask;
    sigprocmask(SIG_SETMASK, NULL, &mask);
    const char *profile = replay_profile("run", run->strategy, &run->target, &run->options, 0);
    sigprocmask(SIG_SETMASK, &mask, NULL);
    return add(run, "profile", profile);
}
