#!/bin/bash
# What `reprise cc` would run. Needs no runtime and no compiler: both are stand-ins.
. "$(dirname "$0")/check.sh"

# A place of its own for the command, with a runtime beside it.
mkdir -p tree/gcc/none bin
cp "$REPRISE" tree/reprise
touch tree/libreprise.a tree/libreprise.so tree/libreprise.syms tree/gcc/libtsan_preinit.o
REPRISE=$PWD/tree/reprise
for name in clang-19 clang++-19 gcc g++ gcc-12 g++-12 mycc; do
    printf '#!/bin/sh\necho "ran %s $*"\n' $name >bin/$name
    chmod +x bin/$name
done
PATH=$PWD/bin:/usr/bin:/bin
bin=$PWD/bin tree=$PWD/tree
clang_link="$tree/gcc/libtsan_preinit.o -Wl,--whole-archive $tree/libreprise.a -Wl,--no-whole-archive -Xlinker --dynamic-list=$tree/libreprise.syms"
libraries="-Wl,--push-state,--as-needed,-lpthread,-ldl,-lrt,--pop-state"

print() { run reprise "$1" --print-command "${@:2}"; is 0 status; }

print cc -c a.c
is "$bin/clang-19 -fsanitize=thread -g1 -mprefer-vector-width=128 -c a.c" out
print c++ -c a.cc
is "$bin/clang++-19 -fsanitize=thread -g1 -mprefer-vector-width=128 -c a.cc" out
ok 'compile only'

print cc -O2 a.c -o a -lm
is "$bin/clang-19 -fsanitize=thread -g1 -mprefer-vector-width=128 -fno-sanitize-link-runtime $clang_link -O2 a.c -o a -lm $libraries" out
print cc a.o -o a
is "$bin/clang-19 -fno-sanitize-link-runtime $clang_link a.o -o a $libraries" out
ok 'clang links the whole archive'

print cc --with=gcc a.c
is "$bin/gcc -fsanitize=thread -g1 -Wno-tsan -B$tree/gcc/none -Wl,--whole-archive $tree/libreprise.a -Wl,--no-whole-archive -Xlinker --dynamic-list=$tree/libreprise.syms a.c $libraries" out
print cc --with gcc -nodefaultlibs a.o
has out "$tree/gcc/libtsan_preinit.o"
ok 'gcc links the whole archive and no libtsan'

print cc --shared-runtime a.o
has out " $tree/libreprise.so -Xlinker -rpath -Xlinker $tree a.o"
lacks out libreprise.a
print cc -shared-libsan a.o
has out " $tree/libreprise.so"
lacks out shared-libsan
print cc --with=gcc --shared-runtime a.o
is "$bin/gcc -fsanitize=thread -B$tree/gcc -Xlinker -rpath -Xlinker $tree/gcc a.o" out
print cc --with=gcc -static-libtsan a.o
has out libreprise.a
lacks out -static-libtsan
ok 'shared runtime'

for with in clang-19 gcc; do
    print cc --with=$with -shared -fPIC a.c -o a.so
    has out -fsanitize=thread
    lacks out libreprise
    lacks out rpath
    print cc --with=$with -r a.o -o b.o
    lacks out libreprise
    print cc --with=$with -shared -Wl,--no-undefined a.o
    like out '-Wl,-z,undefs$'
    print cc --with=$with -shared -Wl,-z,defs a.o
    like out '-Wl,-z,undefs$'
    print cc --with=$with -shared a.o
    lacks out undefs
done
ok 'shared libraries and relocatable objects get no runtime'

for word in -E -S -M -MM -fsyntax-only '-x c-header'; do
    print cc $word a.c
    lacks out libreprise
    has out -fsanitize=thread
done
print cc -MD -MF a.d -MT a.o a.c
has out libreprise.a
print cc a.h
lacks out libreprise
print cc -x c -
has out libreprise.a
ok 'what ends before the link'

for query in -v --version -dumpmachine -print-search-dirs -print-file-name=libc.so '-o -c' '-cc1 a.c'; do
    print cc $query
    is "$bin/clang-19 $query" out
    print cc --with=gcc $query
    is "$bin/gcc $query" out
done
ok 'questions pass untouched'

print cc -o out.c -include x.h -I dir -L dir -MF b.c -Xlinker c.c -Xclang d.c -mllvm e.c -T s.c -z now
is "$bin/clang-19 -o out.c -include x.h -I dir -L dir -MF b.c -Xlinker c.c -Xclang d.c -mllvm e.c -T s.c -z now" out
ok 'values of options are no inputs'

print cc -fsanitize=thread a.c
[ "$(grep -o -e '-fsanitize=thread' <<<"$out" | wc -l)" = 1 ] || complain 'not once'
print cc -fno-sanitize=thread a.c
is "$bin/clang-19 -fno-sanitize=thread a.c" out
print cc -fsanitize=thread -fno-sanitize=all a.o
lacks out libreprise
print cc -fno-sanitize=thread -fsanitize=thread a.o
has out libreprise.a
print cc -fsanitize=undefined a.c
has out '-fsanitize=thread '
ok '-fsanitize=thread once, and the last word counts'

for debug in -g -g0 -g3 -ggdb -gdwarf-4 -gline-tables-only -gsplit-dwarf; do
    print cc $debug -c a.c
    lacks out ' -g1 '
done
for other in -gz -gno-column-info -grecord-gcc-switches; do
    print cc $other -c a.c
    has out ' -g1 '
done
print cc -c a.s
is "$bin/clang-19 -c a.s" out
ok 'lines without -g, and no more than asked for'

printf '%s\n' '-shared "a b.o"' >response
print cc @response -o x.so
lacks out libreprise.a
has out '@response'
printf '%s\n' '-c @response2' >response
printf '%s\n' '@response' >response2
print cc @response a.c
lacks out libreprise.a
ok 'response files'

run reprise cc -static a.c
is 125 status
lines err 1
has err "$tree/static/libreprise.a is missing"
print cc -static -c a.c
mkdir tree/static
touch tree/static/libreprise.a
static_link="$tree/gcc/libtsan_preinit.o -L$tree/static -Wl,--whole-archive $tree/static/libreprise.a -Wl,--no-whole-archive"
print cc -static a.c
is "$bin/clang-19 -fsanitize=thread -g1 -mprefer-vector-width=128 -fno-sanitize-link-runtime $static_link -static a.c $libraries" out
print cc --with=gcc -static-pie a.c
is "$bin/gcc -specs=$tree/static/gcc.specs -g1 -Wno-tsan $static_link -static-pie a.c $libraries" out
print cc --with=gcc -static -shared a.c
lacks out tree/static
run reprise cc -static --shared-runtime a.c
is 2 status
lines err 1
ok 'fully static'

run reprise cc --with=clang-77 -c a.c
is 127 status
is 'reprise cc: clang-77 not found; install it or use --with=gcc' err
run env PATH=/nonexistent "$REPRISE" c++ -c a.c
is 127 status
lines err 1
run reprise cc --with
is 2 status
lines err 1
run env REPRISE_CC="$REPRISE cc" "$REPRISE" cc -c a.c
is 2 status
lines err 1
ok 'no compiler'

mkdir bare && cp "$REPRISE" bare/
run bare/reprise cc a.o
is 125 status
lines err 1
run bare/reprise cc -c a.c
is 0 status
ok 'no runtime'

run env REPRISE_CC=gcc-12 "$REPRISE" cc --print-command -c a.c
has out "$bin/gcc-12 "
run env REPRISE_CC=gcc-12 "$REPRISE" c++ --print-command -c a.c
has out "$bin/g++-12 "
run env REPRISE_CC=gcc-12 REPRISE_CXX=clang++-19 "$REPRISE" c++ --print-command -c a.c
has out "$bin/clang++-19 "
run env REPRISE_CC='mycc gcc-12' "$REPRISE" c++ --print-command -c a.c
has out "$bin/mycc g++-12 "
run env REPRISE_CC=gcc-12 "$REPRISE" c++ --print-command --with=clang-19 -c a.c
has out "$bin/clang++-19 "
print c++ --with="$bin/gcc-12" -c a.c
has out "$bin/g++-12 "
ok 'the choice of the compiler'

run reprise cc -DX='a b' -c a.c
is "ran clang-19 -fsanitize=thread -g1 -mprefer-vector-width=128 -DX=a b -c a.c" out
print cc '-DX="a b"' "it's.c" -c
has out "'-DX=\"a b\"' 'it'\\''s.c'"
ln -s "$REPRISE" tree/reprise-cc
ln -s "$REPRISE" tree/reprise-c++
run tree/reprise-cc --print-command -c a.c
has out "$bin/clang-19 "
run tree/reprise-c++ --print-command -c a.c
has out "$bin/clang++-19 "
run reprise cc --help
has out 'Usage: reprise cc'
ok 'words arrive whole, links work'

done_testing
