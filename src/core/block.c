#include "block.h"
#include "near.h"

/*
 * A word changes by a compare-and-swap here as anywhere else. A plain store would be quicker, but
 * then of an access and a free() at the same moment neither might see the other, and a word that
 * somebody holds (who uses freed memory) would get a second holder. What is saved is everything
 * around it: neighbours are mostly alike, and what was found out of one holds for the next.
 */

/* release: the log row of the id in it is there before the id can be found */
static inline bool swap(uint64_t *p, uint64_t from, uint64_t to)
{
    return __atomic_compare_exchange_n(p, &from, to, false, __ATOMIC_RELEASE, __ATOMIC_RELAXED);
}

/* Two words that lie in one unit of 16 bytes, at the price of one. */
static inline bool is_pair(const uint64_t *p, size_t left)
{
#if defined(__x86_64__)
    return left > 1 && ((uintptr_t)p & 15) == 0;
#else
    return (void)p, (void)left, false;
#endif
}

static inline bool swap_pair(uint64_t *p, uint64_t from, uint64_t next_from, uint64_t to)
{
#if defined(__x86_64__)
    bool done;
    /* as an atomic operation it orders what comes before it, too */
    __asm__ volatile("lock cmpxchg16b %1"
                     : "=@ccz"(done), "+m"(*(uint64_t(*)[2])p), "+a"(from), "+d"(next_from)
                     : "b"(to), "c"(to)
                     : "memory");
    return done;
#else
    return (void)p, (void)from, (void)next_from, (void)to, false;
#endif
}

void core_block_store(struct core_shadow *s, uint64_t *p, uint64_t *q, size_t n, core_id id)
{
    uint64_t to = CORE_CELL(id << 4, id << 4);
    for (size_t i = 0; i < n; i++) {
        uint64_t c = __atomic_load_n(&p[i], __ATOMIC_RELAXED);
        if (is_pair(&p[i], n - i)) {
            uint64_t next = __atomic_load_n(&p[i + 1], __ATOMIC_RELAXED);
            if (core_cell_is_simple(c) && core_cell_is_simple(next) &&
                swap_pair(&p[i], c, next, to)) {
                i++;
                continue;
            }
        }
        if (!core_cell_is_simple(c) || !swap(&p[i], c, to))
            core_shadow_store(s, &p[i], &q[i], id);
    }
}

/* Is everything that such a cell says ordered before the actor? */
static bool all_ordered(const struct core_shadow *s, const struct core_actor *a, uint64_t c)
{
    uint32_t w = (uint32_t)c, r = (uint32_t)(c >> 32);
    return (!r || core_ordered(s, a, r)) && (!w || w == r || core_ordered(s, a, w));
}

uint64_t core_block_free(struct core_shadow *s, const struct core_actor *a, uint64_t *p,
                         uint64_t *q, size_t n, core_id id, unsigned kind, size_t *at)
{
    uint64_t freed = CORE_CELL(CORE_FREED, id << 4), known = 0; /* a cell that is no conflict */
    for (size_t i = *at; i < n; i++) {
        /* acquire: the log rows of the entries are there */
        uint64_t c = __atomic_load_n(&p[i], __ATOMIC_ACQUIRE);
        if (c != known && core_cell_plain_full(c) && all_ordered(s, a, c))
            known = c;
        if (core_likely(c == known)) {
            if (is_pair(&p[i], n - i) &&
                __atomic_load_n(&p[i + 1], __ATOMIC_RELAXED) == known && /* known, so acquired */
                swap_pair(&p[i], c, c, freed)) {
                i++;
                continue;
            }
            if (swap(&p[i], c, freed))
                continue;
        }
        uint64_t conflict = core_shadow_free(s, a, &p[i], &q[i], id, kind);
        if (core_unlikely(conflict)) {
            *at = i + 1;
            return conflict;
        }
    }
    *at = n;
    return 0;
}

/* What a plain access to a whole word makes of its cell. False: a closer look is needed. */
static bool change(const struct core_shadow *s, const struct core_actor *a, uint64_t c, core_id id,
                   unsigned kind, uint64_t *to)
{
    const struct core_near n = {.c = c, .mask = 15, .whole = true};
    return (!c || (core_cell_is_full(c) && !cell_has_record(c))) &&
           core_near_result(s, a, &n, id, kind, to);
}

size_t core_block_access(const struct core_shadow *s, const struct core_actor *a, uint64_t *p,
                         size_t n, core_id id, unsigned kind)
{
    uint64_t from = 0, to = 0; /* a cell, and what this access makes of it */
    change(s, a, from, id, kind, &to);
    for (size_t i = 0; i < n; i++) {
        /* acquire: the log rows of the entries are there */
        uint64_t c = __atomic_load_n(&p[i], __ATOMIC_ACQUIRE);
        if (c != from) {
            if (!change(s, a, c, id, kind, &to))
                return i;
            from = c;
        }
        if (from != to && !swap(&p[i], from, to))
            return i;
    }
    return n;
}
