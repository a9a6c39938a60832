/* The table of an explanation for a terminal, or a mail. Only one thread acts in a row, so its text
 * may reach across the columns to the right of its own. */
#include "explain.h"
#include "findings.h"

#include <stdlib.h>
#include <string.h>

enum {
    MARGIN = 2,   /* the mark */
    GAP = 2,      /* between columns */
    LANE_MIN = 4, /* "T10 " */
    LANE_MAX = 30,
    ROOM_MIN = 18, /* for the text in the last column */
    ROOM_WISHED = 34,
    SOURCE_MIN = 24,
    LINE_MAX = 512,
};

#define BOLD   "\033[1m"
#define DIM    "\033[2m"
#define RED    "\033[1;31m"
#define YELLOW "\033[1;33m"
#define PLAIN  "\033[m"

struct layout {
    FILE *stream;
    const struct explain *explain;
    bool color;
    bool one_lane;                          /* too many threads for a column each */
    bool functions;                         /* in the column of places */
    int number, lane, lanes, place, source; /* widths; source 0: not in the table */
};

static const char *base_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* "bump lost.c:9", "lost.c:9", "bump" or "". */
static int place_text(const struct explain_row *row, bool function, char *text, size_t size)
{
    const char *name = row->function ? row->function : "";
    if (!row->file || !row->line)
        return snprintf(text, size, "%s", name);
    if (!function || !*name)
        return snprintf(text, size, "%s:%d", base_of(row->file), row->line);
    return snprintf(text, size, "%s %s:%d", name, base_of(row->file), row->line);
}

static int place_width(const struct explain *explain, bool functions)
{
    char text[LINE_MAX];
    int width = 0;
    for (size_t i = 0; i < explain->count; i++) {
        int length = place_text(&explain->rows[i], functions, text, sizeof text);
        width = length > width ? length : width;
    }
    return width;
}

static int source_width(const struct explain *explain)
{
    size_t width = 0;
    for (size_t i = 0; i < explain->count; i++) {
        size_t length = explain->rows[i].source ? strlen(explain->rows[i].source) : 0;
        width = length > width ? length : width;
    }
    return width > LINE_MAX ? LINE_MAX : (int)width;
}

static int number_width(const struct explain *explain)
{
    int width = 2;
    for (size_t i = 0; i < explain->count; i++) {
        int length = snprintf(NULL, 0, "%llu", (unsigned long long)explain->rows[i].number);
        width = length > width ? length : width;
    }
    return width;
}

/* The width of a column so that the last one still has room for some words. */
static void share_lanes(struct layout *l)
{
    int others = (int)l->explain->lanes_count - 1;
    int wished = others > 0 ? (l->lanes - ROOM_WISHED) / others : 0;
    int possible = others > 0 ? (l->lanes - ROOM_MIN) / others : 0;
    l->lane = wished > 12 ? wished : possible < 12 ? possible : 12;
    l->lane = l->lane > LANE_MAX ? LANE_MAX : l->lane;
    l->one_lane = others > 0 && l->lane < LANE_MIN;
    if (l->one_lane)
        l->lane = 0;
}

static void lay_out(struct layout *l, int columns)
{
    int fixed = MARGIN + (l->number = number_width(l->explain)) + GAP;
    int room = columns - fixed, most = room * 2 / 5;
    l->place = place_width(l->explain, l->functions = true);
    if (l->place > room / 3) /* functions are in the listing below, too */
        l->place = place_width(l->explain, l->functions = false);
    if (l->place > most)
        l->place = most;
    int threads = (int)l->explain->lanes_count;
    int wanted = (threads < 4 ? threads - 1 : 3) * 16 + ROOM_WISHED;
    l->source = room - GAP - l->place - GAP - wanted;
    int longest = source_width(l->explain);
    if (l->source < SOURCE_MIN && l->source < longest)
        l->source = 0;
    else if (l->source > longest)
        l->source = longest;
    l->lanes = room - (l->place ? GAP + l->place : 0) - (l->source ? GAP + l->source : 0);
    share_lanes(l);
}

static int lane_of(const struct layout *l, uint32_t thread)
{
    size_t at = 0;
    while (at + 1 < l->explain->lanes_count && l->explain->lanes[at] != thread)
        at++;
    return (int)at * l->lane;
}

/* ---- one line ---- */

static void paint(const struct layout *l, const char *color, const char *text, int width)
{
    int length = (int)strlen(text);
    if (l->color && *color && length)
        fputs(color, l->stream);
    fprintf(l->stream, "%.*s", width > 0 && length > width ? width : length, text);
    if (l->color && *color && length)
        fputs(PLAIN, l->stream);
    if (width > length)
        fprintf(l->stream, "%*s", width - length, "");
}

/* The bars of the other threads, with `length` bytes of text over them. */
static void lanes_text(const struct layout *l, int at, const char *text, int length, char *line)
{
    memset(line, ' ', (size_t)l->lanes);
    line[l->lanes] = '\0';
    for (size_t i = 0; !l->one_lane && i < l->explain->lanes_count; i++)
        line[(int)i * l->lane] = '|';
    memcpy(line + at, text, (size_t)length);
    if (length && at + length < l->lanes)
        line[at + length] = ' ';
}

/* Length of the longest beginning that ends at a word and fits. */
static int fitting(const char *text, int room)
{
    int end = (int)strlen(text), cut = room;
    if (end <= room)
        return end;
    while (cut > 0 && text[cut] != ' ')
        cut--;
    return cut > 0 ? cut : room;
}

static void end_line(const struct layout *l, const struct explain_row *row, const char *place)
{
    bool source = l->source && row->source;
    int length = (int)strlen(place) < l->place ? (int)strlen(place) : l->place;
    if (length) {
        fprintf(l->stream, "%*s%s%.*s%s", GAP, "", l->color ? DIM : "", length, place,
                l->color ? PLAIN : "");
        if (source)
            fprintf(l->stream, "%*s%.*s", l->place - length + GAP, "", l->source, row->source);
    }
    fputc('\n', l->stream);
}

static const char *color_of(const struct explain_row *row)
{
    if (row->kind == EXPLAIN_FINDING)
        return row->marked ? RED : BOLD;
    if (row->marked)
        return YELLOW;
    return row->kind == EXPLAIN_FOLD ? DIM : row->kind == EXPLAIN_WAIT ? BOLD : "";
}

static void head_of_line(const struct layout *l, const struct explain_row *row, bool first)
{
    bool mine = first && row->marked;
    const char *mark = !mine ? "" : row->kind == EXPLAIN_FINDING ? "!" : ">";
    char number[24] = "";
    if (first && row->number)
        snprintf(number, sizeof number, "%llu", (unsigned long long)row->number);
    paint(l, color_of(row), mark, MARGIN);
    fprintf(l->stream, "%*s%*s", l->number, number, GAP, "");
}

static void print_row(const struct layout *l, const struct explain_row *row)
{
    char line[LINE_MAX], place[LINE_MAX] = "", full[LINE_MAX];
    bool across = row->kind == EXPLAIN_FOLD || row->kind == EXPLAIN_FINDING || l->one_lane;
    int at = across ? 0 : lane_of(l, row->thread), room = l->lanes - at;
    const char *text = row->text;
    if (l->one_lane && row->kind != EXPLAIN_FOLD && row->kind != EXPLAIN_FINDING) {
        snprintf(full, sizeof full, "%c%u: %s", l->explain->letter,
                 explain_name(l->explain, row->thread), row->text);
        text = full;
    }
    place_text(row, l->functions, place, sizeof place);
    if (row->kind == EXPLAIN_FINDING) {
        head_of_line(l, row, true);
        paint(l, color_of(row), text, 0);
        fputc('\n', l->stream);
        return;
    }
    for (bool first = true; first || *text; first = false) {
        int length = fitting(text, room);
        lanes_text(l, at, text, length, line);
        head_of_line(l, row, first);
        if (!first || !*place)
            for (int end = l->lanes; end > 0 && line[end - 1] == ' ';)
                line[--end] = '\0';
        paint(l, color_of(row), line, first && *place ? l->lanes : 0);
        end_line(l, row, first ? place : "");
        text += length;
        text += strspn(text, " ");
    }
}

/* ---- around the table ---- */

static void print_heads(const struct layout *l)
{
    char line[LINE_MAX], name[32];
    const struct explain *e = l->explain;
    memset(line, ' ', sizeof line);
    int end = 0;
    for (size_t i = 0; i < e->lanes_count; i++) {
        bool is_main = e->lanes[i] == 0 && l->lane > 8;
        int length =
            snprintf(name, sizeof name, "%c%u%s", e->letter, e->names[i], is_main ? " main" : "");
        memcpy(line + (int)i * l->lane, name, (size_t)length);
        end = (int)i * l->lane + length;
    }
    fprintf(l->stream, "%*s", MARGIN + l->number + GAP, "");
    line[end] = '\0';
    paint(l, BOLD, line, 0);
    fputc('\n', l->stream);
}

static int by_line(const void *left, const void *right)
{
    const struct explain_row *a = *(const struct explain_row *const *)left;
    const struct explain_row *b = *(const struct explain_row *const *)right;
    int order = strcmp(a->file, b->file);
    return order ? order : (a->line > b->line) - (a->line < b->line);
}

/* One row for each line of source that the table mentions, as in a listing. */
static size_t find_sources(const struct explain *e, const struct explain_row **rows)
{
    size_t count = 0, kept = 0;
    for (size_t i = 0; i < e->count; i++)
        if (e->rows[i].source && e->rows[i].file)
            rows[count++] = &e->rows[i];
    qsort(rows, count, sizeof *rows, by_line);
    for (size_t i = 0; i < count; i++)
        if (!i || by_line(&rows[i - 1], &rows[i]) != 0)
            rows[kept++] = rows[i];
    return kept;
}

/* Where there is no room beside the table, the lines of source follow it. */
static void print_sources(const struct layout *l, int columns)
{
    const struct explain *e = l->explain;
    const struct explain_row **rows = calloc(e->count + 1, sizeof *rows);
    size_t count = rows && !l->source ? find_sources(e, rows) : 0;
    int file = place_width(e, false), width = 0;
    for (size_t i = 0; i < count; i++) {
        int length = rows[i]->function ? (int)strlen(rows[i]->function) : 0;
        width = length > width ? length : width;
    }
    width = width > columns / 4 ? columns / 4 : width;
    if (count)
        fputc('\n', l->stream);
    for (size_t i = 0; i < count; i++) {
        char place[LINE_MAX];
        place_text(rows[i], false, place, sizeof place);
        int room = columns - MARGIN - file - GAP - width - GAP;
        fprintf(l->stream, "%*s%-*s%*s%-*.*s%*s%.*s\n", MARGIN, "", file, place, GAP, "", width,
                width, rows[i]->function ? rows[i]->function : "", GAP, "", room > 10 ? room : 10,
                rows[i]->source);
    }
    free(rows);
}

/* "  note: ", wrapped. */
static void print_note(const struct layout *l, const char *note, int columns)
{
    int at = 8;
    for (bool first = true; first || *note; first = false) {
        int length = fitting(note, columns - at);
        fprintf(l->stream, "%*s%.*s\n", first ? 0 : at, first ? "  note: " : "", length, note);
        note += length;
        note += strspn(note, " ");
    }
}

void explain_print_text(FILE *stream, const struct explain *explain, int columns, bool color)
{
    struct layout l = {.stream = stream, .explain = explain, .color = color};
    if (columns > LINE_MAX - 2)
        columns = LINE_MAX - 2;
    lay_out(&l, columns);
    if (!l.one_lane)
        print_heads(&l);
    for (size_t i = 0; i < explain->count; i++)
        print_row(&l, &explain->rows[i]);
    print_sources(&l, columns);
    if (explain->notes_count)
        fputc('\n', stream);
    for (size_t i = 0; i < explain->notes_count; i++)
        print_note(&l, explain->notes[i], columns);
}
