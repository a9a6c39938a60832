#include "turn_state.h"

#include "../core/profile.h"
#include "../core/schedule.h"
#include "file.h"
#include "format.h"
#include "options.h"

#include <errno.h>

static struct core_schedule schedule;

/* From the file of the option schedule. False: said why. */
static bool read_schedule(struct core_strategy_config *config)
{
    struct rt_text text = {0};
    int error = rt_file_read(rt_options.schedule, &text);
    while (!error && text.length && (unsigned char)text.data[text.length - 1] <= ' ')
        text.data[--text.length] = '\0';
    long count = error ? error : core_schedule_count(text.data ? text.data : "");
    if (count >= 0) {
        schedule.items = core_alloc((size_t)(count + 1) * sizeof *schedule.items);
        count = core_schedule_decode(&schedule, text.data);
    }
    rt_text_free(&text);
    if (count < 0) {
        rt_say("schedule='%s': %s; the kernel schedules", rt_options.schedule,
               error ? rt_error_text(-error) : "not a whole schedule string");
        return false;
    }
    schedule.strict = schedule.strategy[0] != '\0';
    config->schedule = &schedule;
    return true;
}

/* From the file of the option profile. Without one, or a good one, the strategy learns as it goes.
 */
static void read_profile(struct core_strategy_config *config)
{
    struct rt_text text = {0};
    if (!rt_options.profile[0])
        return;
    struct core_profile *profile = core_alloc(sizeof *profile);
    int error = rt_file_read(rt_options.profile, &text);
    if (!error)
        error = core_profile_parse(profile, text.data ? text.data : "", text.length);
    if (error)
        rt_say("profile='%s': %s; the run does without", rt_options.profile,
               error == -EINVAL ? "not a profile" : rt_error_text(error));
    else
        config->profile = profile;
    rt_text_free(&text);
}

struct core_strategy_config rt_turn_configure(void)
{
    struct core_strategy_config config = {0};
    const char *text = rt_options.strategy;
    if (!text[0])
        text = rt_options.schedule[0] ? "list" : rt_options.seed[0] ? "random" : "os";
    if (core_strategy_parse(&config, text)) {
        rt_say("strategy='%s' is not one that is known; the kernel schedules", text);
        return (struct core_strategy_config){0};
    }
    config.seed = core_seed_hash(rt_options.seed);
    read_profile(&config);
    if (config.kind == CORE_STRATEGY_LIST && !read_schedule(&config))
        config.kind = CORE_STRATEGY_OS;
    return config;
}
