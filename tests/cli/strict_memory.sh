#!/bin/bash
# A kernel that counts all private memory (vm.overcommit_memory=2) or lends little of it: the
# runtime's large maps are shared ones then, and a child of fork needs its own.
programs=$(cd "$(dirname "$0")" && pwd)/programs
. "$(dirname "$0")/check.sh"
reprise --print-runtime-dir >/dev/null 2>&1 || { echo 'skipped: there is no runtime'; exit 77; }

gcc -o strict "$programs/strict_memory.c" || { echo 'skipped: no filters'; exit 77; }
./strict /bin/true || { echo 'skipped: filters of system calls are forbidden'; exit 77; }
compiler=gcc
run reprise cc --with=$compiler -g -O1 "$programs/fork_tables.c" -o forks
is 0 status
run reprise cc --with=$compiler -g -O1 "$programs/memory_user.c" -o user
is 0 status
ok 'the programs build'

run ./strict ./user
is 66 status
like err '^WARNING: ThreadSanitizer: data race'
lacks err 'reprise:'
run bash -c 'ulimit -d 1000000; ./user' # RLIMIT_DATA counts private memory, too
is 66 status
like err '^WARNING: ThreadSanitizer: data race'
lacks err 'reprise:'
ok 'races are found'

for _ in 1 2 3 4 5; do # the next drop may come between the two accesses, which then are no race
    run ./strict /usr/bin/env TSAN_OPTIONS=flush_memory_ms=50 ./user drop
    [ "$status" = 66 ] && break
done
is 66 status
is drop out
ok 'shared maps give their pages back'

# Reports of one process, by who raced, with its stacks.
races_of() { # races_of FILE
    grep -ohE '#[01] (before_fork|in_child|in_parent|race) ' "$1" | sort | uniq -c | xargs
}
for variant in './forks' './forks threads' './strict ./forks' './strict ./forks threads'; do
    rm -f log.*
    run env TSAN_OPTIONS=die_after_fork=0:atexit_sleep_ms=0:log_path=log $variant
    is 66 status
    is 'child 66' out
    set -- log.*
    [ $# = 2 ] || complain "$# logs instead of 2"
    parent=$1 child=${2-}
    grep -q in_parent "$parent" || { parent=$2 child=$1; }
    text=$(races_of "$parent")
    is '2 #0 before_fork 2 #0 in_parent 4 #1 race' text
    text=$(races_of "$child")
    is '2 #0 in_child 2 #1 race' text
    text=$(cat log.*)
    lacks text 'reprise:'
    lacks text 'not recorded'
    ok "parent and child of a fork: $variant"
done

done_testing
