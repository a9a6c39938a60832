#!/bin/bash
# Real compilers and linkers with `reprise cc`, and a stand-in for the runtime
# (programs/stub_runtime.c) that shows whether it was linked and is the one that is called.
programs=$(cd "$(dirname "$0")" && pwd)/programs
. "$(dirname "$0")/check.sh"

# An installed tree around the command.
mkdir -p tree/gcc/none src && cp "$REPRISE" tree/reprise && REPRISE=$PWD/tree/reprise
ln -s reprise tree/reprise-cc && ln -s reprise tree/reprise-c++
gcc -O1 -w -fPIC -fvisibility=hidden -c "$programs/stub_runtime.c" -o stub.o
ar rc tree/libreprise.a stub.o
gcc -shared -o tree/libreprise.so -Wl,-soname,libreprise.so stub.o
gcc -shared -o tree/gcc/libtsan.so.2 -Wl,-soname,libtsan.so.2 stub.o && ln -s libtsan.so.2 tree/gcc/libtsan.so
echo '/* nothing */' >tree/gcc/none/libtsan.so
cat >preinit.c <<'END'
extern void __tsan_init(void);
__attribute__((section(".preinit_array"), used)) static void (*const start)(void) = __tsan_init;
END
gcc -fPIC -c preinit.c -o tree/gcc/libtsan_preinit.o
{ echo '{'; nm -g --defined-only stub.o | awk '{print "  " $3 ";"}'; echo '};'; } >tree/libreprise.syms

cat >main.c <<'END'
#include <dlfcn.h>
#include <stdio.h>
#include <unistd.h>
extern void stub_constructed(void);
int global;
__attribute__((constructor)) static void early(void) { stub_constructed(); }
int main(int argc, char **argv)
{
    global += argc;
    int (*parent)(void) = NULL;
    void *library = argc > 1 ? dlopen(argv[1], RTLD_NOW) : NULL;
    if (library)
        parent = (int (*)(void))dlsym(library, "parent");
    printf("main %d, library %d\n", (int)getppid(), parent ? parent() : 0);
    return 0;
}
END
cat >library.c <<'END'
#include <unistd.h>
int calls;
int parent(void) { calls++; return getppid(); }
END
sed 's/^extern/extern "C"/' main.c >main.cc
sed 's/^int parent/extern "C" int parent/' library.c >library.cc

expect_runs() { # expect_runs PROGRAM... : runs with the library, and everything is ours
    run "$@" ./library.so
    is 0 status
    is $'main 4242, library 4242\nruntime: early, saw accesses' out
}

for compiler in clang-19 clang-14 gcc; do
    have $compiler || { skip "no $compiler"; continue; }
    for language in cc c++; do
        ending=${language/++/c}
        [ $language = cc ] && ending=c
        cc() { run "$REPRISE" $language --with=$compiler -Wall -Werror "$@"; is 0 status; is '' err; }

        cc -O1 -shared -fPIC library.$ending -o library.so
        readelf -d library.so >needed
        ! grep -qE 'libreprise|libtsan|RPATH|RUNPATH' needed || complain 'the library has a runtime'
        cc -O1 main.$ending -o prog
        readelf -d prog >needed
        ! grep -qE 'libreprise|libtsan|RPATH|RUNPATH' needed || complain 'the program needs a runtime'
        expect_runs ./prog
        ok "$compiler $language: compile and link at once"

        cc -O2 -g -c main.$ending -o main.o
        cc main.o -o prog -lm
        expect_runs ./prog
        cc -fsanitize=thread main.o -o prog
        expect_runs ./prog
        cc -c -fPIC library.$ending -o library.o
        cc -shared library.o -o library.so -Wl,--no-undefined
        expect_runs ./prog
        ok "$compiler $language: in steps"

        cc -fno-pie -no-pie main.$ending -o prog
        expect_runs ./prog
        cc -fPIE -pie -Wl,--as-needed -Wl,--gc-sections -ffunction-sections main.$ending -o prog
        expect_runs ./prog
        cc -Wl,-z,now -Wl,-z,relro -Wl,-O1 -Wl,--hash-style=gnu main.$ending -o prog
        expect_runs ./prog
        ok "$compiler $language: PIE or not"

        cc --shared-runtime main.$ending -o prog
        readelf -d prog >needed
        grep -qE 'libreprise.so|libtsan.so.2' needed || complain 'no shared runtime'
        expect_runs ./prog
        ok "$compiler $language: shared runtime"

        cc -fno-sanitize=thread -x c - -c -o plain.o </dev/null
        run "$REPRISE" $language --with=$compiler -fno-sanitize=thread main.$ending -o prog
        has err stub_constructed # not linked
        ok "$compiler $language: switched off"
    done
    cc() { run "$REPRISE" cc --with=$compiler -Wall -Werror "$@"; is 0 status; is '' err; }
    for linker in lld gold bfd; do
        case $linker in
        lld) have ld.lld || PATH=$PATH:/usr/lib/llvm-19/bin ;;
        esac
        have ld.$linker || { skip "no $linker"; continue; }
        cc -fuse-ld=$linker main.c -o prog
        cc -fuse-ld=$linker -fPIC -shared library.c -o library.so
        expect_runs ./prog
        ok "$compiler with $linker"
    done
    if [ $compiler = gcc ]; then
        cc -flto -O2 main.c -o prog
        expect_runs ./prog
        ok 'gcc -flto'
    fi
    mkdir "a b,c" && cp main.c "a b,c/" && cc "a b,c/main.c" -o "a b,c/prog"
    expect_runs "a b,c/prog"
    rm -r "a b,c"
    ok "$compiler: spaces and commas in names"
done

# The words that build systems ask.
run reprise cc --with=gcc --version
like out '^gcc '
run reprise cc --with=gcc -dumpmachine
is "$(gcc -dumpmachine)" out
run reprise cc --with=gcc -v
has err 'gcc version'
lacks err libreprise
echo 'int main(void) { return 0; }' >conftest.c
for compiler in gcc clang-19; do
    have $compiler || continue
    run reprise cc --with=$compiler -o conftest conftest.c && is 0 status && is "" err
    run reprise cc --with=$compiler -c conftest.c -Werror && is 0 status && is "" err
    run bash -c "'$REPRISE' cc --with=$compiler -E -dM -x c - </dev/null"
    is 0 status
    like out '__GNUC__'
    run reprise cc --with=$compiler nowhere.c
    [ $status != 0 ] || complain 'no error'
done
ok 'conftest'

if have cmake; then
    mkdir -p project/build
    cat >project/CMakeLists.txt <<'END'
cmake_minimum_required(VERSION 3.10)
project(p C CXX)
find_package(Threads REQUIRED)
add_library(library SHARED ../library.c)
set_target_properties(library PROPERTIES PREFIX "")
add_executable(prog ../main.c)
add_executable(progxx ../main.cc)
target_link_libraries(prog Threads::Threads ${CMAKE_DL_LIBS})
target_link_libraries(progxx Threads::Threads ${CMAKE_DL_LIBS})
END
    for compiler in gcc clang-19; do
        have $compiler || continue
        rm -rf project/build/*
        REPRISE_CC=$compiler run cmake -S project -B project/build -DCMAKE_C_COMPILER="$PWD/tree/reprise-cc" \
            -DCMAKE_CXX_COMPILER="$PWD/tree/reprise-c++"
        is 0 status
        REPRISE_CC=$compiler run cmake --build project/build
        is 0 status
        cp project/build/library.so .
        expect_runs project/build/prog
        expect_runs project/build/progxx
        ok "CMake with $compiler"
    done
    rm -rf project/build/*
    CC="$REPRISE cc" CXX="$REPRISE c++" run cmake -S project -B project/build
    is 0 status
    run cmake --build project/build
    is 0 status
    expect_runs project/build/progxx
    ok 'CMake with CC of two words'
fi

# gcc alone, with our directory.
gcc -fsanitize=thread -B"$(reprise --print-gcc-dir)" main.c -o prog
gcc -fsanitize=thread -B"$(reprise --print-gcc-dir)" -fPIC -shared library.c -o library.so
run env LD_LIBRARY_PATH="$PWD/tree/gcc" ./prog ./library.so
is $'main 4242, library 4242\nruntime: early, saw accesses' out
run reprise run -q ./prog ./library.so
is $'main 4242, library 4242\nruntime: early, saw accesses' out
is '' err
ok 'gcc -B, and reprise run finds the runtime'

done_testing
