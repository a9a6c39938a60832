/*
 * again: runs a program under seeds, many times and with little effort between the runs, and says
 * what became of it. It knows of the runtime only what is written down for everybody: its options
 * and its sidecar. tests/seeded/run and the benches drive it.
 *
 *     again hunt   -n RUNS -k KIND [-s FIRST] [options] -- PROGRAM...
 *         Seeds FIRST (1), FIRST + 1, ... until the program fails in this way. Prints
 *         "SEED RUNS STEPS" and ends with 0; or "- RUNS STEPS" and 1. STEPS of the last run.
 *         KIND: race, deadlock, livelock, exit, signal, output, or any (not even a finding).
 *     again repeat -n RUNS -s SEED [options] -- PROGRAM...
 *         One seed, RUNS times. Prints "SAME RUNS STATUS HASH STEPS" and one line for each outcome
 *         that differs from the first run's; ends with 0 when none does.
 *     again time   -n RUNS [-s FIRST] [options] -- PROGRAM...
 *         Prints "MS CPU_MS STEPS SWITCHES STATUS" of each run, seed after seed.
 *
 *     -S STRATEGY   random (default), pct:depth=3, ...; "" is none, and then there is no seed
 *     -O OPTIONS    more options of the runtime
 *     -t SECONDS    limit of a run (10)
 *     -e FILE       the output that is right, for KIND output
 *     -w PREFIX     repeat: keeps two outputs that differ, as compared: PREFIX.first, PREFIX.other
 *     -v            hunt: shows the output of the failure
 *
 * Outputs are compared after this: process and thread numbers of reports ("pid=", "tid=",
 * "==123==", " T123)" of a crash) and hexadecimal numbers of nine digits or more (addresses) are
 * left out. Standard output and error are one text, in the order of the writes.
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

enum { TIMED_OUT = 1000 }; /* a status that no program has */

static struct {
    const char *verb, *kind, *strategy, *options, *expected_file, *keep;
    long runs, first, limit_s;
    bool verbose;
    char **program;
} arguments = {.kind = "any", .strategy = "random", .options = "", .first = 1, .limit_s = 10};

struct outcome {
    int status; /* as a shell has it, or TIMED_OUT */
    bool race, deadlock, livelock, crashed, diverged;
    uint64_t output; /* hash of the normalised text */
    char hash[32];
    long steps, switches;
    double ms, cpu_ms;
};

static char sidecar_path[] = "/dev/shm/again-XXXXXX";
static int sidecar = -1, output = -1, null = -1;
static char **environment; /* its last entry is made for each run */
static size_t options_at;

static void die(const char *what)
{
    fprintf(stderr, "again: %s: %s\n", what, strerror(errno));
    exit(125);
}

static void clean_up(void)
{
    unlink(sidecar_path);
}

static void prepare(void)
{
    size_t count = 0;
    while (environ[count])
        count++;
    environment = calloc(count + 2, sizeof(*environment));
    for (size_t i = 0; i < count; i++)
        if (strncmp(environ[i], "REPRISE_OPTIONS=", 16) && strncmp(environ[i], "TSAN_OPTIONS=", 13))
            environment[options_at++] = environ[i];
    sidecar = mkostemp(sidecar_path, O_APPEND | O_CLOEXEC);
    if (sidecar < 0) {
        strcpy(sidecar_path, "/tmp/again-XXXXXX");
        sidecar = mkostemp(sidecar_path, O_APPEND | O_CLOEXEC);
    }
    atexit(clean_up);
    output = memfd_create("output", MFD_CLOEXEC);
    null = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (sidecar < 0 || output < 0 || null < 0)
        die("temporary files");
    fcntl(output, F_SETFL, O_APPEND);
    sigset_t children;
    sigemptyset(&children);
    sigaddset(&children, SIGCHLD);
    sigprocmask(SIG_BLOCK, &children, NULL);
}

/* All of a file, with a zero behind it, in a buffer that belongs to `slot`. */
static char *contents(int slot, int fd, size_t *bytes)
{
    static char *buffers[2];
    static size_t room[2];
    struct stat status;
    if (fstat(fd, &status) != 0)
        die("fstat");
    size_t size = (size_t)status.st_size;
    if (size + 1 > room[slot]) {
        room[slot] = 2 * size + 4096;
        buffers[slot] = realloc(buffers[slot], room[slot]);
    }
    ssize_t got = pread(fd, buffers[slot], size, 0);
    *bytes = got < 0 ? 0 : (size_t)got;
    buffers[slot][*bytes] = 0;
    return buffers[slot];
}

/* Is what begins here the number of a process or a thread of the system? */
static bool is_process_number(const char *text, const char *at)
{
    static const char *const before[] = {"pid=", "tid=", "==", " T"};
    for (size_t i = 0; i < sizeof(before) / sizeof(*before); i++) {
        size_t n = strlen(before[i]);
        if ((size_t)(at - text) < n || strncmp(at - n, before[i], n) != 0)
            continue;
        /* "T2" is a name of ours, "T12345)" in the report of a crash is not. */
        return i < 3 || at[strspn(at, "0123456789")] == ')';
    }
    return false;
}

/* Takes out what no seed decides, in place; returns the new length. */
static size_t normalise(char *text, size_t bytes)
{
    char *to = text;
    for (char *from = text; from < text + bytes;) {
        if (isdigit((unsigned char)*from) && is_process_number(text, from)) {
            while (isdigit((unsigned char)*from))
                from++;
            *to++ = 'N'; /* only now: it may stand where the first digit did */
            continue;
        }
        if (from[0] == '0' && from[1] == 'x') {
            size_t digits = strspn(from + 2, "0123456789abcdef");
            if (digits >= 9) {
                *to++ = 'A';
                from += 2 + digits;
                continue;
            }
        }
        *to++ = *from++;
    }
    *to = 0;
    return (size_t)(to - text);
}

static uint64_t fnv(const char *text, size_t bytes)
{
    uint64_t hash = 0xcbf29ce484222325u;
    for (size_t i = 0; i < bytes; i++)
        hash = (hash ^ (unsigned char)text[i]) * 0x100000001b3u;
    return hash;
}

/* The number behind "key": in a line of JSON; -1: there is none. */
static long number_of(const char *line, const char *key)
{
    char quoted[40];
    snprintf(quoted, sizeof(quoted), "\"%s\":", key);
    const char *at = strstr(line, quoted);
    return at ? strtol(at + strlen(quoted), NULL, 10) : -1;
}

static void read_line(const char *line, long pid, struct outcome *o)
{
    if (strstr(line, "\"kind\":\"finding\"")) {
        if (strstr(line, "\"type\":\"deadlock\"") || strstr(line, "\"type\":\"lost-wakeup\""))
            o->deadlock = true;
        else if (strstr(line, "\"type\":\"livelock\""))
            o->livelock = true;
        else
            o->race = true;
    } else if (strstr(line, "\"kind\":\"end\"") && number_of(line, "pid") == pid) {
        const char *hash = strstr(line, "\"schedule_hash\":\"");
        if (hash)
            sscanf(hash, "\"schedule_hash\":\"%31[^\"]", o->hash);
        o->steps = number_of(line, "steps");
        o->switches = number_of(line, "switches");
        o->crashed = o->crashed || number_of(line, "signal") > 0;
        o->diverged = strstr(line, "\"diverged\":") != NULL;
    }
}

static void read_sidecar(long pid, struct outcome *o)
{
    size_t bytes;
    char *rest = contents(0, sidecar, &bytes);
    for (char *line; (line = strsep(&rest, "\n"));)
        read_line(line, pid, o);
}

static double now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static double ms_of(struct timeval t)
{
    return (double)t.tv_sec * 1e3 + (double)t.tv_usec / 1e3;
}

static pid_t spawn(long seed)
{
    static char options[8192];
    int used = snprintf(options, sizeof(options), "REPRISE_OPTIONS=sidecar='%s':symbolize=0:%s",
                        sidecar_path, arguments.options);
    if (arguments.strategy[0])
        snprintf(options + used, sizeof(options) - (size_t)used, ":seed=%ld:strategy='%s'", seed,
                 arguments.strategy);
    environment[options_at] = options;

    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    sigset_t none;
    pid_t pid;
    sigemptyset(&none);
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_adddup2(&files, null, 0);
    posix_spawn_file_actions_adddup2(&files, output, 1);
    posix_spawn_file_actions_adddup2(&files, output, 2);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
    errno = posix_spawn(&pid, arguments.program[0], &files, &attributes, arguments.program,
                        environment);
    if (errno)
        die(arguments.program[0]);
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&attributes);
    return pid;
}

/* Waits for the end of pid, at most for the limit. */
static int wait_for(pid_t pid, struct rusage *usage)
{
    sigset_t children;
    sigemptyset(&children);
    sigaddset(&children, SIGCHLD);
    double end = now_ms() + (double)arguments.limit_s * 1e3;
    bool timed_out = false;
    int status;
    for (;;) {
        if (wait4(pid, &status, WNOHANG, usage) == pid)
            break;
        double left = end - now_ms();
        if (left <= 0) {
            timed_out = true;
            kill(-pid, SIGKILL);
            wait4(pid, &status, 0, usage);
            break;
        }
        struct timespec patience = {(time_t)(left / 1e3), ((long)left % 1000) * 1000000 + 999};
        sigtimedwait(&children, NULL, &patience);
    }
    kill(-pid, SIGKILL); /* what it left behind */
    if (timed_out)
        return TIMED_OUT;
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

static struct outcome run(long seed)
{
    struct outcome o = {.hash = "-"};
    if (ftruncate(sidecar, 0) != 0 || ftruncate(output, 0) != 0)
        die("ftruncate");
    double begin = now_ms();
    pid_t pid = spawn(seed);
    struct rusage usage;
    o.status = wait_for(pid, &usage);
    o.ms = now_ms() - begin;
    o.cpu_ms = ms_of(usage.ru_utime) + ms_of(usage.ru_stime);
    o.crashed = o.status > 128 && o.status != TIMED_OUT;
    read_sidecar(pid, &o);
    size_t bytes;
    char *text = contents(1, output, &bytes);
    o.crashed = o.crashed || strstr(text, "ThreadSanitizer:DEADLYSIGNAL");
    o.output = fnv(text, normalise(text, bytes));
    return o;
}

static void show_output(void)
{
    size_t bytes;
    char *text = contents(1, output, &bytes);
    fwrite(text, 1, bytes, stderr);
}

static bool output_differs(void)
{
    size_t bytes, expected_bytes;
    int fd = open(arguments.expected_file ? arguments.expected_file : "", O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        die("-e FILE");
    char *text = contents(1, output, &bytes);
    char *expected = contents(0, fd, &expected_bytes);
    close(fd);
    return bytes != expected_bytes || memcmp(text, expected, bytes) != 0;
}

/* Did it fail in the way that is asked for? */
static bool fails(const struct outcome *o)
{
    const char *kind = arguments.kind;
    if (!strcmp(kind, "race"))
        return o->race;
    if (!strcmp(kind, "deadlock"))
        return o->deadlock;
    if (!strcmp(kind, "livelock"))
        return o->livelock;
    if (!strcmp(kind, "exit"))
        return o->status == 1;
    if (!strcmp(kind, "signal"))
        return o->crashed;
    if (!strcmp(kind, "output"))
        return o->status == 0 && output_differs();
    return o->status != 0 || o->race || o->deadlock || o->livelock;
}

static int hunt(void)
{
    struct outcome o = {.steps = 0};
    for (long i = 0; i < arguments.runs; i++) {
        o = run(arguments.first + i);
        if (!fails(&o))
            continue;
        printf("%ld %ld %ld\n", arguments.first + i, i + 1, o.steps);
        if (arguments.verbose)
            show_output();
        return 0;
    }
    printf("- %ld %ld\n", arguments.runs, o.steps);
    return 1;
}

static bool same(const struct outcome *a, const struct outcome *b)
{
    return a->status == b->status && a->output == b->output && !strcmp(a->hash, b->hash) &&
           !b->diverged;
}

/* Keeps the normalised output of the run just made. */
static void keep(const char *suffix)
{
    if (!arguments.keep)
        return;
    char path[4096];
    snprintf(path, sizeof(path), "%s.%s", arguments.keep, suffix);
    size_t bytes;
    char *text = contents(1, output, &bytes);
    bytes = normalise(text, bytes);
    FILE *file = fopen(path, "w");
    if (!file)
        die(path);
    fwrite(text, 1, bytes, file);
    fclose(file);
}

static int repeat(void)
{
    enum { MOST_TOLD = 4 };
    struct outcome first = run(arguments.first);
    struct outcome odd[MOST_TOLD];
    long equal = 1;
    int odds = 0;
    keep("first");
    for (long i = 1; i < arguments.runs; i++) {
        struct outcome o = run(arguments.first);
        if (same(&first, &o)) {
            equal++;
        } else if (odds < MOST_TOLD) {
            if (odds == 0)
                keep("other");
            odd[odds++] = o;
        }
    }
    printf("%ld %ld %d %s %ld\n", equal, arguments.runs, first.status, first.hash, first.steps);
    for (int i = 0; i < odds; i++)
        printf("    other: status %d, hash %s, %ld steps, output %s%s\n", odd[i].status,
               odd[i].hash, odd[i].steps, odd[i].output == first.output ? "same" : "differs",
               odd[i].diverged ? ", diverged" : "");
    return equal == arguments.runs ? 0 : 1;
}

static int measure(void)
{
    for (long i = 0; i < arguments.runs; i++) {
        struct outcome o = run(arguments.first + i);
        printf("%.3f %.3f %ld %ld %d\n", o.ms, o.cpu_ms, o.steps, o.switches, o.status);
    }
    return 0;
}

static void usage(void)
{
    fputs("usage: again hunt|repeat|time -n RUNS [-s SEED] [-k KIND] [-S STRATEGY] [-O OPTIONS] "
          "[-t SECONDS] [-e FILE] [-w PREFIX] [-v] -- PROGRAM...\n",
          stderr);
    exit(2);
}

static void parse(int argc, char **argv)
{
    if (argc < 2)
        usage();
    arguments.verb = argv[1];
    for (int c; (c = getopt(argc - 1, argv + 1, "+n:k:s:S:O:t:e:w:v")) != -1;) {
        switch (c) {
        case 'n':
            arguments.runs = atol(optarg);
            break;
        case 'k':
            arguments.kind = optarg;
            break;
        case 's':
            arguments.first = atol(optarg);
            break;
        case 'S':
            arguments.strategy = optarg;
            break;
        case 'O':
            arguments.options = optarg;
            break;
        case 't':
            arguments.limit_s = atol(optarg);
            break;
        case 'e':
            arguments.expected_file = optarg;
            break;
        case 'w':
            arguments.keep = optarg;
            break;
        case 'v':
            arguments.verbose = true;
            break;
        default:
            usage();
        }
    }
    arguments.program = argv + 1 + optind;
    if (!arguments.program[0] || arguments.runs < 1)
        usage();
}

int main(int argc, char **argv)
{
    parse(argc, argv);
    prepare();
    if (!strcmp(arguments.verb, "hunt"))
        return hunt();
    if (!strcmp(arguments.verb, "repeat"))
        return repeat();
    if (!strcmp(arguments.verb, "time"))
        return measure();
    usage();
}
