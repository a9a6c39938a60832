/* `reprise symbolize`: answers the runtime's questions about addresses, on stdin and stdout, in
 * the protocol of llvm-symbolizer, so that either can serve. */
#include "cli.h"
#include "report/symbols.h"

#include <ctype.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

enum { OPTION_INLINES = 1, OPTION_NO_INLINES, OPTION_DEMANGLE, OPTION_NO_DEMANGLE, OPTION_ARCH };

struct request {
    bool data;
    char *module;
    uint64_t offset;
};

static char *skip_space(char *text)
{
    while (isspace((unsigned char)*text))
        text++;
    return text;
}

/* Cuts a leading word, perhaps in double quotes, off the text; returns what follows. */
static char *cut_word(char *text, char **word)
{
    bool quoted = *text == '"';
    *word = text + quoted;
    char *end = *word + strcspn(*word, quoted ? "\"" : " \t\r\n");
    if (!*end)
        return end;
    *end = '\0';
    return skip_space(end + 1);
}

/* [CODE|DATA] "MODULE" OFFSET. Changes the line. */
static bool parse_request(char *line, struct request *request)
{
    char *rest = skip_space(line), *end;
    request->data = strncmp(rest, "DATA ", 5) == 0;
    if (request->data || strncmp(rest, "CODE ", 5) == 0)
        rest = skip_space(rest + 5);
    rest = cut_word(rest, &request->module);
    request->offset = strtoull(rest, &end, 0);
    return *request->module && end != rest;
}

static const char *known(const char *text)
{
    return text && *text ? text : "??";
}

static void answer_code(struct symbols *symbols, const struct request *request)
{
    const struct symbol_frame *frames;
    size_t count = symbols_code(symbols, request->module, request->offset, &frames);
    for (size_t i = 0; i < count; i++)
        printf("%s\n%s:%d:%d\n", known(frames[i].function), known(frames[i].file), frames[i].line,
               frames[i].column);
}

static void answer_data(struct symbols *symbols, const struct request *request)
{
    struct symbol_data data = symbols_data(symbols, request->module, request->offset);
    printf("%s\n%" PRIu64 " %" PRIu64 "\n", known(data.name), data.start, data.size);
    if (data.file)
        printf("%s:%d\n", data.file, data.line);
    else
        puts("??:0");
}

static void serve(struct symbols *symbols)
{
    char *line = NULL;
    size_t size = 0;
    while (getline(&line, &size, stdin) > 0) {
        struct request request;
        if (!parse_request(line, &request))
            puts("??\n??:0:0"); /* a client that gets no answer waits for ever */
        else if (request.data)
            answer_data(symbols, &request);
        else
            answer_code(symbols, &request);
        putchar('\n');
        if (fflush(stdout) != 0)
            break;
    }
    free(line);
}

static int symbolize_main(int argc, char **argv)
{
    struct cli_arguments arguments = {&cli_verb_symbolize, argc, argv, 1, NULL};
    struct symbols_settings settings = {0};
    int id;
    while ((id = cli_next(&arguments)) > 0) {
        if (id == OPTION_INLINES || id == OPTION_NO_INLINES)
            settings.no_inlines = id == OPTION_NO_INLINES;
        if (id == OPTION_DEMANGLE || id == OPTION_NO_DEMANGLE)
            settings.no_demangle = id == OPTION_NO_DEMANGLE;
    }
    if (id != CLI_END)
        return id == CLI_HELP ? CLI_OK : CLI_USAGE;
    /* ^C is for the program that asks; it closes the pipe when it is done with us. */
    signal(SIGINT, SIG_IGN);
    signal(SIGQUIT, SIG_IGN);
    struct symbols *symbols = symbols_open(&settings);
    serve(symbols);
    symbols_close(symbols);
    return CLI_OK;
}

static const struct cli_option options[] = {
    {"inlines", 'i', NULL, OPTION_INLINES, "show inlined functions as frames (the default)"},
    {"no-inlines", 0, NULL, OPTION_NO_INLINES, "show only the function that contains the code"},
    {"demangle", 'C', NULL, OPTION_DEMANGLE, "show C++ names demangled (the default)"},
    {"no-demangle", 0, NULL, OPTION_NO_DEMANGLE, "show names as in the symbol table"},
    {"default-arch", 0, "ARCH", OPTION_ARCH, "accepted, no effect"},
    {0},
};

const struct cli_verb cli_verb_symbolize = {
    .name = "symbolize",
    .summary = "turn addresses into functions and lines, for other programs",
    .synopsis = "[--no-inlines] [--no-demangle] < REQUESTS",
    .description =
        (const char *const[]){
            "Reads requests, one a line: CODE \"MODULE\" OFFSET or DATA \"MODULE\" OFFSET, with "
            "the "
            "offset in the ELF file, and answers each with lines that end in an empty one. CODE: "
            "for each frame, innermost first, the function and FILE:LINE:COLUMN. DATA: the "
            "variable, its start and size, FILE:LINE. What is not known is ?? and 0. The form is "
            "that of llvm-symbolizer.",
            "The runtime starts this verb to write its reports.", NULL},
    .options = options,
    .plumbing = true,
    .main = symbolize_main,
};
