// Looks whether a ticket is left, then takes one: each step is atomic, both together are not.
package main

import (
	"sync/atomic"

	"programs/seeded"
)

var left atomic.Int32

func buy() {
	for {
		n := left.Load()
		if n == 0 {
			return
		}
		if !seeded.Fixed {
			left.Add(-1)
			return
		}
		if left.CompareAndSwap(n, n-1) {
			return
		}
	}
}

func main() {
	left.Store(1)
	seeded.Together(buy, buy)
	seeded.Expect(left.Load() == 0, "sold twice")
}
