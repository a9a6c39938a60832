/* The user's go: where it is, what it says of itself, whether a build with -race can work. */
#include "cli.h"
#include "go.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static int refuse(int status, const char *what)
{
    cli_error("go", "%s", what);
    return status;
}

/* ---- where ---- */

int go_find(struct go_tool *tool, const struct go_command *command)
{
    char real[PATH_MAX];
    const char *name = command->go ? command->go : "go";
    if (!cli_find_program(name, tool->path, sizeof tool->path)) {
        if (command->go)
            cli_error("go", "%s: no such program; --go and REPRISE_GO take the path of go", name);
        else
            cli_error("go", "go not found; put it into PATH or give --go=PATH");
        return CLI_FAILURE;
    }
    if (!realpath(tool->path, real))
        return refuse(CLI_FAILURE, strerror(errno));
    if (strcmp(real, cli_self()) == 0) {
        cli_error("go", "%s is reprise itself; give the go behind it with --go=PATH", name);
        return CLI_USAGE;
    }
    if (tool->path[0] != '/') /* it is also called in other directories */
        snprintf(tool->path, sizeof tool->path, "%s", real);
    return 0;
}

/* ---- questions ---- */

static void ask_in_child(const struct go_tool *tool, const struct go_command *command,
                         const struct words *line, int output)
{
    if (command->directory && chdir(command->directory) != 0) {
        cli_error("go", "-C %s: %s", command->directory, strerror(errno));
        _exit(CLI_USAGE);
    }
    dup2(output, STDOUT_FILENO);
    execv(tool->path, (char *const *)line->at);
    cli_error("go", "%s: %s", tool->path, strerror(errno));
    _exit(CLI_FAILURE);
}

static char *read_all(int fd)
{
    char *text = NULL;
    size_t size = 0, used = 0;
    for (ssize_t length = 1; length; used += (size_t)length) {
        if (size - used < 4096 && !(text = realloc(text, (size = used + 65536))))
            abort();
        do
            length = read(fd, text + used, size - used - 1);
        while (length < 0 && errno == EINTR);
        if (length < 0)
            length = 0;
    }
    text[used] = '\0';
    return text;
}

char *go_output(const struct go_tool *tool, const struct go_command *command,
                const char *const *words, int *status)
{
    struct words line = {0};
    int pipe_ends[2], ended;
    words_add(&line, tool->path);
    while (*words)
        words_add(&line, *words++);
    *status = CLI_FAILURE;
    if (pipe2(pipe_ends, O_CLOEXEC) != 0)
        return NULL;
    pid_t pid = fork();
    if (pid == 0)
        ask_in_child(tool, command, &line, pipe_ends[1]);
    close(pipe_ends[1]);
    free(line.at);
    char *text = pid > 0 ? read_all(pipe_ends[0]) : NULL;
    close(pipe_ends[0]);
    while (pid > 0 && waitpid(pid, &ended, 0) < 0)
        if (errno != EINTR)
            return text;
    if (pid > 0)
        *status = WIFSIGNALED(ended) ? 128 + WTERMSIG(ended) : WEXITSTATUS(ended);
    return text;
}

/* ---- answers ---- */

struct answers {
    json_t *root;
};

static const char *answer(const struct answers *answers, const char *name)
{
    const char *text = json_string_value(json_object_get(answers->root, name));
    return text ? text : "";
}

static int ask(struct answers *answers, const struct go_tool *tool,
               const struct go_command *command)
{
    static const char *const words[] = {"env",     "-json",       "GOROOT",   "GOVERSION",
                                        "GOOS",    "GOARCH",      "GOHOSTOS", "GOHOSTARCH",
                                        "GOFLAGS", "CGO_ENABLED", "CC",       NULL};
    int status;
    char *text = go_output(tool, command, words, &status);
    answers->root = text && !status ? json_loads(text, 0, NULL) : NULL;
    free(text);
    if (status) /* go, or the attempt to call it, has said why */
        return status;
    if (answers->root && *answer(answers, "GOVERSION"))
        return 0;
    json_decref(answers->root);
    cli_error("go", "%s answers no questions (go env -json): is it go 1.19 or newer?", tool->path);
    return CLI_FAILURE;
}

/* "go1.26.8", "go1.27rc1 X:experiment", "devel go1.28-4a1b...". */
static struct go_version read_version(const char *text)
{
    struct go_version version = {0};
    const char *number = strstr(text, "go1.");
    if (!number || sscanf(number, "go%d.%d", &version.major, &version.minor) != 2)
        return (struct go_version){0};
    return version;
}

static bool older(struct go_version a, struct go_version b)
{
    return a.major != b.major ? a.major < b.major : a.minor < b.minor;
}

/* A seed needs the edits. Detection needs only the race ABI, which has been the same for years. */
static int check_version(struct go_tool *tool, const struct go_command *command)
{
    bool readable = tool->number.major > 0;
    if (readable && older(tool->number, go_edit_oldest)) {
        cli_error("go", "%s is too old; Go %d.%d or newer is needed", tool->version,
                  go_edit_oldest.major, go_edit_oldest.minor);
        return CLI_FAILURE;
    }
    tool->known = readable && !older(go_edit_newest, tool->number);
    if (tool->known)
        return 0;
    bool seed = command->hunt || command->seed || command->strategy;
    cli_error("go", "%s is newer than this version of reprise, which knows Go up to %d.%d: %s",
              tool->version, go_edit_newest.major, go_edit_newest.minor,
              seed ? "no seeds there" : "races are found, but there are no seeds");
    return seed ? CLI_FAILURE : 0;
}

static int check_platform(const struct answers *answers)
{
    const char *os = answer(answers, "GOOS"), *machine = answer(answers, "GOARCH");
    if (strcmp(os, "linux") == 0 && strcmp(machine, "amd64") == 0)
        return 0;
    cli_error("go", "no runtime for %s/%s; there is one for linux/amd64 (GOOS, GOARCH)", os,
              machine);
    return CLI_FAILURE;
}

/* The race detector needs cgo, and the runtime is assembled by its C compiler. Go turns cgo off by
 * itself when it finds no compiler, and when it builds for another kind of machine. */
static int check_cgo(const struct answers *answers)
{
    char path[PATH_MAX];
    struct words compiler = {0};
    const char *set = getenv("CGO_ENABLED");
    if (set && strcmp(set, "0") == 0)
        return refuse(CLI_FAILURE, "-race needs cgo: CGO_ENABLED=0 is set; set it to 1");
    words_split(&compiler, answer(answers, "CC"));
    const char *name = compiler.count ? compiler.at[0] : "gcc";
    bool found = cli_find_program(name, path, sizeof path);
    free(compiler.at);
    if (!found) {
        cli_error("go", "-race needs a C compiler: %s not found; install it or set CC", name);
        return CLI_FAILURE;
    }
    if (strcmp(answer(answers, "CGO_ENABLED"), "1") == 0)
        return 0;
    if (strcmp(answer(answers, "GOHOSTOS"), "linux") != 0 ||
        strcmp(answer(answers, "GOHOSTARCH"), "amd64") != 0)
        if (!set)
            return refuse(CLI_FAILURE, "-race needs cgo, which is off when go builds for another "
                                       "machine; set CGO_ENABLED=1 and CC");
    setenv("CGO_ENABLED", "1", 1);
    return 0;
}

static int check_goroot(const struct go_tool *tool)
{
    char path[PATH_MAX + 32];
    if (access(cli_join(path, sizeof path, tool->goroot, "src/runtime/race/race.go"), R_OK) == 0)
        return 0;
    cli_error("go", "%s has no sources of package runtime/race; install the sources of Go",
              *tool->goroot ? tool->goroot : "GOROOT");
    return CLI_FAILURE;
}

static char *copy(const char *text)
{
    char *copied = strdup(text);
    if (!copied)
        abort();
    return copied;
}

int go_ask(struct go_tool *tool, const struct go_command *command)
{
    struct answers answers;
    int status = ask(&answers, tool, command);
    if (status)
        return status;
    tool->version = copy(answer(&answers, "GOVERSION"));
    tool->goroot = copy(answer(&answers, "GOROOT"));
    tool->flags = copy(answer(&answers, "GOFLAGS"));
    tool->number = read_version(tool->version);
    status = check_platform(&answers);
    if (!status)
        status = check_version(tool, command);
    if (!status)
        status = check_goroot(tool);
    if (!status)
        status = check_cgo(&answers);
    json_decref(answers.root);
    return status;
}
