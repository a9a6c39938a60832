/* Any text at all may stand in TSAN_OPTIONS. Checks the invariant of wire/options.h: fields stay
 * inside their bounds, strings stay terminated, complaints are short single lines. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "wire/options.h"

static struct wire_options options;

static void check_line(void *ctx, const char *line)
{
    (void)ctx;
    if (strlen(line) >= WIRE_WARN_BYTES || strchr(line, '\n'))
        abort();
}

static void check_fields(void)
{
    size_t count;
    const struct wire_option *rows = wire_options_table(&count);
    for (size_t i = 0; i < count; i++) {
        const char *field = (const char *)&options + rows[i].offset;
        if (!rows[i].name || rows[i].type == WIRE_TYPE_BOOL)
            continue;
        if (rows[i].type == WIRE_TYPE_STRING) {
            if (strlen(*(const char *const *)field) >= WIRE_OPTIONS_ARENA_BYTES)
                abort();
            continue;
        }
        int value = *(const int *)field;
        if (value < rows[i].min || value > rows[i].max)
            abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);
    memcpy(text, data, size);
    text[size] = '\0';
    wire_options_default(&options);
    wire_options_parse(&options, text, check_line, NULL);
    check_fields();
    free(text);
    return 0;
}
