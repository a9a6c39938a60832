// Takes a stopped ticker for a stopped goroutine, and reads without the lock what that may still
// write.
package main

import (
	"sync"
	"time"

	"programs/seeded"
)

type heart struct {
	lock            sync.Mutex
	begun, finished int
}

func (h *heart) begin() int {
	h.lock.Lock()
	defer h.lock.Unlock()
	h.begun++
	return h.begun
}

func (h *heart) finish() {
	h.lock.Lock()
	defer h.lock.Unlock()
	h.finished++
}

func (h *heart) alive() bool {
	h.lock.Lock()
	defer h.lock.Unlock()
	return h.begun > 0
}

func main() {
	var h heart
	ticker := time.NewTicker(2 * time.Millisecond)
	second := make(chan struct{})
	quit, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		for {
			select {
			case <-ticker.C:
				if h.begin() == 2 {
					close(second)
				}
				h.finish()
			case <-quit:
				return
			}
		}
	}()
	<-second
	seeded.Expect(h.alive(), "no beat")
	ticker.Stop()
	close(quit)
	if seeded.Fixed {
		<-ended
	}
	seeded.Expect(h.finished > 0, "a beat is lost")
}
