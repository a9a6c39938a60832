// Takes a stopped ticker for a stopped goroutine, and reads without the lock what that may still
// write.
package main

import (
	"sync"
	"time"

	"programs/seeded"
)

func main() {
	const tick = 2 * time.Millisecond
	var lock sync.Mutex
	ticks := 0
	count := func() int {
		lock.Lock()
		defer lock.Unlock()
		return ticks
	}
	ticker := time.NewTicker(tick)
	quit, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		for {
			select {
			case <-ticker.C:
				lock.Lock()
				ticks++
				lock.Unlock()
			case <-quit:
				return
			}
		}
	}()
	for count() < 2 {
		time.Sleep(tick)
	}
	ticker.Stop()
	close(quit)
	if seeded.Fixed {
		<-ended
	}
	seeded.Expect(ticks >= 2, "a tick is lost")
}
