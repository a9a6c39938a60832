#include "findings.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PLACES_MAX 2
#define STACKS_MAX 64

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

/* How well a row tells the reader where to look: in code of his own rather than in a library's
 * header, and anywhere rather than without a line. */
static int telling(const struct symbol_frame *row)
{
    if (!row->file || !row->line)
        return 0;
    bool library = strncmp(row->file, "/usr/include/", 13) == 0 ||
                   strncmp(row->file, "/usr/lib/", 9) == 0 || strstr(row->file, "/include/c++/") ||
                   symbol_frame_is_gos(row);
    return library ? 1 : 2;
}

/* The innermost row that tells most: a race inside memcpy() or std::vector is the caller's. */
static bool telling_row(const struct finding *finding, const json_t *stack, struct symbols *symbols,
                        struct frame_rows *rows, size_t *best_row)
{
    size_t frame = 0, row = 0;
    int best = 0;
    for (size_t i = 0; i < json_array_size(stack) && best < 2; i++) {
        if (!finding_frame(finding, json_array_get(stack, i), symbols, rows))
            continue;
        for (size_t k = 0; k < rows->count && best < 2; k++)
            if (telling(&rows->at[k]) > best) {
                best = telling(&rows->at[k]);
                frame = i;
                row = k;
            }
    }
    *best_row = row;
    return finding_frame(finding, json_array_get(stack, frame), symbols, rows);
}

/* Go's names begin with the path of the package. */
static const char *short_name(const struct finding *finding, const char *function)
{
    bool go = strcmp(finding_string(finding->object, "language", ""), "go") == 0;
    return go ? base_of(function) : function;
}

static void print_place(FILE *stream, const struct finding *finding, const json_t *stack,
                        struct symbols *symbols)
{
    struct frame_rows rows;
    size_t best;
    if (!telling_row(finding, stack, symbols, &rows, &best))
        return;
    if (!rows.module) {
        fprintf(stream, "0x%llx", (unsigned long long)rows.offset);
        return;
    }
    const struct symbol_frame *row = &rows.at[best];
    if (row->function)
        fprintf(stream, "%s ", short_name(finding, row->function));
    if (row->file && row->line)
        fprintf(stream, "%s:%d", short_path(row->file), row->line);
    else
        fprintf(stream, "(%s+0x%llx)", base_of(rows.module), (unsigned long long)rows.offset);
}

/* Is there code of the user's in it? */
static bool is_own(const struct finding *finding, const json_t *stack, struct symbols *symbols)
{
    struct frame_rows rows;
    size_t best;
    return telling_row(finding, stack, symbols, &rows, &best) && rows.module &&
           telling(&rows.at[best]) == 2;
}

/* Two places tell where it is. Of many that wait, those in code of the user's. */
static size_t choose_stacks(const struct finding *finding, struct symbols *symbols,
                            const json_t *chosen[PLACES_MAX])
{
    const json_t *stacks[STACKS_MAX];
    size_t all = finding_stacks(finding, stacks, STACKS_MAX), count = 0;
    bool waits = json_array_size(json_object_get(finding->object, "waits"));
    for (size_t i = 0; i < all && count < PLACES_MAX; i++)
        if (!waits || all <= PLACES_MAX || is_own(finding, stacks[i], symbols))
            chosen[count++] = stacks[i];
    for (size_t i = 0; i < all && !count; i++)
        chosen[count++] = stacks[i];
    return count;
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
    size_t count = choose_stacks(finding, symbols, stacks);
    fprintf(stream, "  %s%s%s", color ? "\033[1m" : "", title, color ? "\033[m" : "");
    if (count)
        fprintf(stream, "%*s", width + 2 - (int)strlen(title), "");
    for (size_t i = 0; i < count; i++) {
        if (i)
            fputs(", ", stream);
        print_place(stream, finding, stacks[i], symbols);
    }
    const char *test = finding_test(finding->object);
    if (test)
        fprintf(stream, "%s%s", count ? ", in " : "  in ", test);
    if (finding->reports > 1)
        fprintf(stream, " (%zu times)", finding->reports);
    fputc('\n', stream);
}
