/* Where the stack and the thread-local variables of the calling thread are. */
#ifndef REPRISE_RUNTIME_TLS_H
#define REPRISE_RUNTIME_TLS_H

#include "rt.h"

/* Fills stack_low/high and tls_low/high of t, for the calling thread. */
void rt_tls_bounds(struct rt_thread *t);

#endif
