#include "cc_choose.h"
#include "cli.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

static const char *base_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

const char *cc_cxx_name(const char *name, char *buffer, size_t size)
{
    static const struct {
        const char *c, *cxx;
    } twins[] = {{"clang", "clang++"}, {"gcc", "g++"}, {"cc", "c++"}};
    const char *base = base_of(name);
    for (size_t i = 0; i < sizeof twins / sizeof twins[0]; i++) {
        const char *at = strstr(base, twins[i].c);
        const char *tail = at ? at + strlen(twins[i].c) : NULL;
        if (!at || *tail == '+')
            continue;
        snprintf(buffer, size, "%.*s%s%s", (int)(at - name), name, twins[i].cxx, tail);
        return buffer;
    }
    return name;
}

/* Asks the compiler itself; only for names that say nothing, such as cc. */
static enum cc_kind ask_kind(const char *path)
{
    char command[PATH_MAX + 64], line[256];
    enum cc_kind kind = CC_GCC;
    snprintf(command, sizeof command, "exec '%s' --version 2>/dev/null", path);
    FILE *pipe = strchr(path, '\'') ? NULL : popen(command, "r");
    if (!pipe)
        return kind;
    while (fgets(line, sizeof line, pipe))
        if (strstr(line, "clang"))
            kind = CC_CLANG;
    pclose(pipe);
    return kind;
}

static bool kind_by_name(const char *path, enum cc_kind *kind)
{
    const char *base = base_of(path);
    *kind = strstr(base, "clang") ? CC_CLANG : CC_GCC;
    return *kind == CC_CLANG || strstr(base, "gcc") || strstr(base, "g++");
}

static enum cc_kind kind_of(const struct cc_compiler *compiler)
{
    enum cc_kind kind;
    char real[PATH_MAX];
    const char *path = compiler->command.at[0];
    /* `ccache clang-19`: the last word tells more than the first */
    if (kind_by_name(compiler->command.at[compiler->command.count - 1], &kind) ||
        kind_by_name(path, &kind))
        return kind;
    if (realpath(path, real) && kind_by_name(real, &kind))
        return kind;
    return ask_kind(path);
}

/* REPRISE_CC="reprise cc" would start us again and again. */
static bool is_ourselves(const char *path)
{
    char real[PATH_MAX];
    return realpath(path, real) && strcmp(real, cli_self()) == 0;
}

static int resolve(struct cc_compiler *compiler, const char *verb)
{
    static char path[PATH_MAX];
    const char *name = compiler->command.at[0];
    if (!cli_find_program(name, path, sizeof path)) {
        cli_error(verb, "%s not found; install it or use --with=%s", name,
                  strstr(name, "gcc") || strstr(name, "g++") ? "clang-19" : "gcc");
        return CLI_NOT_FOUND;
    }
    if (is_ourselves(path)) {
        cli_error(verb, "%s is reprise itself; name the compiler behind it with --with=NAME", name);
        return CLI_USAGE;
    }
    compiler->command.at[0] = path;
    compiler->kind = kind_of(compiler);
    return 0;
}

static int choose_default(struct cc_compiler *compiler, const char *verb, bool cxx)
{
    static const char *const names[2][3] = {{"clang-19", "clang", "gcc"},
                                            {"clang++-19", "clang++", "g++"}};
    char path[PATH_MAX];
    for (int i = 0; i < 3; i++)
        if (cli_find_program(names[cxx][i], path, sizeof path)) {
            words_add(&compiler->command, names[cxx][i]);
            return resolve(compiler, verb);
        }
    cli_error(verb, "none of %s, %s, %s found; install one or use --with=NAME", names[cxx][0],
              names[cxx][1], names[cxx][2]);
    return CLI_NOT_FOUND;
}

static const char *from_environment(bool cxx)
{
    const char *name = cxx ? getenv("REPRISE_CXX") : NULL;
    if (!name || !*name)
        name = getenv("REPRISE_CC");
    return name && name[strspn(name, " \t")] ? name : NULL;
}

int cc_choose(struct cc_compiler *compiler, const char *verb, bool cxx, const char *with)
{
    static char cxx_name[PATH_MAX];
    if (!with)
        with = from_environment(cxx);
    if (!with)
        return choose_default(compiler, verb, cxx);
    words_split(&compiler->command, with);
    if (!compiler->command.count) {
        cli_error(verb, "--with needs the name of a compiler");
        return CLI_USAGE;
    }
    const char **last = &compiler->command.at[compiler->command.count - 1];
    if (cxx)
        *last = cc_cxx_name(*last, cxx_name, sizeof cxx_name);
    return resolve(compiler, verb);
}
