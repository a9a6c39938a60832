# Shared by suite and std-suite: a Go toolchain and its two race runtimes, the stock one and ours.

# use_toolchain GOROOT: `go` is that one from here on, without network and the user's settings.
use_toolchain() {
    local path=${start_path:=$PATH}
    [ -x "$1/bin/go" ] || { echo "${0##*/}: no Go in $1" >&2; return 1; }
    export PATH=$1/bin:$path GOTOOLCHAIN=local GOPROXY=off GOWORK=off GOENV=off
    unset GOROOT GOFLAGS GODEBUG GORACE GOMAXPROCS REPRISE_OPTIONS
    version=$(go env GOVERSION) && root=$(go env GOROOT)
}

# ready_runtime RUNTIME: stands in $work/$version-RUNTIME; sets `overlay` (empty for stock), the
# file by which go commands that a test starts get our runtime as well.
ready_runtime() {
    dir=$work/$version-$1 overlay=
    mkdir -p "$dir/probe" || return 1
    printf 'module probe\n\ngo 1.19\n' >"$dir/probe/go.mod"
    printf 'package main\n\nfunc main() {}\n' >"$dir/probe/main.go"
    if [ "$1" = reprise ]; then
        overlay=$given_overlay
        [ -n "$overlay" ] || export REPRISE_GO_CACHE=$dir/overlay
    fi
    (cd "$dir/probe" && go_with "$1" build -o probe .) || return 1
    [ "$1" = stock ] || [ -n "$overlay" ] || overlay=$(ls -t "$REPRISE_GO_CACHE"/*/overlay.json | head -n 1)
    [ "$1" = stock ] || [ -n "$overlay" ] || { echo "${0##*/}: no overlay in $REPRISE_GO_CACHE" >&2; return 1; }
    # Linked is what was asked for: a silent fall-back to stock would make every test pass.
    if grep -aq reprise-go-runtime "$dir/probe/probe"; then [ "$1" = reprise ]; else [ "$1" = stock ]
    fi || { echo "${0##*/}: $version: asked for $1, linked the other runtime" >&2; return 1; }
}

# go_with RUNTIME VERB ARGS...: `go VERB -race` or `reprise go VERB`.
go_with() {
    local runtime=$1 verb=$2
    shift 2
    case $runtime in
    stock) go "$verb" -race "$@" ;;
    *) if [ -n "$given_overlay" ]; then
        go "$verb" -race -overlay="$given_overlay" "$@"
    else
        "$reprise" go "$verb" "$@"
    fi ;;
    esac
}
