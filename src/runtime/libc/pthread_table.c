#include "pthread_table.h"

enum { FIRST_BUCKETS = 64 };

static core_lock table_lock; /* everything here */
static struct rt_child **buckets;
static uint32_t nbuckets, nentries;

static struct rt_child **bucket_of(pthread_t self)
{
    return &buckets[core_mix((uint64_t)self >> 6) % nbuckets];
}

static void grow(void)
{
    struct rt_child **old = buckets;
    uint32_t nold = nbuckets;

    nbuckets = nold ? nold * 4 : FIRST_BUCKETS;
    buckets = core_alloc(nbuckets * sizeof(*buckets));
    for (uint32_t i = 0; i < nold; i++) {
        for (struct rt_child *c = old[i], *next; c; c = next) {
            next = c->next;
            struct rt_child **b = bucket_of(c->self);
            c->next = *b;
            *b = c;
        }
    }
    if (old)
        core_free(old, nold * sizeof(*old));
}

static struct rt_child *find(pthread_t self)
{
    if (!nbuckets)
        return NULL;
    for (struct rt_child *c = *bucket_of(self); c; c = c->next)
        if (c->self == self)
            return c;
    return NULL;
}

static void unref(struct rt_child *c)
{
    if (--c->refs == 0 && !c->is_main)
        core_free(c, sizeof(*c));
}

static void unlist(struct rt_child *c)
{
    for (struct rt_child **p = bucket_of(c->self); *p; p = &(*p)->next) {
        if (*p == c) {
            *p = c->next;
            c->in_table = false;
            nentries--;
            unref(c);
            return;
        }
    }
}

/* Once a record: parent and child both try. */
static void list(struct rt_child *c, pthread_t self)
{
    if (c->listed)
        return;
    if (nentries >= nbuckets)
        grow();
    struct rt_child *stale = find(self); /* ended in a way we didn't see */
    if (stale)
        unlist(stale);
    c->listed = c->in_table = true;
    c->self = self;
    c->refs++;
    c->next = *bucket_of(self);
    *bucket_of(self) = c;
    nentries++;
}

/* ---- life ---- */

void rt_table_enter(struct rt_child *c, pthread_t self)
{
    core_lock_acquire(&table_lock);
    list(c, self);
    core_lock_release(&table_lock);
}

void rt_table_created(struct rt_child *c, const pthread_t *self)
{
    core_lock_acquire(&table_lock);
    if (!c->listed) /* so it hasn't run any code of the program yet, and *self is there */
        list(c, *self);
    unref(c);
    core_lock_release(&table_lock);
}

void rt_table_leave(struct rt_child *c)
{
    core_lock_acquire(&table_lock);
    c->thread = NULL;
    c->finished = true;
    if (c->detached && c->in_table)
        unlist(c);
    unref(c);
    core_lock_release(&table_lock);
}

void rt_table_set_name(pthread_t self, const char *name)
{
    core_lock_acquire(&table_lock);
    struct rt_child *c = find(self);
    if (c && c->thread) /* under the lock it cannot end */
        rt_thread_set_name(c->thread, name);
    core_lock_release(&table_lock);
}

/* ---- the end, seen by others ---- */

bool rt_table_is_joinable(pthread_t self, uint32_t uid)
{
    core_lock_acquire(&table_lock);
    const struct rt_child *c = find(self);
    bool joinable = c && c->uid == uid && !c->detached;
    core_lock_release(&table_lock);
    return joinable;
}

struct rt_thread *rt_table_thread(pthread_t self, bool *cancel_async)
{
    core_lock_acquire(&table_lock);
    struct rt_child *c = find(self);
    struct rt_thread *t = c ? c->thread : NULL;
    *cancel_async = c && c->cancel_async;
    core_lock_release(&table_lock);
    return t;
}

void rt_table_set_cancel_async(pthread_t self, bool async)
{
    core_lock_acquire(&table_lock);
    struct rt_child *c = find(self);
    if (c)
        c->cancel_async = async;
    core_lock_release(&table_lock);
}

uint32_t rt_pthread_uid(pthread_t self)
{
    core_lock_acquire(&table_lock);
    struct rt_child *c = find(self);
    uint32_t uid = c ? c->uid : RT_UID_UNKNOWN;
    core_lock_release(&table_lock);
    return uid;
}

void rt_pthread_joined(struct rt_thread *t, pthread_t self, uint32_t uid)
{
    if (uid == RT_UID_UNKNOWN)
        return;
    core_lock_acquire(&table_lock);
    struct rt_child *c = find(self);
    bool is_main = c && c->is_main;
    if (c && c->uid == uid && !is_main)
        unlist(c);
    core_lock_release(&table_lock);
    if (is_main)
        rt_acquire(t, (rt_addr)rt_main_end);
    else
        rt_thread_join(t, uid);
}

void rt_pthread_detached(struct rt_thread *t, pthread_t self, uint32_t uid)
{
    if (uid == RT_UID_UNKNOWN)
        return;
    core_lock_acquire(&table_lock);
    struct rt_child *c = find(self);
    bool is_main = c && c->is_main;
    if (c && c->uid == uid && !is_main) {
        c->detached = true;
        if (c->finished)
            unlist(c);
    }
    core_lock_release(&table_lock);
    if (!is_main)
        rt_thread_detach(t, uid);
}

void rt_pthread_lock_all(void)
{
    core_lock_acquire(&table_lock);
}

void rt_pthread_unlock_all(void)
{
    core_lock_release(&table_lock);
}

void rt_pthread_after_fork(struct rt_thread *t)
{
    rt_once_after_fork(t);
    for (uint32_t i = 0; i < nbuckets; i++) {
        for (struct rt_child **p = &buckets[i]; *p;) {
            struct rt_child *c = *p;
            if (c->self == pthread_self()) {
                p = &c->next;
                continue;
            }
            *p = c->next; /* leaked: its thread may have held references that never go */
            c->in_table = false;
            nentries--;
        }
    }
}
