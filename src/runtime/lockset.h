/*
 * Sets of held mutexes, interned: each distinct list of (mutex, read or write) in order of
 * acquisition is one number, so that an event can remember what was held in four bytes.
 * Set 0 is empty. Mutexes are named by uid: creation order, never reused.
 */
#ifndef REPRISE_RUNTIME_LOCKSET_H
#define REPRISE_RUNTIME_LOCKSET_H

#include "rt.h"

enum { RT_LOCKSET_MAX = 64 }; /* held at once by one thread, as far as reports list them */

struct rt_held {
    uint32_t mutex; /* uid */
    bool read;
};

int rt_lockset_init(void); /* 0 or -errno */
uint32_t rt_lockset_add(uint32_t set, uint32_t mutex, bool read);
uint32_t rt_lockset_remove(uint32_t set, uint32_t mutex);
/* In order of acquisition; returns the number written. Any thread. */
size_t rt_lockset_read(uint32_t set, struct rt_held *held, size_t max);

/* What reports say of a mutex, alive or not. */
struct rt_mutex_info {
    rt_addr addr;
    rt_stack created;
    bool destroyed;
};
bool rt_mutex_info(uint32_t mutex, struct rt_mutex_info *out);

#endif
