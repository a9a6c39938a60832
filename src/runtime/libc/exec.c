/*
 * exec: the program that takes this one's place gets the processors back that this one was started
 * with (pin.h). Under os and delay nothing is done. The call is made outside of the runtime, so
 * that no signal stays put off, and blocked, in the new program.
 */
#include "../hook.h"
#include "../pin.h"
#include "model_wait.h"

#include <stdarg.h>
#include <unistd.h>

#define EXEC(name, params, args)                                                                   \
    RT_INTERCEPT(int, name, params)                                                                \
    {                                                                                              \
        RT_SCOPE(name);                                                                            \
        int r;                                                                                     \
        rt_pin_release(0);                                                                         \
        if (t)                                                                                     \
            RT_PROGRAM(r = RT_REAL(name) args);                                                    \
        else                                                                                       \
            r = RT_REAL(name) args;                                                                \
        rt_pin_thread(0);                                                                          \
        return r;                                                                                  \
    }

EXEC(execve, (const char *path, char *const argv[], char *const envp[]), (path, argv, envp))
EXEC(execv, (const char *path, char *const argv[]), (path, argv))
EXEC(execvp, (const char *file, char *const argv[]), (file, argv))
EXEC(execvpe, (const char *file, char *const argv[], char *const envp[]), (file, argv, envp))
EXEC(fexecve, (int fd, char *const argv[], char *const envp[]), (fd, argv, envp))

/* ---- with the arguments one by one ---- */

static size_t count_words(const char *first, va_list ap)
{
    size_t n = 0;
    for (const char *word = first; word; word = va_arg(ap, const char *))
        n++;
    return n;
}

/* The last one, NULL, included. */
static void gather(const char **argv, size_t n, const char *first, va_list ap)
{
    argv[0] = first;
    for (size_t i = 1; i <= n; i++)
        argv[i] = va_arg(ap, const char *);
}

/* envp follows the words of execle. */
#define EXEC_LIST(name, vname, args, envp_decl)                                                    \
    RT_INTERCEPT(int, name, (const char *path, const char *first, ...))                            \
    {                                                                                              \
        va_list ap;                                                                                \
        va_start(ap, first);                                                                       \
        size_t n = count_words(first, ap);                                                         \
        va_end(ap);                                                                                \
        const char **argv = __builtin_alloca((n + 1) * sizeof *argv);                              \
        va_start(ap, first);                                                                       \
        gather(argv, n, first, ap);                                                                \
        envp_decl;                                                                                 \
        va_end(ap);                                                                                \
        return vname args;                                                                         \
    }

#define ARGV ((char *const *)argv)

EXEC_LIST(execl, __interceptor_execv, (path, ARGV), )
EXEC_LIST(execlp, __interceptor_execvp, (path, ARGV), )
EXEC_LIST(execle, __interceptor_execve, (path, ARGV, envp),
          char *const *envp = va_arg(ap, char *const *))
