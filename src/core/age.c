#include "age.h"
#include "half.h"

static core_id newest_of_half(const struct core_shadow *s, uint64_t cell)
{
    struct half h;
    uint32_t newest = 0;

    half_decode(s, &h, cell);
    for (unsigned i = 0; i < h.nw; i++)
        newest = h.w[i] > newest ? h.w[i] : newest;
    for (unsigned i = 0; i < h.nr; i++)
        newest = h.r[i] > newest ? h.r[i] : newest;
    half_release(&h);
    return newest >> 4;
}

static core_id newest_of_word(const struct core_shadow *s, uint64_t p, uint64_t q)
{
    if (p == CORE_CELL_BUSY)
        return CORE_ID_MAX;
    if (cell_is_freed(p))
        return (core_id)(p >> 36);
    if (core_cell_plain_full(p)) {
        core_id w = (core_id)((uint32_t)p >> 4), r = (core_id)(p >> 36);
        return w > r ? w : r;
    }
    if (core_cell_is_full(p))
        return newest_of_half(s, full_to_half(p));
    core_id low = newest_of_half(s, p), high = newest_of_half(s, q);
    return low > high ? low : high;
}

core_id core_cells_newest(const struct core_shadow *s, const uint64_t *p, const uint64_t *q,
                          size_t n)
{
    core_id newest = 0;
    uint64_t last = 0; /* neighbours are often alike */
    for (size_t i = 0; i < n; i++) {
        if (p[i] == last || p[i] == 0)
            continue;
        core_id id = newest_of_word(s, p[i], q[i]);
        newest = id > newest ? id : newest;
        last = core_cell_is_full(p[i]) ? p[i] : 0;
    }
    return newest;
}
