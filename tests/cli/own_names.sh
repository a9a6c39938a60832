#!/bin/bash
# A program may give its functions any name: none of the runtime's own is in the way.
. "$(dirname "$0")/check.sh"
export TSAN_OPTIONS=atexit_sleep_ms=0

cat >names.c <<'END'
#include <pthread.h>
#include <stdio.h>
#define NAMES(NAME)                                                                                \
    NAME(rt_init) NAME(rt_tls) NAME(rt_map_p) NAME(rt_mutex_unlock) NAME(rt_mutex_destroy)         \
    NAME(rt_stack_fold) NAME(rt_late_read8) NAME(rt_late_access) NAME(core_alloc) NAME(core_relax) \
    NAME(sys_sleep) NAME(sys_exit) NAME(wire_escape) NAME(rt_static_dlsym)
static int calls;
#define FUNCTION(name) void name(void); void name(void) { calls++; }
NAMES(FUNCTION)
int counter;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static void *run(void *arg)
{
#ifdef FIXED
    pthread_mutex_lock(&mutex);
#endif
    counter++;
#ifdef FIXED
    pthread_mutex_unlock(&mutex);
#endif
    return arg;
}
int main(void)
{
    pthread_t t[2];
    (void)mutex;
    for (int i = 0; i < 2; i++)
        pthread_create(&t[i], NULL, run, NULL);
    for (int i = 0; i < 2; i++)
        pthread_join(t[i], NULL);
#define CALL(name) name();
    NAMES(CALL)
    printf("%d calls\n", calls);
    return 0;
}
END

both() { # both WORDS...: finds the race, and is silent without it
    run "$@" names.c -o racy; is 0 status
    run ./racy; is 66 status; has out '14 calls'; has err 'names.c:'
    run "$@" -DFIXED names.c -o fixed; is 0 status
    run ./fixed; is 0 status; is '14 calls' out; is '' err
}

tried=0
for compiler in clang-19 gcc-12; do
    have "$compiler" || continue
    both reprise cc --with="$compiler" -g
    ok "$compiler"
    tried=1
    [ -e "$(reprise --print-gcc-dir)/../static/libc.a" ] || continue
    both reprise cc --with="$compiler" -g -static
    ok "$compiler -static"
done
[ $tried = 1 ] || { echo 'skipped: no clang-19 and no gcc-12'; exit 77; }
if have gcc-12; then
    both gcc-12 -g -fsanitize=thread -B"$(reprise --print-gcc-dir)" -static-libtsan
    ok 'gcc-12 -static-libtsan'
fi
if have clang-19 && have ld.lld-19; then
    both reprise cc --with=clang-19 --inline -g -O2
    ok '--inline'
fi

done_testing
