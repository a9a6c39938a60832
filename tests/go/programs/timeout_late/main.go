// A time-out and a result that come at the same time both believe that they were first.
package main

import (
	"sync/atomic"
	"time"

	"programs/seeded"
)

const (
	pending = iota
	finished
	expired
)

type call struct {
	state atomic.Int32
	ends  atomic.Int32
}

func (c *call) end(how int32) {
	if seeded.Fixed {
		if c.state.CompareAndSwap(pending, how) {
			c.ends.Add(1)
		}
		return
	}
	if c.state.Load() == pending {
		c.state.Store(how)
		c.ends.Add(1)
	}
}

func main() {
	var c call
	seeded.Together(
		func() {
			<-time.After(4 * time.Millisecond)
			c.end(expired)
		},
		func() {
			time.Sleep(4 * time.Millisecond)
			c.end(finished)
		},
	)
	seeded.Expect(c.ends.Load() == 1, "ended twice")
}
