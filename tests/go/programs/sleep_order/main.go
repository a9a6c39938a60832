// Sleeps until the other one must be ready; both sleep for the same time.
package main

import (
	"runtime"
	"sync/atomic"
	"time"

	"programs/seeded"
)

func main() {
	var ready atomic.Bool
	done := make(chan struct{})
	seeded.Together(
		func() {
			time.Sleep(4 * time.Millisecond)
			ready.Store(true)
			close(done)
		},
		func() {
			time.Sleep(4 * time.Millisecond)
			runtime.Gosched()
			if seeded.Fixed {
				<-done
			}
			seeded.Expect(ready.Load(), "not ready")
		},
	)
}
