/* called_from_lib: libraries whose calls are of no interest. */
#include "options.h"
#include "say.h"
#include "suppress.h"

/* Two modules for one template would make the choice a matter of luck: the program ends. */
static const struct rt_module *find_library(const char *template)
{
    const struct rt_module *m, *found = NULL;
    for (size_t i = 0; (m = rt_module_at(i)); i++) {
        if (!m->loaded || !core_template_match(template, m->path))
            continue;
        if (found) {
            rt_report_line("called_from_lib suppression '%s' is matched against 2 libraries: '%s' "
                           "and '%s'",
                           template, found->path, m->path);
            rt_halt();
        }
        found = m;
    }
    return found;
}

static void check_unloaded(const char *template)
{
    const struct rt_module *m;
    for (size_t i = 0; (m = rt_module_at(i)); i++)
        if (m->ignored && !m->loaded && core_template_match(template, m->path)) {
            rt_report_line("library '%s' that was matched against called_from_lib suppression '%s' "
                           "is unloaded",
                           m->path, template);
            rt_halt();
        }
}

void rt_suppress_libraries(void)
{
    rt_callers_filtered =
        rt_suppressions.has[CORE_SUPPRESS_LIBRARY] || rt_options.ignore_noninstrumented_modules;
    for (size_t i = 0; i < rt_suppressions.count && rt_suppressions.has[CORE_SUPPRESS_LIBRARY];
         i++) {
        struct core_suppression *row = &rt_suppressions.rows[i];
        if (row->type != CORE_SUPPRESS_LIBRARY)
            continue;
        const struct rt_module *m = find_library(row->template);
        if (m && !m->ignored) {
            row->hits++;
            rt_module_ignore(m);
        }
        if (!m)
            check_unloaded(row->template);
    }
}
