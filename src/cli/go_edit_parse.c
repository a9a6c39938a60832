#include "go_edit_parse.h"
#include "cli.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

int go_version_compare(struct go_version a, struct go_version b)
{
    return a.major != b.major ? a.major - b.major : a.minor - b.minor;
}

bool go_edit_is_for(const struct go_edit *edit, struct go_version version)
{
    return go_version_compare(edit->from, version) <= 0 &&
           go_version_compare(version, edit->to) <= 0;
}

void go_edit_lines_add(struct go_edit_lines *lines, const char *text, size_t length, bool regex)
{
    if (!(lines->count & (lines->count - 1))) {
        size_t room = lines->count ? 2 * lines->count : 1;
        lines->at = realloc(lines->at, room * sizeof *lines->at);
    }
    char *copy = strndup(text, length);
    if (!lines->at || !copy)
        abort();
    lines->at[lines->count++] = (struct go_edit_line){copy, regex};
}

void go_edit_lines_free(struct go_edit_lines *lines)
{
    for (size_t i = 0; i < lines->count; i++)
        free(lines->at[i].text);
    free(lines->at);
    *lines = (struct go_edit_lines){0};
}

void go_edits_free(struct go_edits *edits)
{
    for (size_t i = 0; i < edits->count; i++) {
        struct go_edit *edit = &edits->at[i];
        char *const texts[] = {edit->name, edit->file, edit->within, edit->place, edit->fragment};
        for (size_t k = 0; k < sizeof texts / sizeof texts[0]; k++)
            free(texts[k]);
        go_edit_lines_free(&edit->find);
        go_edit_lines_free(&edit->text);
    }
    free(edits->at);
    *edits = (struct go_edits){0};
}

/* ---- one line ---- */

struct reader {
    struct go_edits *edits;
    const char *name; /* of the file, without its directory */
    int line;
    bool failed;
};

static void complain(struct reader *reader, const char *what)
{
    if (!reader->failed)
        cli_error("go", "%s:%d: %s", reader->name, reader->line, what);
    reader->failed = true;
}

static char *copy_of(const char *text)
{
    char *copy = strdup(text);
    if (!copy)
        abort();
    return copy;
}

static void begin(struct reader *reader, const char *name)
{
    struct go_edits *edits = reader->edits;
    char place[NAME_MAX + 32];
    snprintf(place, sizeof place, "%s:%d", reader->name, reader->line);
    edits->at = realloc(edits->at, (edits->count + 1) * sizeof *edits->at);
    if (!edits->at)
        abort();
    edits->at[edits->count++] = (struct go_edit){
        .name = copy_of(name),
        .place = copy_of(place),
        .from = go_edit_oldest,
        .to = {INT_MAX, 0},
    };
}

static bool parse_version(const char **text, struct go_version *version)
{
    int used = 0;
    if (sscanf(*text, "%d.%d%n", &version->major, &version->minor, &used) != 2)
        return false;
    *text += used + strspn(*text + used, " ");
    return true;
}

static void set_versions(struct reader *reader, struct go_edit *edit, const char *text)
{
    bool good = parse_version(&text, &edit->from) && (!*text || parse_version(&text, &edit->to));
    if (!good || *text || go_version_compare(edit->from, edit->to) > 0)
        complain(reader, "not versions of Go: from, to");
}

static void set(struct reader *reader, char **field, const char *value)
{
    if (*field || !*value)
        complain(reader, *value ? "said twice" : "a word is missing");
    else
        *field = copy_of(value);
}

static void set_how(struct reader *reader, struct go_edit *edit, enum go_edit_how how)
{
    if (edit->how != GO_EDIT_NONE)
        complain(reader, "one edit, two things to do");
    edit->how = how;
}

static void set_append(struct reader *reader, struct go_edit *edit, const char *fragment)
{
    set_how(reader, edit, GO_EDIT_APPEND);
    if (*fragment)
        set(reader, &edit->fragment, fragment);
}

static void read_word(struct reader *reader, struct go_edit *edit, const char *word,
                      const char *rest)
{
    if (strcmp(word, "file") == 0)
        set(reader, &edit->file, rest);
    else if (strcmp(word, "go") == 0)
        set_versions(reader, edit, rest);
    else if (strcmp(word, "in") == 0)
        set(reader, &edit->within, rest);
    else if (strcmp(word, "after") == 0)
        set_how(reader, edit, GO_EDIT_AFTER);
    else if (strcmp(word, "before") == 0)
        set_how(reader, edit, GO_EDIT_BEFORE);
    else if (strcmp(word, "replace") == 0)
        set_how(reader, edit, GO_EDIT_REPLACE);
    else if (strcmp(word, "append") == 0)
        set_append(reader, edit, rest);
    else
        complain(reader, "no such word");
}

static void check_whole(struct reader *reader)
{
    if (!reader->edits->count)
        return;
    const struct go_edit *edit = &reader->edits->at[reader->edits->count - 1];
    if (!edit->file)
        complain(reader, "the edit above names no file");
    else if (edit->how == GO_EDIT_NONE)
        complain(reader, "the edit above does nothing");
    else if ((edit->how == GO_EDIT_APPEND) == (edit->find.count > 0))
        complain(reader, "the edit above must find lines, or append");
    else if (edit->fragment && edit->text.count)
        complain(reader, "the edit above appends a file, and lines");
}

/* line: without white space at its ends, not empty. */
static void read_line(struct reader *reader, char *line)
{
    static const char words_of_text[] = "~=+";
    char *rest = line + strcspn(line, " ");
    if (*rest)
        *rest++ = '\0';
    if (strcmp(line, "edit") == 0) {
        check_whole(reader);
        begin(reader, rest);
        return;
    }
    struct go_edits *edits = reader->edits;
    struct go_edit *edit = edits->count ? &edits->at[edits->count - 1] : NULL;
    if (!edit)
        complain(reader, "nothing may stand before the first edit");
    else if (strchr(words_of_text, *line) && !line[1])
        go_edit_lines_add(*line == '+' ? &edit->text : &edit->find, rest, strlen(rest),
                          *line == '~');
    else
        read_word(reader, edit, line, rest);
}

static void read_stream(struct reader *reader, FILE *stream)
{
    char *line = NULL;
    size_t room = 0;
    for (ssize_t length; !reader->failed && (length = getline(&line, &room, stream)) >= 0;) {
        reader->line++;
        while (length && isspace((unsigned char)line[length - 1]))
            line[--length] = '\0';
        char *start = line + strspn(line, " \t");
        if (*start && *start != '#')
            read_line(reader, start);
    }
    free(line);
    check_whole(reader);
}

/* ---- all files ---- */

static int read_file(const char *directory, const char *name, struct go_edits *edits)
{
    char *path;
    if (asprintf(&path, "%s/%s", directory, name) < 0)
        abort();
    struct reader reader = {.edits = edits, .name = name};
    FILE *stream = fopen(path, "re");
    if (stream) {
        read_stream(&reader, stream);
        fclose(stream);
    } else {
        cli_error("go", "%s: %s", path, strerror(errno));
        reader.failed = true;
    }
    free(path);
    return reader.failed ? -1 : 0;
}

static int is_edit_file(const struct dirent *entry)
{
    const char *dot = strrchr(entry->d_name, '.');
    return dot && strcmp(dot, ".edit") == 0;
}

int go_edits_read(const char *directory, struct go_edits *edits)
{
    *edits = (struct go_edits){0};
    struct dirent **entries = NULL;
    int count = scandir(directory, &entries, is_edit_file, alphasort), result = 0;
    if (count < 0) {
        cli_error("go", "%s: %s", directory, strerror(errno));
        result = -1;
    }
    for (int i = 0; i < count; i++) {
        if (result == 0)
            result = read_file(directory, entries[i]->d_name, edits);
        free(entries[i]);
    }
    free(entries);
    if (result == 0 && !edits->count) {
        cli_error("go", "%s: no edits in there", directory);
        result = -1;
    }
    if (result)
        go_edits_free(edits);
    return result;
}
