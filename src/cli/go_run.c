/* The go command as our child: its command line and its environment. */
#include "child.h"
#include "cli.h"
#include "go.h"

#include <stdio.h>
#include <string.h>

void go_start_line(struct words *line, const struct go_command *command, const struct go_tool *tool,
                   const struct go_place *place, const char *subcommand)
{
    words_add(line, tool->path);
    if (command->directory) {
        words_add(line, "-C");
        words_add(line, command->directory);
    }
    words_add(line, subcommand);
    if (!place)
        return;
    words_add(line, "-race");
    words_addf(line, "-overlay=%s", place->overlay);
}

int go_execute(const struct words *line, const struct words *settings, bool seeded)
{
    struct target target = {.who = "go", .seeded = seeded, .argv = (char **)line->at};
    pid_t pid;
    snprintf(target.path, sizeof target.path, "%s", line->at[0]);
    char **environment = target_environment(&target, settings);
    int status = child_run(&target, environment, &pid);
    target_environment_free(environment);
    if (status >= 0)
        return status;
    cli_error("go", "%s: %s", target.path, strerror(-status));
    return CLI_FAILURE;
}
