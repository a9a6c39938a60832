/*
 * The report stream: standard error, or the file or stream that log_path names. All text for
 * the user goes through here, each piece in one write. rt_say and rt_die are in rt.h.
 */
#ifndef REPRISE_RUNTIME_SAY_H
#define REPRISE_RUNTIME_SAY_H

#include "rt.h"

/* Takes log_path, log_exe_name and log_suffix of the options. Once, from rt_options_init. */
void rt_stream_init(void);

/* One piece of text, in one write. Any thread, before init, too. A log file that can't be
 * written gives one line and standard error takes over. */
void rt_stream_write(const char *text, size_t bytes);

/* Redirects, for __sanitizer_set_report_path and _fd: "stdout", "stderr", or the front part of
 * a file name. */
void rt_stream_set_path(const char *path);
void rt_stream_set_fd(int fd);

/* Should reports have colour? Obeys the option. */
bool rt_stream_has_colour(void);

/* "==PID==ThreadSanitizer: <text>\n": what readers of stock reports look for. */
void rt_report_line(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* What a program registered to run before the runtime ends it; NULL for nothing. */
extern void (*rt_death_callback)(void);

/* Ends the program as a finding that is fatal does: abort_on_error, else exitcode. */
_Noreturn void rt_halt(void);

#endif
