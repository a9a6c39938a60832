#!/bin/sh
# libtsan-link.sh CC LIBRARY PLACE OUTPUT - what gcc finds as libtsan.so when it links: a library
# without code that has the exports of LIBRARY and calls itself PLACE/libtsan.so.2. So the linked
# program looks for the runtime in that very place, and needs no rpath and no environment; and as
# the real one is called libtsan.so.2, libraries linked with gcc's own share it. CC may be words.
set -eu
compiler=$1 library=$2 place=$3 output=$4
trap 'rm -f "$output.S"' EXIT
nm -D --defined-only "$library" | awk '
    BEGIN { print ".text" }
    $2 == "A" { next }
    { sub("@.*", "", $3) }
    $2 !~ /^[TtWi]$/ {
        print "libtsan-link: " $3 " is data: a program would copy it, which needs its size" >"/dev/stderr"
        exit 1
    }
    { print ".globl " $3 "\n.type " $3 ", @function\n" $3 ":" }
    END { print ".byte 0\n.section .note.GNU-stack, \"\", @progbits" }' >"$output.S"
$compiler -x assembler -shared -nostdlib -Xlinker -soname -Xlinker "$place/libtsan.so.2" \
    -o "$output.new" "$output.S"
mv "$output.new" "$output"
