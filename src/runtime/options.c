#include "options.h"
#include "file.h"
#include "host.h"
#include "say.h"
#include "sys/sys.h"

#ifndef REPRISE_VERSION
#define REPRISE_VERSION "unknown"
#endif

struct wire_options rt_options;

/* Complaints wait until log_path is known. */
static struct rt_text complaints;

static void collect(void *ctx, const char *line)
{
    (void)ctx;
    rt_put(&complaints, "reprise: %s\n", line);
}

/* ---- include=FILE ---- */

enum { INCLUDE_DEPTH = 8 };

/* %b is the program's name, %d its directory, %p the process id. */
static void expand(const char *from, char out[RT_LOG_PATH])
{
    struct rt_text b = {.data = out, .capacity = RT_LOG_PATH, .fixed = true};
    const char *exe = rt_exe_path(), *base = rt_base_name(exe);
    out[0] = '\0';
    for (; *from; from++) {
        char next = from[0] == '%' ? from[1] : '\0';
        if (next == 'b')
            rt_put(&b, "%s", base);
        else if (next == 'd')
            rt_put(&b, "%.*s", (int)(base - exe), exe);
        else if (next == 'p')
            rt_put(&b, "%d", sys_pid());
        else
            rt_put_bytes(&b, from, 1);
        from += next == 'b' || next == 'd' || next == 'p';
    }
}

static void apply(const char *text, int depth);

static void apply_file(const char *name, bool must_exist, int depth)
{
    char path[RT_LOG_PATH];
    struct rt_text text = {0};
    expand(name, path);
    int error = rt_file_read(path, &text);
    if (error && must_exist)
        rt_put(&complaints, "reprise: cannot read options from '%s': %s\n", path,
               rt_error_text(error));
    if (!error && text.length)
        apply(text.data, depth + 1);
    rt_text_free(&text);
}

/* What stands beside an include wins over the file, so the text is applied twice. */
static void apply(const char *text, int depth)
{
    rt_options.include = rt_options.include_if_exists = "";
    wire_options_parse(&rt_options, text, collect, NULL);
    const char *file = rt_options.include, *maybe = rt_options.include_if_exists;
    if ((!file[0] && !maybe[0]) || depth >= INCLUDE_DEPTH)
        return;
    if (file[0])
        apply_file(file, true, depth);
    if (maybe[0])
        apply_file(maybe, false, depth);
    wire_options_parse(&rt_options, text, NULL, NULL);
}

/* ---- the environment ---- */

static const char *find_in(const char *entry, const char *name)
{
    size_t n = rt_strlen(name);
    return rt_strncmp(entry, name, n) == 0 && entry[n] == '=' ? entry + n + 1 : NULL;
}

/* saved: the contents of /proc/self/environ, used where the host has none at hand. */
const char *rt_environment(struct rt_text *saved, const char *name)
{
    char **environment = rt_host_environment();
    if (!environment && !saved->data)
        rt_file_read("/proc/self/environ", saved);
    const char *value = NULL;
    for (char **e = environment; e && *e && !value; e++)
        value = find_in(*e, name);
    for (size_t at = 0; !value && at < saved->length; at += rt_strlen(saved->data + at) + 1)
        value = find_in(saved->data + at, name);
    return value;
}

static void put_default(struct rt_text *b, const struct wire_option *row)
{
    if (row->type == WIRE_TYPE_STRING)
        rt_put(b, "\"%s\"", row->text);
    else
        rt_put(b, "%d", row->number);
}

static void print_help(void)
{
    size_t count;
    struct rt_text b = {0};
    const struct wire_option *rows = wire_options_table(&count);
    for (size_t i = 0; i < count; i++) {
        if (!rows[i].name) {
            rt_put(&b, "%s\n", rows[i].help);
            continue;
        }
        rt_put(&b, "  %-34s %s (default ", rows[i].name, rows[i].help);
        put_default(&b, &rows[i]);
        rt_put(&b, ")%s\n", rows[i].use == WIRE_USE_ACCEPTED ? " [no effect]" : "");
    }
    rt_stream_write(b.data, b.length);
    rt_text_free(&b);
}

/* The words that scripts look for to learn whether a runtime is there. */
static void say_hello(void)
{
    struct rt_text b = {0};
    rt_put(&b, "***** Running under ThreadSanitizer, reprise " REPRISE_VERSION " (pid %d) *****\n",
           sys_pid());
    rt_stream_write(b.data, b.length);
    rt_text_free(&b);
}

void rt_options_init(void)
{
    const char *const sources[] = {rt_host_options_variable, "REPRISE_OPTIONS"};
    struct rt_text saved = {0};
    wire_options_default(&rt_options);
    const char *text = rt_host_options();
    if (text)
        apply(text, 0);
    for (size_t i = 0; i < sizeof sources / sizeof sources[0]; i++) {
        text = rt_environment(&saved, sources[i]);
        if (text)
            apply(text, 0);
    }
    rt_text_free(&saved);
    rt_stream_init();
    if (complaints.length)
        rt_stream_write(complaints.data, complaints.length);
    rt_text_free(&complaints);
    if (rt_options.help)
        print_help();
    if (rt_options.verbosity > 0)
        say_hello();
}
