// One call at a time does the work for all who ask, and its result is kept. Between the end of a
// call and keeping its result neither is found, so the work is done again.
package main

import (
	"sync"
	"sync/atomic"

	"programs/seeded"
)

type flight struct {
	done  chan struct{}
	value int
}

type cache struct {
	lock    sync.Mutex
	flying  map[string]*flight
	values  map[string]int
	fetched atomic.Int32
}

func (c *cache) get(key string) int {
	c.lock.Lock()
	if value, ok := c.values[key]; ok {
		c.lock.Unlock()
		return value
	}
	if f, ok := c.flying[key]; ok {
		c.lock.Unlock()
		<-f.done
		return f.value
	}
	f := &flight{done: make(chan struct{})}
	c.flying[key] = f
	c.lock.Unlock()

	c.fetched.Add(1)
	f.value = len(key)
	close(f.done)

	c.lock.Lock()
	defer c.lock.Unlock()
	delete(c.flying, key)
	if !seeded.Fixed {
		c.lock.Unlock()
		c.lock.Lock()
	}
	c.values[key] = f.value
	return f.value
}

func main() {
	c := &cache{flying: map[string]*flight{}, values: map[string]int{}}
	ask := func() { seeded.Expect(c.get("three") == 5, "a wrong value") }
	seeded.Together(ask, ask, ask)
	seeded.Expect(c.fetched.Load() == 1, "fetched twice")
}
