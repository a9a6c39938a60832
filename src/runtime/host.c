/* A C program as host (host.h). */
#include "host.h"
#include <sys/auxv.h>

const char rt_host_language[] = "";
const bool rt_host_splits_updates = false;
const char rt_host_options_variable[] = "TSAN_OPTIONS";

/* What the program may define. The C++ one is __tsan::OnReport(ReportDesc const*, bool). */
extern const char *__tsan_default_options(void) __attribute__((weak));
extern const char *__tsan_default_suppressions(void) __attribute__((weak));
extern void __tsan_on_report(void *report) __attribute__((weak));
extern bool _ZN6__tsan8OnReportEPKNS_10ReportDescEb(const void *report, bool suppressed)
    __attribute__((weak));
extern char **environ;

char **rt_host_environment(void)
{
    return environ && environ[0] ? environ : NULL;
}

unsigned long rt_host_auxv(unsigned long type)
{
    return getauxval(type);
}

const char *rt_host_options(void)
{
    return __tsan_default_options ? __tsan_default_options() : NULL;
}

const char *rt_host_suppressions(void)
{
    return __tsan_default_suppressions ? __tsan_default_suppressions() : NULL;
}

const char *rt_host_title(const struct rt_finding *f)
{
    return f->type == RT_FINDING_EXTERNAL_RACE ? rt_tag_header(f->tag) : NULL;
}

bool rt_host_suppressed(const struct rt_finding *f, bool suppressed)
{
    if (_ZN6__tsan8OnReportEPKNS_10ReportDescEb)
        return _ZN6__tsan8OnReportEPKNS_10ReportDescEb(f, suppressed);
    return suppressed;
}

void rt_host_reported(struct rt_finding *f)
{
    if (__tsan_on_report)
        __tsan_on_report(f);
}

bool rt_host_is_main(const struct rt_thread_info *t)
{
    return t->is_main;
}

bool rt_host_test_of(uint32_t uid, char name[RT_HOST_TEST_BYTES])
{
    (void)uid;
    (void)name;
    return false;
}
