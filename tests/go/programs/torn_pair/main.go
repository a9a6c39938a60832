// A pair is changed and read one half at a time.
package main

import (
	"sync/atomic"

	"programs/seeded"
)

type size struct{ width, height int32 }

var (
	width, height atomic.Int32
	whole         atomic.Pointer[size]
)

func set(n int32) {
	if seeded.Fixed {
		whole.Store(&size{n, n})
		return
	}
	width.Store(n)
	height.Store(n)
}

func get() size {
	if seeded.Fixed {
		return *whole.Load()
	}
	return size{width.Load(), height.Load()}
}

func main() {
	set(1)
	seeded.Together(
		func() { set(2) },
		func() {
			s := get()
			seeded.Expect(s.width == s.height, "half a change")
		},
	)
}
