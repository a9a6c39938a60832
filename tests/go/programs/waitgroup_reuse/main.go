// Two wait for the end of a round; one of them begins the next before the other has returned.
package main

import (
	"runtime"
	"sync"

	"programs/seeded"
)

func main() {
	var round, next sync.WaitGroup
	second := &round
	if seeded.Fixed {
		second = &next
	}
	round.Add(1)
	seeded.Together(
		func() {
			round.Wait()
			runtime.Gosched()
			second.Add(1)
			second.Done()
		},
		func() { round.Wait() },
		func() {
			runtime.Gosched()
			round.Done()
		},
	)
}
