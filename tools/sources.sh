#!/bin/sh
# sources.sh DIR... - names, relative to DIR, of the .c and .S files directly in DIR, sorted.
#
# meson.build calls this while it configures, so a new source file needs no edit of a build
# file, only a reconfigure (which `make` always does). Sorted by byte value: the order of
# objects in an archive must not depend on the locale or on the file system.
set -eu
for dir in "$@"; do
    [ -d "$dir" ] || continue
    (cd "$dir" && LC_ALL=C ls) | LC_ALL=C grep -E '^[A-Za-z0-9_][A-Za-z0-9_.-]*\.[cS]$' || :
done
