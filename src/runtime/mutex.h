/*
 * Mutexes: who holds what, misuse, and the names that reports give them.
 *
 * State lives in the mutex's sync object (sync.h). A mutex gets its uid the first time it is
 * seen, created or not; the uid's row in the name table outlives the mutex.
 */
#ifndef REPRISE_RUNTIME_MUTEX_H
#define REPRISE_RUNTIME_MUTEX_H

#include "lockset.h"
#include "rt.h"
#include "sync.h"

int rt_mutex_init(void);
/* The sync object goes away (free of its memory): the name stays. Under its stripe lock. */
void rt_mutex_forget(struct rt_sync *s);

#endif
