/*
 * What is at an address: code by function, file and line, with inlined functions as rows of
 * their own; data by name. Answers are remembered for the life of the process.
 *
 * Addresses of code come as stacks hold them: return addresses, which mean the instruction
 * before. Everything here is called under the report lock, and what is returned is never freed.
 */
#ifndef REPRISE_RUNTIME_SYMBOL_H
#define REPRISE_RUNTIME_SYMBOL_H

#include "module.h"

/* Addresses with this bit are no machine addresses: virtual machines report them. */
#define RT_EXTERNAL_PC (1ull << 60)

struct rt_symbol {
    const char *function, *file; /* NULL = unknown */
    int line, column;            /* 0 = unknown */
    uintptr_t in_function;       /* Go: of the instruction, counted from the function's start */
};

struct rt_code {
    rt_pc pc;                       /* as asked */
    const struct rt_module *module; /* NULL = in none */
    uintptr_t offset;               /* of the instruction, in the module or absolute */
    bool own;                       /* a hook of this runtime */
    size_t rows;                    /* at least 1; [0] is the innermost inlined function */
    struct rt_symbol row[];
};

/* Never NULL. */
const struct rt_code *rt_symbol_code(rt_pc pc);

struct rt_data {
    const struct rt_module *module;
    uintptr_t offset; /* of the address that was asked about */
    rt_addr start;    /* of the variable; the address itself when unknown */
    size_t bytes;     /* 0 = unknown */
    char name[256];   /* "??" when unknown */
};

/* False when the address is in no module. */
bool rt_symbol_data(rt_addr addr, struct rt_data *out);

/* The path without what strip_path_prefix says; NULL stays NULL. */
const char *rt_strip_path(const char *path);

#endif
