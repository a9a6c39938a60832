#!/bin/bash
# The edits of Go's library fit the Go at hand, and those whose GOROOTs stand in REPRISE_TEST_GOROOTS;
# lines keep their numbers; what is edited compiles with and without -race, and passes go vet.
. "$(dirname "$0")/check.sh"
tool=$REPRISE_BUILD/tests/cli-go_edit
unset GOFLAGS GOROOT
export GOTOOLCHAIN=local GOPROXY=off

roots=${REPRISE_TEST_GOROOTS-}
[ -n "$roots" ] || roots=$(go env GOROOT 2>/dev/null)
[ -n "$roots" ] || { echo "no Go" && exit 77; }

version_of() { sed -nE '1s/^go([0-9]+\.[0-9]+).*/\1/p' "$1/VERSION"; }

# Every line of the file that is not edited stands where it stood.
keeps_lines() { # keeps_lines BEFORE AFTER
    awk 'NR == FNR { before[FNR] = $0; n = FNR; next }
         FNR <= n && before[FNR] != $0 { changed++ }
         END { exit !(FNR >= n && changed <= 60) }' "$1" "$2"
}

check_lines() { # check_lines LIST
    local path replace
    while IFS=$'\t' read -r path replace; do
        keeps_lines "$path" "$replace" || { echo "lines of $path moved" && return 1; }
    done <"$1"
}

overlay() { # overlay LIST: as go wants it
    awk -F '\t' 'BEGIN { printf "{\"Replace\":{" }
        { printf "%s\"%s\":\"%s\"", (NR > 1 ? "," : ""), $1, $2 }
        END { print "}}" }' "$1"
}

# Also for other machines, and where nobody is asked: repriseMode is a constant there.
check_compiles() { # check_compiles ROOT DIRECTORY
    local go=$1/bin/go packages='runtime sync time testing' arch
    overlay "$2/list" >"$2/overlay.json"
    for arch in amd64 arm64; do
        # shellcheck disable=SC2086 # words
        CGO_ENABLED=0 GOARCH=$arch "$go" build -overlay "$2/overlay.json" $packages || return 1
    done
    # shellcheck disable=SC2086
    CGO_ENABLED=1 "$go" build -race -overlay "$2/overlay.json" $packages
}

for root in $roots; do
    version=$(version_of "$root")
    mkdir -p "out/$version" none
    run "$tool" "$REPRISE_SOURCE/go/edits" "$root" "$version" "$PWD/out/$version"
    printf '%s\n' "$out" >"out/$version/list"
    is 0 status
    ok "the edits fit Go $version"
    run check_lines "out/$version/list"
    is 0 status
    ok "lines of Go $version keep their numbers"
    run check_compiles "$root" "$PWD/out/$version"
    is 0 status
    ok "Go $version with edits compiles"
    run "$tool" "$REPRISE_SOURCE/go/edits" "$root" 1.99 "$PWD/none"
    is 1 status
    lines err 1
    has err 'Go 1.99: seeds are for Go 1.'
    left=$(ls none)
    is '' left
    ok "an unknown version is refused, and leaves nothing"
done
done_testing
