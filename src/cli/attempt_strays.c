/* Processes that left the group of their attempt, as daemons do. This process is the reaper of all
 * that it started (PR_SET_CHILD_SUBREAPER), so they become its children when they lose their
 * parents; and they are known by their environment, in which the sidecar of the attempt is named.
 */
#include "attempt.h"
#include "cli.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { FILE_BYTES = 1 << 20, ROUNDS = 100 };

void attempt_adopt_strays(void)
{
    prctl(PR_SET_CHILD_SUBREAPER, 1);
}

/* NULL when it cannot be read. Zeros become newlines. To be freed. */
static char *read_file(const char *path, size_t *size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    char *text = fd >= 0 ? malloc(FILE_BYTES + 1) : NULL;
    *size = 0;
    for (ssize_t got;
         text && *size < FILE_BYTES && (got = read(fd, text + *size, FILE_BYTES - *size)) > 0;)
        *size += (size_t)got;
    if (fd >= 0)
        close(fd);
    if (text)
        text[*size] = '\0';
    return text;
}

static bool is_of(pid_t pid, const char *sidecar)
{
    char path[64];
    size_t size;
    snprintf(path, sizeof path, "/proc/%ld/environ", (long)pid);
    char *text = read_file(path, &size);
    bool is = text && memmem(text, size, sidecar, strlen(sidecar)) != NULL;
    free(text);
    return is;
}

static bool is_zombie(pid_t pid)
{
    siginfo_t info = {0};
    return waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == pid;
}

static bool is_known(pid_t pid, const pid_t *known, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (known[i] == pid)
            return true;
    return false;
}

/* One look at all children. Whether somebody was killed: then others may have lost their parent. */
static bool kill_some(const char *sidecar, const pid_t *known, size_t count)
{
    char path[64];
    size_t size;
    bool killed = false;
    snprintf(path, sizeof path, "/proc/self/task/%ld/children", (long)getpid());
    char *text = read_file(path, &size), *at = text, *end;
    for (long pid; text && (pid = strtol(at, &end, 10)) > 0; at = end) {
        if (is_known((pid_t)pid, known, count))
            continue;
        if (!is_zombie((pid_t)pid)) {
            if (!is_of((pid_t)pid, sidecar))
                continue;
            kill((pid_t)pid, SIGKILL);
            killed = true;
        }
        while (waitpid((pid_t)pid, NULL, 0) < 0 && errno == EINTR)
            ;
    }
    free(text);
    return killed;
}

void attempt_end_strays(const char *sidecar, const pid_t *known, size_t count)
{
    for (int i = 0; i < ROUNDS && kill_some(sidecar, known, count); i++)
        ;
}
