/*
 * The Go program as host of options and reports: GORACE, the symbolizer that every Go program
 * carries, the end of the run.
 *
 * Go's symbolizer runs Go code on g0, so it may be asked only by a thread that is inside a call
 * of the race ABI. All findings are made in such calls, so reports need no other thread.
 */
#ifndef REPRISE_RUNTIME_GO_GORACE_H
#define REPRISE_RUNTIME_GO_GORACE_H

#include "../rt.h"

/* Uids of goroutines: 0 is the thread that starts the program and only creates main. */
enum { RT_GO_STARTER = 0, RT_GO_MAIN = 1 };

/* The callback that __tsan_init brings. */
typedef void (*rt_go_callback)(uintptr_t command, void *context);
enum { RT_GO_PROC = 0, RT_GO_CODE = 1, RT_GO_DATA = 2 };

/* Before the first finding; rt_options_init and rt_finding_init come after it. */
void rt_go_report_init(rt_go_callback callback);

/* The block of Go's heap that contains addr; false: none does. Under the report lock. */
bool rt_go_heap_block(rt_addr addr, rt_addr *start, size_t *bytes);

/* __tsan_fini: waits as atexit_sleep_ms says, writes the last words and the sidecar's end.
 * Returns what to exit with: exitcode= when races were reported, else status. Once. */
int rt_go_finish(int status);

/* The name of the test that a goroutine belongs to, terminated; false: none, or not known
 * (turn.c; see __reprise_go_test). Any thread. */
bool rt_go_test_of(uint32_t uid, char *name, size_t bytes);

#endif
