#include "ddmin.h"

/* The first element of a chunk; chunks differ in size by one at most. */
static uint32_t edge(const struct core_ddmin *d, uint32_t chunk)
{
    return (uint32_t)((uint64_t)chunk * d->count / d->chunks);
}

static void cut_into(struct core_ddmin *d, uint32_t chunks, enum core_ddmin_phase phase)
{
    d->chunks = chunks < 2 ? 2 : chunks;
    if (d->chunks > d->count)
        d->chunks = d->count;
    d->at = 0;
    d->passes = 0;
    d->phase = phase;
}

void core_ddmin_init(struct core_ddmin *d, uint32_t *kept, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        kept[i] = i;
    *d = (struct core_ddmin){.kept = kept, .count = count, .phase = CORE_DDMIN_NOTHING};
    if (!count)
        d->phase = CORE_DDMIN_DONE;
}

bool core_ddmin_next(const struct core_ddmin *d, uint32_t *candidate, uint32_t *count)
{
    *count = 0;
    if (d->phase == CORE_DDMIN_DONE)
        return false;
    if (d->phase == CORE_DDMIN_NOTHING)
        return true;
    uint32_t low = edge(d, d->at), high = edge(d, d->at + 1);
    bool rest = d->phase == CORE_DDMIN_REST;
    for (uint32_t i = 0; i < d->count; i++)
        if ((i >= low && i < high) != rest)
            candidate[(*count)++] = d->kept[i];
    return true;
}

void core_ddmin_failed(struct core_ddmin *d, const uint32_t *set, uint32_t count)
{
    uint32_t at = d->at, chunks = d->chunks;
    bool rest = d->phase == CORE_DDMIN_REST;
    for (uint32_t i = 0; i < count; i++)
        d->kept[i] = set[i];
    d->count = count;
    if (count < 2) { /* that the empty set passes was seen first */
        d->phase = CORE_DDMIN_DONE;
        return;
    }
    if (!rest) {
        cut_into(d, 2, CORE_DDMIN_PARTS);
        return;
    }
    /* One chunk is gone; go on behind it rather than from the start: those before it were needed a
     * moment ago and most likely still are. */
    cut_into(d, chunks - 1, CORE_DDMIN_REST);
    d->at = at % d->chunks;
}

static void finer(struct core_ddmin *d)
{
    if (d->chunks >= d->count)
        d->phase = CORE_DDMIN_DONE;
    else
        cut_into(d, d->chunks > UINT32_MAX / 2 ? d->count : 2 * d->chunks, CORE_DDMIN_PARTS);
}

void core_ddmin_passed(struct core_ddmin *d)
{
    if (d->phase == CORE_DDMIN_NOTHING) {
        cut_into(d, 2, CORE_DDMIN_PARTS);
        if (d->count < 2)
            d->phase = CORE_DDMIN_DONE;
    } else if (d->phase == CORE_DDMIN_PARTS) {
        if (++d->at < d->chunks)
            return;
        if (d->chunks == 2) /* all but one of two is the other one */
            finer(d);
        else
            cut_into(d, d->chunks, CORE_DDMIN_REST);
    } else if (d->phase == CORE_DDMIN_REST) {
        /* At one element a chunk, as many passes as chunks say that each is needed. */
        d->at = (d->at + 1) % d->chunks;
        if (++d->passes == d->chunks)
            finer(d);
    }
}
