// A cache is filled under the lock of readers. Mostly it is full already; between the two halves
// of a refresh it is not, and then two readers write into the map.
package main

import (
	"sync"

	"programs/seeded"
)

type cache struct {
	lock   sync.RWMutex
	values map[string]int
}

func (c *cache) get(key string) int {
	c.lock.RLock()
	value, ok := c.values[key]
	if !ok && seeded.Fixed {
		c.lock.RUnlock()
		c.lock.Lock()
		defer c.lock.Unlock()
		c.values[key] = len(key)
		return len(key)
	}
	if !ok {
		value = len(key)
		c.values[key] = value
	}
	c.lock.RUnlock()
	return value
}

func (c *cache) refresh(key string) {
	c.lock.Lock()
	delete(c.values, key)
	c.lock.Unlock()
	c.lock.Lock()
	c.values[key] = len(key)
	c.lock.Unlock()
}

func main() {
	c := &cache{values: map[string]int{"one": 3, "three": 5}}
	read := func() {
		seeded.Expect(c.get("one") == 3, "a wrong value")
		seeded.Expect(c.get("three") == 5, "a wrong value")
	}
	seeded.Together(read, read, func() { c.refresh("three") })
}
