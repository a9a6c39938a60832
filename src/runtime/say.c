#include "say.h"
#include "file.h"
#include "options.h"
#include "sys/sys.h"

#include <errno.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <termios.h>

void (*rt_death_callback)(void);

/* ---- the stream ---- */

static int stream_fd = 2;        /* where text goes when there is no log file */
static struct rt_log stream_log; /* path "" = none */
static core_lock stream_lock;    /* guards stream_log; taken last, nothing is called under it */

void rt_stream_set_fd(int fd)
{
    stream_log.path[0] = '\0';
    stream_fd = fd;
}

void rt_stream_set_path(const char *path)
{
    char full[RT_LOG_PATH];
    struct rt_text b = {.data = full, .capacity = sizeof full, .fixed = true};
    bool is_stdout = !rt_strcmp(path, "stdout");
    if (!path[0] || is_stdout || !rt_strcmp(path, "stderr")) {
        rt_stream_set_fd(is_stdout ? 1 : 2);
        return;
    }
    rt_put(&b, "%s.", path);
    if (rt_options.log_exe_name)
        rt_put(&b, "%s.", rt_base_name(rt_exe_path()));
    rt_put(&b, "%%p%s", rt_options.log_suffix ? rt_options.log_suffix : "");
    rt_log_init(&stream_log, full, true);
}

/* Opened at once, so that a bad path is heard of before the program is through. */
void rt_stream_init(void)
{
    if (!rt_options.log_path || !rt_options.log_path[0])
        return;
    rt_stream_set_path(rt_options.log_path);
    if (!stream_log.path[0])
        return;
    int error = rt_log_open(&stream_log);
    if (error) {
        stream_log.path[0] = '\0';
        rt_say("cannot write log_path '%s': %s; reports go to standard error", rt_options.log_path,
               rt_error_text(error));
    }
}

void rt_stream_write(const char *text, size_t bytes)
{
    int error = 0;
    core_lock_acquire(&stream_lock);
    if (stream_log.path[0]) {
        error = rt_log_write(&stream_log, text, bytes);
        if (error)
            stream_log.path[0] = '\0';
    }
    bool to_fd = !stream_log.path[0];
    core_lock_release(&stream_lock);
    if (error)
        rt_say("cannot write the log file: %s; reports go to standard error", rt_error_text(error));
    if (to_fd)
        rt_write_fd(stream_fd, text, bytes);
}

bool rt_stream_has_colour(void)
{
    struct termios terminal;
    if (!rt_options.color || !rt_strcmp(rt_options.color, "never"))
        return false;
    if (!rt_strcmp(rt_options.color, "always"))
        return true;
    return !stream_log.path[0] &&
           sys_call(SYS_ioctl, stream_fd, TCGETS, (long)&terminal, 0, 0, 0) == 0;
}

/* ---- messages ---- */

enum { LINE_MAX_BYTES = 1024 };

static void say(pid_t pid, const char *fmt, va_list ap)
{
    char line[LINE_MAX_BYTES];
    struct rt_text b = {.data = line, .capacity = sizeof line - 1, .fixed = true};
    if (pid)
        rt_put(&b, "==%d==ThreadSanitizer: ", pid);
    else
        rt_put(&b, "reprise: ");
    rt_putv(&b, fmt, ap);
    line[b.length] = '\n'; /* also when the text was cut off */
    rt_stream_write(line, b.length + 1);
}

void rt_say(const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    say(0, fmt, ap);
    va_end(ap);
}

void rt_report_line(const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    say(sys_pid(), fmt, ap);
    va_end(ap);
}

void rt_die(const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    say(0, fmt, ap);
    va_end(ap);
    rt_halt();
}

static void raise_abort(void)
{
    struct {
        void *handler;
        unsigned long flags;
        void *restorer;
        uint64_t mask;
    } action = {(void *)SIG_DFL, 0, NULL, 0};
    uint64_t bit = 1ull << (SIGABRT - 1);
    sys_call(SYS_rt_sigaction, SIGABRT, (long)&action, 0, sizeof action.mask, 0, 0);
    sys_call(SYS_rt_sigprocmask, SIG_UNBLOCK, (long)&bit, 0, sizeof bit, 0, 0);
    sys_call(SYS_tgkill, sys_pid(), sys_tid(), SIGABRT, 0, 0, 0);
}

void rt_halt(void)
{
    void (*callback)(void) = rt_death_callback;
    rt_death_callback = NULL; /* a callback that dies itself must not come back here */
    if (callback)
        callback();
    if (rt_options.abort_on_error)
        raise_abort();
    sys_exit(rt_options.exitcode ? rt_options.exitcode : 1);
}
