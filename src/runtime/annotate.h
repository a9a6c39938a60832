/*
 * Races that the program has declared harmless: AnnotateBenignRace and friends.
 *
 * A declared range lasts for ever, as the interface has no way to take it back. Ranges are kept
 * sorted, so that asking is a binary search. Any thread, inside a scope; leaf lock.
 */
#ifndef REPRISE_RUNTIME_ANNOTATE_H
#define REPRISE_RUNTIME_ANNOTATE_H

#include "rt.h"

void rt_benign_add(rt_addr addr, size_t bytes);
/* Does any declared range touch [addr, addr + bytes)? */
bool rt_race_is_benign(rt_addr addr, size_t bytes);

#endif
