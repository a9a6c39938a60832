#!/bin/bash
# `reprise go` as far as it needs no Go: what it asks, refuses and passes on, and the overlay in the
# cache. Go, GOROOT, runtime and edits are stand-ins; go_build.sh has the real ones.
. "$(dirname "$0")/check.sh"
unset GOFLAGS GOROOT GOOS GOARCH GORACE CGO_ENABLED CC GOTOOLCHAIN REPRISE_GO REPRISE_GO_CACHE
unset XDG_CACHE_HOME

# A place of its own for the command, with a runtime beside it, and a GOROOT.
mkdir -p tree/go/edits root/bin root/src/runtime/race/internal/amd64v{1,3} bin tmp home
cp "$REPRISE" tree/reprise || exit 1
touch tree/libreprise.a root/src/runtime/race/{race.go,race_linux_arm64.syso}
touch root/src/runtime/race/internal/amd64v{1,3}/race_linux.syso
echo '# the runtime' >tree/go/race_linux_amd64.S
printf '%s\n' 'edit one' 'file runtime/proc.go' '= var a int' after '+ var b int' >tree/go/edits/a.edit
printf '%s\n' 'package runtime' 'var a int' >root/src/runtime/proc.go
REPRISE=$PWD/tree/reprise
race=$PWD/root/src/runtime/race
export HOME=$PWD/home TMPDIR=$PWD/tmp

# Answers questions; otherwise tells how it was called, and keeps the overlay that it was given.
cat >bin/go <<'END'
#!/bin/bash
echo "$*" >>"$LOG"
case $1 in
env)
    [ -z "${FAKE_ENV-}" ] || { echo 'go: told why' >&2 && exit "$FAKE_ENV"; }
    printf '{"GOROOT":"%s","GOVERSION":"%s","GOOS":"%s","GOARCH":"%s",' "$ROOT" \
        "${FAKE_VERSION-go1.26.8}" "${GOOS:-linux}" "${GOARCH:-amd64}"
    printf '"GOHOSTOS":"linux","GOHOSTARCH":"%s","GOFLAGS":"%s","CGO_ENABLED":"%s","CC":"%s"}\n' \
        "${FAKE_HOST:-amd64}" "${GOFLAGS-}" "${CGO_ENABLED:-${FAKE_CGO:-1}}" "${CC:-sh}" ;;
list)
    if [ -n "${FIFO-}" ]; then echo waits >"$FIFO" && read -r _ <"$FIFO"; fi
    echo "${FAKE_LIST:-runtime/race [zz_reprise_linux_amd64.S] []}" ;;
*)
    if [ -n "${RUN_FIFO-}" ]; then echo waits >"$RUN_FIFO" && read -r _ <"$RUN_FIFO"; fi
    echo "ran in $PWD: $*"
    echo "options: ${REPRISE_OPTIONS-}"
    echo "cgo: ${CGO_ENABLED-}"
    for word; do
        case $word in -overlay=*) cp "${word#*=}" "$SEEN" && dirname "${word#*=}" >"$SEEN.in" ;; esac
    done
    exit "${FAKE_STATUS:-0}" ;;
esac
END
chmod +x bin/go
cp bin/go root/bin/go
export LOG=$PWD/log SEEN=$PWD/seen ROOT=$PWD/root
system=/usr/bin:/bin
PATH=$PWD/bin:$system
cache=$HOME/.cache/reprise/go
entries() { find "$cache" -mindepth 1 -maxdepth 1 2>/dev/null | wc -l; }

fails() { # fails STATUS TEXT WORDS...
    : >"$LOG"
    run reprise go "${@:3}"
    is "$1" status
    is '' out
    lines err 1
    has err "$2"
    ! grep -qE '^(build|test|run)' "$LOG" || complain 'go was called'
}
o="-race -overlay=$cache/go1\.26\.8-[0-9a-f]{16}/overlay\.json"
passes() { # passes 'WHAT GO IS GIVEN' WORDS...
    run reprise go "${@:2}"
    is 0 status
    is '' err
    like out "^ran in $PWD: $1\$"
}

# ---- the command line ----

run reprise go
is 2 status
has err 'Usage: reprise go'
: >"$LOG"
fails 2 'say what go shall do' --seed=7
fails 2 'is not an option' --nonsense test
fails 2 'empty' test --seed=
fails 2 'needs a value' test --seed
fails 2 'needs a --seed' test --strategy=pct
fails 2 'nonsense' test --seed=1 --strategy=nonsense
fails 2 'reprise replay' test --seed=1 --strategy=list
fails 2 'leave --seed out' test --hunt --seed=1
fails 2 '--seeds=5 is for --hunt' test --seeds=5
fails 2 'nothing is run by go build' build --seed=7
fails 2 'nothing is run by go test -c' test -c --seed=7
fails 2 'NAME=VALUE' test --set=seed
fails 2 'no runtime option' test --set=nonsense=1
fails 2 'without it: go build' build -race=false
[ ! -s "$LOG" ] || complain 'asked go'
[ ! -e "$HOME/.cache" ] || complain 'made a cache'
ok 'what is wrong by itself costs one line, and go is not called'

passes "build $o -v -o x \./\.\.\." build -v -o x ./...
like out '^options: $'
passes "install $o example\.org/x@v1" install example.org/x@v1
passes "test $o -run --seed=1 \./\.\.\. -v" test -run --seed=1 ./... -v
passes "test $o -count=1 -v \. -json" --seed=7 test -v . -json
like out "^options: seed='7'$"
passes "test $o -count=3 \." test -count=3 --seed=7 .
passes "test $o -count 3 \." test -count 3 --seed 7 .
passes "test $o -test\.count=3 \." test -test.count=3 --seed 7 .
passes "test $o -count=1 \." test . --seed 'a b' --strategy=pct:depth=3 --set points=all --sidecar=s
like out "^options: points='all':sidecar='$PWD/s':seed='a b':strategy='pct:depth=3'$"
passes "test $o \. -args --seed=7" test . -args --seed=7
passes "test $o -count=1 \. -mine x" test . -mine x --seed=7
passes "test $o \. -mine=x y --seed=7" test . -mine=x y --seed=7
passes "test $o --run X --timeout=9s --trace t \." test --run X --timeout=9s --trace t .
passes "run $o \. --seed=7" run . --seed=7
passes "run $o -tags x a\.go b\.go --seed=7" run -tags x a.go b.go --seed=7
passes "run $o -exec --seed=1 \." run -exec --seed=1 --seed=7 .
like out "^options: seed='7'$"
GOFLAGS=-count=2 passes "test $o \." test --seed=7 .
REPRISE_OPTIONS=seed=3 passes "test $o -count=1 \." test .
like out '^options: seed=3$'
REPRISE_OPTIONS=seed=3 passes "test $o -count=1 \." test --seed=4 .
like out "^options: seed=3:seed='4'$"
FAKE_STATUS=3 run reprise go test .
is 3 status
ok 'words are passed on, ours are taken out'

: >"$LOG"
passes 'vet -x --seed=1' vet -x --seed=1
passes 'mod tidy' mod tidy
passes '-C home mod tidy' -C home mod tidy
! grep -q '^env -json' "$LOG" || complain 'asked for no reason'
FAKE_STATUS=4 run reprise go vet
is 4 status
ok 'other subcommands are called as they are'

# ---- the user's go ----

PATH=$system fails 125 'go not found; put it into PATH or give --go=PATH' test
fails 125 'nowhere/go: no such program' --go=nowhere/go test
REPRISE_GO=nowhere/go fails 125 'nowhere/go: no such program' test
ln -s "$REPRISE" bin/reprise-go
fails 2 'is reprise itself' --go=reprise-go test
cp bin/go bin/another
PATH=$system passes "test $o" --go="$PWD/bin/go" test
PATH=$system passes "test $o" test --go "bin/another"
PATH=$system REPRISE_GO=$PWD/bin/go passes "vet" vet
ok 'where go is'

for version in go1.18.10 go1.9 'devel go1.18-1234'; do
    FAKE_VERSION=$version fails 125 "$version is too old; Go 1.19 or newer is needed" test
done
FAKE_VERSION='' fails 125 'answers no questions' test
FAKE_ENV=1 fails 1 'go: told why' test
for version in go1.99.1 'devel go1.99-1234 Mon' 'devel +1234'; do
    FAKE_VERSION=$version run reprise go test .
    is 0 status
    lines err 1
    has err "$version is newer than this version of reprise"
    has err 'races are found, but there are no seeds'
    ! grep -q proc.go "$SEEN" || complain 'edited'
    grep -q zz_reprise "$SEEN" || complain 'not swapped'
    FAKE_VERSION=$version fails 125 'no seeds there' test --seed=1
    FAKE_VERSION=$version fails 125 'no seeds there' test --hunt
done
for version in go1.19 go1.27rc1 'go1.26.8 X:nocoverageredesign' go1.22.5-fork; do
    FAKE_VERSION=$version run reprise go test --seed=1 .
    is 0 status
    is '' err
done
ok 'versions'

CGO_ENABLED=0 fails 125 'needs cgo: CGO_ENABLED=0 is set; set it to 1' build
CC='no-compiler -m64' fails 125 'needs a C compiler: no-compiler not found' build
FAKE_CGO=0 passes "build $o" build
like out '^cgo: 1$'
passes "build $o" build
like out '^cgo: $'
GOOS=windows fails 125 'no runtime for windows/amd64' test
GOARCH=arm64 fails 125 'no runtime for linux/arm64' test
FAKE_HOST=arm64 FAKE_CGO=0 fails 125 'set CGO_ENABLED=1 and CC' build
FAKE_HOST=arm64 CGO_ENABLED=1 passes "build $o" build
ROOT=$PWD/nowhere fails 125 'no sources of package runtime/race' build
ok 'what -race needs'

# ---- -C ----

mkdir sub
run reprise go -C sub test --seed=7 .
like out "^ran in $PWD: -C sub test $o -count=1 \.$"
run reprise go test --seed=7 -C sub -v
like out "^ran in $PWD: -C sub test $o -count=1 -v$"
run reprise go test -C=sub -v -C again
like out "^ran in $PWD: -C sub test $o -v -C again$"
fails 2 'reprise go: -C nowhere: No such file or directory' -C nowhere test
ok '-C'

# ---- the overlay ----

replaced() { grep -qF "\"$1\": \"$2" "$SEEN" || complain "$1 is not replaced by '$2'"; }
count() { [ "$(entries)" = "$1" ] || complain "not $1 but $(entries) in the cache: $(ls "$cache")"; }
asked() { [ "$(grep -c '^list' "$LOG")" = "$1" ] || complain "made not $1 overlays"; }
rm -rf "$cache" && : >"$LOG"
for i in 1 2 3; do passes "test $o" test; done
asked 1
count 1
in=$(cat "$SEEN.in")
replaced "$race/internal/amd64v1/race_linux.syso" '"'
replaced "$race/internal/amd64v3/race_linux.syso" '"'
replaced "$race/zz_reprise_linux_amd64.S" "$in/race_linux_amd64.S\""
replaced "$ROOT/src/runtime/proc.go" "$in/runtime_proc.go\""
[ "$(grep -c '": "' "$SEEN")" = 4 ] || complain 'more than that is replaced'
cmp -s "$in/race_linux_amd64.S" tree/go/race_linux_amd64.S || complain 'another runtime'
grep -q 'var b int' "$in/runtime_proc.go" || complain 'not edited'
ok 'the overlay hides the stock runtime, brings ours and the edits, and is made once'

mkdir linked && ln -s "$ROOT/src" linked/src && cp -r "$ROOT/bin" linked/
ROOT=$PWD/linked passes "test $o" test
in=$(cat "$SEEN.in")
for root in "$ROOT" "$PWD/linked"; do
    replaced "$root/src/runtime/race/internal/amd64v1/race_linux.syso" '"'
    replaced "$root/src/runtime/race/zz_reprise_linux_amd64.S" "$in/race_linux_amd64.S\""
    replaced "$root/src/runtime/proc.go" "$in/runtime_proc.go\""
done
rm -rf "$in"
ok 'a GOROOT with links is meant by both its names'

echo '# newer' >>tree/go/race_linux_amd64.S
passes "test $o" test
count 2
echo '# newer' >>tree/go/edits/a.edit
passes "test $o" test
count 3
asked 4
echo 'var c int' >>"$ROOT/src/runtime/proc.go"
o=${o/16\}/16\}-2}
passes "test $o" test
grep -q 'var c int' "$(cat "$SEEN.in")/runtime_proc.go" || complain 'an old file'
passes "test $o" test
asked 5
rm "$(cat "$SEEN.in")/runtime_proc.go"
o=${o/-2/-3}
passes "test $o" test
rm "$(cat "$SEEN.in")/overlay.json"
o=${o/-3/-4}
passes "test $o" test
count 6
ok 'another runtime, edit or file of Go is noticed, and so is a file that is gone'

rm -rf "$cache"
o=${o/-4/}
mkdir -p "$cache"/{go1.20-00,new-abcdef,keep}
touch -d '40 days ago' "$cache"/*
passes "test $o" test
count 2
[ -e "$cache/keep" ] || complain 'removed what is not ours'
touch -d '40 days ago' "$cache"/go1.26*
passes "test $o" test
[ -n "$(find "$cache" -name 'go1.26*' -mtime -1)" ] || complain 'used, and looks unused'
ok 'overlays that nobody used for a month go'

rm -rf "$cache" && : >"$LOG"
for i in 1 2 3 4 5 6 7 8; do "$REPRISE" go test >"parallel.$i" 2>&1 & done
wait
[ "$(cat parallel.* | grep -cE "^ran in $PWD: test $o$")" = 8 ] || complain 'not all ran'
count 1
ok 'many at a time'

rm -rf "$cache"
mv tree/go/race_linux_amd64.S away
fails 125 "the runtime for Go is not installed beside $REPRISE" test
mv away tree/go/race_linux_amd64.S
mv tree/go/edits away
fails 125 "$PWD/tree/go/edits" test
FAKE_VERSION=go1.99 run reprise go test
is 0 status
mv away tree/go/edits
FAKE_LIST='runtime/race [] []' fails 125 'does not see the overlay' test
FAKE_LIST='runtime/race [zz_reprise_linux_amd64.S] [race.syso]' fails 125 'does not see the overlay' test
count 1
ok 'a runtime that is not there, an overlay without effect'

rm -rf "$cache"
sed -i 's/var a int/var z int/' tree/go/edits/a.edit
for i in 1 2; do
    run reprise go test
    is 0 status
    lines err 2
    has err "edit 'one'"
    has err 'so races are found, but there are no seeds'
    ! grep -q proc.go "$SEEN" || complain 'edited'
done
count 1
run reprise go test --seed=1
is 125 status
lines err 1
has err "edit 'one'"
count 1
sed -i 's/var z int/var a int/' tree/go/edits/a.edit
ok 'edits that do not fit'

# ---- nowhere to write ----

touch file
for variable in REPRISE_GO_CACHE=$PWD/file/go XDG_CACHE_HOME=$PWD/file HOME=$PWD/file; do
    run env "$variable" "$REPRISE" go test
    is 0 status
    lines err 1
    like err 'cannot write to the cache .*/go: Not a directory; using a temporary directory'
    like out "^ran in $PWD: test -race -overlay=$TMPDIR/reprise-tmp-[^ ]*/overlay.json$"
done
run env -u HOME "$REPRISE" go test
is 0 status
has err 'no cache without HOME and REPRISE_GO_CACHE'
[ -z "$(ls tmp)" ] || complain "left $(ls tmp)"
REPRISE_GO_CACHE=relative run reprise go test
like out "^ran in $PWD: test -race -overlay=$PWD/relative/go1.26"
ok 'a cache that cannot be written is replaced by a temporary directory, which goes'

mkfifo fifo
rm -rf "$cache"
for signal in INT TERM HUP; do
    FIFO=$PWD/fifo env --default-signal "$REPRISE" go test >.out 2>.err &
    read -r -t 60 _ <fifo
    kill -$signal $!
    echo on >fifo
    wait $!
    status=$?
    is $((128 + $(kill -l $signal))) status
    ! grep -q '^ran' .out || complain 'ran go all the same'
    count 0
done
ok 'interrupted while the overlay is made: nothing is left'

for signal in INT TERM HUP; do
    RUN_FIFO=$PWD/fifo REPRISE_GO_CACHE=$PWD/file/go env --default-signal "$REPRISE" go test >.out 2>.err &
    read -r -t 60 _ <fifo
    [ -n "$(ls tmp)" ] || complain 'no temporary directory'
    kill -$signal $!
    wait $!
    status=$?
    is $((128 + $(kill -l $signal))) status
    ! grep -q '^ran' .out || complain 'go came to its end'
    [ -z "$(ls tmp)" ] || complain "left $(ls tmp)"
done
ok 'interrupted while go runs: it gets the signal, and the temporary directory goes'

# ---- the user's own overlay ----

rm -rf "$cache"
mine() { printf '{"Replace": {%s}}\n' "$1" >"$2"; }
mine '"a.go": "b.go", "/x/../c/./d.go": "", "../e.go": "/f.go"' mine.json
run reprise go build -overlay=mine.json -v .
is 0 status
is '' err
like out "^ran in $PWD: build -race -overlay=$TMPDIR/reprise-tmp-[^ ]*/merged.json -v \.$"
both() { replaced "$ROOT/src/runtime/proc.go" "$cache/go1.26.8-"; replaced "$1" "$2"; }
both "$PWD/a.go" "$PWD/b.go\""
both /c/d.go '"'
both "${PWD%/*}/e.go" '/f.go"'
run reprise go test -v -overlay mine.json .
like out 'merged.json -v \.$'
both "$PWD/a.go" "$PWD/b.go\""
GOFLAGS='-mod=mod -overlay=mine.json' run reprise go test .
both "$PWD/a.go" "$PWD/b.go\""
mine '"x.go": "y.go"' other.json
GOFLAGS=-overlay=mine.json run reprise go test -overlay=other.json .
both "$PWD/x.go" "$PWD/y.go\""
! grep -q 'a.go"' "$SEEN" || complain 'GOFLAGS won'
mv mine.json sub
run reprise go -C sub build -overlay=mine.json .
both "$PWD/sub/a.go" "$PWD/sub/b.go\""
both "$PWD/e.go" '/f.go"'
GOFLAGS=-overlay=nowhere passes "build $o \." build -overlay= .
[ -z "$(ls tmp)" ] || complain "left $(ls tmp)"
count 1
ok 'is merged with ours'

fails 2 '-overlay=nowhere.json: ' build -overlay=nowhere.json .
echo '{' >other.json
fails 2 '-overlay=other.json: ' build -overlay=other.json .
mine "\"$ROOT/src/runtime/./proc.go\": \"y\"" other.json
fails 2 "$ROOT/src/runtime/proc.go is also replaced by reprise go" build -overlay=other.json .
mine '"a.go": 1' other.json
fails 2 'a.go is no text' build -overlay=other.json .
[ -z "$(ls tmp)" ] || complain "left $(ls tmp)"
ok 'or refused'

done_testing
