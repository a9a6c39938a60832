// Looks something up in a sync.Map and stores it if it is missing: two do, and one is overwritten.
package main

import (
	"sync"

	"programs/seeded"
)

var counters sync.Map

func counter(name string) *int {
	if found, ok := counters.Load(name); ok {
		return found.(*int)
	}
	made := new(int)
	if seeded.Fixed {
		found, _ := counters.LoadOrStore(name, made)
		return found.(*int)
	}
	counters.Store(name, made)
	return made
}

func main() {
	var one, two *int
	seeded.Together(
		func() { one = counter("hits") },
		func() { two = counter("hits") },
	)
	seeded.Expect(one == two, "two counters of one name")
}
