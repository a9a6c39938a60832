#!/bin/bash
# A run that was not exact says so: one note after the closing bar of each report, and a word in
# the sidecar. (History that was given up: memory_limits.sh.)
programs=$(cd "$(dirname "$0")" && pwd)/programs
. "$(dirname "$0")/check.sh"
reprise --print-runtime-dir >/dev/null 2>&1 || { echo 'skipped: there is no runtime'; exit 77; }

for program in beyond fork_tables; do
    run reprise cc --with=gcc -g -O0 "$programs/$program.c" -o $program
    is 0 status
done

# The race is found, with this note and word, or without any.
finds() { # finds NOTE WORD PROGRAM...
    local note=$1 word=$2 between
    shift 2
    rm -f sidecar log.*
    run env TSAN_OPTIONS="atexit_sleep_ms=0:die_after_fork=0:sidecar=$work/sidecar:log_path=log" "$@"
    is 66 status
    text=$(cat log.*)
    like text '^WARNING: ThreadSanitizer: data race'
    if [ -z "$note" ]; then
        lacks text note:
        ! grep -q degraded sidecar || complain 'degraded in the sidecar'
        return
    fi
    # the bar, the note, and then nothing that belongs to the report
    between=$(grep -A1 -x '==================' log.* | grep -c "note: $note")
    is 1 between
    grep -q "\"degraded\":\[\"$word\"\]" sidecar || complain "no '$word' in the sidecar"
}

finds '' '' ./beyond
ok 'an exact run'
finds 'deep stacks were folded: repeated calls are shown once' folded-stacks ./beyond stacks
ok 'very many stacks'
finds 'very many threads: races with some that ended long ago are not seen' threads ./beyond threads
ok 'very many threads'
finds 'this is the child of a fork with threads: what its parent did is not known' fork \
    ./fork_tables threads
finds '' '' ./fork_tables
ok 'the child of a fork'

done_testing
