/*
 * A profile: how often each task touched each object in a run. The strategy surw weighs tasks by
 * it. Written by the runtime at the end of a run, read by later ones; the two need not have had
 * the same interleaving, so it is a hint and never wrong, only more or less useful.
 *
 * Text, one line a record, fields separated by one blank; lines that are not known are skipped:
 *
 *     reprise profile 1
 *     task ID PARENT                  task 0 has none and no line
 *     uses TASK OBJECT READS CHANGES  operations that read it, and that change it
 *
 * Of fixed size: what does not fit is counted and left out. Zero is an empty one. It is large; keep
 * it in static or allocated memory. One thread at a time.
 */
#ifndef REPRISE_CORE_PROFILE_H
#define REPRISE_CORE_PROFILE_H

#include "core.h"
#include "op.h"

enum { CORE_PROFILE_USES = 4096, CORE_PROFILE_TASKS = 256 };

struct core_profile_use {
    uint32_t task;
    uint32_t object; /* 0: unused */
    uint32_t reads;
    uint32_t changes;
};

struct core_profile {
    uint32_t parent[CORE_PROFILE_TASKS]; /* of each task, plus one; 0: none or unknown */
    struct core_profile_use uses[CORE_PROFILE_USES];
    uint32_t count;   /* of uses */
    uint32_t dropped; /* operations that found no room */
    bool sorted;      /* uses[0..count) by object, then task; else it is a hash table */
};

/* ---- writing ---- */

void core_profile_born(struct core_profile *p, uint32_t task, uint32_t parent);
/* At each operation; those without an object or an effect don't count. */
void core_profile_count(struct core_profile *p, uint32_t task, enum core_op op, uint32_t object);
/* Hands the text to `put` in pieces. Nothing can be counted afterwards. */
void core_profile_write(struct core_profile *p,
                        void (*put)(void *context, const char *text, size_t bytes), void *context);

/* ---- reading ---- */

/* 0, or -EINVAL: not a profile, or a damaged line; p is then empty. */
int core_profile_parse(struct core_profile *p, const char *text, size_t bytes);

/* An object that some task changes and another one uses, each with the same chance, by the random
 * number; 0 when there is none. */
uint32_t core_profile_shared(const struct core_profile *p, uint64_t random);
/* Operations of the task on the object; object 0: on any. */
uint32_t core_profile_uses_of(const struct core_profile *p, uint32_t task, uint32_t object);

#endif
