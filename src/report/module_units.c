/* Where units, functions and variables lie. The tables are our own because libdw finds a unit
 * by address only through .debug_aranges, which clang does not write. */
#include "module.h"

#include <dwarf.h>
#include <stdlib.h>

/* Deeper nesting than any compiler makes: a damaged file. */
#define DEPTH_MAX 64

static void add_ranges(struct range_table *table, Dwarf_Die *die, size_t owner)
{
    Dwarf_Addr base, low, high;
    Dwarf_Off offset = dwarf_dieoffset(die);
    for (ptrdiff_t at = 0; (at = dwarf_ranges(die, at, &base, &low, &high)) > 0;)
        ranges_add(table, low, high, offset, owner);
}

static void add_unit(struct module *module, size_t *capacity, Dwarf_Die *die, Dwarf_Die *split)
{
    module->units = grow(module->units, module->unit_count, capacity, sizeof *module->units);
    add_ranges(&module->unit_ranges, die, module->unit_count);
    module->units[module->unit_count++] =
        (struct unit){.die = *die, .functions = split->addr ? *split : *die};
}

void module_index_units(struct module *module)
{
    Dwarf_CU *unit = NULL;
    Dwarf_Die die, split;
    size_t capacity = 0;
    uint8_t type;
    if (!module->dwarf)
        return;
    while (dwarf_get_units(module->dwarf, unit, &unit, NULL, &type, &die, &split) == 0)
        if (type == DW_UT_compile || type == DW_UT_skeleton)
            add_unit(module, &capacity, &die, &split);
    ranges_sort(&module->unit_ranges);
}

/* What may contain functions or variables. */
static bool is_scope(int tag)
{
    return tag == DW_TAG_namespace || tag == DW_TAG_lexical_block || tag == DW_TAG_class_type ||
           tag == DW_TAG_structure_type || tag == DW_TAG_union_type || tag == DW_TAG_module ||
           tag == DW_TAG_subprogram || tag == DW_TAG_try_block || tag == DW_TAG_catch_block;
}

static void walk_functions(struct unit *unit, Dwarf_Die *parent, int depth)
{
    Dwarf_Die die;
    if (depth > DEPTH_MAX || dwarf_child(parent, &die) != 0)
        return;
    do {
        int tag = dwarf_tag(&die);
        if (tag == DW_TAG_subprogram)
            add_ranges(&unit->code, &die, 0);
        if (is_scope(tag))
            walk_functions(unit, &die, depth + 1);
    } while (dwarf_siblingof(&die, &die) == 0);
}

struct unit *module_unit(struct module *module, uint64_t address)
{
    const struct range *range = ranges_find(&module->unit_ranges, address);
    if (!range)
        return NULL;
    struct unit *unit = &module->units[range->owner];
    if (!unit->indexed) {
        unit->indexed = true;
        walk_functions(unit, &unit->functions, 0);
        ranges_sort(&unit->code);
    }
    return unit;
}

bool unit_function(struct unit *unit, uint64_t address, Dwarf_Die *function)
{
    const struct range *range = ranges_find(&unit->code, address);
    return range && dwarf_offdie(dwarf_cu_getdwarf(unit->functions.cu), range->die, function);
}

/* The address of a variable that has one place for the whole run; 0 for any other. */
static uint64_t static_address(Dwarf_Die *die)
{
    Dwarf_Attribute attribute, value;
    Dwarf_Op *operations;
    size_t count;
    Dwarf_Addr address = 0;
    if (!dwarf_attr(die, DW_AT_location, &attribute) ||
        dwarf_getlocation(&attribute, &operations, &count) != 0 || count != 1)
        return 0;
    if (operations[0].atom == DW_OP_addr)
        return operations[0].number;
    if ((operations[0].atom == DW_OP_addrx || operations[0].atom == DW_OP_GNU_addr_index) &&
        dwarf_getlocation_attr(&attribute, operations, &value) == 0)
        dwarf_formaddr(&value, &address);
    return address;
}

static void walk_variables(struct module *module, size_t unit, Dwarf_Die *parent, int depth)
{
    Dwarf_Die die;
    if (depth > DEPTH_MAX || dwarf_child(parent, &die) != 0)
        return;
    do {
        int tag = dwarf_tag(&die);
        uint64_t address = tag == DW_TAG_variable ? static_address(&die) : 0;
        ranges_add(&module->variables, address, address + 1, dwarf_dieoffset(&die), unit);
        if (is_scope(tag))
            walk_variables(module, unit, &die, depth + 1);
    } while (dwarf_siblingof(&die, &die) == 0);
}

bool module_variable(struct module *module, uint64_t address, Dwarf_Die *variable,
                     struct unit **unit)
{
    if (!module->variables_indexed) {
        module->variables_indexed = true;
        for (size_t i = 0; i < module->unit_count; i++)
            walk_variables(module, i, &module->units[i].functions, 0);
        ranges_sort(&module->variables);
    }
    const struct range *range = ranges_find(&module->variables, address);
    if (!range)
        return false;
    *unit = &module->units[range->owner];
    return dwarf_offdie(dwarf_cu_getdwarf((*unit)->functions.cu), range->die, variable);
}

void module_drop_units(struct module *module)
{
    for (size_t i = 0; i < module->unit_count; i++)
        ranges_free(&module->units[i].code);
    free(module->units);
    ranges_free(&module->unit_ranges);
    ranges_free(&module->variables);
}
