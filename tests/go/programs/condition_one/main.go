// Producers and consumers wait for the same condition, and one of them is woken: it can be the
// wrong one.
package main

import (
	"sync"

	"programs/seeded"
)

type slot struct {
	lock    sync.Mutex
	changed *sync.Cond
	full    bool
}

func (s *slot) wake() {
	if seeded.Fixed {
		s.changed.Broadcast()
	} else {
		s.changed.Signal()
	}
}

func (s *slot) move(full bool) {
	s.lock.Lock()
	defer s.lock.Unlock()
	for s.full == full {
		s.changed.Wait()
	}
	s.full = full
	s.wake()
}

func main() {
	var s slot
	s.changed = sync.NewCond(&s.lock)
	seeded.Times(4, func(i int) {
		for k := 0; k < 2; k++ {
			s.move(i%2 == 0)
		}
	})
}
