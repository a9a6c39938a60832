#!/bin/bash
# Options about the process and its memory, one by one: what happens with 0 and with 1.
. "$(dirname "$0")/check.sh"
reprise --print-runtime-dir >/dev/null 2>&1 || { echo 'skipped: there is no runtime'; exit 77; }
compiler=gcc
build() { run reprise cc --with=$compiler -g -O1 "$@"; is 0 status; is '' err; }
with() { run env TSAN_OPTIONS="atexit_sleep_ms=0:$1" "${@:2}"; }

cat >fork.c <<'END'
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static void *idle(void *p) { pthread_mutex_lock(&mutex); pthread_mutex_unlock(&mutex); return p; }
int main(void)
{
    pthread_t a, b;
    int status;
    pthread_mutex_lock(&mutex);
    pthread_create(&a, NULL, idle, NULL);
    pid_t child = fork();
    if (!child) {
        pthread_mutex_unlock(&mutex);
        if (pthread_create(&b, NULL, idle, NULL))
            _exit(3);
        pthread_join(b, NULL);
        puts("the child had a thread");
        exit(5);
    }
    waitpid(child, &status, 0);
    pthread_mutex_unlock(&mutex);
    pthread_join(a, NULL);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 9;
}
END
build fork.c -o fork
with exitcode=42 ./fork
is 42 status
is '' out
is "ThreadSanitizer: starting new threads after multi-threaded fork is not supported. Dying (set die_after_fork=0 to override)" err
with die_after_fork=0 ./fork
is 5 status
is 'the child had a thread' out
is '' err
ok die_after_fork

cat >copy.c <<'END'
#include <pthread.h>
#include <string.h>
static char buffer[64];
static void *(*volatile set)(void *, int, size_t) = memset;
static void *writer(void *p) { set(buffer, 1, 64); return p; }
int main(void)
{
    pthread_t t;
    pthread_create(&t, NULL, writer, NULL);
    set(buffer, 2, 64);
    pthread_join(t, NULL);
    return 0;
}
END
build copy.c -o copy
with '' ./copy
is 66 status
like err '#0 memset'
with ignore_interceptors_accesses=1 ./copy
is 0 status
is '' err
ok ignore_interceptors_accesses

with dedup_token_length=2 ./copy
is 66 status
like err '^DEDUP_TOKEN: memset--(main|writer)$'
like err '^DEDUP_TOKEN: pthread_create--main$'
with '' ./copy
lacks err DEDUP_TOKEN
ok dedup_token_length

# Mappings of a gigabyte or more, and how many of them stay out of core files.
cat >maps.c <<'END'
#include <stdio.h>
#include <string.h>
int main(void)
{
    char line[4096];
    unsigned long low, high, large = 0, hidden = 0;
    int is_large = 0;
    FILE *f = fopen("/proc/self/smaps", "r");
    while (f && fgets(line, sizeof line, f)) {
        if (sscanf(line, "%lx-%lx", &low, &high) == 2 && strchr(line, '-'))
            large += is_large = high - low >= 1ul << 30;
        else if (!strncmp(line, "VmFlags:", 8))
            hidden += is_large && strstr(line, " dd");
    }
    printf("%s\n", !large ? "none" : hidden == large ? "hidden" : hidden ? "some" : "shown");
    return 0;
}
END
build maps.c -o maps
with '' ./maps
is hidden out
with use_madv_dontdump=0 ./maps
is shown out
ok use_madv_dontdump

if have gdb; then
    rm -f log.*
    TSAN_OPTIONS=stop_on_start=1:log_path=log ./maps >out </dev/null &
    pid=$!
    for _ in {1..600}; do grep -qs 'stopped at start' log.$pid && break; sleep 0.1; done
    run cat log.$pid
    like out "^reprise: stopped at start \(pid $pid\); a debugger has to call __tsan_resume\(\)$"
    run gdb -q -batch -p $pid -ex 'call (void)__tsan_resume()' -ex detach
    if grep -q 'ptrace: ' <<<"$err"; then
        skip 'stop_on_start: no debugger may attach here'
        kill $pid
    else
        wait $pid
        status=$?
        is 0 status
        out=$(cat out)
        is hidden out
        ok stop_on_start
    fi
else
    skip 'stop_on_start: no gdb'
fi

done_testing
