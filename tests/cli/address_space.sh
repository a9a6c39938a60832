#!/bin/bash
# Memory layouts: with and without randomisation, the legacy layout, a fixed place, the linker
# started by hand, a debugger. The race is found, with symbols, and nothing else is said.
. "$(dirname "$0")/check.sh"
reprise --print-runtime-dir >/dev/null 2>&1 || { echo 'skipped: there is no runtime'; exit 77; }

cat >race.c <<'END'
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
int global;
int *heap, *mapped;
#define APART __attribute__((noinline)) static void
APART touch_global(void) { global = 1; }
APART touch_heap(void) { *heap = 1; } /* at brk */
APART touch_mapped(void) { *mapped = 1; }
static void *touch(void *unused)
{
    touch_global();
    touch_heap();
    touch_mapped();
    return unused;
}
int main(void)
{
    pthread_t other;
    heap = malloc(100);
    mapped = mmap(NULL, 1ul << 30, PROT_READ | PROT_WRITE,
                  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    pthread_create(&other, NULL, touch, NULL);
    touch(NULL);
    pthread_join(other, NULL);
    puts("done");
    return 0;
}
END
links=(pie no-pie shared)
flags=('-fPIE -pie' '-fno-pie -no-pie' --shared-runtime)
compilers=()
for compiler in clang-19 gcc; do
    have $compiler || { skip "no $compiler"; continue; }
    compilers+=("$compiler")
    for i in "${!links[@]}"; do
        run reprise cc --with=$compiler -g -O1 ${flags[i]} race.c -o $compiler-${links[i]}
        is 0 status
    done
done
ok 'the programs build'

# Three races: of a global, of the heap and of a mapping.
finds_races() { # finds_races COMMAND... : before the program
    local program text
    for compiler in "${compilers[@]}"; do
        for link in "${links[@]}"; do
            program=./$compiler-$link
            run env TSAN_OPTIONS="atexit_sleep_ms=0:log_path=$work/log" "$@" $program
            text=$(cat log.*)
            rm -f log.*
            has out done
            lacks text 'reprise:'
            like text '^ThreadSanitizer: reported 3 warnings$'
            like text "Location is global 'global' of size 4 .*\($compiler-$link\+"
            like text '#[12] main .*race\.c:[0-9]+'
            like text 'Location is heap block of size 100 '
        done
    done
}

finds_races env
is 66 status
ok 'as it is'
if setarch -R true 2>/dev/null; then
    finds_races setarch -R
    finds_races setarch -L
    finds_races setarch -RL
    ok 'no randomisation, legacy layout'
else
    skip 'setarch is not allowed'
fi
for bytes in unlimited 4194304 64; do # in kilobytes
    (ulimit -S -s $bytes) 2>/dev/null || { skip "no stack of $bytes"; continue; }
    finds_races bash -c "ulimit -S -s $bytes && exec \"\$0\""
    ok "stack limit $bytes"
done
linker=$(readelf -p .interp "./${compilers[0]}-pie" | sed -n 's/^ *\[.*\] *//p')
finds_races "$linker"
ok 'ld.so ./prog'
if have gdb; then
    finds_races gdb -q -batch -nx -ex 'set startup-with-shell off' -ex run
    finds_races gdb -q -batch -nx -ex 'set disable-randomization off' -ex run
    ok gdb
else
    skip 'no gdb'
fi

done_testing
