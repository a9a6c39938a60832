// A counter is read and written in two steps, in a program that sets the number of its processors
// and how often it collects.
package main

import (
	"runtime"
	"runtime/debug"
	"sync/atomic"

	"programs/seeded"
)

var (
	total atomic.Int32
	waste atomic.Pointer[[]byte]
)

func count() {
	garbage := make([]byte, 1<<16)
	waste.Store(&garbage)
	if seeded.Fixed {
		total.Add(1)
	} else {
		total.Store(total.Load() + 1)
	}
}

func main() {
	runtime.GOMAXPROCS(4)
	debug.SetGCPercent(10)
	for i := int32(1); i <= 4; i++ {
		seeded.Together(count, count)
		runtime.GC()
		seeded.Expect(total.Load() == 2*i, "a count is lost")
	}
}
