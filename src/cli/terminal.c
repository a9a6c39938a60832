#include "cli.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

void cli_error(const char *who, const char *format, ...)
{
    va_list arguments;
    fflush(stdout);
    if (who)
        fprintf(stderr, "reprise %s: ", who);
    else
        fputs("reprise: ", stderr);
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
}

bool cli_parse_color(const char *word, enum cli_color *color)
{
    static const char *const words[] = {"auto", "always", "never"};
    for (int i = 0; i < 3; i++)
        if (strcmp(word, words[i]) == 0) {
            *color = (enum cli_color)i;
            return true;
        }
    return false;
}

bool cli_use_color(FILE *stream, enum cli_color color)
{
    if (color != CLI_COLOR_AUTO)
        return color == CLI_COLOR_ALWAYS;
    const char *off = getenv("NO_COLOR"), *term = getenv("TERM");
    return isatty(fileno(stream)) && !(off && off[0]) && term && strcmp(term, "dumb") != 0;
}

int cli_columns(FILE *stream)
{
    struct winsize size;
    const char *text = getenv("COLUMNS");
    int columns = text ? atoi(text) : 0;
    if (columns <= 0 && ioctl(fileno(stream), TIOCGWINSZ, &size) == 0)
        columns = size.ws_col;
    if (columns <= 0)
        columns = 80;
    return columns < 40 ? 40 : columns > 120 ? 120 : columns;
}

/* Length of the longest beginning of `text` that ends at a word and fits into `room`. */
static size_t fitting(const char *text, size_t room)
{
    size_t end = strcspn(text, "\n"), cut = end;
    if (end <= room)
        return end;
    while (cut > 0 && (cut > room || text[cut] != ' '))
        cut--;
    if (cut > 0)
        return cut;
    size_t word = strcspn(text, " \n"); /* one word longer than the line stays whole */
    return word;
}

void cli_print_row(FILE *stream, int indent, int column, const char *term, const char *text)
{
    int at = fprintf(stream, "%*s%s", indent, "", term);
    size_t room = (size_t)(cli_columns(stream) - column);
    if (at > column - 2 && *term && *text) {
        fputc('\n', stream);
        at = 0;
    }
    while (*text) {
        size_t length = fitting(text, room);
        fprintf(stream, "%*s%.*s\n", column - at, "", (int)length, text);
        text += length;
        while (*text == ' ' || *text == '\n')
            text++;
        at = 0;
    }
    if (at)
        fputc('\n', stream);
}
