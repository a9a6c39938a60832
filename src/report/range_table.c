#include "module.h"

#include <stdio.h>
#include <stdlib.h>

void *grow(void *array, size_t count, size_t *capacity, size_t element_size)
{
    if (count < *capacity)
        return array;
    *capacity = *capacity ? *capacity * 2 : 64;
    array = reallocarray(array, *capacity, element_size);
    if (!array) {
        fputs("reprise: out of memory\n", stderr);
        abort();
    }
    return array;
}

void ranges_add(struct range_table *table, uint64_t low, uint64_t high, Dwarf_Off die, size_t owner)
{
    /* The linker leaves ranges of discarded sections at 0 or 1. */
    if (low <= 1 || high <= low)
        return;
    table->at = grow(table->at, table->count, &table->capacity, sizeof *table->at);
    table->at[table->count++] = (struct range){low, high, high, die, owner};
}

static int by_low(const void *left, const void *right)
{
    const struct range *a = left, *b = right;
    if (a->low != b->low)
        return a->low < b->low ? -1 : 1;
    return a->high < b->high ? 1 : a->high > b->high ? -1 : 0;
}

void ranges_sort(struct range_table *table)
{
    if (table->count)
        qsort(table->at, table->count, sizeof *table->at, by_low);
    for (size_t i = 1; i < table->count; i++)
        if (table->at[i].reach < table->at[i - 1].reach)
            table->at[i].reach = table->at[i - 1].reach;
}

const struct range *ranges_find(const struct range_table *table, uint64_t address)
{
    size_t low = 0, high = table->count;
    while (low < high) { /* the first that starts behind the address */
        size_t middle = low + (high - low) / 2;
        if (table->at[middle].low <= address)
            low = middle + 1;
        else
            high = middle;
    }
    const struct range *best = NULL;
    while (low > 0 && table->at[low - 1].reach > address) {
        const struct range *range = &table->at[--low];
        if (range->high > address && (!best || range->high - range->low < best->high - best->low))
            best = range;
    }
    return best;
}

void ranges_free(struct range_table *table)
{
    free(table->at);
    *table = (struct range_table){0};
}
