#!/bin/sh
# static-runtime.sh COMPILER LIBC RUNTIME REALS_C OUTPUT - what fully static programs are linked
# with, in the directory OUTPUT:
#
#   libc.a        a copy of the C library in LIBC; the functions that RUNTIME stands in for are
#                 called reprise_real_NAME in it (static/reals.c says why)
#   libreprise.a  a copy of RUNTIME with REALS_C, which finds them
#
# COMPILER may be several words: a compiler and its options.
set -eu
export LC_ALL=C
compiler=$1 libc=$2 runtime=$3 reals_c=$4 output=$5
work=$output/static-runtime.tmp
rm -rf "$work"
mkdir -p "$work"
trap 'rm -rf "$work"' EXIT

defined() { # defined ARCHIVE: the functions and variables that others may refer to
    nm --defined-only "$1" 2>/dev/null | awk 'NF == 3 && $2 ~ /[A-Zi]/ { print $3 }' | sort -u
}
rename_lines() { sed 's/.*/& reprise_real_&/'; }

defined "$runtime" | sed -n 's/^__interceptor_//p' | sort -u >"$work/hooks"
# Without dlopen(): to want it of a static C library makes the linker warn.
defined "$libc" | comm -12 "$work/hooks" - | grep -vx 'dlopen\|dlclose' >"$work/real"

# The allocator is renamed where it is defined and nowhere else: what strdup() allocates inside
# the C library has to be seen, as it is in a dynamic program.
(cd "$work" && ar x "$libc" malloc.o)
defined "$work/malloc.o" | comm -12 "$work/real" - >"$work/allocator"
grep -qx malloc "$work/allocator"
rename_lines <"$work/allocator" >"$work/allocator.map"
comm -23 "$work/real" "$work/allocator" | rename_lines >"$work/map"
objcopy --redefine-syms="$work/map" "$libc" "$work/libc.a"
cat "$work/map" >>"$work/allocator.map"
objcopy --redefine-syms="$work/allocator.map" "$work/malloc.o"
ar r "$work/libc.a" "$work/malloc.o"

# The runtime starts when the C library registers what runs the destructors (static/reals.c).
(cd "$work" && ar x libc.a libc-start.o)
objcopy --redefine-sym reprise_real___cxa_atexit=reprise_static_start "$work/libc-start.o"
ar r "$work/libc.a" "$work/libc-start.o"

# A hook without a real function must not take the place of the function (libm's, dlopen). Those
# for C++ do without.
comm -23 "$work/hooks" "$work/real" | grep -v '^_Z\|^__cxa_guard_' >"$work/absent" || :
sed 's/.*/REAL(&)/' "$work/real" >"$work/reals.h"
$compiler -I"$work" -c "$reals_c" -o "$work/reals.o"
objcopy --localize-symbols="$work/absent" --redefine-sym dlsym=reprise_static_dlsym \
    --redefine-sym dlvsym=reprise_static_dlvsym --redefine-sym dlopen=reprise_static_dlopen \
    "$runtime" "$work/libreprise.a"
ar r "$work/libreprise.a" "$work/reals.o"
mv "$work/libc.a" "$work/libreprise.a" "$output"
