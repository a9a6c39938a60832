#include "go_flags.h"
#include "words.h"

#include <stdlib.h>
#include <string.h>

/* Sorted by what they are; the order has no meaning. Of all versions: one that a version doesn't
 * know is an error there, whatever we take it for. */
static const struct go_flag flags[] = {
    /* of the build; those without a value */
    {"a", false, false, false},
    {"asan", false, false, false},
    {"buildvcs", false, false, false},
    {"cover", false, false, false},
    {"i", false, false, false},
    {"json", false, false, false},
    {"linkshared", false, false, false},
    {"modcacherw", false, false, false},
    {"msan", false, false, false},
    {"n", false, false, false},
    {"race", false, false, false},
    {"trimpath", false, false, false},
    {"work", false, false, false},
    {"x", false, false, false},
    {"c", false, false, true},
    /* and with one */
    {"C", true, false, false},
    {"asmflags", true, false, false},
    {"buildmode", true, false, false},
    {"compiler", true, false, false},
    {"covermode", true, false, false},
    {"coverpkg", true, false, false},
    {"debug-actiongraph", true, false, false},
    {"debug-runtime-trace", true, false, false},
    {"debug-trace", true, false, false},
    {"exec", true, false, false},
    {"gccgoflags", true, false, false},
    {"gcflags", true, false, false},
    {"installsuffix", true, false, false},
    {"ldflags", true, false, false},
    {"mod", true, false, false},
    {"modfile", true, false, false},
    {"o", true, false, false},
    {"overlay", true, false, false},
    {"p", true, false, false},
    {"pgo", true, false, false},
    {"pkgdir", true, false, false},
    {"tags", true, false, false},
    {"toolexec", true, false, false},
    {"vet", true, false, true},
    /* of the test binary; -v is of both */
    {"v", false, true, false},
    {"artifacts", false, true, true},
    {"benchmem", false, true, true},
    {"failfast", false, true, true},
    {"fullpath", false, true, true},
    {"short", false, true, true},
    {"bench", true, true, true},
    {"benchtime", true, true, true},
    {"blockprofile", true, true, true},
    {"blockprofilerate", true, true, true},
    {"count", true, true, true},
    {"coverprofile", true, true, true},
    {"cpu", true, true, true},
    {"cpuprofile", true, true, true},
    {"fuzz", true, true, true},
    {"fuzzminimizetime", true, true, true},
    {"fuzztime", true, true, true},
    {"list", true, true, true},
    {"memprofile", true, true, true},
    {"memprofilerate", true, true, true},
    {"mutexprofile", true, true, true},
    {"mutexprofilefraction", true, true, true},
    {"outputdir", true, true, true},
    {"parallel", true, true, true},
    {"run", true, true, true},
    {"shuffle", true, true, true},
    {"skip", true, true, true},
    {"timeout", true, true, true},
    {"trace", true, true, true},
};

bool go_flag_is(const char *word)
{
    const char *name = word + (word[0] == '-') + (word[0] == '-' && word[1] == '-');
    return word[0] == '-' && *name && *name != '-' && *name != '=';
}

const struct go_flag *go_flag_find(const char *word, bool testing, const char **value)
{
    if (!go_flag_is(word))
        return NULL;
    const char *name = word + 1 + (word[1] == '-');
    bool prefixed = testing && strncmp(name, "test.", 5) == 0;
    name += prefixed ? 5 : 0;
    size_t length = strcspn(name, "=");
    *value = name[length] ? name + length + 1 : NULL;
    for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++)
        if (strncmp(flags[i].name, name, length) == 0 && !flags[i].name[length])
            return (prefixed && !flags[i].test) || (!testing && flags[i].only_test) ? NULL
                                                                                    : &flags[i];
    return NULL;
}

/* GOFLAGS is split at white space; a whole entry may stand in quotes. */
char *go_flag_in(const char *goflags, const char *name)
{
    struct words words = {0};
    char *found = NULL;
    words_split(&words, goflags ? goflags : "");
    for (size_t i = 0; i < words.count; i++) {
        const char *word = words.at[i];
        if (!go_flag_is(word))
            continue;
        word += 1 + (word[1] == '-');
        size_t length = strcspn(word, "=");
        if (strncmp(word, name, length) != 0 || name[length])
            continue;
        free(found);
        found = strdup(word[length] ? word + length + 1 : "");
    }
    free(words.at);
    return found;
}
