#!/bin/bash
# `reprise go test --hunt` and `reprise go run --hunt` as far as they need no Go: which packages, how
# they are built and called, what is kept, the lines to type. Go is a stand-in, and what it builds
# plays the runtime; go_hunt_real.sh has the real ones.
. "$(dirname "$0")/check.sh"
have sqlite3 || { skip 'no sqlite3 to look into the database'; done_testing; }
unset GOFLAGS GOROOT GOOS GOARCH GORACE CGO_ENABLED CC GOTOOLCHAIN REPRISE_GO REPRISE_GO_CACHE
unset XDG_CACHE_HOME

# A place of its own for the command, with a runtime beside it, and a GOROOT.
mkdir -p tree/go/edits root/bin root/src/runtime/race/internal/amd64v{1,3} bin tmp home
cp "$REPRISE" tree/reprise
touch tree/libreprise.a root/src/runtime/race/race.go
touch root/src/runtime/race/internal/amd64v{1,3}/race_linux.syso
echo '# the runtime' >tree/go/race_linux_amd64.S
printf '%s\n' 'edit one' 'file runtime/proc.go' '= var a int' after '+ var b int' >tree/go/edits/a.edit
printf '%s\n' 'package runtime' 'var a int' >root/src/runtime/proc.go
REPRISE=$PWD/tree/reprise
export HOME=$PWD/home TMPDIR=$PWD/tmp

cat >bin/go <<'END'
#!/bin/bash
[ "$1" != -C ] || { cd "$2" && shift 2; }
case $* in
env*)
    printf '{"GOROOT":"%s","GOVERSION":"go1.26.8","GOOS":"linux","GOARCH":"amd64",' "$ROOT"
    printf '"GOHOSTOS":"linux","GOHOSTARCH":"amd64","GOFLAGS":"","CGO_ENABLED":"1","CC":"sh"}\n' ;;
list*TestGoFiles*)
    echo "$PWD: $*" >>"$LOG"
    [ -z "${FAKE_LIST-}" ] || { echo 'go: no such package' >&2; exit 1; }
    printf '%b' "$PACKAGES" ;;
list*) echo 'runtime/race [zz_reprise_linux_amd64.S] []' ;;
*)
    echo "$PWD: $*" >>"$LOG"
    case $* in *broken*) echo 'broken.go:1: it is' >&2; exit 1 ;; esac
    while [ "$1" != -o ]; do shift; done
    cp "$PLAYER" "$2" && chmod +x "$2" ;;
esac
END
# What is built: what it does follows from its directory's name, its seed and its arguments.
cat >player <<'END'
#!/bin/bash
option() { sed -nE "s/.*:$1='?([^':]*).*/\1/p" <<<":$REPRISE_OPTIONS"; }
seed=$(option seed) sidecar=$(option sidecar)
[ "$(option strategy)" != rr ] || seed=rr
say() { printf '{"v":1,"kind":"%s","pid":%d%s}\n' "$1" $$ "$2" >>"$sidecar"; }
end() {
    [[ $REPRISE_OPTIONS != *record=* ]] || more=',"schedule":"rp1.x.y","trail":"1:00"'
    say end ",\"status\":$1,\"seed\":\"$seed\",\"strategy\":\"random\",\"schedule_hash\":\"0x$seed\",\"steps\":7$more"
    exit "$1"
}
echo "${PWD##*/} $PWD ${0##*/} $*" >>"$RUNS"
alone=
[[ $* != *-test.run=^Test?\$* ]] || alone=alone
say start ',"build_id":"ab12","language":"go"'
case ${PWD##*/}$seed$alone in
a4 | a2alone)
    say finding ',"n":1,"type":"data-race","title":"data race","language":"go","test":"TestA/sub","signature":"1-aa","accesses":[{"op":"write","size":4,"address":"0x10","thread":1,"stack":[[-1,"0x1"]]}]'
    printf -- '--- FAIL: TestA (0.00s)\n    --- FAIL: TestA/sub (0.00s)\n'
    printf '        testing.go:1: race detected during execution of test\n    testing.go:1: race detected during execution of test\nFAIL\n'
    end 1 ;;
b2)
    printf -- '--- FAIL: TestB (0.00s)\n    b_test.go:7: lost\nFAIL\n'
    end 1 ;;
prog3)
    printf 'panic: %s\n\ngoroutine 1 [running]:\nmain.f(0x1)\n\t/x/m.go:3 +0x1\n' "$*" >&2
    end 2 ;;
esac
end 0
END
chmod +x bin/go player
cp bin/go root/bin/go
PATH=$PWD/bin:/usr/bin:/bin
export LOG=$PWD/log ROOT=$PWD/root PLAYER=$PWD/player RUNS=$PWD/runs
mkdir -p mod/a mod/b mod/c mod/prog
cd mod || exit 1
mod=$PWD
package() { printf '%s' "example.com/mod/$1\\t$mod/$1\\t$2\\n"; } # package NAME FILES
hunt() {
    : >"$LOG" >"$RUNS"
    run reprise go "$1" --hunt "${@:2}"
}

# ---- a finding of one test ----

PACKAGES=$(package a 10)
export PACKAGES
hunt test -tags x -v -run 'A|B' -timeout=20s ./a --seeds=9 -args -one two
is 66 status
like out '^F1  data race  .*, in TestA/sub$'
has out '  seed 2 of random for TestA alone, 4 for all tests; signature 1-aa'
has out '  in test TestA/sub'
has out "to play it again: reprise go test --seed=2 -tags x -v -timeout=20s -run '^TestA\$' ./a -args -one two"
has out 'as it was built for this hunt: reprise replay F1'
like out '^reprise: example.com/mod/a: 1 finding in 4 seeds'
lacks out FAIL
like out 'reprise shrink F1$'
runs=$(cat "$RUNS")
like runs "^a $mod/a a.test -test.paniconexit0 -test.v -test.run=A\\|B -one two$"
like runs "^a $mod/a a.test -test.run=\\^TestA\\$ -test.paniconexit0 -test.v -one two$"
log=$(cat "$LOG")
like log "^$mod: list -race -overlay=[^ ]* -tags x -f "
like log "^$mod: test -race -overlay=[^ ]* -c -o $mod/.reprise/go/[0-9a-f]{16}/a.test -tags x example.com/mod/a$"
ignored=$(cat .reprise/.gitignore)
is '*' ignored
row=$(sqlite3 .reprise/findings.db 'select directory, seed, reproduced from finding where id=1')
is "$mod/a|2|1" row
ok 'a race in a test is hunted, and found again in that test alone'

run reprise replay F1
is 1 status
has err 'F1 came back'
kept=$(echo .reprise/go/*/a.test)
rm "$kept"
run reprise replay F1
is 1 status
like err 'a.test is not there any more, so it is built again$'
has err 'F1 came back'
[ -x "$kept" ] || complain 'not built again'
rm "$kept" "${kept%/*}/build"
run reprise replay F1
is 127 status
ok 'what was kept is played, and built again when it is gone'

# ---- several packages ----

PACKAGES="$(package a 10)$(package none 00)$(package b 01)$(package c 20)$(package broken 10)"
mkdir none broken
hunt test --seeds=5 ./...
is 66 status
has err 'reprise: example.com/mod/none has no tests'
has err 'broken.go:1: it is'
has err 'reprise: example.com/mod/broken does not build'
has out '--- FAIL: TestB: b_test.go:7: lost'
has out 'to play it again: reprise go test --seed=2 ./b'
has out 'reprise: example.com/mod/c: 0 of 5 seeds failed'
has out 'to look longer: reprise go test --hunt --seeds 50 --seed-from 6 ./c'
has out 'reprise: 3 packages hunted, 2 with findings; 1 without tests; 1 did not build'
ok 'several packages, each for itself'

PACKAGES=$(package b 10)
hunt test --seeds=5 ./b
is 1 status
PACKAGES=$(package c 10)
hunt test --seeds=5 ./c
is 0 status
PACKAGES=$(package broken 10)
hunt test ./broken
is 1 status
FAKE_LIST=1 hunt test ./nothing
is 1 status
has err 'go: no such package'
PACKAGES=$(package none 00)
hunt test ./none
is 0 status
ok 'exit statuses'

# ---- go run ----

cd prog || exit 1
PACKAGES="command-line-arguments\\t$mod/prog\\t00\\n"
hunt run -tags y m.go arg -v
is 1 status
like out '^F1  panic: arg -v  main.f m.go:3$'
has out 'to play it again: reprise go run --seed=3 -tags y m.go arg -v'
log=$(cat "$LOG")
like log "^$PWD: build -race -overlay=[^ ]* -o $PWD/.reprise/go/[0-9a-f]{16}/m -tags y m.go$"
PACKAGES=$(package prog 00)
hunt run .
is 1 status
has out 'to play it again: reprise go run --seed=3 .'
cd ..
PACKAGES="command-line-arguments\\t$mod/prog\\t00\\n"
hunt run -C prog m.go
is 1 status
has out 'to play it again: reprise go run -C prog --seed=3 m.go'
ok 'a program'

# ---- what does not go together ----

for flag in -c -o=x -json -n -exec=y -fuzz=F -coverprofile=z '-list .' '--seed=4'; do
    # shellcheck disable=SC2086
    hunt test $flag ./a
    is 2 status
    lines err 1
    [ ! -s "$RUNS" ] || complain "a run with $flag"
done
hunt test --strategy=wrong ./a
is 2 status
ok 'flags that many runs cannot have'
done_testing
