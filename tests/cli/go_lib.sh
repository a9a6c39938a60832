# Sourced after check.sh by tests with a real Go and the real runtime: where they are not there, the
# test is skipped; else nothing of the user's is read or written.
unset GOFLAGS GORACE CGO_ENABLED REPRISE_GO XDG_CACHE_HOME GOWORK GOEXPERIMENT GODEBUG
PATH=$PATH:/usr/local/go/bin:/usr/lib/go/bin
have go || { echo 'skipped: no go'; exit 77; }
[ -n "${HOME-}" ] || export HOME=$PWD/home
export GOTOOLCHAIN=local GOPROXY=off GOFLAGS=-mod=mod TMPDIR=$PWD/tmp REPRISE_GO_CACHE=$PWD/cache
mkdir tmp
[ -r "$(reprise --print-runtime-dir)/go/race_linux_amd64.S" ] || { echo 'skipped: no runtime for Go'; exit 77; }
[ "$(go env GOOS GOARCH CGO_ENABLED | xargs)" = 'linux amd64 1' ] && have "$(go env CC)" ||
    { echo 'skipped: go has no race detector here'; exit 77; }

# A copy of the command and its runtime: nobody shall change the edits in the middle of a test.
copy_reprise() {
    mkdir tree && cp -L "$REPRISE" tree/reprise && cp -rL "$(reprise --print-runtime-dir)/go" tree/ &&
        touch tree/libreprise.a || exit 1
    export REPRISE=$PWD/tree/reprise
}
