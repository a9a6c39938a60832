// Of two errors the first shall be kept. Whether there is one is looked up and set in two steps.
package main

import (
	"errors"
	"sync/atomic"

	"programs/seeded"
)

type group struct {
	failed atomic.Bool
	err    error
}

func (g *group) fail(err error) {
	if seeded.Fixed {
		if g.failed.CompareAndSwap(false, true) {
			g.err = err
		}
		return
	}
	if !g.failed.Load() {
		g.failed.Store(true)
		g.err = err
	}
}

func main() {
	var g group
	seeded.Together(
		func() { g.fail(errors.New("one")) },
		func() { g.fail(errors.New("two")) },
	)
	seeded.Expect(g.err != nil, "an error is lost")
}
