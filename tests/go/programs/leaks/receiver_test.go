package leaks

import (
	"sync/atomic"
	"testing"

	"programs/seeded"
)

// A producer that is stopped forgets to close its channel, so the receiver waits for more.
func TestReceiver(t *testing.T) {
	var stopped atomic.Bool
	items, received := make(chan int, 3), make(chan int, 3)
	produced := make(chan struct{})
	go func() {
		for n := range items {
			received <- n
		}
	}()
	go func() {
		defer close(produced)
		for n := 0; n < 3; n++ {
			if stopped.Load() && n > 0 {
				if seeded.Fixed {
					close(items)
				}
				return
			}
			items <- n
		}
		close(items)
	}()
	go stopped.Store(true)
	<-produced
}
