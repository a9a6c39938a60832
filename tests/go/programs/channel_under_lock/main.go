// A change is told over a channel while the lock is held; who hears of it wants the lock.
package main

import (
	"sync"

	"programs/seeded"
)

type gauge struct {
	lock    sync.Mutex
	value   int
	changes chan struct{}
}

func (g *gauge) set(value int) {
	g.lock.Lock()
	g.value = value
	if seeded.Fixed {
		g.lock.Unlock()
		g.changes <- struct{}{}
		return
	}
	g.changes <- struct{}{}
	g.lock.Unlock()
}

func (g *gauge) get() int {
	g.lock.Lock()
	defer g.lock.Unlock()
	return g.value
}

func main() {
	const changes = 4
	g := &gauge{changes: make(chan struct{}, 1)}
	seeded.Together(
		func() {
			for i := 1; i <= changes; i++ {
				loaded := make(chan struct{})
				go close(loaded)
				g.set(i)
				<-loaded
			}
		},
		func() {
			for i := 0; i < changes; i++ {
				<-g.changes
				g.get()
			}
		},
	)
	seeded.Expect(g.get() == changes, "a change is lost")
}
