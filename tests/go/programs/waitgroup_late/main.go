// A page adds its links to the group only when they are visited, and may be done before that.
package main

import (
	"sync"
	"sync/atomic"

	"programs/seeded"
)

type crawler struct {
	group   sync.WaitGroup
	visited atomic.Int32
	store   chan int
}

func (c *crawler) visit(depth int) {
	defer c.group.Done()
	if depth > 0 {
		if seeded.Fixed {
			c.group.Add(1)
		}
		go func() {
			if !seeded.Fixed {
				c.group.Add(1)
			}
			c.visit(depth - 1)
		}()
	}
	c.visited.Add(1)
	for i := 0; i < 3; i++ {
		c.store <- depth
	}
}

func main() {
	c := &crawler{store: make(chan int)}
	go func() {
		for range c.store {
		}
	}()
	c.group.Add(1)
	go c.visit(2)
	c.group.Wait()
	seeded.Expect(c.visited.Load() == 3, "done before all pages are")
}
