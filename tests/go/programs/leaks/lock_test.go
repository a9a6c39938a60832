package leaks

import (
	"sync"
	"sync/atomic"
	"testing"

	"programs/seeded"
)

// A lock is kept on one way out, and the next who wants it never gets it.
func TestLock(t *testing.T) {
	var lock sync.Mutex
	var closed atomic.Bool
	first := make(chan struct{})
	go func() {
		defer close(first)
		lock.Lock()
		if closed.Load() {
			if seeded.Fixed {
				lock.Unlock()
			}
			return
		}
		lock.Unlock()
	}()
	go closed.Store(true)
	<-first
	go func() {
		lock.Lock()
		defer lock.Unlock()
	}()
}
