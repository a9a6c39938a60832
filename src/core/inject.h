/*
 * The GoReplay rule: how long a thread sleeps at a point that names itself.
 *
 *     delay = FNV-1a-64(seed, context [, stack]) % max        in nanoseconds
 *
 * The same bytes give the same delay in every process and on every machine. A bias turns some of
 * the delays into 0; it is drawn from one sequence that follows from the seed (core/go_random.h),
 * one draw a call, so it is the order of the calls that decides which of them it hits.
 *
 * Environment, as text: what the settings are called there and what they default to.
 */
#ifndef REPRISE_CORE_INJECT_H
#define REPRISE_CORE_INJECT_H

#include "core.h"

#define CORE_FNV_START UINT64_C(0xcbf29ce484222325)
#define CORE_FNV_PRIME UINT64_C(0x100000001b3)

/* FNV-1a-64 of what h is of, followed by these bytes. Begins with CORE_FNV_START. */
CORE_INLINE uint64_t core_fnv(uint64_t h, const void *data, size_t bytes)
{
    const unsigned char *p = data;
    for (size_t i = 0; i < bytes; i++)
        h = (h ^ p[i]) * CORE_FNV_PRIME;
    return h;
}

/* The same for a number: its eight bytes, lowest first, whatever the machine's order. */
CORE_INLINE uint64_t core_fnv_number(uint64_t h, uint64_t number)
{
    for (int i = 0; i < 8; i++, number >>= 8)
        h = (h ^ (number & 0xff)) * CORE_FNV_PRIME;
    return h;
}

struct core_inject {
    uint64_t seeded; /* core_fnv of the seed */
    uint64_t max_ns; /* delays are below it; 0: no delay at all */
    double zbias;    /* how many of the delays are 0 instead; [0, 1) */
    bool stack;      /* the call stack is part of the hash */
};

/* The delay for a context, without the bias. stack: a number that names the call stack, added
 * when the setting says so. context may be NULL when bytes is 0. */
uint64_t core_inject_ns(const struct core_inject *i, const void *context, size_t bytes,
                        uint64_t stack);

/* ---- settings ---- */

#define CORE_INJECT_SEED  "GRSEED"
#define CORE_INJECT_MAX   "GRMAX"
#define CORE_INJECT_ZBIAS "GRZBIAS"
#define CORE_INJECT_STACK "GRSTACK"
#define CORE_INJECT_DEBUG "GRDEBUG"

/* What the environment says; NULL is the same as empty. */
struct core_inject_text {
    const char *seed, *max, *zbias, *stack;
};

/* Why a setting was refused. */
struct core_inject_problem {
    const char *name;  /* "GRMAX" */
    const char *value; /* the text */
    const char *wants; /* "a duration above 0, as 500us or 10ms" */
};

/*
 * Reads the settings; defaults: 10ms, bias 0.0, no stack. true: replay is on. false: it is off,
 * because there is no seed (problem->name is NULL) or because a setting is malformed.
 */
bool core_inject_parse(struct core_inject *i, const struct core_inject_text *text,
                       struct core_inject_problem *problem);

/* A decimal number, as 0.5, 1e-3 or .25, with nothing behind it. 0 or -EINVAL. */
int core_decimal_parse(const char *text, double *value);

#endif
