/*
 * The rest of what tsan_quick.h looks at, out of line.
 *
 * The first three are called by the hooks of tsan_access.c. A program that has the quick looks
 * inlined (tsan_inline.h) comes through tsan_late_x86_64.S: those functions keep every general
 * register, so that the program's code around an inlined look need not save any, and they take
 * the pc of the access from their own return address, which is in the program.
 */
#ifndef REPRISE_RUNTIME_ABI_TSAN_LATE_H
#define REPRISE_RUNTIME_ABI_TSAN_LATE_H

#include "../rt.h"

/* Plain accesses of these sizes, which may be at any address. Any thread. */
void rt_late_plain_read1(rt_addr a, rt_pc pc);
void rt_late_plain_read2(rt_addr a, rt_pc pc);
void rt_late_plain_read4(rt_addr a, rt_pc pc);
void rt_late_plain_read8(rt_addr a, rt_pc pc);
void rt_late_plain_write1(rt_addr a, rt_pc pc);
void rt_late_plain_write2(rt_addr a, rt_pc pc);
void rt_late_plain_write4(rt_addr a, rt_pc pc);
void rt_late_plain_write8(rt_addr a, rt_pc pc);

/* At most eight bytes, which may lie in two words; or any number. Any thread. */
void rt_late_access(rt_addr a, rt_pc pc, unsigned size, enum rt_kind kind);
void rt_late_range(rt_addr a, rt_pc pc, size_t bytes, enum rt_kind kind);
void rt_late_entry(rt_pc caller_pc);

#endif
