#include "findings.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PLACES_MAX 2

const char *short_path(const char *path)
{
    static char *here;
    if (!here && !(here = getcwd(NULL, 0)))
        return path;
    size_t length = strlen(here);
    if (length > 1 && strncmp(path, here, length) == 0 && path[length] == '/')
        return path + length + 1;
    return path;
}

static const char *base_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* The first frame with a source line; a race inside memcpy() is the caller's. Without any, the
 * first frame. */
static bool telling_frame(const struct finding *finding, const json_t *stack,
                          struct symbols *symbols, struct frame_rows *rows)
{
    for (size_t i = 0; i < json_array_size(stack); i++)
        if (finding_frame(finding, json_array_get(stack, i), symbols, rows) && rows->count &&
            rows->at[0].line)
            return true;
    return finding_frame(finding, json_array_get(stack, 0), symbols, rows);
}

static void print_place(FILE *stream, const struct finding *finding, const json_t *stack,
                        struct symbols *symbols)
{
    struct frame_rows rows;
    if (!telling_frame(finding, stack, symbols, &rows))
        return;
    if (!rows.module) {
        fprintf(stream, "0x%llx", (unsigned long long)rows.offset);
        return;
    }
    if (rows.at[0].function)
        fprintf(stream, "%s ", rows.at[0].function);
    if (rows.at[0].file && rows.at[0].line)
        fprintf(stream, "%s:%d", short_path(rows.at[0].file), rows.at[0].line);
    else
        fprintf(stream, "(%s+0x%llx)", base_of(rows.module), (unsigned long long)rows.offset);
}

int findings_title_width(const struct findings *findings)
{
    size_t width = 0;
    for (size_t i = 0; i < findings->count; i++) {
        size_t length = strlen(finding_string(findings->at[i].object, "title", ""));
        width = length > width && length <= 40 ? length : width;
    }
    return (int)width;
}

void finding_print_brief(FILE *stream, const struct finding *finding, struct symbols *symbols,
                         int width, bool color)
{
    const json_t *stacks[PLACES_MAX];
    const char *title = finding_string(finding->object, "title", "");
    size_t count = finding_stacks(finding, stacks, PLACES_MAX);
    fprintf(stream, "  %s%s%s", color ? "\033[1m" : "", title, color ? "\033[m" : "");
    if (count)
        fprintf(stream, "%*s", width + 2 - (int)strlen(title), "");
    for (size_t i = 0; i < count; i++) {
        if (i)
            fputs(", ", stream);
        print_place(stream, finding, stacks[i], symbols);
    }
    if (finding->reports > 1)
        fprintf(stream, " (%zu times)", finding->reports);
    fputc('\n', stream);
}
