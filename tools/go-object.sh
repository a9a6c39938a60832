#!/bin/bash
# go-object.sh OUTPUT ENTRY.S INCLUDES VERSION SOURCE... - the runtime for Go programs, as one file of
# assembly: what `reprise go` puts into package runtime/race, where cgo assembles it.
#
# Go takes no archive and no second object there, and a replaced .syso it does not notice. So all
# sources are compiled into one unit (link-time optimisation makes names of one file its own), and
# that is delivered before the assembler. No libc is there: what the compiler calls by itself gets
# other names, which go/libc.c defines.
set -euo pipefail
output=$1 entry=$2 includes=$3 version=$4
shift 4
cc=${GO_OBJECT_CC:-gcc}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

flags=(-std=gnu17 -O2 -g0 -D_GNU_SOURCE -DRT_GO=1 -DREPRISE_VERSION="\"$version\""
    -fPIC -fvisibility=hidden -fno-builtin -fno-stack-protector -fcf-protection=none
    -fno-asynchronous-unwind-tables -fno-exceptions -fno-tree-loop-distribute-patterns -fno-common
    -ffixed-r14   # g of the Go code that called (go/turn.h)
    -mno-red-zone # the stack is that of g0, or of a signal
    -U_FORTIFY_SOURCE -Wall -Wextra -Wno-unused-parameter)
for i in $includes; do flags+=("-I$i"); done

n=0 objects=()
for source; do
    n=$((n + 1))
    object=$work/$n.o
    objects+=("$object")
    "$cc" "${flags[@]}" -flto -c "$source" -o "$object" &
    [ $((n % 4)) != 0 ] || wait -n
done
wait
"$cc" "${flags[@]}" -flto -flto-partition=one -r -nostdlib -flinker-output=nolto-rel \
    -save-temps=obj "${objects[@]}" -o "$work/race.o" 2>&1 | { grep -v 'flinker-output' || true; } >&2

undefined=$(nm "$work/race.o" | awk '$1 == "U" { print $2 }' |
    grep -vxE 'memcpy|memset|memmove|memcmp|_GLOBAL_OFFSET_TABLE_' || true)
if [ -n "$undefined" ]; then
    echo "go-object: the runtime for Go wants what nobody has:" $undefined >&2
    exit 1
fi
# In capitals or not, Go's own assembler must not take a line for its own; cpp reads the file first.
{
    sed 's,^ \*,#,; s,^/\*,#,; s,^ \*/,#,' "$entry"
    sed -E 's/\b(memcpy|memset|memmove|memcmp)\b/rt_go_\1/g; s/@PLT//g' "$work"/race.o.ltrans0.ltrans.s
} >"$output.new"
mv "$output.new" "$output"
