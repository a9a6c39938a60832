#include "row.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum kind { TEXT, WORDS, NUMBER, SMALL };

static const struct column {
    const char *name;
    enum kind kind;
    size_t offset;
} columns[] = {
#define COLUMN(name, kind) {#name, kind, offsetof(struct store_finding, name)}
    COLUMN(signature, TEXT),   COLUMN(type, TEXT),      COLUMN(title, TEXT),
    COLUMN(argv, WORDS),       COLUMN(directory, TEXT), COLUMN(seed, TEXT),
    COLUMN(strategy, TEXT),    COLUMN(settings, TEXT),  COLUMN(build_id, TEXT),
    COLUMN(schedule, TEXT),    COLUMN(shrunk, TEXT),    COLUMN(trail, TEXT),
    COLUMN(hash, TEXT),        COLUMN(steps, NUMBER),   COLUMN(status, SMALL),
    COLUMN(signal, SMALL),     COLUMN(report, TEXT),    COLUMN(details, TEXT),
    COLUMN(reproduced, SMALL), COLUMN(count, NUMBER),   COLUMN(first_seen, NUMBER),
    COLUMN(last_seen, NUMBER),
};
#define COLUMNS (sizeof columns / sizeof columns[0])

char *store_columns(const char *before)
{
    char *text;
    size_t size;
    FILE *stream = open_memstream(&text, &size);
    if (!stream)
        return NULL;
    for (size_t i = 0; i < COLUMNS; i++)
        fprintf(stream, "%s%s%s", i ? "," : "", before, columns[i].name);
    return fclose(stream) == 0 ? text : NULL;
}

/* Words as the kernel has them, each with its zero: they may hold any bytes. */
static int bind_words(sqlite3_stmt *statement, int at, char *const *words)
{
    char *data = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&data, &size);
    for (; stream && words && *words; words++)
        fwrite(*words, 1, strlen(*words) + 1, stream);
    if (!stream || fclose(stream) != 0)
        return SQLITE_NOMEM;
    return sqlite3_bind_blob64(statement, at, data, size, free);
}

static int bind_column(sqlite3_stmt *statement, int at, const struct column *column,
                       const struct store_finding *finding)
{
    const void *field = (const char *)finding + column->offset;
    switch (column->kind) {
    case TEXT:
        return sqlite3_bind_text(statement, at, *(char *const *)field, -1, SQLITE_TRANSIENT);
    case WORDS:
        return bind_words(statement, at, *(char **const *)field);
    case NUMBER:
        return sqlite3_bind_int64(statement, at, *(const int64_t *)field);
    default:
        return sqlite3_bind_int(statement, at, *(const int *)field);
    }
}

int store_bind(sqlite3_stmt *statement, const struct store_finding *finding)
{
    char name[32];
    int error = SQLITE_OK;
    for (size_t i = 0; i < COLUMNS && error == SQLITE_OK; i++) {
        snprintf(name, sizeof name, ":%s", columns[i].name);
        int at = sqlite3_bind_parameter_index(statement, name);
        if (at)
            error = bind_column(statement, at, &columns[i], finding);
    }
    return error;
}

static char **read_words(sqlite3_stmt *statement, int at)
{
    const char *data = sqlite3_column_blob(statement, at);
    size_t size = (size_t)sqlite3_column_bytes(statement, at), count = 0;
    for (size_t i = 0; i < size; i++)
        count += !data[i];
    char **words = calloc(count + 1, sizeof *words);
    for (size_t i = 0; words && i < count; i++) {
        words[i] = strdup(data);
        data += strlen(data) + 1;
    }
    return words;
}

static bool read_column(sqlite3_stmt *statement, int at, const struct column *column,
                        struct store_finding *finding)
{
    void *field = (char *)finding + column->offset;
    const char *text;
    switch (column->kind) {
    case TEXT:
        text = (const char *)sqlite3_column_text(statement, at);
        return !text || (*(char **)field = strdup(text));
    case WORDS:
        return (*(char ***)field = read_words(statement, at));
    case NUMBER:
        *(int64_t *)field = sqlite3_column_int64(statement, at);
        return true;
    default:
        *(int *)field = sqlite3_column_int(statement, at);
        return true;
    }
}

bool store_read(sqlite3_stmt *statement, struct store_finding *finding)
{
    bool good = true;
    *finding = (struct store_finding){.id = sqlite3_column_int64(statement, 0)};
    for (size_t i = 0; i < COLUMNS; i++)
        good = read_column(statement, (int)i + 1, &columns[i], finding) && good;
    return good;
}

void store_finding_free(struct store_finding *finding)
{
    for (size_t i = 0; i < COLUMNS; i++) {
        void *field = (char *)finding + columns[i].offset;
        if (columns[i].kind == TEXT)
            free(*(char **)field);
        if (columns[i].kind != WORDS)
            continue;
        for (char **word = *(char ***)field; word && *word; word++)
            free(*word);
        free(*(char ***)field);
    }
    *finding = (struct store_finding){0};
}
