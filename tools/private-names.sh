#!/bin/sh
# private-names.sh ARCHIVE OUTPUT - a copy of the runtime for programs to be linked with: what only the
# runtime itself refers to is called reprise_NAME in it. A program may have an rt_init() of its own.
set -eu
export LC_ALL=C
archive=$1 output=$2
names=$output.names
trap 'rm -f "$names" "$output.tmp"' EXIT

readelf -sW "$archive" | awk '
    $5 ~ /GLOBAL|WEAK/ && $6 == "HIDDEN" && $7 != "UND" && $8 !~ /^(reprise_|DW\.ref)/ {
        print $8, "reprise_" $8
    }' | sort -u >"$names"
rm -f "$output.tmp" # the archive may be a thin one, of which objcopy would change the objects
printf 'create %s\naddlib %s\nsave\nend\n' "$output.tmp" "$archive" | ar -M
objcopy --redefine-syms="$names" "$output.tmp"
mv "$output.tmp" "$output"
