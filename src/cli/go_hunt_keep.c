/* .reprise/go/HASH/ has a program and, beside it, the file `build`: the directory to run it in, the
 * directory to build it in, and the words behind `reprise` that build it, each with a zero byte at
 * its end. The hash is that of the latter two, so the same call finds its place again, and another
 * does not overwrite it. */
#include "cli.h"
#include "go_hunt.h"
#include "seed.h"
#include "store/store.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static const char recipe[] = "build";
enum { RUN_IN, BUILD_IN, WORDS };

/* ---- the place ---- */

static uint64_t mix(uint64_t hash, const char *text)
{
    do
        hash = (hash ^ (unsigned char)*text) * 0x100000001b3u;
    while (*text++);
    return hash;
}

/* As go names a test binary: by the last part of the path that is no version. */
static void name_of(char name[256], const char *package, bool test)
{
    char copy[PATH_MAX];
    snprintf(copy, sizeof copy, "%s", package);
    char *slash = strrchr(copy, '/');
    if (slash && slash[1] == 'v' && slash[2] && !slash[2 + strspn(slash + 2, "0123456789")])
        *slash = '\0';
    slash = strrchr(copy, '/');
    snprintf(name, 256, "%.200s%s", slash ? slash + 1 : copy, test ? ".test" : "");
}

static bool make_directories(const char *here, uint64_t hash, char *path, size_t size)
{
    store_make_directory(STORE_DIRECTORY);
    if (snprintf(path, size, "%s/" STORE_DIRECTORY "/go", here) >= (int)size - 32)
        return false;
    mkdir(path, 0777);
    snprintf(path + strlen(path), 32, "/%016" PRIx64, hash);
    return (mkdir(path, 0777) == 0 || errno == EEXIST) && access(path, W_OK) == 0;
}

/* ---- what builds it ---- */

/* Behind `reprise`, without -o. */
static void add_recipe(struct words *words, const struct go_hunted *hunted)
{
    const struct go_command *command = hunted->command;
    bool test = strcmp(command->subcommand, "test") == 0;
    const char *go = getenv("REPRISE_GO");
    words_add(words, "go");
    if (command->go && !(go && strcmp(go, command->go) == 0))
        words_addf(words, "--go=%s", command->go);
    words_add(words, test ? "test" : "build");
    if (test)
        words_add(words, "-c");
    if (command->overlay)
        words_addf(words, "-overlay=%s", command->overlay);
    go_hunt_build_flags(words, command);
    if (hunted->operand)
        words_add(words, hunted->package);
    for (size_t i = 0; !hunted->operand && i < command->words.count; i++)
        if (command->kinds[i] == GO_OPERAND)
            words_add(words, command->words.at[i]);
}

/* Where go reads the operands. */
static bool directory_of(const struct go_command *command, char directory[PATH_MAX])
{
    return command->directory ? realpath(command->directory, directory) != NULL
                              : getcwd(directory, PATH_MAX) != NULL;
}

static bool write_recipe(const struct go_hunted *hunted, const char *directory, const char *place)
{
    char path[PATH_MAX + 16];
    FILE *file = fopen(cli_join(path, sizeof path, place, recipe), "we");
    if (!file)
        return false;
    fwrite(hunted->directory, 1, strlen(hunted->directory) + 1, file);
    fwrite(directory, 1, strlen(directory) + 1, file);
    for (size_t i = 0; i < hunted->build.count; i++)
        fwrite(hunted->build.at[i], 1, strlen(hunted->build.at[i]) + 1, file);
    return fclose(file) == 0;
}

/* -o goes behind "go test", before the flags. */
static void add_output(struct words *words, const struct words *plain, const char *path)
{
    size_t at = 0;
    while (strcmp(plain->at[at], "test") != 0 && strcmp(plain->at[at], "build") != 0)
        at++;
    for (size_t i = 0; i < plain->count; i++) {
        words_add(words, plain->at[i]);
        if (i == at) {
            words_add(words, "-o");
            words_add(words, path);
        }
    }
}

static int settle_place(struct go_hunted *hunted)
{
    char here[PATH_MAX], directory[PATH_MAX], place[PATH_MAX + 64], path[PATH_MAX + 512], name[256];
    struct words plain = {0};
    bool test = strcmp(hunted->command->subcommand, "test") == 0;
    add_recipe(&plain, hunted);
    if (!directory_of(hunted->command, directory) || !getcwd(here, sizeof here)) {
        cli_error("go", "the current directory cannot be found: %s", strerror(errno));
        return CLI_FAILURE;
    }
    uint64_t hash = mix(0xcbf29ce484222325u, directory);
    for (size_t i = 0; i < plain.count; i++)
        hash = mix(hash, plain.at[i]);
    if (!make_directories(here, hash, place, sizeof place)) {
        cli_error("go", "cannot write to %s: %s; a hunt keeps there what it builds", place,
                  strerror(errno));
        return CLI_FAILURE;
    }
    name_of(name, hunted->package, test);
    hunted->path = strdup(cli_join(path, sizeof path, place, name));
    add_output(&hunted->build, &plain, hunted->path);
    free(plain.at);
    if (write_recipe(hunted, directory, place))
        return 0;
    cli_error("go", "cannot write to %s: %s", place, strerror(errno));
    return CLI_FAILURE;
}

int go_keep_build(struct go_hunted *hunted, const struct go_tool *tool,
                  const struct go_place *place)
{
    const struct go_command *command = hunted->command;
    bool test = strcmp(command->subcommand, "test") == 0;
    struct words line = {0}, none = {0};
    int status = settle_place(hunted);
    if (status)
        return status;
    go_start_line(&line, command, tool, place, test ? "test" : "build");
    if (test)
        words_add(&line, "-c");
    words_add(&line, "-o");
    words_add(&line, hunted->path);
    go_hunt_build_flags(&line, command);
    if (hunted->operand)
        words_add(&line, hunted->package);
    for (size_t i = 0; !hunted->operand && i < command->words.count; i++)
        if (command->kinds[i] == GO_OPERAND)
            words_add(&line, command->words.at[i]);
    status = go_execute(&line, &none, false);
    free(line.at);
    return status;
}

/* ---- once more ---- */

/* The words of the file, NULL at the end. They live until the next call. */
static bool read_recipe(const char *program, struct words *words)
{
    static char text[1 << 16];
    char path[PATH_MAX + 16];
    snprintf(path, PATH_MAX, "%s", program);
    char *slash = strrchr(path, '/');
    if (!slash || !strstr(path, "/" STORE_DIRECTORY "/go/"))
        return false;
    strcpy(slash + 1, recipe);
    FILE *file = fopen(path, "re");
    size_t size = file ? fread(text, 1, sizeof text - 1, file) : 0;
    if (file)
        fclose(file);
    text[size] = '\0';
    for (size_t at = 0; at < size; at += strlen(text + at) + 1)
        words_add(words, text + at);
    return words->count > WORDS + 1;
}

bool go_keep_print_hunt(FILE *stream, char *const *argv)
{
    struct words words = {0};
    bool found = argv[0][0] == '/' && read_recipe(argv[0], &words), test = false;
    if (found)
        fputs("reprise", stream);
    for (size_t i = WORDS; i < words.count; i++) {
        const char *word = words.at[i];
        if (strcmp(word, "-o") == 0 || (test && strcmp(word, "-c") == 0)) {
            i += strcmp(word, "-o") == 0;
            continue;
        }
        test |= strcmp(word, "test") == 0;
        bool verb = strcmp(word, "test") == 0 || strcmp(word, "build") == 0;
        putc(' ', stream);
        seed_print_word(stream, strcmp(word, "build") == 0 ? "run" : word);
        if (verb)
            fputs(" --hunt", stream);
    }
    for (argv++; found && !test && *argv; argv++) {
        putc(' ', stream);
        seed_print_word(stream, *argv);
    }
    free(words.at);
    return found;
}

static int build_again(const struct words *words)
{
    int status;
    struct words line = {0};
    words_add(&line, cli_self());
    for (size_t i = WORDS; i < words->count; i++)
        words_add(&line, words->at[i]);
    pid_t pid = fork();
    if (pid == 0) {
        if (chdir(words->at[BUILD_IN]) == 0)
            execv(cli_self(), (char **)line.at);
        _exit(CLI_CANNOT_EXEC);
    }
    free(line.at);
    while (pid > 0 && waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return CLI_FAILURE;
    return pid > 0 && WIFEXITED(status) ? WEXITSTATUS(status) : CLI_FAILURE;
}

static int restore(const char *who, const char *path, const struct words *words)
{
    cli_error(who, "%s is not there any more, so it is built again", path);
    if (build_again(words) == 0 && access(path, X_OK) == 0)
        return 0;
    cli_error(who, "it cannot be built in %s any more; hunt again with reprise go test --hunt",
              words->at[BUILD_IN]);
    return CLI_FAILURE;
}

int go_keep_find(const char *who, const char *path, const char **directory)
{
    struct words words = {0};
    struct stat status;
    int result = 0;
    *directory = NULL;
    if (path[0] != '/' || !read_recipe(path, &words))
        return 0;
    if (access(path, F_OK) != 0)
        result = restore(who, path, &words);
    if (stat(words.at[RUN_IN], &status) == 0 && S_ISDIR(status.st_mode))
        *directory = strdup(words.at[RUN_IN]);
    free(words.at);
    return result;
}
