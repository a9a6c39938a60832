// Looks whether anybody still holds the file, then holds it as well: it may be closed in between.
package main

import (
	"sync/atomic"

	"programs/seeded"
)

type file struct {
	holders atomic.Int32
	closed  atomic.Bool
}

func (f *file) hold() bool {
	for {
		n := f.holders.Load()
		if n == 0 {
			return false
		}
		if !seeded.Fixed {
			f.holders.Add(1)
			return true
		}
		if f.holders.CompareAndSwap(n, n+1) {
			return true
		}
	}
}

func (f *file) release() {
	if f.holders.Add(-1) == 0 {
		f.closed.Store(true)
	}
}

func main() {
	var f file
	f.holders.Store(1)
	seeded.Together(f.release, func() {
		if f.hold() {
			seeded.Expect(!f.closed.Load(), "held, but closed")
			f.release()
		}
	})
}
