// Something is done once, whether or not it succeeds: who comes too early spoils it for all.
package main

import (
	"runtime"
	"sync"
	"sync/atomic"

	"programs/seeded"
)

type connection struct{ sent int }

type client struct {
	lock sync.Mutex
	once sync.Once
	up   atomic.Bool
	link *connection
}

func (c *client) dial() {
	if c.up.Load() {
		c.link = &connection{}
	}
}

func (c *client) connect() *connection {
	if !seeded.Fixed {
		c.once.Do(c.dial)
		return c.link
	}
	c.lock.Lock()
	defer c.lock.Unlock()
	if c.link == nil {
		c.dial()
	}
	return c.link
}

func main() {
	var c client
	up := make(chan struct{})
	seeded.Together(
		func() {
			c.up.Store(true)
			close(up)
		},
		func() {
			<-up
			c.connect().sent++
		},
		func() { // a check that doesn't mind when there is no connection
			runtime.Gosched()
			c.connect()
		},
	)
}
