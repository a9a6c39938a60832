// A time-out and a result that come at the same time both believe that they were first.
package main

import (
	"sync"
	"time"

	"programs/seeded"
)

type call struct {
	lock sync.Mutex
	over bool
	ends int
}

func (c *call) isOver() bool {
	c.lock.Lock()
	defer c.lock.Unlock()
	return c.over
}

func (c *call) end() {
	if !seeded.Fixed && c.isOver() {
		return
	}
	c.lock.Lock()
	defer c.lock.Unlock()
	if seeded.Fixed && c.over {
		return
	}
	c.over = true
	c.ends++
}

func main() {
	var c call
	seeded.Together(
		func() {
			<-time.After(4 * time.Millisecond)
			c.end()
		},
		func() {
			time.Sleep(4 * time.Millisecond)
			c.end()
		},
	)
	seeded.Expect(c.ends == 1, "ended twice")
}
