// Names are drawn by chance, and two can be the same.
package main

import (
	"math/rand"
	"sync"

	"programs/seeded"
)

type names struct {
	lock  sync.Mutex
	taken map[int]bool
}

func (n *names) take() {
	for {
		name := rand.Intn(24)
		n.lock.Lock()
		free := !n.taken[name]
		n.taken[name] = true
		n.lock.Unlock()
		if free {
			return
		}
		seeded.Expect(seeded.Fixed, "a name was taken twice")
	}
}

func main() {
	n := names{taken: map[int]bool{}}
	seeded.Together(n.take, n.take)
}
