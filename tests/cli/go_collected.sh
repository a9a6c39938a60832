#!/bin/bash
# What a goroutine remembers of the memory that it used ends with the memory: a block that is
# collected and handed out anew, at the same address, is new to it.
. "$(dirname "$0")/check.sh"
. "$(dirname "$0")/go_lib.sh"

cat >go.mod <<'END'
module example.org/collected

go 1.19
END
cat >main.go <<'END'
// The reader uses a block, forgets it and gets it again from main, all in one epoch of its own: it
// only loads atomics. What it reads then is new to the detector, and main's second write races
// with it, or ("fixed") waits for it.
package main

import (
	"fmt"
	"os"
	"runtime"
	"sync/atomic"
	"unsafe"
)

type block [64]int

var (
	shared unsafe.Pointer // *block, handed over by an atomic
	read   int32          // the answer to that, if there is one
	step   int32          // told behind the detector's back
	old    uintptr
	sink   *block
	busy   [1 << 14]int
	sum    int
)

//go:norace
//go:noinline
func tell(s int32, at uintptr) {
	old = at
	step = s
}

//go:norace
//go:noinline
func wait(s int32) uintptr {
	for step != s {
		runtime.Gosched()
	}
	return old
}

//go:noinline
func use() uintptr {
	b := new(block)
	sink = b
	for i := range b {
		sum += b[i]
	}
	sink = nil
	return uintptr(unsafe.Pointer(b))
}

func reader(fixed bool) {
	for i := range busy { // who has much to do remembers more
		sum += busy[i]
	}
	tell(1, use())
	wait(2)
	sum += (*block)(atomic.LoadPointer(&shared))[7]
	if fixed {
		atomic.StoreInt32(&read, 1)
	}
	tell(3, 0)
}

// again returns a new block at that address, nil if none comes.
func again(at uintptr) *block {
	var kept []*block
	for i := 0; i < 200_000; i++ {
		b := new(block)
		if uintptr(unsafe.Pointer(b)) == at {
			return b
		}
		kept = append(kept, b)
	}
	runtime.KeepAlive(kept)
	return nil
}

func main() {
	fixed := len(os.Args) > 1
	go reader(fixed)
	at := wait(1)
	runtime.GC()
	b := again(at)
	if b == nil {
		os.Exit(3)
	}
	b[7] = 1
	atomic.StorePointer(&shared, unsafe.Pointer(b))
	tell(2, 0)
	wait(3)
	for fixed && atomic.LoadInt32(&read) == 0 {
		runtime.Gosched()
	}
	b[7] = 2
	fmt.Println("done")
}
END

# The allocator need not give the block to anybody soon.
ends() { # ends STATUS [fixed]: of ten runs, those that got it again end so, and one does get it
    local want=$1 got=0
    shift
    for _ in $(seq 10); do
        GORACE=atexit_sleep_ms=0 run ./collected "$@"
        [ "$status" != 3 ] || continue
        is "$want" status
        got=1
    done
    is 1 got
}

GOFLAGS="$GOFLAGS -buildvcs=false" run reprise go build -o collected .
is 0 status
ends 66
like err 'WARNING: DATA RACE'
ok 'a read of a block that came again is seen'
ends 0 fixed
lacks err 'DATA RACE'
ok 'and one that is ordered is no race'

done_testing
