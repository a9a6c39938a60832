#!/bin/sh
# man.sh REPRISE OUTPUT [VERB] - the man page of the command or of one verb, in roff.
set -eu
reprise=$1 output=$2
shift 2
if "$reprise" help --man "$@" >"$output.new" && grep -q '^\.TH ' "$output.new"; then
    mv "$output.new" "$output"
else
    rm -f "$output.new"
    echo "man.sh: 'reprise help --man $*' printed no man page" >&2
    exit 1
fi
