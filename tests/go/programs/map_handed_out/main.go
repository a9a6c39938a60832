// A registry hands out its own map: the reader walks through it without the lock.
package main

import (
	"sync"

	"programs/seeded"
)

type registry struct {
	lock  sync.Mutex
	names map[string]int
}

func (r *registry) add(name string) {
	r.lock.Lock()
	defer r.lock.Unlock()
	r.names[name] = len(r.names)
}

func (r *registry) all() map[string]int {
	r.lock.Lock()
	defer r.lock.Unlock()
	if !seeded.Fixed {
		return r.names
	}
	names := make(map[string]int, len(r.names))
	for name, number := range r.names {
		names[name] = number
	}
	return names
}

func main() {
	r := &registry{names: map[string]int{"zero": 0}}
	added := make(chan struct{}, 1)
	seeded.Together(
		func() {
			r.add("one")
			added <- struct{}{}
			r.add("two")
		},
		func() {
			<-added
			sum := 0
			for _, number := range r.all() {
				sum += number
			}
			seeded.Expect(sum == 1 || sum == 3, "a number is missing")
		},
	)
}
