#include "findings.h"
#include "module.h"
#include "wire/sidecar.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

const char *finding_string(const json_t *object, const char *key, const char *fallback)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : fallback;
}

const char *finding_test(const json_t *object)
{
    size_t i;
    json_t *thread;
    const char *test = finding_string(object, "test", NULL);
    if (test)
        return test;
    json_array_foreach(json_object_get(object, "threads"), i, thread)
    {
        const char *of_this = finding_string(thread, "test", NULL);
        if (test && of_this && strcmp(test, of_this) != 0)
            return NULL;
        test = of_this ? of_this : test;
    }
    return test;
}

static struct finding *find_equal(struct findings *findings, const json_t *object)
{
    const char *signature = finding_string(object, "signature", "");
    for (size_t i = 0; *signature && i < findings->count; i++)
        if (strcmp(finding_string(findings->at[i].object, "signature", ""), signature) == 0)
            return &findings->at[i];
    return NULL;
}

static void add(struct findings *findings, json_t *object)
{
    struct finding *known = find_equal(findings, object);
    findings->reports++;
    if (known) {
        known->reports++;
        return;
    }
    findings->at = grow(findings->at, findings->count, &findings->capacity, sizeof *findings->at);
    findings->at[findings->count++] = (struct finding){json_incref(object), 1};
}

static void read_line(struct findings *findings, const char *line, size_t length)
{
    json_t *object = json_loadb(line, length, JSON_ALLOW_NUL, NULL);
    const char *kind = finding_string(object, "kind", NULL);
    if (!kind)
        findings->damaged++;
    else if (strcmp(kind, WIRE_KIND_START) == 0)
        findings->starts++;
    else if (strcmp(kind, WIRE_KIND_FINDING) == 0) {
        if (finding_string(object, "type", NULL) && finding_string(object, "title", NULL))
            add(findings, object);
        else
            findings->damaged++;
    }
    json_decref(object);
}

int findings_read(struct findings *findings, const char *path, off_t start)
{
    char *line = NULL;
    size_t size = 0;
    ssize_t length;
    FILE *file = fopen(path, "re");
    *findings = (struct findings){0};
    if (!file)
        return -errno;
    int error = fseeko(file, start, SEEK_SET) == 0 ? 0 : -errno;
    errno = 0;
    while (!error && (length = getline(&line, &size, file)) > 0)
        if (length > 1)
            read_line(findings, line, (size_t)length);
    if (!error && ferror(file))
        error = errno ? -errno : -EIO; /* a directory, for one */
    free(line);
    fclose(file);
    return error;
}

void findings_free(struct findings *findings)
{
    for (size_t i = 0; i < findings->count; i++)
        json_decref(findings->at[i].object);
    free(findings->at);
    *findings = (struct findings){0};
}

static int row_number(const json_t *row, const char *key)
{
    return (int)json_integer_value(json_object_get(row, key));
}

static void take_recorded(const json_t *symbol, struct frame_rows *rows)
{
    const json_t *recorded = json_object_get(symbol, "rows");
    size_t count = json_array_size(recorded);
    for (rows->count = 0; rows->count < count && rows->count < FRAME_ROWS; rows->count++) {
        const json_t *row = json_array_get(recorded, rows->count);
        rows->at[rows->count] = (struct symbol_frame){
            .function = finding_string(row, "function", NULL),
            .file = finding_string(row, "file", NULL),
            .line = row_number(row, "line"),
            .column = row_number(row, "column"),
        };
    }
}

static bool find_recorded(const struct finding *finding, json_int_t module, struct frame_rows *rows)
{
    const json_t *symbols = json_object_get(finding->object, "symbols");
    for (size_t i = 0; i < json_array_size(symbols); i++) {
        const json_t *symbol = json_array_get(symbols, i);
        if (json_integer_value(json_object_get(symbol, "module")) != module ||
            strtoull(finding_string(symbol, "offset", "0"), NULL, 0) != rows->offset)
            continue;
        take_recorded(symbol, rows);
        return rows->count > 0;
    }
    return false;
}

static const char *module_path(const struct finding *finding, json_int_t number)
{
    const json_t *modules = json_object_get(finding->object, "modules");
    return number < 0 ? NULL
                      : finding_string(json_array_get(modules, (size_t)number), "path", NULL);
}

const char *finding_variable(const struct finding *finding, const json_t *location,
                             struct symbols *symbols)
{
    const char *name = finding_string(location, "name", NULL);
    const json_t *module = json_object_get(location, "module");
    const char *path = module_path(finding, module ? json_integer_value(module) : -1);
    if (!name || strcmp(name, "??") != 0)
        return name;
    uint64_t offset = strtoull(finding_string(location, "offset", "0"), NULL, 0);
    return path ? symbols_data(symbols, path, offset).name : NULL;
}

bool finding_frame(const struct finding *finding, const json_t *frame, struct symbols *symbols,
                   struct frame_rows *rows)
{
    const struct symbol_frame *frames;
    const json_t *index = json_array_get(frame, 0);
    const char *text = json_string_value(json_array_get(frame, 1));
    if (!json_is_integer(index) || !text)
        return false;
    json_int_t at = json_integer_value(index);
    rows->module = module_path(finding, at);
    rows->offset = strtoull(text, NULL, 0);
    rows->count = 0;
    if (!rows->module || find_recorded(finding, at, rows))
        return true;
    rows->count = symbols_code(symbols, rows->module, rows->offset, &frames);
    if (rows->count > FRAME_ROWS)
        rows->count = FRAME_ROWS;
    memcpy(rows->at, frames, rows->count * sizeof *frames);
    return true;
}

size_t finding_stacks(const struct finding *finding, const json_t **stacks, size_t room)
{
    static const char *const keys[] = {"accesses", "stacks", "edges", "threads", "mutexes"};
    for (size_t k = 0; k < sizeof keys / sizeof keys[0]; k++) {
        const json_t *array = json_object_get(finding->object, keys[k]);
        size_t count = 0;
        for (size_t i = 0; i < json_array_size(array) && count < room; i++) {
            const json_t *item = json_array_get(array, i);
            const json_t *stack = json_is_array(item) ? item : json_object_get(item, "stack");
            if (json_array_size(stack))
                stacks[count++] = stack;
        }
        if (count)
            return count;
    }
    return 0;
}
