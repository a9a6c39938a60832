/*
 * What follows from the seed besides the schedule, and what is kept still for it: the random
 * bytes that the kernel gives a process at its start, and the processor that it stays on.
 *
 * The turn passes from thread to thread through futexes, which is many times faster on one
 * processor than across two. The program is not to notice: calls that ask for the processors it
 * may use are answered as if it had been left alone (libc/affinity.c), and programs that it starts
 * get its own mask back.
 */
#ifndef REPRISE_RUNTIME_PIN_H
#define REPRISE_RUNTIME_PIN_H

#include <stdbool.h>
#include <stddef.h>

/* Once, from init, after rt_turn_init, by the only thread. Does nothing under os and delay. */
void rt_pin_init(void);

/* Bytes that follow from the seed. By the thread with the turn. */
void rt_pin_random(void *to, size_t n);

/* A set of processors as the kernel has it, for the real system calls. */
enum { RT_CPUS_MAX = 8192 };
struct rt_cpus {
    unsigned long words[RT_CPUS_MAX / (8 * sizeof(unsigned long))];
};

/* The processors that the process was started with; NULL: it isn't kept on one. */
const struct rt_cpus *rt_pin_started_with(void);
bool rt_pin_is_pinned(const struct rt_cpus *set);
/* Keeps a thread (0: this one) there, or lets it go where it was. Any context; the child of vfork
 * changes itself only. */
void rt_pin_thread(int tid);
void rt_pin_release(int tid);

#endif
