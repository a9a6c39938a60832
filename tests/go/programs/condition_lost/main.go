// Waits for a wake-up without looking whether it has already come.
package main

import (
	"runtime"
	"sync"

	"programs/seeded"
)

func main() {
	var lock sync.Mutex
	ready := sync.NewCond(&lock)
	isReady := false
	seeded.Together(
		func() {
			lock.Lock()
			if seeded.Fixed {
				for !isReady {
					ready.Wait()
				}
			} else {
				ready.Wait()
			}
			lock.Unlock()
		},
		func() {
			runtime.Gosched()
			lock.Lock()
			isReady = true
			ready.Signal()
			lock.Unlock()
		},
	)
}
