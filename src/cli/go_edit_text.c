#include "go_edit_text.h"

#include <ctype.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { GROUPS = 10 }; /* $1 to $9; 0 is never set */

/* What the expressions of one edit caught. */
struct groups {
    char *at[GROUPS];
    int count;
};

static void groups_free(struct groups *groups)
{
    for (int i = 1; i <= groups->count; i++)
        free(groups->at[i]);
    groups->count = 0;
}

struct go_edit_lines go_text_split(const char *text, size_t length)
{
    struct go_edit_lines lines = {0};
    for (const char *end = text + length; text < end;) {
        const char *newline = memchr(text, '\n', (size_t)(end - text));
        const char *stop = newline ? newline : end;
        go_edit_lines_add(&lines, text, (size_t)(stop - text), false);
        text = stop + 1;
    }
    return lines;
}

/* ---- find ---- */

static const char *skip_blanks(const char *text)
{
    while (isspace((unsigned char)*text))
        text++;
    return text;
}

static size_t trimmed_length(const char *text)
{
    size_t length = strlen(text);
    while (length && isspace((unsigned char)text[length - 1]))
        length--;
    return length;
}

/* Expressions and lines are compared without white space at the ends. groups may be NULL. */
static bool line_matches(const char *line, const struct go_edit_line *want, const regex_t *regex,
                         struct groups *groups)
{
    line = skip_blanks(line);
    size_t length = trimmed_length(line);
    if (!want->regex)
        return strlen(want->text) == length && memcmp(line, want->text, length) == 0;
    regmatch_t match[GROUPS] = {{.rm_so = 0, .rm_eo = (regoff_t)length}};
    if (regexec(regex, line, GROUPS, match, REG_STARTEND) != 0)
        return false;
    if (match[0].rm_so != 0 || match[0].rm_eo != (regoff_t)length)
        return false;
    for (size_t i = 1; groups && i <= regex->re_nsub && groups->count + 1 < GROUPS; i++) {
        regoff_t from = match[i].rm_so < 0 ? 0 : match[i].rm_so; /* < 0: the group is not there */
        regoff_t to = match[i].rm_so < 0 ? 0 : match[i].rm_eo;
        groups->at[++groups->count] = strndup(line + from, (size_t)(to - from));
    }
    return true;
}

static bool matches_at(const struct go_edit_lines *text, size_t at, const struct go_edit *edit,
                       const regex_t *regexes, struct groups *groups)
{
    for (size_t i = 0; i < edit->find.count; i++)
        if (!line_matches(text->at[at + i].text, &edit->find.at[i], &regexes[i], groups))
            return false;
    return true;
}

struct range {
    size_t from, to; /* lines from <= i < to */
};

/* The lines below the one that begins so, down to a "}" in the first column. */
static const char *find_scope(const struct go_edit_lines *text, const char *within,
                              struct range *range)
{
    *range = (struct range){0, text->count};
    if (!within)
        return NULL;
    size_t found = 0;
    for (size_t i = 0; i < text->count; i++)
        if (strncmp(text->at[i].text, within, strlen(within)) == 0)
            found++, range->from = i;
    if (found != 1)
        return found ? "its 'in' is there more than once" : "its 'in' is not there";
    for (range->to = range->from; range->to < text->count; range->to++)
        if (strcmp(text->at[range->to].text, "}") == 0)
            break;
    return NULL;
}

static const char *find_once(const struct go_edit_lines *text, const struct go_edit *edit,
                             const regex_t *regexes, size_t *place)
{
    struct range range;
    const char *wrong = find_scope(text, edit->within, &range);
    size_t found = 0;
    for (size_t i = range.from; !wrong && i + edit->find.count <= range.to; i++)
        if (matches_at(text, i, edit, regexes, NULL))
            found++, *place = i;
    if (wrong || found == 1)
        return wrong;
    return found ? "is there more than once" : "is not there";
}

/* ---- put in ---- */

static bool ends_statement(const char *text, size_t length)
{
    return length && !strchr("{(,;:&|", text[length - 1]);
}

/* Writes b behind a as Go wants it on one line. */
static void join(FILE *stream, const char *a, size_t length, const char *b)
{
    bool closes = *b == '}' || *b == ')' || *b == '\0' || strncmp(b, "//", 2) == 0;
    if (ends_statement(a, length) && !closes)
        putc(';', stream);
    if (length && *b)
        putc(' ', stream);
}

static void put_groups(FILE *stream, const char *text, const struct groups *groups)
{
    for (; *text; text++) {
        if (*text == '$' && text[1] >= '1' && text[1] <= '9') {
            int group = *++text - '0';
            fputs(group <= groups->count ? groups->at[group] : "", stream);
        } else {
            putc(*text, stream);
        }
    }
}

/* The lines of an edit as one, to be freed. */
static char *one_line(const struct go_edit *edit, const struct groups *groups)
{
    char *result = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&result, &size);
    for (size_t i = 0; i < edit->text.count; i++) {
        const char *before = i ? edit->text.at[i - 1].text : "";
        join(stream, before, strlen(before), edit->text.at[i].text);
        put_groups(stream, edit->text.at[i].text, groups);
    }
    if (fclose(stream) != 0)
        abort();
    return result;
}

static void put_behind(struct go_edit_line *line, const char *text)
{
    char *result = NULL;
    size_t size = 0, length = trimmed_length(line->text);
    FILE *stream = open_memstream(&result, &size);
    fwrite(line->text, 1, length, stream);
    join(stream, line->text, length, text);
    fputs(text, stream);
    if (fclose(stream) != 0)
        abort();
    free(line->text);
    line->text = result;
}

static void put_before(struct go_edit_line *line, const char *text)
{
    struct go_edit_line both = {strdup(text), false};
    if (!both.text)
        abort();
    put_behind(&both, skip_blanks(line->text));
    free(line->text);
    line->text = both.text;
}

static void put_instead(struct go_edit_line *lines, size_t count, const char *text)
{
    for (size_t i = 0; i < count; i++)
        lines[i].text[0] = '\0';
    put_behind(&lines[0], text);
}

static const char *put(struct go_edit_lines *text, size_t place, const struct go_edit *edit,
                       const char *what)
{
    struct go_edit_line *first = &text->at[place], *last = first + edit->find.count - 1;
    if (edit->how == GO_EDIT_AFTER && strstr(last->text, "//"))
        return "ends with a comment, nothing can follow";
    if (edit->how == GO_EDIT_AFTER)
        put_behind(last, what);
    else if (edit->how == GO_EDIT_BEFORE)
        put_before(first, what);
    else
        put_instead(first, edit->find.count, what);
    return NULL;
}

/* ---- one edit ---- */

static const char *edit_with(struct go_edit_lines *text, const struct go_edit *edit,
                             const regex_t *regexes)
{
    size_t place = 0;
    const char *wrong = find_once(text, edit, regexes, &place);
    if (wrong)
        return wrong;
    struct groups groups = {0};
    matches_at(text, place, edit, regexes, &groups);
    char *what = one_line(edit, &groups);
    wrong = put(text, place, edit, what);
    free(what);
    groups_free(&groups);
    return wrong;
}

const char *go_text_edit(struct go_edit_lines *text, const struct go_edit *edit)
{
    regex_t *regexes = calloc(edit->find.count, sizeof *regexes);
    if (!regexes)
        abort();
    size_t ready = 0;
    bool bad = false;
    for (; ready < edit->find.count && !bad; ready++)
        bad = edit->find.at[ready].regex &&
              regcomp(&regexes[ready], edit->find.at[ready].text, REG_EXTENDED) != 0;
    const char *wrong = bad ? "has a bad expression" : edit_with(text, edit, regexes);
    for (size_t i = 0; i < ready - bad; i++)
        if (edit->find.at[i].regex)
            regfree(&regexes[i]);
    free(regexes);
    return wrong;
}

const char *go_text_append(struct go_edit_lines *text, const struct go_edit_lines *fragment)
{
    size_t at = 0;
    while (at < fragment->count && strcmp(fragment->at[at].text, "//below") != 0)
        at++;
    if (at == fragment->count)
        return "has no line //below";
    for (at++; at < fragment->count; at++)
        go_edit_lines_add(text, fragment->at[at].text, strlen(fragment->at[at].text), false);
    return NULL;
}
