// Locks what stands in a map in the order in which the map is walked through: each walk has its
// own.
package main

import (
	"sort"
	"sync"

	"programs/seeded"
)

func main() {
	locks := map[string]*sync.Mutex{}
	names := []string{"a", "b", "c"}
	for _, name := range names {
		locks[name] = new(sync.Mutex)
	}
	lockAll := func() {
		var order []string
		for name := range locks {
			order = append(order, name)
		}
		if seeded.Fixed {
			sort.Strings(order)
		}
		for _, name := range order {
			locks[name].Lock()
		}
		for _, name := range order {
			locks[name].Unlock()
		}
	}
	seeded.Together(lockAll, lockAll)
}
