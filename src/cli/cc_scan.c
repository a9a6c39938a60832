#include "cc_scan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Response files may name response files; a loop of them must end. */
#define RESPONSE_DEPTH 8

enum effect {
    NONE,
    OBJECT,
    STOPS,
    SHARED,
    STATIC,
    RELOCATABLE,
    NO_DEFAULT_LIBS,
    DEBUG,
    SHARED_RUNTIME,
    STATIC_RUNTIME,
    INLINED,
    PRINT_COMMAND,
    HELP,
};

/* Options as whole words. `separate`: the next word is its value, not an input. Options with a
 * joined value need no row, because a word that starts with '-' is never an input. */
static const struct row {
    const char *word;
    enum effect effect;
    bool separate;
} rows[] = {
    {"-c", OBJECT, false},
    {"-S", STOPS, false},
    {"-E", STOPS, false},
    {"-M", STOPS, false},
    {"-MM", STOPS, false},
    {"-fsyntax-only", STOPS, false},
    {"--compile", OBJECT, false},
    {"--assemble", STOPS, false},
    {"--preprocess", STOPS, false},
    {"--precompile", STOPS, false},
    {"--analyze", STOPS, false},
    {"-emit-ast", STOPS, false},
    {"-emit-pch", STOPS, false},
    {"-shared", SHARED, false},
    {"--shared", SHARED, false},
    {"-static", STATIC, false},
    {"--static", STATIC, false},
    {"-static-pie", STATIC, false},
    {"-r", RELOCATABLE, false},
    {"-Wl,-r", RELOCATABLE, false},
    {"-Wl,--relocatable", RELOCATABLE, false},
    {"-nostdlib", NO_DEFAULT_LIBS, false},
    {"-nodefaultlibs", NO_DEFAULT_LIBS, false},
    {"-g", DEBUG, false},
    {"-gline-tables-only", DEBUG, false},
    {"-gline-directives-only", DEBUG, false},
    {"-gmlt", DEBUG, false},
    {"-gsplit-dwarf", DEBUG, false},
    {"-shared-libsan", SHARED_RUNTIME, false},
    {"-shared-libasan", SHARED_RUNTIME, false},
    {"--shared-runtime", SHARED_RUNTIME, false},
    {"-static-libsan", STATIC_RUNTIME, false},
    {"-static-libtsan", STATIC_RUNTIME, false},
    {"--inline", INLINED, false},
    {"--print-command", PRINT_COMMAND, false},
    {"--help", HELP, false},
    {"-o", NONE, true},
    {"-x", NONE, true},
    {"-I", NONE, true},
    {"-D", NONE, true},
    {"-U", NONE, true},
    {"-L", NONE, true},
    {"-l", NONE, true},
    {"-B", NONE, true},
    {"-F", NONE, true},
    {"-T", NONE, true},
    {"-u", NONE, true},
    {"-z", NONE, true},
    {"-e", NONE, true},
    {"-A", NONE, true},
    {"-MF", NONE, true},
    {"-MT", NONE, true},
    {"-MQ", NONE, true},
    {"-MJ", NONE, true},
    {"-include", NONE, true},
    {"-include-pch", NONE, true},
    {"-imacros", NONE, true},
    {"-isystem", NONE, true},
    {"-isystem-after", NONE, true},
    {"-idirafter", NONE, true},
    {"-iquote", NONE, true},
    {"-iprefix", NONE, true},
    {"-iwithprefix", NONE, true},
    {"-iwithprefixbefore", NONE, true},
    {"-isysroot", NONE, true},
    {"-ivfsoverlay", NONE, true},
    {"-imultilib", NONE, true},
    {"-cxx-isystem", NONE, true},
    {"-Xlinker", NONE, true},
    {"-Xassembler", NONE, true},
    {"-Xpreprocessor", NONE, true},
    {"-Xclang", NONE, true},
    {"-Xanalyzer", NONE, true},
    {"-mllvm", NONE, true},
    {"-target", NONE, true},
    {"-gcc-toolchain", NONE, true},
    {"-arch", NONE, true},
    {"-aux-info", NONE, true},
    {"-dumpbase", NONE, true},
    {"-dumpbase-ext", NONE, true},
    {"-dumpdir", NONE, true},
    {"-wrapper", NONE, true},
    {"-specs", NONE, true},
    {"-rpath", NONE, true},
    {"-working-directory", NONE, true},
    {"-resource-dir", NONE, true},
    {"-serialize-diagnostics", NONE, true},
    {"-dependency-file", NONE, true},
    {"--param", NONE, true},
    {"--sysroot", NONE, true},
    {"--config", NONE, true},
    {"--output", NONE, true},
    {"--language", NONE, true},
    {"--include", NONE, true},
    {"--include-directory", NONE, true},
    {"--define-macro", NONE, true},
    {"--undefine-macro", NONE, true},
    {"--library-directory", NONE, true},
    {"--for-linker", NONE, true},
    {"--for-assembler", NONE, true},
    {"--entry", NONE, true},
};

static bool starts_with(const char *word, const char *prefix)
{
    return strncmp(word, prefix, strlen(prefix)) == 0;
}

static bool ends_with_any(const char *word, const char *const *endings)
{
    size_t length = strlen(word);
    for (; *endings; endings++) {
        size_t tail = strlen(*endings);
        if (length > tail && strcmp(word + length - tail, *endings) == 0)
            return true;
    }
    return false;
}

static const struct row *find_row(const char *word)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (strcmp(rows[i].word, word) == 0)
            return &rows[i];
    return NULL;
}

/* Whether a comma list names `word`. */
static bool lists(const char *list, const char *word)
{
    size_t length = strlen(word);
    for (;; list++) {
        size_t item = strcspn(list, ",");
        if (item == length && strncmp(list, word, length) == 0)
            return true;
        list += item;
        if (!*list)
            return false;
    }
}

/* -g1, -ggdb3, -gdwarf-4: these choose debug information; -gz or -gno-column-info do not. */
static bool chooses_debug(const char *word)
{
    static const char *const kinds[] = {"-ggdb",  "-gdwarf",    "-gstabs", "-gxcoff", "-gvms",
                                        "-glldb", "-gcodeview", "-gsce",   "-gdbx",   "-gctf",
                                        "-gbtf",  "-gmodules",  NULL};
    if (word[2] >= '0' && word[2] <= '9')
        return true;
    for (const char *const *kind = kinds; *kind; kind++)
        if (starts_with(word, *kind))
            return true;
    return false;
}

static void scan_linker_word(struct cc_scan *scan, const char *list)
{
    if (lists(list, "--no-undefined") || lists(list, "defs") || lists(list, "-zdefs"))
        scan->forbids_undefined = true;
    if (lists(list, "-r") || lists(list, "--relocatable"))
        scan->relocatable = true;
    if (lists(list, "-shared") || lists(list, "-Bshareable"))
        scan->shared = true;
}

/* The last one of -fsanitize=thread and -fno-sanitize=thread counts. */
static void scan_sanitize(struct cc_scan *scan, const char *word)
{
    if (starts_with(word, "-fsanitize=") && lists(word + 11, "thread"))
        scan->sanitize_set = scan->sanitize = true;
    if (starts_with(word, "-fno-sanitize=") &&
        (lists(word + 14, "thread") || lists(word + 14, "all"))) {
        scan->sanitize_set = true;
        scan->sanitize = false;
    }
}

static void scan_input(struct cc_scan *scan, const char *word)
{
    static const char *const assembly[] = {".s", ".S", ".sx", ".asm", NULL};
    static const char *const headers[] = {".h",   ".hh",  ".hp",  ".hxx", ".hpp",
                                          ".HPP", ".h++", ".tcc", ".H",   NULL};
    static const char *const sources[] = {".c",   ".i",   ".ii",   ".cc",  ".cp",  ".cxx", ".cpp",
                                          ".CPP", ".c++", ".C",    ".m",   ".mm",  ".M",   ".mi",
                                          ".bc",  ".ll",  ".cppm", ".ixx", ".ast", NULL};
    const char *language = scan->language;
    scan->inputs++;
    if (language ? starts_with(language, "assembler") : ends_with_any(word, assembly))
        scan->assembly++;
    else if (language ? strstr(language, "-header") != NULL : ends_with_any(word, headers))
        scan->headers++;
    else if (language || strcmp(word, "-") == 0 || ends_with_any(word, sources))
        scan->sources++;
}

static void set_language(struct cc_scan *scan, const char *language)
{
    scan->language = strcmp(language, "none") == 0 ? NULL : language;
}

/* Returns whether the word is for us alone. */
static bool apply(struct cc_scan *scan, enum effect effect)
{
    switch (effect) {
    case OBJECT:
        scan->stops = true;
        break;
    case STOPS:
        scan->stops = scan->text = true;
        break;
    case SHARED:
        scan->shared = true;
        break;
    case STATIC:
        scan->is_static = true;
        break;
    case RELOCATABLE:
        scan->relocatable = true;
        break;
    case NO_DEFAULT_LIBS:
        scan->no_default_libs = true;
        break;
    case DEBUG:
        scan->debug_set = true;
        break;
    case SHARED_RUNTIME:
        return scan->shared_runtime = true;
    case STATIC_RUNTIME:
        scan->shared_runtime = false;
        return true;
    case INLINED:
        return scan->inlined = true;
    case PRINT_COMMAND:
        return scan->print_command = true;
    case HELP:
        scan->help = true;
        break;
    case NONE:
        break;
    }
    return false;
}

static void scan_option(struct cc_scan *scan, const char *word)
{
    if (starts_with(word, "-fsanitize=") || starts_with(word, "-fno-sanitize="))
        scan_sanitize(scan, word);
    else if (starts_with(word, "-Wl,"))
        scan_linker_word(scan, word + 4);
    else if (strcmp(word, "-zdefs") == 0)
        scan->forbids_undefined = true;
    else if (word[1] == 'g' && chooses_debug(word))
        scan->debug_set = true;
    else if (word[1] == 'x')
        set_language(scan, word + 2);
    else if (starts_with(word, "--language="))
        set_language(scan, word + 11);
    else if (strcmp(word, "-flto") == 0 || starts_with(word, "-flto=") ||
             strcmp(word, "-fno-lto") == 0)
        scan->lto = word;
    else if (starts_with(word, "-fuse-ld=") || starts_with(word, "--ld-path="))
        scan->linker = word;
    else if (starts_with(word, "-cc1"))
        scan->internal = true;
}

static void scan_separate(struct cc_scan *scan, const char *word, const char *value)
{
    if (strcmp(word, "-x") == 0 || strcmp(word, "--language") == 0)
        set_language(scan, value);
    else if (strcmp(word, "-Xlinker") == 0 || strcmp(word, "-z") == 0 ||
             strcmp(word, "--for-linker") == 0)
        scan_linker_word(scan, value);
}

static void scan_words(struct cc_scan *scan, const struct words *words, int depth);

static char *read_file(const char *path)
{
    FILE *file = fopen(path, "r");
    char *text = NULL;
    size_t size = 0;
    if (!file)
        return NULL;
    if (getdelim(&text, &size, '\0', file) < 0) {
        free(text);
        text = NULL;
    }
    fclose(file);
    return text;
}

static void scan_response(struct cc_scan *scan, const char *word, int depth)
{
    struct words inside = {0};
    char *text = depth < RESPONSE_DEPTH ? read_file(word + 1) : NULL;
    if (!text)
        return;
    words_split(&inside, text);
    scan_words(scan, &inside, depth + 1);
    free(text);
    free(inside.at);
}

/* --with NAME and --with=NAME. Returns how many words it took. */
static size_t scan_with(struct cc_scan *scan, const struct words *words, size_t i)
{
    const char *word = words->at[i];
    if (word[6] == '=') {
        scan->with = word + 7;
        return 1;
    }
    scan->with = i + 1 < words->count ? words->at[i + 1] : NULL;
    if (!scan->with)
        scan->bad = word;
    return 2;
}

static bool is_with(const char *word)
{
    return starts_with(word, "--with") && (!word[6] || word[6] == '=');
}

/* Words of a response file (depth > 0) are looked at, but stay in their file. */
static void scan_words(struct cc_scan *scan, const struct words *words, int depth)
{
    for (size_t i = 0; i < words->count; i++) {
        const char *word = words->at[i];
        const struct row *row = word[0] == '-' ? find_row(word) : NULL;
        bool ours = false, separate = row && row->separate && i + 1 < words->count;
        if (depth == 0 && is_with(word)) {
            i += scan_with(scan, words, i) - 1;
            continue;
        }
        if (row)
            ours = apply(scan, row->effect);
        else if (word[0] == '@' && word[1])
            scan_response(scan, word, depth);
        else if (word[0] == '-' && word[1])
            scan_option(scan, word);
        else
            scan_input(scan, word);
        if (separate)
            scan_separate(scan, word, words->at[i + 1]);
        if (depth == 0 && !ours)
            words_add(&scan->user, word);
        if (separate && depth == 0)
            words_add(&scan->user, words->at[i + 1]);
        i += separate;
    }
}

void cc_scan(struct cc_scan *scan, int argc, char **argv)
{
    struct words words = {0};
    for (int i = 1; i < argc; i++)
        words_add(&words, argv[i]);
    scan_words(scan, &words, 0);
    free(words.at);
}

bool cc_links(const struct cc_scan *scan)
{
    return scan->inputs > scan->headers && !scan->stops && !scan->relocatable && !scan->internal;
}
