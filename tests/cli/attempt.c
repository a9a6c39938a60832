/* One attempt: how it ended, what it said, limits, and that nothing is left of it. The programs
 * are shell scripts; where the runtime would speak they write lines into the sidecar. */
#include "cli/attempt.h"
#include "../check.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* The script finds its sidecar in $S. */
static struct attempt_outcome try_with(struct attempt attempt, const char *script)
{
    static const char sidecar[] = "S=${REPRISE_OPTIONS##*sidecar=?}; S=${S%%[\\'\\\"]*}; ";
    char *text;
    struct attempt_outcome outcome;
    struct target target = {.who = "test", .quiet = true};
    if (asprintf(&text, "%s%s", sidecar, script) < 0)
        abort();
    char name[] = "/bin/sh", option[] = "-c";
    char *argv[] = {name, option, text, NULL};
    CHECK_EQ(target_prepare(&target, argv), 0);
    attempt.target = &target;
    CHECK_EQ(attempt_run(&attempt, &outcome), 0);
    free(text);
    return outcome;
}

static struct attempt_outcome try(const char *script)
{
    return try_with((struct attempt){.output = ATTEMPT_KEEP, .errors = ATTEMPT_KEEP}, script);
}

static void test_ends(void)
{
    char text[64];
    struct attempt_outcome o = try("exit 3");
    CHECK_EQ(o.status, 3);
    CHECK_EQ(o.signal, 0);
    CHECK(!o.timed_out && !o.interrupted && !o.spoke && !o.ended);
    CHECK_EQ(attempt_shell_status(&o), 3);
    CHECK(attempt_failed(&o, text, sizeof text));
    CHECK_STR_EQ(text, "exit status 3");
    attempt_outcome_free(&o);
    o = try("kill -9 $$");
    CHECK_EQ(o.status, -1);
    CHECK_EQ(o.signal, 9);
    CHECK_EQ(attempt_shell_status(&o), 137);
    CHECK(attempt_failed(&o, text, sizeof text));
    CHECK_STR_EQ(text, "signal 9 (Killed)");
    attempt_outcome_free(&o);
    o = try(":");
    CHECK(!attempt_failed(&o, text, sizeof text));
    attempt_outcome_free(&o);
}

static void test_output(void)
{
    struct attempt_outcome o = try("echo out; echo err >&2; printf 'a\\0b'; cat");
    CHECK_STR_EQ(o.output, "out\na");
    CHECK_EQ(o.output_bytes, 7);
    CHECK_STR_EQ(o.errors, "err\n");
    attempt_outcome_free(&o);
    o = try_with((struct attempt){.output = ATTEMPT_DISCARD}, "echo lost");
    CHECK(!o.output && !o.errors);
    attempt_outcome_free(&o);
}

/* Input that is a file is read from its start every time. */
static void test_input(void)
{
    int saved = dup(0), file = open("input", O_RDWR | O_CREAT | O_TRUNC, 0600);
    CHECK_EQ(write(file, "line\n", 5), 5);
    dup2(file, 0);
    for (int i = 0; i < 2; i++) {
        struct attempt_outcome o =
            try_with((struct attempt){.input = ATTEMPT_DISCARD, .output = ATTEMPT_KEEP}, "cat");
        CHECK_STR_EQ(o.output, "line\n");
        attempt_outcome_free(&o);
    }
    dup2(saved, 0);
    close(saved);
    close(file);
}

static void test_sidecar(void)
{
    struct words settings = {0};
    words_add(&settings, "history_size='2'");
    struct attempt attempt = {.settings = &settings,
                              .output = ATTEMPT_KEEP,
                              .seed = "it's",
                              .strategy = "pct:depth=3",
                              .record = true,
                              .on_cpu = true,
                              .cpu = 1};
    struct attempt_outcome o = try_with(
        attempt,
        "printf %s \"$REPRISE_OPTIONS\"\n"
        "cat >>\"$S\" <<'END'\n"
        "{\"v\":1,\"kind\":\"start\",\"pid\":1,\"build_id\":\"ab\"}\n"
        "{\"v\":1,\"kind\":\"start\",\"pid\":2,\"build_id\":\"cd\"}\n"
        "{\"v\":1,\"kind\":\"finding\",\"pid\":1,\"n\":1,\"type\":\"t\",\"title\":\"T\"}\n"
        "{\"v\":1,\"kind\":\"end\",\"pid\":2,\"seed\":\"no\"}\n"
        "nonsense\n"
        "{\"v\":1,\"kind\":\"end\",\"pid\":1,\"seed\":\"7\",\"strategy\":\"pct\",\"steps\":12,"
        "\"switches\":3,\"schedule_hash\":\"0xf\",\"schedule\":\"rp1.a.b\",\"trail\":\"1:00\","
        "\"diverged\":{\"step\":5,\"thread\":2,\"op\":\"lock\"},"
        "\"inexact\":[\"external\",\"signal\"]}\n"
        "{\"torn");
    CHECK(strncmp(o.output, "history_size='2':sidecar='", 26) == 0);
    CHECK(strstr(o.output, ":seed=\"it's\":strategy='pct:depth=3':record='1':pin_cpu='1'"));
    CHECK(o.spoke && o.ended && o.diverged);
    CHECK_EQ(o.findings.count, 1);
    CHECK_STR_EQ(o.build_id, "ab");
    CHECK_STR_EQ(o.seed, "7");
    CHECK_STR_EQ(o.hash, "0xf");
    CHECK_EQ(o.steps, 12);
    CHECK_EQ(o.switches, 3);
    CHECK_STR_EQ(o.schedule, "rp1.a.b");
    CHECK_STR_EQ(o.trail, "1:00");
    CHECK_EQ(o.diverged_step, 5);
    CHECK_EQ(o.diverged_thread, 2);
    CHECK_STR_EQ(o.diverged_op, "lock");
    CHECK_STR_EQ(o.inexact, "external, signal");
    attempt_outcome_free(&o);
    /* the process that was started comes before the first that spoke; after exec it begins anew */
    o = try("echo '{\"kind\":\"start\",\"pid\":1}' >>\"$S\"\n"
            "echo '{\"kind\":\"start\",\"pid\":'$$',\"build_id\":\"old\"}' >>\"$S\"\n"
            "echo '{\"kind\":\"start\",\"pid\":'$$',\"build_id\":\"new\"}' >>\"$S\"\n"
            "echo '{\"kind\":\"end\",\"pid\":'$$',\"steps\":4}' >>\"$S\"\n"
            "echo '{\"kind\":\"end\",\"pid\":1,\"steps\":5}' >>\"$S\"\n");
    CHECK_EQ(o.steps, 4);
    CHECK_STR_EQ(o.build_id, "new");
    attempt_outcome_free(&o);
}

static void test_limit(void)
{
    char text[64];
    struct attempt attempt = {.limit_s = 0.3, .output = ATTEMPT_KEEP};
    struct attempt_outcome o = try_with(attempt, "echo on; sleep 100; echo off");
    CHECK(o.timed_out);
    CHECK_EQ(o.signal, SIGTERM);
    CHECK_STR_EQ(o.output, "on\n");
    CHECK(attempt_failed(&o, text, sizeof text));
    CHECK_STR_EQ(text, "no end within 0.3 s");
    attempt_outcome_free(&o);
    o = try_with(attempt, "trap '' TERM; while :; do sleep 1; done");
    CHECK(o.timed_out);
    CHECK_EQ(o.signal, SIGKILL);
    attempt_outcome_free(&o);
    o = try_with(attempt, "kill -STOP $$");
    CHECK(o.timed_out);
    attempt_outcome_free(&o);
}

static void test_flood(void)
{
    struct attempt_outcome o =
        try_with((struct attempt){.limit_s = 60, .output = ATTEMPT_KEEP}, "exec cat /dev/zero");
    CHECK(o.flooded);
    CHECK_EQ(o.signal, SIGKILL);
    CHECK_EQ(o.output_bytes, ATTEMPT_KEEP_BYTES);
    attempt_outcome_free(&o);
}

static bool is_gone(pid_t pid)
{
    for (int i = 0; i < 500 && kill(pid, 0) == 0; i++) {
        char path[64], state = '?';
        snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
        FILE *file = fopen(path, "r");
        int fields = file ? fscanf(file, "%*d (%*[^)]) %c", &state) : 0;
        if (file)
            fclose(file);
        if (fields == 1 && state == 'Z') /* dead; somebody else's to reap */
            return true;
        usleep(10000);
    }
    return kill(pid, 0) != 0;
}

/* What a program leaves behind goes with it. */
static void test_group(void)
{
    struct attempt_outcome o = try("sleep 1000 & echo $!");
    CHECK_EQ(o.status, 0);
    CHECK(is_gone((pid_t)atoi(o.output)));
    attempt_outcome_free(&o);
    /* a daemon has a session of its own, and its parent is gone */
    o = try("(setsid sh -c 'echo $$; sleep 1000; :' & sleep 0.2)");
    CHECK_EQ(o.status, 0);
    CHECK(atoi(o.output) > 1);
    CHECK(is_gone((pid_t)atoi(o.output)));
    attempt_outcome_free(&o);
}

/* Several at a time: each is told when it has ended. */
static void test_parallel(void)
{
    enum { COUNT = 5 };
    struct attempt_running *running[COUNT];
    struct target target = {.who = "test", .quiet = true};
    char name[] = "/bin/sh", option[] = "-c", script[COUNT][32];
    int sum = 0, error;
    for (int i = 0; i < COUNT; i++) {
        snprintf(script[i], sizeof script[i], "sleep 0.%d; exit %d", i * 2 % 5, i + 1);
        char *argv[] = {name, option, script[i], NULL};
        CHECK_EQ(target_prepare(&target, argv), 0);
        struct attempt attempt = {.target = &target};
        running[i] = attempt_start(&attempt, &error);
        CHECK(running[i] != NULL);
    }
    for (int i = 0; i < COUNT; i++) {
        struct attempt_outcome o;
        int at = attempt_wait(running, COUNT, 0);
        CHECK(at >= 0);
        attempt_finish(running[at], &o);
        running[at] = NULL;
        CHECK_EQ(o.status, at + 1);
        sum += o.status;
        attempt_outcome_free(&o);
    }
    CHECK_EQ(sum, 15);
    CHECK_EQ(attempt_wait(running, COUNT, attempt_clock() + 0.01), -ETIMEDOUT);
}

static void test_not_started(void)
{
    struct target target = {.who = "test", .quiet = true};
    struct attempt_outcome o;
    FILE *file = fopen("bad", "w");
    fputs("#!/nonexistent/shell\n", file);
    fclose(file);
    chmod("bad", 0755);
    char name[] = "./bad";
    char *argv[] = {name, NULL};
    CHECK_EQ(target_prepare(&target, argv), 0);
    struct attempt attempt = {.target = &target};
    CHECK_EQ(attempt_run(&attempt, &o), -ENOENT);
    attempt_outcome_free(&o);
}

/* In a process of its own, because it stays asked to end. */
static void test_interrupt(void)
{
    int status;
    pid_t pid = fork();
    if (pid == 0) {
        struct attempt_outcome o =
            try_with((struct attempt){.output = ATTEMPT_KEEP}, "kill -INT $PPID; sleep 1000");
        _exit(o.interrupted && o.signal == SIGKILL ? 0 : 1);
    }
    waitpid(pid, &status, 0);
    CHECK_EQ(status, 0);
}

/* When this process is killed, so is the program. */
static void test_death(void)
{
    int pipes[2], status;
    pid_t program = 0;
    CHECK_EQ(pipe(pipes), 0);
    pid_t pid = fork();
    if (pid == 0) {
        dup2(pipes[1], 1);
        try_with((struct attempt){0}, "echo $$; exec sleep 1000");
        _exit(1);
    }
    char text[16] = {0};
    CHECK(read(pipes[0], text, sizeof text - 1) > 0);
    program = (pid_t)atoi(text);
    CHECK(program > 0);
    kill(pid, SIGKILL);
    waitpid(pid, &status, 0);
    CHECK(is_gone(program));
}

int main(void)
{
    RUN(test_ends);
    RUN(test_output);
    RUN(test_input);
    RUN(test_sidecar);
    RUN(test_limit);
    RUN(test_flood);
    RUN(test_group);
    RUN(test_parallel);
    RUN(test_not_started);
    RUN(test_interrupt);
    RUN(test_death);
    return check_done();
}
