#!/bin/bash
# `reprise go` with a real Go and the real runtime: what is built has our runtime in it, what plain
# go builds has not, whatever comes first; and everything that go can do still works.
. "$(dirname "$0")/check.sh"
. "$(dirname "$0")/go_lib.sh"
copy_reprise
minor=$(go env GOVERSION | sed -E 's/^[^.]*\.([0-9]+).*/\1/')
marker=reprise-go-runtime-1
touch started

ours() { grep -qF "$marker" "$1" || complain "$1 has not our runtime"; }
stock() { [ -s "$1" ] && ! grep -qF "$marker" "$1" || complain "$1 has our runtime, or is not there"; }
races() { [ "$(grep -c 'WARNING: DATA RACE' <<<"$out$err")" = "$1" ] || complain "not $1 races"; }

# The race is written out anew in each run of this test: no cache of go knows it.
mkdir -p lib app
cat >lib/go.mod <<'END'
module example.org/lib

go 1.19
END
cat >lib/lib.go <<'END'
package lib

func Twice(x int) int { return 2 * x }
END
cat >app/go.mod <<'END'
module example.org/app

go 1.19

require example.org/lib v0.0.0

replace example.org/lib => ../lib
END
cat >app/main.go <<'END'
package main

import (
	"fmt"
	"os"

	"example.org/lib"
)

const run = "RUN"

func race() int {
	x := 0
	done := make(chan bool)
	go func() { x = 2; done <- true }()
	x = 2
	<-done
	return lib.Twice(x)
}

func main() {
	fmt.Println(os.Args[1:], race())
}
END
sed -i "s/RUN/$$ $RANDOM/" app/main.go
cat >app/main_test.go <<'END'
package main

import (
	"os"
	"os/exec"
	"runtime"
	"runtime/debug"
	"testing"
)

func TestRace(t *testing.T) { race() }
func TestFine(t *testing.T) { t.Log("options:", os.Getenv("REPRISE_OPTIONS")) }

func TestAgain(t *testing.T) {
	if os.Getenv("CHILD") != "" {
		race()
		return
	}
	child := exec.Command(os.Args[0], "-test.run=TestAgain")
	child.Env = append(os.Environ(), "CHILD=1")
	out, err := child.CombinedOutput()
	t.Logf("%s %v", out, err)
}

func TestSettings(t *testing.T) {
	runtime.GOMAXPROCS(4)
	debug.SetGCPercent(1)
	race()
}

func BenchmarkFine(b *testing.B) {
	for i := 0; i < b.N; i++ {
	}
}
END
cp -r app before
cd app || exit 1

# ---- ours and stock ----

run go build -race -o ../stock .
is 0 status
run reprise go build -o ../mine .
is 0 status
is '' out$err
run go build -race -o ../stock2 .
is 0 status
run reprise go build -o ../mine2 -ldflags='-s -w' .
is 0 status
GOFLAGS='-mod=mod -race=false' run reprise go build -o ../mine3 .
is 0 status
ours ../mine3
run go build -o ../plain .
stock ../stock
stock ../stock2
stock ../plain
ours ../mine
ours ../mine2
cmp -s ../stock ../stock2 || complain 'plain go builds something else now'
for program in mine mine2; do
    run ../$program x
    is 66 status
    is '[x] 4' out
    races 1
    has err 'main.race'
done
ok 'plain go build -race stays stock, before and after; ours is ours, stripped too'

run reprise go run . --seed=7
is 1 status
is '[--seed=7] 4' out
races 1
run reprise go run -race ./main.go x y
is '[x y] 4' out
races 1
run reprise go install -n .
is 0 status
run reprise go build .
ours app
rm app
ok 'go run, go install, go build without -o'

# ---- go test ----

run reprise go test .
is 1 status
has out 'race detected during execution of test'
has out '--- FAIL: TestRace'
lacks out '--- FAIL: TestFine'
run reprise go test -run=Fine -count=2 -v .
is 0 status
[ "$(grep -c -- '--- PASS: TestFine' <<<"$out")" = 2 ] || complain 'not twice'
run reprise go test -run=Race -json .
is 1 status
like out '"Action":"fail".*"Test":"TestRace"'
! grep -v '^{' <<<"$out" || complain 'not JSON'
run reprise go test -run=NONE -bench=. -benchtime=1x .
is 0 status
like out '^BenchmarkFine'
run reprise go test -c -o ../tests .
is 0 status
ours ../tests
run ../tests -test.run=Race
is 1 status # as testing has it: a test that failed
has out 'race detected during execution of test'
run reprise go test -run=Again -v .
is 0 status
races 1
run reprise go test -run=Settings .
is 1 status
has out 'race detected during execution of test'
run reprise go test -run=Fine -tags=x -cover -shuffle=on -timeout=1m .
is 0 status
like out 'coverage:'
ok 'go test with -run, -count, -json, -bench, -c; a test that runs itself; GOMAXPROCS and GOGC'

run go test -race -run=Fine .
lacks out cached
run go test -race -run=Fine .
has out cached
touch -d '1 hour ago' main.go # sizes and times are none of it
run reprise go test -run='Fine' .
has out "$(printf 'ok')"
run reprise go test -run='Fine' .
has out cached
run reprise go test -run='Fine' --set halt_on_error=1 .
lacks out cached
run env REPRISE_OPTIONS=halt_on_error=1 "$REPRISE" go test -run='Fine' .
lacks out cached
run reprise go test -v -run='Fine' --set halt_on_error=1 .
has out "options: halt_on_error='1'"
ok 'results of tests come from the cache only when nothing differs'

run reprise go test -run=Race --sidecar=../found.jsonl .
is 1 status
grep -q '"kind": *"finding"' ../found.jsonl || complain 'nothing in the sidecar'
ok '--sidecar'

cat >order.go <<'END'
package main

import (
	"runtime"
	"runtime/debug"
	"sync"
)

// Who came when; also of a program that has its own mind about processors and memory.
func order() string {
	runtime.GOMAXPROCS(4)
	debug.SetGCPercent(1)
	var lock sync.Mutex
	var all sync.WaitGroup
	came := ""
	for i := 0; i < 10; i++ {
		name := string(rune('a' + i))
		all.Add(1)
		go func() {
			defer all.Done()
			for k := 0; k < 3; k++ {
				lock.Lock()
				came += name
				lock.Unlock()
			}
		}()
	}
	all.Wait()
	return came
}
END
cat >order_test.go <<'END'
package main

import "testing"

func TestOrder(t *testing.T) { t.Log("came:", order()) }
END
for seed in 1 1 1 2 3; do
    run reprise go test -run=Order -v --seed=$seed .
    is 0 status
    lacks out cached
    grep -oE 'came: [a-j]{30}$' <<<"$out" || complain 'came is not told'
done >../orders
[ "$(sed 3q ../orders | sort -u | wc -l)" = 1 ] || complain "one seed, several orders: $(sed 3q ../orders)"
[ "$(sort -u ../orders | wc -l)" -ge 2 ] || complain "all seeds are alike: $(cat ../orders)"
run reprise go test -run='Order|Fine' -v --seed=x --strategy=delay .
is 0 status
# it collects garbage all the time: no sleep may keep a collection from beginning, or from an end
reprise go test -c -o ../order.test .
for seed in $(seq 40); do
    run timeout -s QUIT -k 10 600 "$REPRISE" run --seed=$seed --strategy=delay -- ../order.test -test.run=Order
    is 0 status
done
GORACE=exitcode=5 run reprise go run --seed=1 .
has err 'exit status 5'
rm order.go order_test.go
ok 'a seed decides, whatever GOMAXPROCS and GOGC say'

# A Go that somebody has changed, so that the edits don't fit.
cp -r ../tree ../unfit && rm -r ../unfit/go/edits && mkdir ../unfit/go/edits
printf '%s\n' 'edit one' 'file runtime/proc.go' '= no such line' after '+ var b int' >../unfit/go/edits/a.edit
REPRISE_GO_CACHE=$PWD/../unfit run ../unfit/reprise go build -o ../races-only .
is 0 status
has err 'so races are found, but there are no seeds'
run ../races-only
is 66 status
races 1
REPRISE_OPTIONS=seed=1 run ../races-only
is 125 status
is '' out
lines err 1
has err 'has no seeds for'
ok 'a program without the edits refuses a seed'

# ---- modules ----

cp -r . ../vendored && cd ../vendored
run go mod vendor
rm -rf ../lib.away && mv ../lib ../lib.away
GOFLAGS=-mod=vendor run reprise go build -o ../mine3 .
is 0 status
ours ../mine3
GOFLAGS='' run reprise go test -run=Race .
is 1 status
has out 'race detected'
mv ../lib.away ../lib
mkdir ../work && cd ../work && cp -r ../app ../lib .
sed -i '/replace/d' app/go.mod
printf 'go 1.19\n\nuse (\n\t./app\n\t./lib\n)\n' >go.work
GOFLAGS='' run reprise go test -run=Race ./app ./lib
is 1 status
has out 'race detected'
GOFLAGS='' run reprise go build -o ../mine4 example.org/app
is 0 status
ours ../mine4
cd ../app
if [ "$minor" -ge 20 ]; then
    cd ..
    run reprise go -C app build -o ../mine5 .
    is 0 status
    ours mine5
    run reprise go test -C app -run=Race .
    has out 'race detected'
    cd app
fi
ok 'vendored, workspace, -C'

# ---- cgo, other links ----

mkdir ../cgo && cd ../cgo
printf 'module example.org/cgo\n\ngo 1.19\n' >go.mod
cat >main.go <<'END'
package main

/*
static int twice(int x) { return 2 * x; }
*/
import "C"

//export Race
func Race() C.int {
	x := 0
	done := make(chan bool)
	go func() { x = 2; done <- true }()
	x = 2
	<-done
	return C.twice(C.int(x))
}

func main() { println(Race()) }
END
sed -i 's,^static.*,int twice(int x);,' main.go
echo 'int twice(int x) { return 2 * x; }' >twice.c
for words in '-v' '-ldflags=-linkmode=external' '-ldflags=-linkmode=internal' -trimpath '-gcflags=-N'; do
    run reprise go build "$words" -o ../c-program .
    is 0 status
    ours ../c-program
    run ../c-program
    is 66 status
    races 1
    has err 4
done
run reprise go build -buildmode=c-shared -o ../librace.so .
is 0 status
ours ../librace.so
run reprise go build -buildmode=c-archive -o ../librace.a .
is 0 status
printf '#include "librace.h"\nint main(void) { return Race() != 4; }\n' >../c-main.c
run "$(go env CC)" -o ../c-main ../c-main.c ../librace.a -lpthread
is 0 status
run ../c-main
races 1
cd ../app
ok 'cgo, external and internal links, c-shared, c-archive'

# ---- the user's overlay, the cache ----

printf 'package main\n\nfunc init() { println("from the overlay") }\n' >../more.go
printf '{"Replace": {"more.go": "../more.go"}}' >../mine.json
run reprise go build -overlay=../mine.json -o ../mine6 .
is 0 status
ours ../mine6
run ../mine6
has err 'from the overlay'
races 1
GOFLAGS="-mod=mod -overlay=../mine.json" run reprise go run .
has err 'from the overlay'
races 1
ok 'an overlay of the user'

touch ../file
REPRISE_GO_CACHE=$PWD/../file/cache run reprise go build -o ../mine7 .
is 0 status
lines err 1
has err 'using a temporary directory'
cmp -s ../mine7 ../mine || complain 'another program'
[ -z "$(ls ../tmp)" ] || complain "left $(ls ../tmp)"
ok 'a cache that cannot be written'

# go waits for the tool that it runs, which waits for us; ^C reaches both.
mkfifo ../fifo
cat >../tool <<'END'
#!/bin/bash
case $1 in */compile) [ "$2" = -V=full ] || { echo >"$FIFO"; read -r _ <"$FIFO"; } ;; esac
exec "$@"
END
chmod +x ../tool
echo '// another' >>main.go
export FIFO=$PWD/../fifo
setsid env --default-signal "$REPRISE" go build -o ../mine8 -toolexec="$PWD/../tool" . >../.out 2>../.err &
read -r -t 60 _ <"$FIFO"
kill -INT $!
echo >"$FIFO"
wait $!
status=$?
[ $status != 0 ] || complain 'built all the same'
[ ! -e ../mine8 ] || complain 'left a program'
ok 'interrupted while go builds'

cd ..
sed -i '/^\/\/ another/d' app/main.go
diff -r before app >differs || complain "$(cat differs)"
[ -z "$(find "$(go env GOROOT)/src/runtime" -newer started)" ] || complain 'GOROOT has changed'
# (Go leaves its own go-build* when it is interrupted.)
[ "$(ls cache | wc -l)" = 1 ] && [ -z "$(ls tmp | grep -v '^go-build')" ] || complain "left: $(ls cache tmp)"
ok 'nothing is left in the module, in GOROOT, in TMPDIR'
done_testing
