// Gives up the lock for reading and takes that for writing, and does not look again in between.
package main

import (
	"sync"

	"programs/seeded"
)

type pool struct {
	lock   sync.RWMutex
	opened int
	isOpen bool
}

func (p *pool) open() {
	p.lock.RLock()
	isOpen := p.isOpen
	p.lock.RUnlock()
	if isOpen {
		return
	}
	p.lock.Lock()
	defer p.lock.Unlock()
	if seeded.Fixed && p.isOpen {
		return
	}
	p.opened++
	p.isOpen = true
}

func main() {
	var p pool
	seeded.Together(p.open, p.open)
	seeded.Expect(p.opened == 1, "opened twice")
}
