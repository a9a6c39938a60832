/*
 * The life of the runtime in a Go program: up as the first thing that Go's runtime does, down when
 * main returns or os.Exit is called. There is no libc, no constructor has run and Go's allocator
 * is not there yet.
 */
#include "../event.h"
#include "../finding.h"
#include "../lockset.h"
#include "../options.h"
#include "../shadow_map.h"
#include "../stack.h"
#include "../sync.h"
#include "../sys/sys.h"
#include "gorace.h"
#include "goroutine.h"

bool rt_ready, rt_enabled, rt_multi;

/* Tells the command that a program has this runtime, stripped or not; see src/cli/elfinfo.c. */
const char reprise_go_marker[] __attribute__((visibility("hidden"), used)) = "reprise-go-runtime-1";

/* Stands for every goroutine when there is no detection: all is known to the quick look. */
static struct rt_thread nobody = {.own = {.span = -1u}};

/* In order; any may fail for lack of memory. */
static int (*const steps[])(void) = {
    rt_shadow_map_init, rt_stack_init, rt_event_init,
    rt_lockset_init,    rt_sync_init,  rt_goroutines_init,
};

RT_EXPORT void __tsan_init(struct rt_thread **t, void **proc, rt_go_callback callback);
RT_EXPORT void __tsan_fini(void);
RT_EXPORT void __tsan_report_count(uint64_t *n);

/* Go's heap: at any time later it may grow anywhere in here (runtime/malloc.go). */
#define HEAP_LOW  0xc000000000ull
#define HEAP_HIGH 0xe000000000ull

void __tsan_init(struct rt_thread **t, void **proc, rt_go_callback callback)
{
    __asm__ volatile("" ::"r"(reprise_go_marker)); /* what nobody refers to is not linked */
    rt_go_report_init(callback);
    rt_options_init();
    sys_dump_maps(!rt_options.use_madv_dontdump);
    rt_finding_init();
    rt_shadow_window(HEAP_LOW, HEAP_HIGH);
    rt_enabled = rt_options.enabled && rt_init_steps(steps, sizeof steps / sizeof *steps);
    rt_ready = true;
    *t = rt_enabled ? rt_goroutine_first() : &nobody;
    *proc = &nobody; /* nothing of ours belongs to a P */
}

/* main returned, or os.Exit(0): the process ends here. */
void __tsan_fini(void)
{
    sys_exit(rt_go_finish(0));
}

void __tsan_report_count(uint64_t *n)
{
    *n = rt_finding_count();
}
