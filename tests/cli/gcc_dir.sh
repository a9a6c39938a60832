#!/bin/bash
# gcc -fsanitize=thread with our directory as -B, without the wrapper and without an environment:
# the program has the runtime of this build.
. "$(dirname "$0")/check.sh"
runtime=$(reprise --print-gcc-dir 2>/dev/null) && [ -e "$runtime/libtsan.so.2" ] ||
    { echo 'skipped: there is no runtime'; exit 77; }
have gcc || { echo 'skipped: no gcc'; exit 77; }
unset LD_LIBRARY_PATH LD_PRELOAD

cat >race.c <<'END'
#include <pthread.h>
extern void *touch(void *unused);
int main(void)
{
    pthread_t other;
    pthread_create(&other, 0, touch, 0);
    touch(0);
    return pthread_join(other, 0);
}
END
cat >touch.c <<'END'
int shared;
void *touch(void *unused)
{
    shared++;
    return unused;
}
END
sed 's/extern/extern "C"/' race.c >race.cc
sed 's/^void/extern "C" void/' touch.c >touch.cc

# The race is seen, once; that it is ours who sees it, `needs` shows.
finds_race() { # finds_race PROGRAM
    run "$1"
    is 66 status
    like err '^WARNING: ThreadSanitizer: data race'
    like err '^ThreadSanitizer: reported 1 warnings$'
}
needs() { readelf -d "$1" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p'; }

for language in c cc; do
    driver=gcc
    [ $language = c ] || driver=g++
    have $driver || { skip "no $driver"; continue; }
    build() { run $driver -fsanitize=thread -B"$runtime" -g "$@"; is 0 status; is '' err; }

    build race.$language touch.$language -o prog
    finds_race ./prog
    needed=$(needs prog)
    like needed "^$runtime/libtsan\.so\.2$"
    ok "$driver: at once"

    build -c race.$language -o race.o
    build -c touch.$language -o touch.o
    build race.o touch.o -o prog
    finds_race ./prog
    (cd / && "$work/prog" 2>/dev/null)
    [ $? = 66 ] || complain 'not from another directory'
    ok "$driver: in steps"

    build -shared -fPIC touch.$language -o libtouch.so
    build race.$language -o prog "$PWD/libtouch.so"
    finds_race ./prog
    $driver -fsanitize=thread -shared -fPIC -g touch.$language -o libtouch.so 2>/dev/null &&
        finds_race ./prog # a library with gcc's own: still one runtime
    ok "$driver: with a shared library"

    build -static-libtsan race.$language touch.$language -o prog
    finds_race ./prog
    needed=$(needs prog)
    lacks needed libtsan
    ok "$driver: -static-libtsan"
done

for linker in gold lld; do
    have ld.$linker || { skip "no $linker"; continue; }
    run gcc -fuse-ld=$linker -fsanitize=thread -B"$runtime" race.c touch.c -o prog
    is 0 status
    finds_race ./prog
    ok "with $linker"
done

cat >Makefile <<'END'
prog: race.o touch.o
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^
END
rm -f ./*.o prog
run make CC=gcc CFLAGS="-g -fsanitize=thread -B$runtime"
is 0 status
finds_race ./prog
ok 'a Makefile'

gcc -fsanitize=thread race.c touch.c -o finished 2>/dev/null # with gcc's own libtsan.so.2
run env LD_LIBRARY_PATH="$runtime" ./finished
is 66 status
like err 'reported 1 warnings'
run env LD_PRELOAD="$runtime/libtsan.so.2" ./finished
is 66 status
run reprise run ./finished
like err '^reprise: 1 finding$'
rm prog && gcc -fsanitize=thread -B"$runtime" race.c touch.c -o prog
run reprise run ./prog
like err '^reprise: 1 finding$'
ok 'a finished program, and reprise run'

if have meson && [ -f "${REPRISE_BUILD-}/build.ninja" ]; then
    prefix=$(meson introspect "$REPRISE_BUILD" --buildoptions |
        sed -n 's/.*"name": "prefix", "value": "\([^"]*\)".*/\1/p')
    run meson install -C "$REPRISE_BUILD" --no-rebuild --quiet --destdir "$work/dest"
    is 0 status
    there=$(find dest -path '*/reprise/gcc/libtsan.so')
    named=$(readelf -d "$there" | sed -n 's/.*(SONAME).*\[\(.*\)\]/\1/p')
    [ -n "$prefix" ] && like named "^$prefix/.*/libtsan\.so\.2$"
    [ -f "dest/$named" ] || complain "no dest/$named"
    [ -e "$(dirname "$there")/libtsan.a" ] || complain 'no libtsan.a'
    ok 'the installed one names its place under the prefix, without DESTDIR'
else
    skip 'no meson'
fi

done_testing
