/* What the sidecar says about the schedule of a run. */
#ifndef REPRISE_RUNTIME_TURN_RECORD_H
#define REPRISE_RUNTIME_TURN_RECORD_H

#include "format.h"

/* Adds the keys of the "end" line (wire/sidecar.h) that a run with a seed has. Any thread. */
void rt_record_put(struct rt_text *line);
/* Steps until now, 0 without a controlled strategy. */
uint64_t rt_record_steps(void);
/* The strategy with its parameters, as it was given. */
const char *rt_strategy_text(void);

#endif
