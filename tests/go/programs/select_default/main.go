// A wake-up that nobody waits for yet is dropped, and the one that looked just before never wakes.
package main

import (
	"sync/atomic"

	"programs/seeded"
)

func main() {
	room := 0
	if seeded.Fixed {
		room = 1
	}
	wake := make(chan struct{}, room)
	var ready atomic.Bool
	seeded.Together(
		func() {
			for !ready.Load() {
				<-wake
			}
		},
		func() {
			ready.Store(true)
			select {
			case wake <- struct{}{}:
			default:
			}
		},
	)
}
