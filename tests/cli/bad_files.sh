#!/bin/bash
# Files that cannot be read or written: one line says so, the program runs as ever, and a finding
# that was made is told somewhere.
. "$(dirname "$0")/check.sh"
reprise --print-runtime-dir >/dev/null 2>&1 || { echo 'skipped: there is no runtime'; exit 77; }

cat >race.c <<'END'
#include <pthread.h>
#include <stdio.h>
int first, second;
static void *one(void *p) { first++; return p; }
static void *two(void *p) { second++; return p; }
static void race(void *(*body)(void *))
{
    pthread_t t;
    pthread_create(&t, NULL, body, NULL);
    body(NULL);
    pthread_join(t, NULL);
}
int main(void)
{
    race(one);
    race(two);
    puts("done");
    return 0;
}
END
run reprise cc --with=gcc -g -O1 race.c -o race
is 0 status
with() { run env TSAN_OPTIONS="atexit_sleep_ms=0:$1" ./race; is done out; }
told() { # told LINE : this line of ours, no other, and both findings on stderr
    is 66 status
    is "$1" "ours"
    like err '^ThreadSanitizer: reported 2 warnings$'
}
said() { ours=$(grep '^reprise:' <<<"$err"); }

none='nothing of it applies'
with suppressions=/nonexistent/file
said
told "reprise: cannot read the suppressions in '/nonexistent/file': no such file or directory; $none"
with suppressions=/
said
told "reprise: cannot read the suppressions in '/': is a directory; $none"
printf 'race:one\nwhat is this\n' >strange
with suppressions=strange
is 66 status
said
like ours "^reprise: suppressions strange, line 2: 'what is this' is not of the form race:NAME"
lines ours 1
like err '^ThreadSanitizer: reported 1 warnings$'
head -c 100000 /dev/urandom >noise
with suppressions=noise
is 66 status
: >nothing
with suppressions=nothing
said
told ''
ok 'suppressions'

stderr='reports go to standard error'
touch file
with log_path=file/log
said
told "reprise: cannot write log_path 'file/log': not a directory; $stderr"
mkdir taken
with log_path=new/dir/log
is '' err
is 66 status
[ -s new/dir/log.* ] || complain 'no log in a new directory'
run reprise run --log file/log ./race
like err '^reprise: 2 findings$'
ok 'log_path'

lost='they are not recorded'
with sidecar=file/sidecar
said
told "reprise: cannot write findings to '$work/file/sidecar': not a directory; $lost"
with sidecar=taken
said
told "reprise: cannot write findings to '$work/taken': is a directory; $lost"
with sidecar=/dev/full
said
told "reprise: cannot write findings to '/dev/full': no space left on device; $lost"
ok 'the sidecar'

for stream in '2>&-' '2>/dev/full' '2>&1 >/dev/null | true'; do
    run bash -c "TSAN_OPTIONS=atexit_sleep_ms=0:sidecar=$work/sidecar ./race $stream; exit \${PIPESTATUS[0]}"
    is 66 status
    count=$(grep -c '"kind":"finding"' sidecar)
    is 2 count
    rm -f sidecar
done
ok 'standard error is full, closed or a broken pipe'

# A disk of two pages, full; then one that fills up in the middle.
mkdir disk
if mount -t tmpfs -o size=8k tmpfs disk 2>/dev/null; then
    trap 'umount "$work/disk"; rm -rf "$work"' EXIT
    head -c 8192 /dev/zero >disk/fill
    with log_path=disk/log
    said
    told "reprise: cannot write the log file: no space left on device; $stderr"
    like err '#0 one '
    like err '#0 two '
    rm disk/*
    ok 'the disk of the log is full'

    head -c 4096 /dev/zero >disk/fill
    head -c 1900 /dev/zero | tr '\0' '\n' >disk/sidecar # room for one finding
    with "sidecar=$work/disk/sidecar"
    said
    told "reprise: cannot write findings to '$work/disk/sidecar': no space left on device; $lost"
    run reprise report disk/sidecar
    is 0 status
    like out '^1\. data race'
    like out '#0 one '
    ok 'the disk of the sidecar is full: what was written before is there'
else
    skip 'no mount'
fi

done_testing
