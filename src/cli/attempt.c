/* The life of an attempt:
 *
 *     attempt_start    files for what it says ──► vfork ──► exec    (the child has our memory until
 *                                                                   then: it only calls the system)
 *     attempt_wait     sigtimedwait(CHLD, INT, ...) until it is a zombie; limits are kept here:
 *                      SIGTERM, and SIGKILL some time later. A Go program gets SIGQUIT, with which
 *                      it tells the stacks of its goroutines and how it was scheduled
 *     attempt_finish   the group is killed while the zombie still holds its id, then it is reaped
 */
#include "attempt.h"
#include "cli.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define GRACE_S 2.0 /* between asking a program to end and killing it */
#define LOOK_S  0.2 /* how often what it writes is measured */

struct attempt_running {
    pid_t pid;
    bool same_group;
    bool timed_out, flooded;
    int polite; /* the signal that asks it to end at its limit */
    double started, limit_s;
    double ask, kill; /* when to send SIGTERM, SIGKILL; 0 never, or done */
    int stream[3];    /* what it has as 0, 1, 2; -1 ours */
    bool keep[3];
    char *sidecar;
    off_t sidecar_start;
    bool sidecar_ours;
};

/* Processes of attempts that are not reaped yet. */
static struct {
    pid_t *at;
    size_t count, capacity;
} alive;

static sigset_t old_mask, awaited;
static struct sigaction old_chld;
static bool asked_to_end;

double attempt_clock(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* ---- signals ---- */

/* What is ignored (nohup, a job in the background of a script) stays so. */
static void set_up_signals(void)
{
    static const int ends[] = {SIGINT, SIGTERM, SIGHUP};
    static bool done;
    struct sigaction old, standard = {.sa_handler = SIG_DFL};
    if (done)
        return;
    done = true;
    sigemptyset(&awaited);
    sigaddset(&awaited, SIGCHLD);
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++)
        if (sigaction(ends[i], NULL, &old) == 0 && old.sa_handler != SIG_IGN)
            sigaddset(&awaited, ends[i]);
    sigaction(SIGCHLD, &standard, &old_chld); /* ignored, children would vanish unseen */
    sigprocmask(SIG_BLOCK, &awaited, &old_mask);
}

static void wait_for_signal(double seconds)
{
    struct timespec timeout = {.tv_sec = (time_t)seconds};
    timeout.tv_nsec = (long)((seconds - floor(seconds)) * 1e9);
    int signal = sigtimedwait(&awaited, NULL, &timeout);
    if (signal > 0 && signal != SIGCHLD)
        asked_to_end = true;
}

/* Takes those that wait, if any, without waiting. */
static bool is_asked_to_end(void)
{
    sigset_t pending;
    if (sigpending(&pending) == 0)
        for (int signal = 1; signal < 32; signal++)
            if (signal != SIGCHLD && sigismember(&awaited, signal) == 1 &&
                sigismember(&pending, signal) == 1)
                asked_to_end = true;
    return asked_to_end;
}

/* ---- what the program gets ---- */

static int open_kept(void)
{
    int fd = memfd_create("reprise-output", MFD_CLOEXEC);
    if (fd >= 0)
        fcntl(fd, F_SETFL, O_RDWR | O_APPEND);
    return fd;
}

static int open_discarded(int number)
{
    struct stat status;
    if (number == 0 && fstat(0, &status) == 0 && S_ISREG(status.st_mode)) {
        int fd = open("/proc/self/fd/0", O_RDONLY | O_CLOEXEC);
        if (fd >= 0)
            return fd;
    }
    return open("/dev/null", (number ? O_WRONLY : O_RDONLY) | O_CLOEXEC);
}

static int open_streams(struct attempt_running *running, const struct attempt *attempt)
{
    const enum attempt_stream wanted[3] = {attempt->input, attempt->output, attempt->errors};
    for (int i = 0; i < 3; i++)
        running->stream[i] = -1;
    for (int i = 0; i < 3; i++) {
        if (wanted[i] == ATTEMPT_INHERIT)
            continue;
        running->keep[i] = wanted[i] == ATTEMPT_KEEP && i > 0;
        running->stream[i] = running->keep[i] ? open_kept() : open_discarded(i);
        if (running->stream[i] < 0)
            return -errno;
    }
    return 0;
}

static int open_sidecar(struct attempt_running *running, const struct attempt *attempt)
{
    static unsigned long count;
    const char *directory = NULL;
    struct stat status;
    running->sidecar_ours = !attempt->sidecar;
    if (attempt->sidecar)
        running->sidecar = strdup(attempt->sidecar);
    else if (!(directory = attempt_temporary()))
        return -ENOSPC;
    else if (asprintf(&running->sidecar, "%s/%lu.jsonl", directory, ++count) < 0)
        running->sidecar = NULL;
    if (!running->sidecar)
        return -ENOMEM;
    int fd = open(running->sidecar, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    if (fd < 0)
        return -errno;
    running->sidecar_start =
        fstat(fd, &status) == 0 && S_ISREG(status.st_mode) ? status.st_size : 0;
    close(fd);
    return 0;
}

/* NAME='VALUE' as in target_set(), but these are many and short-lived: the caller frees them. */
static void add_setting(struct words *settings, const char *name, const char *value)
{
    char *word;
    if (!value)
        return;
    char quote = strchr(value, '\'') ? '"' : '\'';
    if (asprintf(&word, "%s=%c%s%c", name, quote, value, quote) < 0)
        abort();
    words_add(settings, word);
}

char **attempt_environment(const struct attempt *attempt, const char *sidecar)
{
    struct words settings = {0};
    char number[16];
    if (attempt->settings)
        words_add_all(&settings, attempt->settings);
    size_t ours = settings.count;
    snprintf(number, sizeof number, "%d", attempt->cpu);
    add_setting(&settings, "sidecar", sidecar);
    add_setting(&settings, "seed", attempt->seed);
    add_setting(&settings, "strategy", attempt->strategy);
    add_setting(&settings, "record", attempt->record ? "1" : NULL);
    add_setting(&settings, "schedule", attempt->schedule);
    add_setting(&settings, "expect", attempt->expect);
    add_setting(&settings, "trace", attempt->trace);
    add_setting(&settings, "profile", attempt->profile);
    add_setting(&settings, "profile_out", attempt->profile_out);
    add_setting(&settings, "pin_cpu", attempt->on_cpu ? number : NULL);
    char **environment = target_environment(attempt->target, &settings);
    for (size_t i = ours; i < settings.count; i++)
        free((char *)settings.at[i]);
    free(settings.at);
    return environment;
}

/* ---- who is alive ---- */

static void remember(pid_t pid)
{
    if (alive.count == alive.capacity) {
        alive.capacity = alive.capacity ? 2 * alive.capacity : 16;
        alive.at = realloc(alive.at, alive.capacity * sizeof *alive.at);
        if (!alive.at)
            abort();
    }
    alive.at[alive.count++] = pid;
}

static void forget(pid_t pid)
{
    for (size_t i = 0; i < alive.count; i++)
        if (alive.at[i] == pid)
            alive.at[i] = alive.at[--alive.count];
}

/* ---- the child ---- */

struct birth {
    const struct target *target;
    char **environment;
    const struct attempt_running *running;
    pid_t parent;
    volatile int error; /* written by the child, in our memory */
};

/* Between vfork and exec: no memory but *birth, no libc beyond plain system calls. */
static void become(struct birth *birth)
{
    const struct attempt_running *running = birth->running;
    if (!running->same_group)
        setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != birth->parent)
        _exit(127);
    for (int i = 0; i < 3; i++)
        if (running->stream[i] >= 0)
            dup2(running->stream[i], i);
    sigaction(SIGCHLD, &old_chld, NULL);
    target_enter_child(birth->target);
    sigprocmask(SIG_SETMASK, &old_mask, NULL);
    birth->error = target_exec(birth->target, birth->environment);
    _exit(127);
}

static int give_birth(struct attempt_running *running, const struct attempt *attempt)
{
    char **environment = attempt_environment(attempt, running->sidecar);
    struct birth birth = {attempt->target, environment, running, getpid(), 0};
    running->started = attempt_clock();
    pid_t pid = vfork();
    if (pid == 0)
        become(&birth);
    running->pid = pid;
    int error = pid < 0 ? -errno : birth.error;
    target_environment_free(environment);
    if (error && pid > 0)
        while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
            ;
    else if (pid > 0)
        remember(pid);
    return error;
}

static void discard(struct attempt_running *running)
{
    for (int i = 0; i < 3; i++)
        if (running->stream[i] >= 0)
            close(running->stream[i]);
    if (running->sidecar && running->sidecar_ours)
        unlink(running->sidecar);
    free(running->sidecar);
    free(running);
}

struct attempt_running *attempt_start(const struct attempt *attempt, int *error)
{
    struct attempt_running *running = calloc(1, sizeof *running);
    if (!running)
        abort();
    set_up_signals();
    if (!attempt->same_group)
        attempt_adopt_strays();
    running->same_group = attempt->same_group;
    running->polite = attempt->target->info.is_go ? SIGQUIT : SIGTERM;
    *error = open_streams(running, attempt);
    if (!*error)
        *error = open_sidecar(running, attempt);
    if (!*error)
        *error = give_birth(running, attempt);
    if (*error) {
        discard(running);
        return NULL;
    }
    running->limit_s = attempt->limit_s;
    running->ask = attempt->limit_s > 0 ? running->started + attempt->limit_s : 0;
    return running;
}

/* ---- limits ---- */

static void send_signal(const struct attempt_running *running, int signal)
{
    kill(running->same_group ? running->pid : -running->pid, signal);
}

static bool writes_too_much(const struct attempt_running *running)
{
    struct stat status;
    for (int i = 1; i < 3; i++)
        if (running->keep[i] && fstat(running->stream[i], &status) == 0 &&
            status.st_size > ATTEMPT_KEEP_BYTES)
            return true;
    return false;
}

static void keep_limits(struct attempt_running *running, double now)
{
    if (running->ask && now >= running->ask) {
        running->ask = 0;
        running->kill = now + GRACE_S;
        running->timed_out = true;
        send_signal(running, running->polite);
        send_signal(running, SIGCONT); /* a stopped one could not obey */
    }
    if (running->kill && now >= running->kill) {
        running->kill = 0;
        send_signal(running, SIGKILL);
    }
    if (!running->flooded && writes_too_much(running)) {
        running->flooded = true;
        send_signal(running, SIGKILL);
    }
}

static bool has_ended(const struct attempt_running *running)
{
    siginfo_t info = {0};
    return waitid(P_PID, (id_t)running->pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
           info.si_pid == running->pid;
}

static double next_look(const struct attempt_running *running, double now, double until)
{
    if (running->ask && running->ask < until)
        until = running->ask;
    if (running->kill && running->kill < until)
        until = running->kill;
    if ((running->keep[1] || running->keep[2]) && now + LOOK_S < until)
        until = now + LOOK_S;
    return until;
}

int attempt_wait(struct attempt_running **running, size_t count, double until_s)
{
    for (;;) {
        double now = attempt_clock(), until = until_s > 0 ? until_s : now + 3600;
        for (size_t i = 0; i < count; i++)
            if (running[i] && has_ended(running[i]))
                return (int)i;
        if (is_asked_to_end())
            return -EINTR;
        if (until_s > 0 && now >= until_s)
            return -ETIMEDOUT;
        for (size_t i = 0; i < count; i++)
            if (running[i]) {
                keep_limits(running[i], now);
                until = next_look(running[i], now, until);
            }
        wait_for_signal(until > now ? until - now : 0);
    }
}

/* ---- the end ---- */

/* In our group ^C has reached it, too: it may end in its own way. */
static void end_now(struct attempt_running *running)
{
    double until = attempt_clock() + GRACE_S;
    if (running->same_group)
        for (send_signal(running, SIGTERM); !has_ended(running) && attempt_clock() < until;)
            wait_for_signal(0.05);
    if (!has_ended(running))
        send_signal(running, SIGKILL);
}

static char *read_kept(int fd, size_t *bytes)
{
    struct stat status;
    size_t size = fstat(fd, &status) == 0 ? (size_t)status.st_size : 0, at = 0;
    if (size > ATTEMPT_KEEP_BYTES)
        size = ATTEMPT_KEEP_BYTES;
    char *text = malloc(size + 1);
    if (!text)
        abort();
    for (ssize_t got; at < size && (got = pread(fd, text + at, size - at, (off_t)at)) > 0;)
        at += (size_t)got;
    text[at] = '\0';
    *bytes = at;
    return text;
}

static void reap(struct attempt_running *running, struct attempt_outcome *outcome)
{
    int status = 0;
    if (!has_ended(running)) {
        outcome->interrupted = true;
        end_now(running);
        siginfo_t info;
        while (waitid(P_PID, (id_t)running->pid, &info, WEXITED | WNOWAIT) < 0 && errno == EINTR)
            ;
    }
    outcome->seconds = attempt_clock() - running->started;
    if (!running->same_group)
        kill(-running->pid, SIGKILL);
    while (waitpid(running->pid, &status, 0) < 0 && errno == EINTR)
        ;
    forget(running->pid);
    if (!running->same_group && running->sidecar_ours)
        attempt_end_strays(running->sidecar, alive.at, alive.count);
    outcome->status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    outcome->signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

void attempt_finish(struct attempt_running *running, struct attempt_outcome *outcome)
{
    *outcome =
        (struct attempt_outcome){.timed_out = running->timed_out, .flooded = running->flooded};
    outcome->limit_s = running->limit_s;
    reap(running, outcome);
    if (running->keep[1])
        outcome->output = read_kept(running->stream[1], &outcome->output_bytes);
    if (running->keep[2])
        outcome->errors = read_kept(running->stream[2], &outcome->errors_bytes);
    /* A sidecar that cannot be read has said nothing; spoke tells. */
    attempt_read_sidecar(outcome, running->sidecar, running->sidecar_start, running->pid);
    discard(running);
}

int attempt_run(const struct attempt *attempt, struct attempt_outcome *outcome)
{
    int error;
    *outcome = (struct attempt_outcome){0};
    struct attempt_running *running = attempt_start(attempt, &error);
    if (!running)
        return error;
    attempt_wait(&running, 1, 0);
    attempt_finish(running, outcome);
    return 0;
}

void attempt_outcome_free(struct attempt_outcome *outcome)
{
    char *const texts[] = {outcome->build_id, outcome->seed,        outcome->strategy,
                           outcome->hash,     outcome->schedule,    outcome->trail,
                           outcome->inexact,  outcome->diverged_op, outcome->output,
                           outcome->errors};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        free(texts[i]);
    findings_free(&outcome->findings);
    *outcome = (struct attempt_outcome){0};
}

/* ---- words ---- */

int attempt_shell_status(const struct attempt_outcome *outcome)
{
    return outcome->status >= 0 ? outcome->status : 128 + outcome->signal;
}

bool attempt_failed(const struct attempt_outcome *outcome, char *text, size_t size)
{
    text[0] = '\0';
    if (outcome->interrupted)
        return false;
    if (outcome->flooded)
        snprintf(text, size, "more than %d MiB of output", ATTEMPT_KEEP_BYTES >> 20);
    else if (outcome->timed_out)
        snprintf(text, size, "no end within %.3g s", outcome->limit_s);
    else if (outcome->signal)
        snprintf(text, size, "signal %d (%s)", outcome->signal, strsignal(outcome->signal));
    else if (outcome->status)
        snprintf(text, size, "exit status %d", outcome->status);
    return text[0];
}
