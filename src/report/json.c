/* Findings as one JSON array: the lines of the sidecar with the frames made readable. */
#include "findings.h"

#include <string.h>

/* One frame of the sidecar may be several in the source. */
static void add_frames(json_t *to, const struct finding *finding, const json_t *frame,
                       struct symbols *symbols)
{
    struct frame_rows rows;
    if (!finding_frame(finding, frame, symbols, &rows))
        return;
    const char *text = json_string_value(json_array_get(frame, 1));
    if (!rows.module)
        json_array_append_new(to, json_pack("{s:s}", "address", text));
    for (size_t i = 0; i < rows.count; i++) {
        const struct symbol_frame *row = &rows.at[i];
        json_t *object = json_pack("{s:s, s:s}", "module", rows.module, "offset", text);
        if (row->function)
            json_object_set_new(object, "function", json_string(row->function));
        if (row->file)
            json_object_set_new(object, "file", json_string(row->file));
        if (row->line)
            json_object_set_new(object, "line", json_integer(row->line));
        if (row->column)
            json_object_set_new(object, "column", json_integer(row->column));
        json_array_append_new(to, object);
    }
}

static json_t *readable_stack(const struct finding *finding, const json_t *stack,
                              struct symbols *symbols)
{
    json_t *readable = json_array();
    for (size_t i = 0; i < json_array_size(stack); i++)
        add_frames(readable, finding, json_array_get(stack, i), symbols);
    return readable;
}

static bool is_stack_key(const char *key)
{
    return strcmp(key, "stack") == 0 || strcmp(key, "held_stack") == 0 || strcmp(key, "sleep") == 0;
}

static void make_stacks_readable(const struct finding *finding, json_t *stacks,
                                 struct symbols *symbols)
{
    for (size_t i = 0; i < json_array_size(stacks); i++)
        json_array_set_new(stacks, i, readable_stack(finding, json_array_get(stacks, i), symbols));
}

/* Go's runtime has no names of variables. */
static void name_variable(const struct finding *finding, json_t *location, struct symbols *symbols)
{
    const char *name = finding_variable(finding, location, symbols);
    if (name)
        json_object_set_new(location, "name", json_string(name));
}

/* Replaces the stacks of a finding wherever the form has them: at its top, and in the objects of
 * its arrays. */
static void make_readable(const struct finding *finding, json_t *object, struct symbols *symbols)
{
    const char *key;
    json_t *member, *item;
    size_t i;
    json_object_foreach(object, key, member)
    {
        if (is_stack_key(key))
            json_object_set_new(object, key, readable_stack(finding, member, symbols));
        else if (strcmp(key, "stacks") == 0)
            make_stacks_readable(finding, member, symbols);
        else if (json_is_array(member))
            json_array_foreach(member, i, item) make_readable(finding, item, symbols);
    }
    if (json_object_get(object, "module") && json_object_get(object, "name"))
        name_variable(finding, object, symbols);
}

void findings_print_json(FILE *stream, const struct findings *findings, struct symbols *symbols)
{
    json_t *array = json_array();
    for (size_t i = 0; i < findings->count; i++) {
        json_t *copy = json_deep_copy(findings->at[i].object);
        make_readable(&findings->at[i], copy, symbols);
        json_object_del(copy, "symbols"); /* each frame has its own now */
        json_object_set_new(copy, "reports", json_integer((json_int_t)findings->at[i].reports));
        json_array_append_new(array, copy);
    }
    json_dumpf(array, stream, JSON_INDENT(2));
    fputc('\n', stream);
    json_decref(array);
}
