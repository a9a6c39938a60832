#!/bin/bash
# No memory, or not enough of it: one line says what is missing, the program does what it does
# without us, and what was found before is not lost.
programs=$(cd "$(dirname "$0")" && pwd)/programs
. "$(dirname "$0")/check.sh"
reprise --print-runtime-dir >/dev/null 2>&1 || { echo 'skipped: there is no runtime'; exit 77; }

gcc -O1 -pthread "$programs/memory_limited.c" -o native
run reprise cc --with=gcc -g -O1 "$programs/memory_limited.c" -o limited
is 0 status
with() { run env TSAN_OPTIONS="atexit_sleep_ms=0:sidecar=$work/sidecar:$1" "${@:2}"; }
found() { # found : the race, in the text and in the sidecar
    like err '^WARNING: ThreadSanitizer: data race'
    reprise report sidecar | grep -q '#0 race .*memory_limited\.c' || complain 'not in the sidecar'
    rm -f sidecar
}

# Below some gigabytes nothing can be reserved at all; then the program runs alone.
for kilobytes in 300000 4000000; do
    expected=$(ulimit -v $kilobytes; ./native none 5)
    run bash -c "ulimit -v $kilobytes; exec ./limited none 5"
    is 5 status
    is "$expected" out
    is 'reprise: cannot reserve address space for shadow memory (error 12); races are not detected. Try: ulimit -v unlimited' err
done
run env TSAN_OPTIONS=enabled=0 ./limited none 5
is 5 status
is '' err
ok 'ulimit -v: one line, and the program alone'

run bash -c 'ulimit -v 100000000000; exec ./limited none' # 93 TiB
is 66 status
like err '^WARNING: ThreadSanitizer: data race'
lacks err reprise:
ok 'ulimit -v with room for the shadow'

for what in as data; do
    expected=$(./native $what)
    with '' ./limited $what
    is 66 status
    is "$expected" out
    like err '^reprise: the program limits its memory: [0-9]+ GB of the runtime are added to that limit'
    found
    ok "the program limits itself: $what"
done

# Everything is gone, for the runtime as well.
with '' ./limited raw 5
like out '^limit 1024 MB$'
like out '^full too early$' # the shadow counts
lines out 4 # to the end
is 66 status
found
said=$(grep -c '^reprise:' <<<"$err")
[ "$said" -le 1 ] || complain 'more than one line'
ok 'memory is exhausted'

done_testing
