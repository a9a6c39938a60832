#!/bin/sh
# syms.sh LIBRARY OUTPUT - the symbols that a shared library exports, as a dynamic list for the
# linker: what a program with the same runtime inside has to export to its own libraries.
set -eu
{
    echo '{'
    nm -D --defined-only "$1" | awk '$2 != "A" { sub("@.*", "", $3); print "    " $3 ";" }' | sort -u
    echo '};'
} >"$2.new"
mv "$2.new" "$2"
