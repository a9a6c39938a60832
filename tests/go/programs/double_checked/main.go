// The flag that spares the lock is set before what it stands for.
package main

import (
	"sync"
	"sync/atomic"

	"programs/seeded"
)

type config struct{ size int }

var (
	lock   sync.Mutex
	loaded atomic.Bool
	shared *config
)

func get() *config {
	if loaded.Load() {
		return shared
	}
	lock.Lock()
	defer lock.Unlock()
	if shared == nil {
		if !seeded.Fixed {
			loaded.Store(true)
		}
		shared = &config{size: 7}
		loaded.Store(true)
	}
	return shared
}

func main() {
	look := func() {
		c := get()
		seeded.Expect(c != nil && c.size == 7, "not there yet")
	}
	seeded.Together(look, look)
}
