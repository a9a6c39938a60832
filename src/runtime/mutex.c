#include "mutex.h"
#include "access.h"
#include "deadlock.h"
#include "event.h"
#include "finding.h"
#include "options.h"
#include "stack.h"
#include "sys/sys.h"
#include "thread.h"
#include "turn.h"
#include <errno.h>

enum { NAMES_MAX = 1 << 24 };

struct name {
    rt_addr addr;
    rt_stack created;
    bool destroyed;
};

static struct name *names; /* by uid; a row is written before its uid is known to anybody */
static uint32_t names_used = 1;

int rt_mutex_init(void)
{
    names = sys_reserve("mutexes", sizeof *names * NAMES_MAX);
    return names ? 0 : -ENOMEM;
}

bool rt_mutex_info(uint32_t mutex, struct rt_mutex_info *out)
{
    if (!mutex || mutex >= __atomic_load_n(&names_used, __ATOMIC_RELAXED))
        return false;
    const struct name *n = &names[mutex % NAMES_MAX];
    *out = (struct rt_mutex_info){n->addr, n->created, n->destroyed};
    return true;
}

void rt_mutex_forget(struct rt_sync *s)
{
    names[s->mutex % NAMES_MAX].destroyed = true;
    rt_deadlock_destroy(s->mutex);
}

static unsigned state_of_flags(unsigned flags)
{
    return (flags & RT_MUTEX_LINKER_INIT ? RT_SM_LINKER_INIT : 0) |
           (flags & RT_MUTEX_WRITE_REENTRANT ? RT_SM_WRITE_REENTRANT : 0) |
           (flags & RT_MUTEX_NOT_STATIC ? RT_SM_NOT_STATIC : 0);
}

static void name_mutex(struct rt_thread *t, rt_pc pc, struct rt_sync *s, unsigned flags)
{
    /* relaxed: only uniqueness matters; the uid is published under the object's lock */
    s->mutex = __atomic_fetch_add(&names_used, 1, __ATOMIC_RELAXED);
    s->state |= RT_SM_KNOWN;
    s->with = 0;
    names[s->mutex % NAMES_MAX] = (struct name){s->addr, rt_stack_capture(t, pc), false};
    s->state |= state_of_flags(flags);
}

/* The mutex's object, locked and named. */
static struct rt_sync *mutex_at(struct rt_thread *t, rt_pc pc, rt_addr addr, unsigned flags)
{
    struct rt_sync *s = rt_sync_make(addr);
    if (core_unlikely(!s->mutex))
        name_mutex(t, pc, s, flags);
    else
        s->state |= state_of_flags(flags);
    return s;
}

/* Says once for each mutex that it is broken; later consequences would only repeat it. */
static bool break_once(struct rt_sync *s)
{
    if (!rt_options.report_mutex_bugs || (s->state & RT_SM_BROKEN))
        return false;
    s->state |= RT_SM_BROKEN;
    return true;
}

static void report_misuse(struct rt_thread *t, rt_pc pc, enum rt_finding_type type, rt_addr addr,
                          uint32_t mutex, rt_stack other)
{
    struct rt_finding *f = rt_finding_begin(t, type);
    if (!f)
        return;
    f->stack[f->nstack++] = rt_stack_capture(t, pc);
    if (other)
        f->stack[f->nstack++] = other;
    rt_finding_add_mutex(f, mutex);
    rt_finding_add_location(f, addr);
    rt_finding_end(t, f);
}

/* The cell that speaks for the byte at addr: the word's, or the high half's. */
CORE_INLINE uint64_t cell_of(rt_addr addr)
{
    /* acquire: the log has the ids that the cell names, and Q is at least as new */
    uint64_t c = __atomic_load_n(rt_cell_p(addr), __ATOMIC_ACQUIRE);
    uint32_t w = (uint32_t)c;
    if (core_likely(!(addr & 4)) || c == CORE_CELL_BUSY || w == CORE_FREED)
        return c;
    return !c || core_cell_is_full(c) ? c : __atomic_load_n(rt_cell_q(addr), __ATOMIC_RELAXED);
}

/*
 * Using a mutex reads it, as far as its initialisation and its end are concerned. Most uses are
 * known: the cell says that t accessed that byte in this epoch, in whatever way; what conflicts
 * with the read conflicts with any other access, too.
 */
CORE_INLINE bool known_since(const struct rt_thread *t, rt_addr addr, core_id first)
{
    uint64_t c = cell_of(addr);
    uint32_t w = (uint32_t)c, r = (uint32_t)(c >> 32);
    bool of_byte = !(r & 15) || r >> (addr & 3) & 1;
    return !((w | r) & CORE_TAG) && of_byte && (r >> 4) - first < t->next - first;
}

/*
 * A use counts as from before the thread learns what the mutex has to tell: who makes a mutex and
 * doesn't tell others of it in another way races with them. But the uses of others that the thread
 * then knows needn't be kept beside its own. So where no plain write stands in the way, which is
 * all that a use can race with, it is noted when the thread has learned.
 */
static bool no_write_races(const struct rt_thread *t, rt_addr addr)
{
    struct core_actor a = {.slot = t->slot, .clock = &t->clock};
    uint64_t c = cell_of(addr);
    uint32_t w = (uint32_t)c, r = (uint32_t)(c >> 32);
    if (!w)
        return true;
    if (w & CORE_TAG || !core_ordered(&rt_shadow, &a, w))
        return false;
    return r & CORE_TAG || r >> 4 == w >> 4 || core_ordered(&rt_shadow, &a, r) ||
           (core_kind(&rt_shadow, r) & (CORE_KIND_WRITE | CORE_KIND_ATOMIC)) != CORE_KIND_WRITE;
}

static RT_COLD bool use_new(struct rt_thread *t, rt_pc pc, rt_addr addr, struct rt_race *race)
{
    if (rt_options.ignore_interceptors_accesses || !rt_shadow_covers(addr, 1) ||
        rt_access_known(t, addr, 1, RT_ATOMIC_READ))
        return false;
    t->keeps_window = true;
    bool raced = rt_access_check(t, pc, addr, 1, RT_ATOMIC_READ, race);
    t->keeps_window = false;
    return raced;
}

/* True: there is a race to report when the mutex is let go of. */
static bool use(struct rt_thread *t, rt_pc pc, rt_addr addr, struct rt_race *race)
{
    return rt_multi && !known_since(t, addr, t->epoch_first) &&
           core_unlikely(use_new(t, pc, addr, race));
}

/* Of a use that was made while these mutexes were held. */
static RT_COLD void report_use(struct rt_thread *t, rt_pc pc, const struct rt_race *race,
                               uint32_t lockset)
{
    uint32_t now = t->lockset;
    t->lockset = lockset;
    rt_race_report(t, pc, race);
    t->lockset = now;
}

/* ---- life ---- */

/* Nobody holds it any more: children of fork make mutexes anew that were taken before. */
static void name_anew(struct rt_thread *t, rt_pc pc, struct rt_sync *s, unsigned flags)
{
    if (s->mutex) {
        names[s->mutex % NAMES_MAX].destroyed = true;
        t->lockset = rt_lockset_remove(t->lockset, s->mutex);
    }
    s->owner = RT_SYNC_NOBODY;
    s->recursion = 0;
    s->readers = 0;
    name_mutex(t, pc, s, flags);
}

void rt_mutex_create(struct rt_thread *t, rt_pc pc, rt_addr addr, unsigned flags)
{
    if (!(flags & RT_MUTEX_LINKER_INIT))
        rt_access(t, pc, addr, 1, RT_WRITE);
    struct rt_sync *s = rt_sync_make(addr);
    bool held = s->owner != RT_SYNC_NOBODY || s->readers;
    s->state = 0;
    if (held && !(flags & RT_MUTEX_FRESH)) /* it stays the mutex that is held */
        s->state = RT_SM_KNOWN | state_of_flags(flags);
    else
        name_anew(t, pc, s, flags);
    rt_sync_put(s);
}

/* Mutexes of static storage may be used after their destructor ran: the flags say which. */
static bool outlives_destroy(const struct rt_sync *s, unsigned flags)
{
    return flags & RT_MUTEX_LINKER_INIT || s->state & RT_SM_LINKER_INIT ||
           (flags & RT_MUTEX_NOT_STATIC && !(s->state & RT_SM_NOT_STATIC));
}

void rt_mutex_destroy(struct rt_thread *t, rt_pc pc, rt_addr addr, unsigned flags)
{
    struct rt_sync *s = rt_sync_get(addr);
    uint32_t mutex = 0;
    rt_stack locked_at = 0;
    bool report = false;

    if (s) {
        if (outlives_destroy(s, flags)) {
            rt_sync_put(s);
            return;
        }
        mutex = s->mutex;
        if (mutex && s->owner != RT_SYNC_NOBODY && rt_options.report_destroy_locked) {
            report = break_once(s);
            locked_at = s->locked_at;
            if (s->owner == t->uid)
                t->lockset = rt_lockset_remove(t->lockset, mutex);
        }
        rt_sync_put(s);
    }
    if (!(flags & RT_MUTEX_LINKER_INIT))
        rt_access(t, pc, addr, 1, RT_FREE);
    if (report)
        report_misuse(t, pc, RT_FINDING_MUTEX_DESTROY_LOCKED, addr, mutex, locked_at);
    rt_sync_forget(t, addr, 1);
}

void rt_mutex_invalid(struct rt_thread *t, rt_pc pc, rt_addr addr)
{
    struct rt_sync *s = mutex_at(t, pc, addr, 0);
    bool report = break_once(s);
    uint32_t mutex = s->mutex;
    rt_sync_put(s);
    if (report)
        report_misuse(t, pc, RT_FINDING_MUTEX_INVALID, addr, mutex, 0);
}

void rt_mutex_repair(struct rt_thread *t, rt_addr addr)
{
    struct rt_sync *s = rt_sync_get(addr);
    (void)t;
    if (!s)
        return;
    s->owner = RT_SYNC_NOBODY;
    s->recursion = 0;
    rt_sync_put(s);
}

/* ---- what is held ---- */

/* An epoch goes on when the mutexes change, and what is known stays so. But a strategy shall have
 * its points behind a lock, too. */
static void set_lockset(struct rt_thread *t, uint32_t set)
{
    t->lockset = set;
    if (rt_controlled())
        rt_event_new_window(t);
}

/* Mutexes are mostly taken with the same others in hand as before. */
static void hold(struct rt_thread *t, struct rt_sync *s)
{
    if (core_unlikely(!s->with || s->below != t->lockset)) {
        s->below = t->lockset;
        s->with = rt_lockset_add(t->lockset, s->mutex, false);
    }
    set_lockset(t, s->with);
}

static void let_go(struct rt_thread *t, const struct rt_sync *s)
{
    if (core_likely(t->lockset == s->with && s->with != s->below))
        set_lockset(t, s->below);
    else
        set_lockset(t, rt_lockset_remove(t->lockset, s->mutex));
}

static uint64_t place(const struct rt_thread *t, rt_pc pc)
{
    return rt_stack_hash(t->tls->top[-1].hash, pc);
}

static void remember_place(struct rt_thread *t, rt_pc pc, struct rt_sync *s)
{
    uint64_t key = place(t, pc);
    if (core_unlikely(s->locked_key != key || !s->locked_at)) {
        s->locked_at = rt_stack_capture(t, pc);
        s->locked_key = key;
    }
}

static bool order_matters(const struct rt_thread *t)
{
    return rt_multi && !t->ignore_sync;
}

/* ---- write side ---- */

/* What t released when it held the mutex last may still be unknown to others; then nobody can
 * learn of it before t gives the mutex up again. */
static void take_back(struct rt_thread *t, struct rt_sync *s)
{
    if (!order_matters(t))
        return;
    rt_event_take_back(t, &s->read_clock, s->learned);
    rt_sync_take_back(t, s);
}

static void acquire_all(struct rt_thread *t, struct rt_sync *s)
{
    if (!order_matters(t))
        return;
    rt_sync_acquire(t, s);
    if (!core_clock_empty(&s->read_clock)) {
        s->learned += core_clock_join(&t->clock, &s->read_clock);
        s->state |= RT_SM_READERS_KNOWN;
    }
}

/* Whoever comes next knows with this writer's clock what the readers before it had done. */
static void release_all(struct rt_thread *t, struct rt_sync *s)
{
    if (!order_matters(t))
        return;
    rt_sync_release_store(t, s);
    if (core_unlikely(s->state & RT_SM_READERS_KNOWN)) {
        core_clock_clear(&s->read_clock);
        s->state &= ~(unsigned)RT_SM_READERS_KNOWN;
    }
}

void rt_mutex_pre_lock(struct rt_thread *t, rt_pc pc, rt_addr addr, unsigned flags)
{
    if (!t->lockset || flags & RT_MUTEX_TRY_LOCK || !rt_options.detect_deadlocks ||
        rt_deadlock_knows(t, rt_sync_mutex(addr)))
        return;
    struct rt_sync *s = mutex_at(t, pc, addr, flags);
    uint32_t mutex = s->mutex;
    bool again = s->owner == t->uid && (s->state & RT_SM_WRITE_REENTRANT);
    bool broken = s->state & RT_SM_BROKEN;
    rt_sync_put(s);
    if (!again && !broken)
        rt_deadlock_before_lock(t, pc, mutex, flags);
}

/* The mutex is t's. Returns whether it wasn't before; *twice: it was another's and still is. */
static bool take(struct rt_thread *t, rt_pc pc, struct rt_sync *s, int levels, bool *twice)
{
    if (core_likely(s->owner == RT_SYNC_NOBODY)) {
        s->owner = t->uid;
        remember_place(t, pc, s);
    } else if (s->owner != t->uid) {
        *twice = break_once(s);
    }
    bool first = s->recursion == 0;
    s->recursion += levels;
    if (first) {
        acquire_all(t, s);
        hold(t, s);
    }
    return first;
}

/* ---- the same again ---- */

/*
 * Mutexes are mostly taken over and over by one thread at one place. Then all that rt_mutex_lock
 * and rt_mutex_unlock do comes to a few stores: when the word of the object is still what t left
 * there, nothing of it has changed, and nobody has learned from it. What has to be looked at
 * besides are t's own affairs, and the cell of the mutex. False: it isn't so, and nothing was done.
 */
static struct rt_last *last_of(struct rt_thread *t, rt_addr addr)
{
    return &t->last[(addr >> 3 ^ addr >> 6) % RT_LAST_MAX];
}

static bool touched(const struct rt_last *l)
{
    uint32_t word = l->word;
    /* acquire: see rt_sync_word_trylock */
    return !__atomic_compare_exchange_n(&l->object->word, &word, word | 1, false, __ATOMIC_ACQUIRE,
                                        __ATOMIC_RELAXED);
}

static void put_again(struct rt_last *l)
{
    l->word += 2;
    rt_sync_put(l->object);
}

static bool lock_again(struct rt_thread *t, struct rt_last *l, rt_pc pc, unsigned flags)
{
    if (l->held || t->lockset != l->below || !t->nunseen || l->flags != flags || t->ignore_sync)
        return false;
    const struct rt_unseen *u = &t->unseen[t->nunseen - 1];
    struct rt_sync *s = l->object;
    if (u->object != s || l->key != place(t, pc) || rt_thread_forced_reuse() ||
        !known_since(t, l->addr, u->epoch_first) || touched(l))
        return false;
    s->owner = t->uid;
    s->recursion = 1;
    put_again(l);
    l->held = true;
    t->lockset = l->with;
    t->epoch_first = u->epoch_first;
    t->nunseen--;
    rt_event_reopen_window(t);
    return true;
}

static bool unlock_again(struct rt_thread *t, struct rt_last *l)
{
    struct rt_sync *s = l->object;
    uint32_t version = t->clock.version;
    if (!l->held || t->lockset != l->with || t->told_version != version || t->next == t->end ||
        t->nunseen == RT_UNSEEN_MAX || t->ignore_sync || !known_since(t, l->addr, t->epoch_first) ||
        touched(l))
        return false;
    bool same = s->time && s->slot == t->slot && s->thread == t->uid && s->version == version;
    if (core_likely(same)) {
        s->owner = RT_SYNC_NOBODY;
        s->recursion = 0;
        s->time = t->told = t->next;
    }
    put_again(l);
    if (core_unlikely(!same))
        return false;
    l->held = false;
    t->lockset = l->below;
    t->unseen[t->nunseen++] = (struct rt_unseen){s, s->learned, t->epoch_first};
    rt_event_new_window(t);
    return true;
}

/* t has locked s, and is about to let go of the object. */
static void remember(struct rt_thread *t, struct rt_sync *s, unsigned flags)
{
    bool simple = rt_multi && !rt_controlled() && s->recursion == 1 && s->owner == t->uid &&
                  s->with == t->lockset && s->with != s->below &&
                  !rt_options.second_deadlock_stack && !(s->state & RT_SM_READERS_KNOWN) &&
                  core_clock_empty(&s->read_clock);
    *last_of(t, s->addr) = (struct rt_last){.addr = simple ? s->addr : 0,
                                            .object = s,
                                            .key = s->locked_key,
                                            .word = s->word + 1,
                                            .below = s->below,
                                            .with = s->with,
                                            .flags = (unsigned short)flags,
                                            .held = true};
}

/* The same when t has unlocked it, for good or not. */
static void remember_unlock(struct rt_thread *t, struct rt_sync *s, bool last)
{
    struct rt_last *l = last_of(t, s->addr);
    if (l->addr != s->addr)
        return;
    if (last && l->held && l->object == s) {
        l->word = s->word + 1;
        l->held = false;
    } else {
        l->addr = 0;
    }
}

/* ---- any mutex ---- */

void rt_mutex_lock(struct rt_thread *t, rt_pc pc, rt_addr addr, unsigned flags, int recursion)
{
    int levels = flags & RT_MUTEX_RECURSIVE_LOCK && recursion > 0 ? recursion : 1;
    uint32_t before = t->lockset;
    bool twice = false, raced = false;
    struct rt_race race;

    struct rt_last *l = last_of(t, addr);
    if (core_likely(l->addr == addr && levels == 1 && lock_again(t, l, pc, flags)))
        return;
    struct rt_sync *s = mutex_at(t, pc, addr, flags);
    uint32_t mutex = s->mutex;
    if (s->owner == RT_SYNC_NOBODY)
        take_back(t, s);
    bool later = no_write_races(t, addr);
    if (core_unlikely(!later))
        raced = use(t, pc, addr, &race);
    bool first = take(t, pc, s, levels, &twice);
    if (later)
        raced = use(t, pc, addr, &race);
    remember(t, s, flags);
    rt_sync_put(s);
    if (core_unlikely(raced))
        report_use(t, pc, &race, before);
    if (core_unlikely(twice))
        report_misuse(t, pc, RT_FINDING_MUTEX_DOUBLE_LOCK, addr, mutex, 0);
    if (first && core_unlikely(rt_options.second_deadlock_stack))
        rt_deadlock_after_lock(t, pc, mutex, flags);
}

/* Returns whether the mutex is t's no more. */
static bool give_up(struct rt_thread *t, struct rt_sync *s, int levels)
{
    s->recursion -= levels;
    if (s->recursion)
        return false;
    s->owner = RT_SYNC_NOBODY;
    release_all(t, s);
    let_go(t, s);
    return true;
}

int rt_mutex_unlock(struct rt_thread *t, rt_pc pc, rt_addr addr, unsigned flags)
{
    bool bad = false, last = false;
    int levels = 0;
    struct rt_race race;

    struct rt_last *l = last_of(t, addr);
    if (core_likely(l->addr == addr && unlock_again(t, l)))
        return 1;
    struct rt_sync *s = mutex_at(t, pc, addr, flags & ~RT_MUTEX_RECURSIVE_UNLOCK);
    uint32_t mutex = s->mutex;
    bool raced = use(t, pc, addr, &race);
    if (core_unlikely(s->recursion == 0 || s->owner != t->uid)) {
        bad = break_once(s);
    } else {
        levels = flags & RT_MUTEX_RECURSIVE_UNLOCK ? s->recursion : 1;
        last = give_up(t, s, levels);
    }
    remember_unlock(t, s, last);
    rt_sync_put(s);
    if (core_unlikely(raced))
        rt_race_report(t, pc, &race);
    if (last && core_unlikely(rt_options.second_deadlock_stack))
        rt_deadlock_before_unlock(t, mutex);
    if (core_unlikely(bad))
        report_misuse(t, pc, RT_FINDING_MUTEX_BAD_UNLOCK, addr, mutex, 0);
    return levels;
}

/* ---- read side ---- */

void rt_mutex_pre_read_lock(struct rt_thread *t, rt_pc pc, rt_addr addr, unsigned flags)
{
    rt_mutex_pre_lock(t, pc, addr, flags | RT_MUTEX_READ_LOCK);
}

void rt_mutex_read_lock(struct rt_thread *t, rt_pc pc, rt_addr addr, unsigned flags)
{
    bool bad = false;
    struct rt_race race;

    struct rt_sync *s = mutex_at(t, pc, addr, flags);
    uint32_t mutex = s->mutex;
    bool raced = false;
    if (order_matters(t)) /* no writer comes in while t has it */
        rt_event_take_back(t, &s->read_clock, s->learned);
    bool later = no_write_races(t, addr);
    if (core_unlikely(!later))
        raced = use(t, pc, addr, &race);
    if (core_unlikely(s->owner != RT_SYNC_NOBODY))
        bad = break_once(s);
    s->readers++;
    if (order_matters(t))
        rt_sync_acquire(t, s);
    if (later)
        raced = use(t, pc, addr, &race);
    rt_sync_put(s);
    if (core_unlikely(raced))
        rt_race_report(t, pc, &race);
    if (core_unlikely(bad))
        report_misuse(t, pc, RT_FINDING_MUTEX_BAD_READ_LOCK, addr, mutex, 0);
    set_lockset(t, rt_lockset_add(t->lockset, mutex, true));
    if (core_unlikely(rt_options.second_deadlock_stack))
        rt_deadlock_after_lock(t, pc, mutex, flags | RT_MUTEX_READ_LOCK);
}

static void read_release(struct rt_thread *t, struct rt_sync *s)
{
    if (s->readers)
        s->readers--;
    if (!order_matters(t))
        return;
    core_clock_join(&s->read_clock, &t->clock);
    core_clock_raise(&s->read_clock, t->slot, rt_event_tell(t));
    rt_event_new_epoch_after(t, &s->read_clock, s->learned);
}

void rt_mutex_read_unlock(struct rt_thread *t, rt_pc pc, rt_addr addr)
{
    bool bad = false;
    struct rt_race race;

    struct rt_sync *s = mutex_at(t, pc, addr, 0);
    uint32_t mutex = s->mutex;
    bool raced = use(t, pc, addr, &race);
    if (core_unlikely(s->owner != RT_SYNC_NOBODY))
        bad = break_once(s);
    read_release(t, s);
    rt_sync_put(s);
    if (core_unlikely(raced))
        rt_race_report(t, pc, &race);
    set_lockset(t, rt_lockset_remove(t->lockset, mutex));
    if (core_unlikely(rt_options.second_deadlock_stack))
        rt_deadlock_before_unlock(t, mutex);
    if (core_unlikely(bad))
        report_misuse(t, pc, RT_FINDING_MUTEX_BAD_READ_UNLOCK, addr, mutex, 0);
}

void rt_mutex_read_or_write_unlock(struct rt_thread *t, rt_pc pc, rt_addr addr)
{
    struct rt_sync *s = mutex_at(t, pc, addr, 0);
    bool write = s->owner != RT_SYNC_NOBODY;
    rt_sync_put(s);
    if (write)
        rt_mutex_unlock(t, pc, addr, 0);
    else
        rt_mutex_read_unlock(t, pc, addr);
}
