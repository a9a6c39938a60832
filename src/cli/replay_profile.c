#include "replay_profile.h"
#include "cli.h"
#include "profile_run.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

const char *replay_profile(const char *who, const char *strategy, const struct target *target,
                           const struct words *options, double limit_s)
{
    static char path[PATH_MAX];
    if (!profile_wanted(strategy))
        return NULL;
    int error = profile_make(target, options, limit_s, path, sizeof path);
    if (!error)
        return path;
    cli_error(who, "no profile for surw (%s); it goes on without one",
              error == -ENODATA ? "the program gave none" : strerror(-error));
    return NULL;
}
