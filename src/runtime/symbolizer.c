#include "symbolizer.h"
#include "file.h"
#include "module.h"
#include "options.h"
#include "sys/spawn.h"
#include "sys/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>

enum { STARTS_MAX = 3, TIMEOUT_MS = 20000, ANSWER_MAX = 1 << 20 };

/* Candidates for programs that have no directory of ours beside them, separated by colons. */
#ifndef RT_SYMBOLIZER_DEFAULT
#define RT_SYMBOLIZER_DEFAULT ""
#endif

static struct {
    int fd;                 /* our end of the socket pair */
    uint64_t device, inode; /* of the socket: the program may close our number and reuse it */
    pid_t owner; /* the process that started it, 0 = none runs; a forked child starts its own */
    int starts;
    bool searched;
    char path[RT_LOG_PATH];
} helper;

/* ---- which program ---- */

/* Its environment: as ours was at start, less what would put a runtime into it or make it ask
 * the network for debug information. */
struct environment {
    struct rt_text text;
    const char **list; /* ends in NULL */
    size_t capacity;
};

static bool is_unwanted(const char *entry)
{
    static const char *const names[] = {
        "LD_PRELOAD=", "LD_AUDIT=", "DEBUGINFOD_URLS=", "TSAN_OPTIONS=", "REPRISE_OPTIONS="};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (!rt_strncmp(entry, names[i], rt_strlen(names[i])))
            return true;
    return false;
}

static void read_environment(struct environment *e)
{
    rt_memset(e, 0, sizeof *e);
    /* thread-self: /proc/self is gone once the main thread has left by pthread_exit */
    rt_file_read("/proc/thread-self/environ", &e->text);
    e->capacity = 1;
    for (size_t i = 0; i < e->text.length; i++)
        e->capacity += !e->text.data[i];
    e->capacity++; /* a last entry that was cut off */
    e->list = core_alloc(e->capacity * sizeof *e->list);
    size_t n = 0;
    for (size_t at = 0; at < e->text.length; at += rt_strlen(e->text.data + at) + 1)
        if (!is_unwanted(e->text.data + at))
            e->list[n++] = e->text.data + at;
}

static void free_environment(struct environment *e)
{
    core_free(e->list, e->capacity * sizeof *e->list);
    rt_text_free(&e->text);
}

static const char *variable(const struct environment *e, const char *name)
{
    size_t n = rt_strlen(name);
    for (const char *const *v = e->list; *v; v++)
        if (!rt_strncmp(*v, name, n) && (*v)[n] == '=')
            return *v + n + 1;
    return NULL;
}

static bool runnable(const char *path)
{
    struct stat st;
    return sys_call(SYS_stat, (long)path, (long)&st, 0, 0, 0, 0) == 0 && S_ISREG(st.st_mode) &&
           sys_call(SYS_access, (long)path, 1 /* X_OK */, 0, 0, 0, 0) == 0;
}

/* Tries dir + suffix, dir being `bytes` long. */
static bool try_path(const char *dir, size_t bytes, const char *suffix)
{
    struct rt_text b = {.data = helper.path, .capacity = sizeof helper.path, .fixed = true};
    rt_put(&b, "%.*s%s", (int)bytes, dir, suffix);
    if (b.length && runnable(helper.path))
        return true;
    helper.path[0] = '\0';
    return false;
}

/* A list of directories or files, separated by colons. */
static bool try_list(const char *list, const char *suffix)
{
    while (list && *list) {
        const char *end = rt_strchr(list, ':');
        size_t n = end ? (size_t)(end - list) : rt_strlen(list);
        if (n && try_path(list, n, suffix))
            return true;
        list = end ? end + 1 : NULL;
    }
    return false;
}

/* A shared runtime has the command nearby, in the build tree as after an installation. */
static bool try_beside_runtime(void)
{
    static const char *const suffixes[] = {"reprise", "../reprise", "../bin/reprise",
                                           "../../bin/reprise"};
    const struct rt_module *own = rt_module_of((rt_addr)&rt_symbolizer_ask);
    if (!own || own->number == 0)
        return false;
    size_t dir = (size_t)(rt_base_name(own->path) - own->path);
    for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++)
        if (try_path(own->path, dir, suffixes[i]))
            return true;
    return false;
}

static bool find_program(const struct environment *e)
{
    static const char *const in_path[] = {"/reprise", "/llvm-symbolizer-19", "/llvm-symbolizer"};
    const char *given = rt_options.external_symbolizer_path;
    if (given && given[0])
        return try_path(given, rt_strlen(given), "");
    given = variable(e, "REPRISE_SYMBOLIZER");
    if (given && given[0])
        return try_path(given, rt_strlen(given), "");
    if (try_beside_runtime() || try_list(RT_SYMBOLIZER_DEFAULT, ""))
        return true;
    for (size_t i = 0; i < sizeof in_path / sizeof in_path[0]; i++)
        if (try_list(variable(e, "PATH"), in_path[i]))
            return true;
    return false;
}

/* ---- starting and stopping ---- */

static void make_arguments(const char **argv)
{
    const char *base = rt_base_name(helper.path);
    *argv++ = helper.path;
    if (rt_strstr(base, "llvm-symbolizer")) {
        *argv++ = rt_options.demangle ? "--demangle" : "--no-demangle";
        *argv++ = rt_options.symbolize_inline_frames ? "--inlines" : "--no-inlines";
        *argv++ = "--default-arch=x86_64";
    } else if (rt_strstr(base, "reprise")) {
        *argv++ = "symbolize";
        if (!rt_options.demangle)
            *argv++ = "--no-demangle";
        if (!rt_options.symbolize_inline_frames)
            *argv++ = "--no-inlines";
    }
    *argv = NULL;
}

static int open_pair(int pair[2])
{
    long r = sys_call(SYS_socketpair, AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, (long)pair, 0, 0);
    if (r < 0)
        return (int)r;
    for (int i = 0; i < 2; i++) { /* out of the program's way, and not 0, 1, 2 */
        int low = pair[i];
        pair[i] = sys_dup_high(low);
        sys_close(low);
    }
    return 0;
}

static void remember_socket(int fd)
{
    struct stat st;
    sys_call(SYS_fstat, fd, (long)&st, 0, 0, 0, 0);
    helper.fd = fd;
    helper.device = st.st_dev;
    helper.inode = st.st_ino;
    helper.owner = sys_pid();
}

static bool socket_is_ours(void)
{
    struct stat st;
    return sys_call(SYS_fstat, helper.fd, (long)&st, 0, 0, 0, 0) == 0 &&
           st.st_dev == helper.device && st.st_ino == helper.inode;
}

/* It ends when it reads the end of its input. */
static void stop(void)
{
    if (socket_is_ours())
        sys_close(helper.fd);
    if (helper.owner != sys_pid())
        helper.starts = 0; /* a forked child has tries of its own */
    helper.owner = 0;
}

static bool start(void)
{
    const char *argv[8];
    struct environment env;
    int pair[2];
    if (!rt_options.symbolize || helper.starts++ >= STARTS_MAX)
        return false;
    read_environment(&env);
    if (!helper.searched)
        find_program(&env);
    helper.searched = true;
    bool ok = helper.path[0] && open_pair(pair) == 0;
    if (ok) {
        make_arguments(argv);
        ok = sys_spawn(argv, env.list, pair[1], rt_options.verbosity > 0) == 0;
        sys_close(pair[1]);
        if (ok)
            remember_socket(pair[0]);
        else
            sys_close(pair[0]);
    }
    free_environment(&env);
    return ok;
}

/* ---- a question ---- */

static bool send_all(const char *p, size_t n)
{
    while (n) {
        long w = sys_call(SYS_sendto, helper.fd, (long)p, (long)n, MSG_NOSIGNAL, 0, 0);
        if (w == -EINTR)
            continue;
        if (w <= 0)
            return false;
        p += w;
        n -= (size_t)w;
    }
    return true;
}

static bool is_complete(const struct rt_text *b)
{
    return (b->length == 1 && b->data[0] == '\n') ||
           (b->length > 1 && b->data[b->length - 1] == '\n' && b->data[b->length - 2] == '\n');
}

/* The timeout counts from the question: a helper that trickles must not hold us for ever, and one
 * that was too slow once isn't tried again. */
static bool receive(struct rt_text *answer)
{
    const uint64_t end = sys_monotonic_ns() + TIMEOUT_MS * 1000000ull;
    char piece[2048];
    while (!is_complete(answer)) {
        uint64_t now = sys_monotonic_ns();
        struct pollfd ready = {.fd = helper.fd, .events = POLLIN};
        if (now >= end || answer->length > ANSWER_MAX) {
            helper.starts = STARTS_MAX;
            return false;
        }
        long r = sys_call(SYS_poll, (long)&ready, 1, (long)((end - now) / 1000000 + 1), 0, 0, 0);
        if (r == -EINTR)
            continue;
        if (r == 0)
            continue;
        long n = r > 0 ? sys_read(helper.fd, piece, sizeof piece) : r;
        if (n <= 0)
            return false;
        rt_put_bytes(answer, piece, (size_t)n);
    }
    answer->data[--answer->length] = '\0';
    return true;
}

static bool ask_once(const struct rt_text *question, struct rt_text *answer)
{
    if (helper.owner && (helper.owner != sys_pid() || !socket_is_ours()))
        stop();
    if (!helper.owner && !start())
        return false;
    rt_text_reset(answer);
    if (send_all(question->data, question->length) && receive(answer))
        return true;
    stop();
    return false;
}

bool rt_symbolizer_ask(const char *kind, const char *module, uintptr_t offset,
                       struct rt_text *answer)
{
    static struct rt_text question; /* kept: under the report lock */
    /* a module that is no file, or one whose name would break the line */
    if (module[0] != '/' || rt_strchr(module, '"') || rt_strchr(module, '\n'))
        return false;
    rt_text_reset(&question);
    rt_put(&question, "%s \"%s\" 0x%lx\n", kind, module, offset);
    return ask_once(&question, answer) || ask_once(&question, answer);
}
