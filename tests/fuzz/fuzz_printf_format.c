/* Any text may be a format. Checks that the parser stays inside it and that what it says of an
 * argument can be acted upon. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/printf_format.h"

static void check(int count, const struct core_format_arg *args)
{
    if (count < -1 || count > CORE_FORMAT_ARGS)
        abort();
    for (int i = 0; i < count; i++) {
        const struct core_format_arg *a = &args[i];
        if (a->class > CORE_FORMAT_LONG_DOUBLE || a->use > CORE_FORMAT_STORE)
            abort();
        if (a->use != CORE_FORMAT_VALUE && a->class != CORE_FORMAT_LONG)
            abort();
        if ((a->use == CORE_FORMAT_COUNT || a->use == CORE_FORMAT_STORE) && a->size == 0)
            abort();
        if (a->limit < CORE_FORMAT_NO_LIMIT || a->limit_arg > count)
            abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct core_format_arg args[CORE_FORMAT_ARGS];
    char *text = malloc(size + 1);
    memcpy(text, data, size);
    text[size] = '\0';
    check(core_printf_parse(text, args), args);
    check(core_scanf_parse(text, args), args);
    free(text);
    return 0;
}
