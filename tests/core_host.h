/* What tests may ask of tests/core_host.c, the host of core in unit tests and fuzzers. */
#ifndef REPRISE_TESTS_CORE_HOST_H
#define REPRISE_TESTS_CORE_HOST_H

/*
 * Bytes allocated less bytes freed, as core states them: 0 when core gave everything back and
 * named the right size each time. Any thread; exact while no other thread is inside core.
 */
long long core_host_live_bytes(void);

#endif
