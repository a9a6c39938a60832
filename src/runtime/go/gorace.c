/* A Go program as host (host.h), and the end of its run. */
#include "gorace.h"
#include "../finding.h"
#include "../host.h"
#include "../options.h"
#include "../report_json.h"
#include "../sys/sys.h"
#include "../thread.h"
#include "../turn.h"
#include "schedule.h"
#include <fcntl.h>

const char rt_host_language[] = "go";
const bool rt_host_splits_updates = true;
const char rt_host_options_variable[] = "GORACE";

/* libc's is not there, or not yet. */
char **rt_host_environment(void)
{
    return NULL;
}

unsigned long rt_host_auxv(unsigned long type)
{
    unsigned long found = 0, pair[2];
    int fd = sys_open("/proc/self/auxv", O_RDONLY | O_CLOEXEC, 0);
    if (fd < 0)
        return 0;
    while (sys_read(fd, pair, sizeof pair) == sizeof pair && pair[0] && !found)
        if (pair[0] == type)
            found = pair[1];
    sys_close(fd);
    return found;
}

/* Go's runtime gave this one up after 1.19: a second bug of the same variable is reported, too. */
const char *rt_host_options(void)
{
    return "suppress_equal_addresses=0";
}

const char *rt_host_suppressions(void)
{
    return NULL;
}

const char *rt_host_title(const struct rt_finding *f)
{
    switch (f->type) {
    case RT_FINDING_STUCK:
        return "deadlock (no goroutine can run)";
    case RT_FINDING_LOST_WAKEUP:
        return "lost wake-up (no goroutine can run)";
    default:
        return NULL;
    }
}

bool rt_host_suppressed(const struct rt_finding *f, bool suppressed)
{
    (void)f;
    return suppressed;
}

void rt_host_reported(struct rt_finding *f)
{
    (void)f;
}

bool rt_host_is_main(const struct rt_thread_info *t)
{
    return t->uid == RT_GO_MAIN;
}

bool rt_host_test_of(uint32_t uid, char name[RT_HOST_TEST_BYTES])
{
    return rt_go_test_of(uid, name, RT_HOST_TEST_BYTES);
}

/* ---- the end ---- */

/* Goroutines that still run may be about to race: they get the time that the option grants. With a
 * seed they have had their turns. */
static void wait_for_others(void)
{
    struct timespec ts = {rt_options.atexit_sleep_ms / 1000,
                          rt_options.atexit_sleep_ms % 1000 * 1000000l};
    if (rt_enabled && rt_options.atexit_sleep_ms > 0 && rt_thread_live_count() > 1 &&
        !rt_controlled())
        sys_sleep(&ts);
}

/* Only the first to come here writes last words; two goroutines may call os.Exit. */
static bool first_to_end(void)
{
    static uint32_t ended; /* atomic */
    return rt_ready && !__atomic_exchange_n(&ended, 1, __ATOMIC_RELAXED);
}

int rt_go_finish(int status)
{
    if (!first_to_end())
        return status;
    wait_for_others();
    rt_report_lock(NULL); /* a report that is being written is written to its end */
    rt_finding_finish();
    if (rt_finding_count() && rt_options.exitcode)
        status = rt_options.exitcode;
    rt_sidecar_end(status);
    rt_report_unlock();
    return status;
}

/* A program that fails anyway keeps its status, and nothing is said of races again. */
void __reprise_go_exit(uint64_t status)
{
    if (!first_to_end())
        return;
    rt_report_lock(NULL);
    rt_sidecar_end((int)status);
    rt_report_unlock();
}
