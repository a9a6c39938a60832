#!/bin/bash
# demo.sh BUILD - the main job on one example: build it unmodified with `reprise cc`, run it
# under `reprise run`, show what was found. Succeeds when a race was found.
set -euo pipefail
build=$(cd "${1:-build}" && pwd)
cd "$(dirname "$0")/.."
reprise=$build/reprise
[ -x "$reprise" ] || { echo "demo: there is no $reprise" >&2; exit 1; }
out=$build/demo
mkdir -p "$out"

say() { printf '\n$ %s\n' "$*"; }

say "reprise cc -g -O1 -pthread examples/demo.c -o demo"
"$reprise" cc -g -O1 -pthread examples/demo.c -o "$out/demo"
say "reprise run -- ./demo"
status=0
(cd "$out" && "$reprise" run -- ./demo) || status=$?
if [ $status != 66 ]; then
    echo "demo: exit status $status; 66 (a race was found) was expected" >&2
    exit 1
fi
printf '\nexit status 66: the race above was found.\n'
