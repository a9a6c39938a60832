// Looks at the flag, then waits; the flag is set without the lock, so it can be set in between.
package main

import (
	"sync"
	"sync/atomic"

	"programs/seeded"
)

func main() {
	var lock sync.Mutex
	ready := sync.NewCond(&lock)
	var isReady atomic.Bool
	seeded.Together(
		func() {
			lock.Lock()
			for !isReady.Load() {
				ready.Wait()
			}
			lock.Unlock()
		},
		func() {
			if seeded.Fixed {
				lock.Lock()
				defer lock.Unlock()
			}
			isReady.Store(true)
			ready.Signal()
		},
	)
}
