/*
 * Happens-before by brute force: what the shadow must agree with.
 *
 * Time of a thread is the number of its accesses. A thread has seen, of each thread, the
 * accesses before some time; releases and acquires copy these vectors as plain arrays. Every
 * word keeps every access ever made to it. Two accesses race when they touch a common byte,
 * their kinds conflict and the later one's thread has not seen the earlier one. Nothing here
 * knows of ids, epochs, halves or clocks of core, so a mistake in those can't be repeated.
 */
#ifndef REPRISE_TESTS_MODEL_H
#define REPRISE_TESTS_MODEL_H

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { MODEL_THREADS = 160, MODEL_SYNCS = 8, MODEL_WORDS = 8 };

struct model_access {
    uint32_t time, id;
    uint8_t thread, kind, mask;
};

struct model_word {
    struct model_access *all;
    size_t count, room;
    uint32_t freed; /* id of the free() of its block, 0 = it is not freed */
};

struct model {
    unsigned threads;
    uint32_t now[MODEL_THREADS];
    uint32_t seen[MODEL_THREADS][MODEL_THREADS];
    uint32_t sync[MODEL_SYNCS][MODEL_THREADS];
    struct model_word word[MODEL_WORDS];
};

static inline void model_forget(struct model *m, unsigned word)
{
    m->word[word].count = 0;
    m->word[word].freed = 0;
}

/* Back to the start of time; keeps the memory of the lists. */
static inline void model_reset(struct model *m, unsigned threads)
{
    m->threads = threads;
    memset(m->now, 0, sizeof m->now);
    memset(m->seen, 0, sizeof m->seen[0] * threads);
    memset(m->sync, 0, sizeof m->sync);
    for (unsigned i = 0; i < MODEL_WORDS; i++)
        model_forget(m, i);
}

static inline void model_free(struct model *m)
{
    for (unsigned i = 0; i < MODEL_WORDS; i++)
        free(m->word[i].all);
    memset(m->word, 0, sizeof m->word);
}

/* Whatever thread t did or has seen becomes part of what to has seen. */
static inline void model_publish(struct model *m, unsigned t, uint32_t *to)
{
    m->seen[t][t] = m->now[t];
    for (unsigned i = 0; i < m->threads; i++)
        if (to[i] < m->seen[t][i])
            to[i] = m->seen[t][i];
}

static inline void model_replace(struct model *m, unsigned t, uint32_t *to)
{
    memset(to, 0, sizeof(uint32_t) * m->threads);
    model_publish(m, t, to);
}

static inline void model_acquire(struct model *m, unsigned t, const uint32_t *from)
{
    for (unsigned i = 0; i < m->threads; i++)
        if (m->seen[t][i] < from[i])
            m->seen[t][i] = from[i];
}

static inline bool model_kinds_conflict(unsigned a, unsigned b)
{
    /* columns: plain read, plain write, atomic read, atomic write */
    static const bool table[4][4] = {
        {0, 1, 0, 1},
        {1, 1, 1, 1},
        {0, 1, 0, 0},
        {1, 1, 0, 0},
    };
    return table[a & 3][b & 3];
}

/* Would an access of thread t to these bytes, now, race with the earlier access a? */
static inline bool model_races(const struct model *m, const struct model_access *a, unsigned t,
                               unsigned mask, unsigned kind)
{
    return (a->mask & mask) && model_kinds_conflict(a->kind, kind) && a->thread != t &&
           a->time >= m->seen[t][a->thread];
}

/* An earlier access that this one would race with, or NULL. */
static inline const struct model_access *model_find(const struct model *m, unsigned t,
                                                    unsigned word, unsigned mask, unsigned kind)
{
    const struct model_word *w = &m->word[word];
    for (size_t i = 0; i < w->count; i++)
        if (model_races(m, &w->all[i], t, mask, kind))
            return &w->all[i];
    return NULL;
}

/* Is (id, bytes) an earlier access that this one races with? */
static inline bool model_confirms(const struct model *m, unsigned t, unsigned word, unsigned mask,
                                  unsigned kind, uint32_t id)
{
    const struct model_word *w = &m->word[word];
    for (size_t i = 0; i < w->count; i++)
        if (w->all[i].id == id && model_races(m, &w->all[i], t, mask, kind))
            return true;
    return false;
}

/* Ids get other names, 0 when nobody can name them any more. */
static inline void model_rename(struct model *m, uint32_t (*name)(const void *arg, uint32_t id),
                                const void *arg)
{
    for (unsigned k = 0; k < MODEL_WORDS; k++) {
        struct model_word *w = &m->word[k];
        for (size_t i = 0; i < w->count; i++)
            w->all[i].id = w->all[i].id ? name(arg, w->all[i].id) : 0;
        w->freed = w->freed ? name(arg, w->freed) : 0;
    }
}

/* The bytes of a word that were accessed under this id. */
static inline unsigned model_bytes(const struct model *m, unsigned word, uint32_t id)
{
    const struct model_word *w = &m->word[word];
    unsigned bytes = 0;
    for (size_t i = 0; i < w->count; i++)
        bytes |= w->all[i].id == id ? w->all[i].mask : 0;
    return bytes;
}

static inline void model_add(struct model *m, unsigned t, unsigned word, unsigned mask,
                             unsigned kind, uint32_t id)
{
    struct model_word *w = &m->word[word];
    if (w->count == w->room) {
        w->room = w->room ? 2 * w->room : 64;
        w->all = realloc(w->all, w->room * sizeof *w->all);
        if (!w->all)
            abort();
    }
    w->all[w->count++] =
        (struct model_access){m->now[t]++, id, (uint8_t)t, (uint8_t)kind, (uint8_t)mask};
}

#endif
