#!/bin/bash
# Hunting, playing again and shrinking with a real Go and the real runtime: each bug is found, comes
# back from every line that is printed, and its fixed twin stays silent.
. "$(dirname "$0")/check.sh"
. "$(dirname "$0")/go_lib.sh"
have sqlite3 || { echo 'skipped: no sqlite3'; exit 77; }
copy_reprise

mkdir -p mod/{account,stop,count,stuck,fine} mod/cmd/{account,stop,stuck}
cd mod || exit 1
mod=$PWD
cat >go.mod <<'END'
module example.org/mod

go 1.19
END
# Each bug is a function that the program and the test call; FIXED is replaced to make the twin.
cat >account/account.go <<'END'
package account

import "sync"

const fixed = false // FIXED

type account struct {
	mu      sync.Mutex
	open    bool
	balance int
}

func (a *account) deposit(n int) {
	a.mu.Lock()
	defer func() {
		if fixed {
			a.mu.Unlock()
		}
	}()
	open := a.open
	if !fixed {
		a.mu.Unlock()
	}
	if open {
		a.balance += n
	}
}

func (a *account) set(open bool) {
	a.mu.Lock()
	a.open = open
	a.mu.Unlock()
}

func Run() {
	var wg sync.WaitGroup
	a := &account{}
	for i := 0; i < 2; i++ {
		wg.Add(1)
		go func() {
			defer wg.Done()
			a.deposit(7)
		}()
	}
	a.set(true)
	a.set(false)
	wg.Wait()
}
END
cat >stop/stop.go <<'END'
package stop

import "sync"

const fixed = false // FIXED

func Run() {
	var mu sync.Mutex
	stopped := false
	quit, done := make(chan int), make(chan int)
	stop := func() {
		mu.Lock()
		if fixed && !stopped {
			close(quit)
			stopped = true
		}
		was := stopped
		mu.Unlock()
		if !was {
			close(quit)
			mu.Lock()
			stopped = true
			mu.Unlock()
		}
		done <- 1
	}
	go stop()
	go stop()
	<-done
	<-done
}
END
cat >stuck/stuck.go <<'END'
package stuck

import "sync"

const fixed = false // FIXED

func Run() {
	var a, b sync.Mutex
	done := make(chan int)
	both := func(x, y *sync.Mutex) {
		x.Lock()
		y.Lock()
		y.Unlock()
		x.Unlock()
		done <- 1
	}
	go both(&a, &b)
	if fixed {
		go both(&a, &b)
	} else {
		go both(&b, &a)
	}
	<-done
	<-done
}
END
for name in account stop stuck; do
    printf 'package main\n\nimport "example.org/mod/%s"\n\nfunc main() { %s.Run() }\n' \
        $name $name >cmd/$name/main.go
    cat >$name/run_test.go <<END
package $name

import "testing"

func TestBefore(t *testing.T) {}

func TestRun(t *testing.T) { Run() }
END
done
cat >count/count_test.go <<'END'
package count

import (
	"os"
	"sync"
	"testing"
)

const fixed = false // FIXED

func TestCount(t *testing.T) {
	if _, err := os.Stat("count_test.go"); err != nil {
		t.Fatal("not in the directory of the package")
	}
	t.Run("twice", func(t *testing.T) {
		var mu sync.Mutex
		var wg sync.WaitGroup
		n := 0
		for i := 0; i < 2; i++ {
			wg.Add(1)
			go func() {
				defer wg.Done()
				mu.Lock()
				v := n
				if !fixed {
					mu.Unlock()
					mu.Lock()
				}
				n = v + 1
				mu.Unlock()
			}()
		}
		wg.Wait()
		if n != 2 {
			t.Errorf("n is %d", n)
		}
	})
}
END

build() { # build NAME [FLAG...]
    reprise go build -o "$mod/$1.prog" "${@:2}" ./cmd/"$1" >build.log 2>&1 ||
        { cat build.log; complain "$1 does not build"; }
}
fix() { sed -i 's,false // FIXED,true // FIXED,' "$1"/*.go; }
line() { sed -nE "s/^ *$1: (reprise .*)/\\1/p" <<<"$out" | head -n 1; } # line LABEL
# The line that is printed does what it says.
plays() { # plays STATUS LABEL
    local line
    line=$(line "$2")
    [ -n "$line" ] || complain "no line '$2'"
    run bash -c "\"\$REPRISE\" ${line#reprise }"
    is "$1" status
}
always() { # always F STATUS
    run reprise replay "$1" --times 20
    is "$2" status
    like err '^reprise: 20 of 20 the same: '
}

# ---- programs ----

build account
run reprise hunt -n 1000 ./account.prog
is 66 status
like out '^F1  data race +account.\(\*account\).deposit account/account.go:[0-9]+, account'
found=$out
plays 66 'to play it again'
has err 'WARNING: DATA RACE'
always F1 66
out=$found
run reprise shrink F1
is 0 status
like out '^[0-9]+ -> [12] switch(es)?, '
like out '^ +G1 main +G[0-9]+ '
has out account.go
plays 66 'to play it again'
fix account
build account
run reprise replay F1
has err 'was found in another build'
run reprise hunt -n 60 ./account.prog
is 0 status
ok 'a race by order: found, played, shrunk, and gone when fixed'

build stop -ldflags=-s
run reprise hunt -n 1000 ./stop.prog
is 1 status
like out '^F[0-9]+  panic: close of closed channel  stop.Run.func1 stop.go:[0-9]+$'
like out '^  \| goroutine [0-9]+ '
like out 'signature 1-'
name=$(sed -nE 's/^(F[0-9]+)  panic.*/\1/p' <<<"$out")
plays 2 'to play it again'
always "$name" 2
fix stop
build stop
run reprise hunt -n 60 ./stop.prog
is 0 status
ok 'a panic, in a stripped program'

build stuck
run reprise hunt -n 1000 ./stuck.prog
is 66 status
like out '^F[0-9]+  deadlock .*  stuck.Run'
like out 'waits \(sync.Mutex.Lock\) at$'
plays 66 'to play it again'
fix stuck
build stuck
run reprise hunt -n 60 ./stuck.prog
is 0 status
ok 'a deadlock'

# ---- tests ----

sed -i 's,true // FIXED,false // FIXED,' */*.go
rm -rf .reprise
run reprise go test --hunt --seeds=1000 ./...
is 66 status
like out '^F[0-9]+  data race .*, in TestRun$'
like out '^F[0-9]+  panic: close of closed channel  stop.Run.func1 '
like out '^F[0-9]+  deadlock .*, in TestRun$'
like out '^F[0-9]+  --- FAIL: TestCount/twice: count_test.go:[0-9]+: n is 1$'
has out 'reprise: 4 packages hunted, 4 with findings; '
found=$out
# The lines that are printed fail again, with the code as it is and as it was.
while read -r replay; do
    out=$replay
    plays 1 'to play it again'
    [ -z "$(grep -E 'no test|ok  ' <<<"$out")" ] || complain 'it did not fail'
done < <(grep 'to play it again: reprise go test' <<<"$found")
for name in $(sed -nE 's/^(F[0-9]+)  .*/\1/p' <<<"$found"); do
    run reprise replay "$name"
    [ "$status" != 0 ] && [ "$status" != 125 ] || complain 'it did not come back'
    has err "reprise: $name came back"
done
ok 'the tests of a module'

name=$(sed -nE 's/^(F[0-9]+)  --- FAIL.*/\1/p' <<<"$found")
run reprise shrink "$name"
is 0 status
has out count_test.go
cd account || exit 1
line=$(line 'to play it again')
cd ..
run bash -c "\"\$REPRISE\" ${line#reprise }"
is 1 status
has out 'n is 1'
ok 'a failed test is shrunk, and played in its own directory'

for name in account stop stuck count; do fix $name; done
run reprise go test --hunt --seeds=30 ./account ./stop ./stuck ./count
is 0 status
has out 'reprise: 4 packages hunted, 0 with findings'
ok 'and silence when all is fixed'

# ---- what cannot be hunted ----

go build -race -o stock ./cmd/stop
go build -o plain ./cmd/stop
strip -o plain.stripped plain 2>/dev/null || cp plain plain.stripped
for program in stock plain plain.stripped; do
    run reprise hunt ./$program
    is 125 status
    lines err 1
    like err 'is a Go program .*build it with reprise go build$'
done
run reprise hunt go test ./...
is 2 status
like err 'type: reprise go test --hunt ./...$'
ok 'programs without our runtime are told'
done_testing
