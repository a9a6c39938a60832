#!/bin/sh
# inline-source.sh OUTPUT COMMAND... - what COMMAND, a preprocessor, prints, with the runtime's own names
# as they are in libreprise.a (private-names.sh).
set -eu
output=$1
shift
"$@" >"$output.tmp"
sed 's/\<\(rt\|core\|sys\|wire\)_/reprise_&/g' "$output.tmp" >"$output"
rm -f "$output.tmp"
