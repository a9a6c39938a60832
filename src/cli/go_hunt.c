#include "go_hunt.h"
#include "cli.h"
#include "hunt.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* All that is hunted, and what is not. */
struct pack {
    const struct go_command *command;
    struct go_hunted *at;
    size_t count;
    size_t without_tests, broken, hunted, with_findings;
};

static bool is_test(const struct go_command *command)
{
    return strcmp(command->subcommand, "test") == 0;
}

/* ---- go list ---- */

/* What a command writes to its standard output. To be freed; NULL after an error. */
static char *output_of(const struct words *line, int *status)
{
    int ends[2];
    char *text = NULL, buffer[4096];
    size_t size = 0;
    FILE *memory = open_memstream(&text, &size);
    if (!memory || pipe(ends) != 0)
        abort();
    pid_t pid = fork();
    if (pid == 0) {
        dup2(ends[1], 1);
        close(ends[0]);
        close(ends[1]);
        execv(line->at[0], (char **)line->at);
        _exit(CLI_CANNOT_EXEC);
    }
    close(ends[1]);
    for (ssize_t got; (got = read(ends[0], buffer, sizeof buffer)) != 0;)
        if (got > 0)
            fwrite(buffer, 1, (size_t)got, memory);
        else if (errno != EINTR)
            break;
    close(ends[0]);
    fclose(memory);
    while (pid > 0 && waitpid(pid, status, 0) < 0 && errno == EINTR)
        ;
    *status = pid < 0              ? CLI_FAILURE
              : WIFEXITED(*status) ? WEXITSTATUS(*status)
                                   : 128 + WTERMSIG(*status);
    return text;
}

static void add_operands(struct words *line, const struct go_command *command)
{
    for (size_t i = 0; i < command->words.count; i++)
        if (command->kinds[i] == GO_OPERAND)
            words_add(line, command->words.at[i]);
}

/* The packages, one a line: path, directory, how many files with tests. */
static char *list(const struct pack *pack, const struct go_tool *tool, const struct go_place *place,
                  int *status)
{
    struct words line = {0};
    go_start_line(&line, pack->command, tool, place, "list");
    go_hunt_list_flags(&line, pack->command);
    words_add(&line, "-f");
    words_add(&line, "{{.ImportPath}}\t{{.Dir}}\t{{len .TestGoFiles}}{{len .XTestGoFiles}}");
    add_operands(&line, pack->command);
    char *text = output_of(&line, status);
    free(line.at);
    return text;
}

/* ---- what to hunt ---- */

static const char *the_operand(const struct go_command *command)
{
    const char *operand = ".";
    for (size_t i = 0, count = 0; i < command->words.count; i++)
        if (command->kinds[i] == GO_OPERAND) {
            operand = command->words.at[i];
            if (++count > 1 || strstr(operand, "...") || strstr(operand, ".go"))
                return NULL;
        }
    return operand;
}

/* "./pkg" when it lies below the directory of the command, as people type it. */
static char *operand_for(const struct go_command *command, const char *package,
                         const char *directory)
{
    char here[PATH_MAX], *operand;
    const char *given = the_operand(command);
    bool known = command->directory ? realpath(command->directory, here) != NULL
                                    : getcwd(here, sizeof here) != NULL;
    size_t length = known ? strlen(here) : 0;
    if (given)
        return strdup(given);
    if (!known || strncmp(directory, here, length) != 0)
        return strdup(package);
    if (!directory[length])
        return strdup(".");
    if (directory[length] != '/')
        return strdup(package);
    if (asprintf(&operand, ".%s", directory + length) < 0)
        abort();
    return operand;
}

/* Of files, the first one's. */
static char *name_of_files(const struct go_command *command)
{
    for (size_t i = 0; i < command->words.count; i++)
        if (command->kinds[i] == GO_OPERAND) {
            const char *slash = strrchr(command->words.at[i], '/');
            const char *name = slash ? slash + 1 : command->words.at[i];
            return strndup(name, strcspn(name, "."));
        }
    return strdup("main");
}

static void add(struct pack *pack, const char *package, const char *directory)
{
    const struct go_command *command = pack->command;
    bool files = strcmp(package, "command-line-arguments") == 0;
    char here[PATH_MAX];
    pack->at = realloc(pack->at, (pack->count + 1) * sizeof *pack->at);
    if (!pack->at)
        abort();
    struct go_hunted *hunted = &pack->at[pack->count++];
    *hunted = (struct go_hunted){
        .command = command,
        .package = files ? name_of_files(command) : strdup(package),
        .operand = files ? NULL : operand_for(command, package, directory),
        .directory = strdup(directory),
    };
    if (is_test(command))
        return;
    /* go run runs it where it is itself */
    free(hunted->directory);
    hunted->directory = command->directory ? realpath(command->directory, NULL)
                                           : strdup(getcwd(here, sizeof here) ? here : "/");
}

static void read_list(struct pack *pack, char *text)
{
    for (char *line, *rest = text; (line = strsep(&rest, "\n"));) {
        char *package = strsep(&line, "\t"), *directory = strsep(&line, "\t");
        if (!directory || !line)
            continue;
        if (!is_test(pack->command) || strcmp(line, "00") != 0) {
            add(pack, package, directory);
            continue;
        }
        pack->without_tests++;
        fprintf(stderr, "reprise: %s has no tests\n", package);
    }
}

/* ---- the hunts ---- */

static int read_options(struct hunt *hunt, const struct go_command *command)
{
    struct words argv = {0};
    int next;
    words_add(&argv, "hunt");
    words_add_all(&argv, &command->hunt_options);
    if (command->strategy)
        words_addf(&argv, "--strategy=%s", command->strategy);
    for (size_t i = 0; i < command->sets.count; i++)
        words_addf(&argv, "--set=%s", command->sets.at[i]);
    int status = hunt_read_options(hunt, (int)argv.count, (char **)argv.at, &next);
    if (!status && hunt->out) {
        cli_error("go", "--shard is for reprise hunt; build with reprise go %s first",
                  is_test(command) ? "test -c" : "build");
        status = CLI_USAGE;
    }
    if (!status && hunt->limit_s <= 0)
        hunt->limit_s = go_hunt_timeout(command);
    return status;
}

/* 0, or an exit status: options are checked before anything is built. */
static int check_options(const struct go_command *command)
{
    struct hunt *hunt = calloc(1, sizeof *hunt);
    if (!hunt)
        abort();
    int status = go_hunt_check_flags(command);
    if (!status)
        status = read_options(hunt, command);
    free(hunt);
    return status;
}

static int hunt_one(struct pack *pack, const struct go_hunted *hunted)
{
    struct hunt *hunt = calloc(1, sizeof *hunt); /* too large for a stack to like */
    if (!hunt)
        abort();
    int status = read_options(hunt, pack->command);
    hunt->go = hunted;
    hunt->target.directory = hunted->directory;
    if (!status)
        status = hunt_program(hunt, (char **)hunted->argv.at);
    pack->with_findings += hunt->result.found.count > 0;
    found_list_free(&hunt->result.found);
    free(hunt);
    return status;
}

/* Tests find the go that runs them first in PATH. */
static void set_environment(const struct go_tool *tool)
{
    char *path;
    const char *old = getenv("PATH");
    setenv("GOROOT", tool->goroot, 1);
    if (asprintf(&path, "%s/bin%s%s", tool->goroot, old ? ":" : "", old ? old : "") < 0)
        abort();
    setenv("PATH", path, 1);
    free(path);
}

/* A finding of the detector says more than a failed test, and that more than that we could not. */
static int worse(int a, int b)
{
    static const int order[] = {128 + 2, 66, 1, CLI_FAILURE};
    for (size_t i = 0; i < sizeof order / sizeof order[0]; i++)
        if (a == order[i] || b == order[i])
            return order[i];
    return a ? a : b;
}

static int build_all(struct pack *pack, const struct go_tool *tool, const struct go_place *place)
{
    size_t good = 0;
    for (size_t i = 0; i < pack->count; i++) {
        struct go_hunted *hunted = &pack->at[i];
        int status = go_keep_build(hunted, tool, place);
        if (status >= CLI_FAILURE) /* ours, or interrupted */
            return status;
        if (status || access(hunted->path, X_OK) != 0) {
            fprintf(stderr, "reprise: %s does not build\n", hunted->package);
            pack->broken++;
            continue;
        }
        words_add(&hunted->argv, hunted->path);
        go_hunt_arguments(&hunted->argv, pack->command);
        pack->at[good++] = *hunted;
    }
    pack->count = good;
    return 0;
}

static void print_end(const struct pack *pack)
{
    if (pack->count + pack->broken + pack->without_tests < 2)
        return;
    printf("\nreprise: %zu package%s hunted, %zu with findings", pack->hunted,
           pack->hunted == 1 ? "" : "s", pack->with_findings);
    if (pack->hunted < pack->count)
        printf("; %zu left", pack->count - pack->hunted);
    if (pack->without_tests)
        printf("; %zu without tests", pack->without_tests);
    if (pack->broken)
        printf("; %zu did not build", pack->broken);
    putchar('\n');
    fflush(stdout);
}

static int hunt_all(struct pack *pack)
{
    int result = pack->broken ? 1 : 0;
    for (size_t i = 0; i < pack->count; i++) {
        if (i)
            putchar('\n');
        pack->hunted++;
        int status = hunt_one(pack, &pack->at[i]);
        result = worse(result, status);
        if (status == 128 + 2)
            break;
    }
    print_end(pack);
    return result;
}

int go_hunt(const struct go_command *command, const struct go_tool *tool,
            const struct go_place *place)
{
    struct pack pack = {.command = command};
    int status = check_options(command);
    if (status)
        return status;
    char *text = list(&pack, tool, place, &status);
    if (!status)
        read_list(&pack, text);
    free(text);
    if (status)
        return status < CLI_FAILURE ? 1 : status; /* go has said why */
    status = build_all(&pack, tool, place);
    if (status)
        return status;
    set_environment(tool);
    return hunt_all(&pack);
}
