/* The trace of a run (wire/trace.h), written when the option says so. By the holder of the turn. */
#ifndef REPRISE_RUNTIME_TURN_TRACE_H
#define REPRISE_RUNTIME_TURN_TRACE_H

#include "module.h"
#include "turn_state.h"

extern bool rt_trace_on;

void rt_trace_init(void);       /* opens the file */
void rt_trace_after_fork(void); /* the child writes none */
void rt_trace_point(struct rt_turn *me, rt_pc pc);
/* me is about to access these bytes of the object: their value is told when it is known. */
void rt_trace_access(struct rt_turn *me, rt_addr object, rt_addr addr, unsigned size, bool write);
/* The same for an access that is no point. */
void rt_trace_skipped(struct rt_turn *me, rt_pc pc, rt_addr addr, unsigned size, bool write);
void rt_trace_value(struct rt_turn *me, uint64_t value);
void rt_trace_switch(const struct core_task *from, const struct core_task *to, enum rt_why why);
void rt_trace_choice(struct rt_turn *me, uint32_t count, uint32_t chosen);
void rt_trace_wait(struct rt_turn *me);
void rt_trace_born(struct rt_turn *parent, struct rt_turn *child);
void rt_trace_finding(uint32_t thread, unsigned number, const char *type);
void rt_trace_end(int status); /* last line; writes all */
void rt_trace_flush(void);

/* Says what an object is, if that is known. turn_object.c, go/object.c. */
void rt_trace_object(uint32_t number, rt_addr addr);
/* For these two: the module of an address, told of when it is new, or NULL; */
const struct rt_module *rt_trace_module(rt_addr addr);
/* and the line of an object; see wire/trace.h. */
void rt_trace_put_object(uint32_t number, const char *kind, const struct rt_module *m, rt_addr addr,
                         size_t into);

#endif
