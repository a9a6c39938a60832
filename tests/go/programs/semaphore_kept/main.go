// Who is cancelled after it got a slot does not give it back.
package main

import (
	"sync/atomic"

	"programs/seeded"
)

var cancelled atomic.Bool

func work(slots chan struct{}) {
	if cancelled.Load() {
		return
	}
	slots <- struct{}{}
	if cancelled.Load() {
		if seeded.Fixed {
			<-slots
		}
		return
	}
	<-slots
}

func main() {
	slots := make(chan struct{}, 1)
	seeded.Together(
		func() { work(slots) },
		func() { cancelled.Store(true) },
	)
	slots <- struct{}{} // all slots are free again
}
