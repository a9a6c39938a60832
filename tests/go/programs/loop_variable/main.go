// All goroutines of a loop share its variable. Mostly each has read it before the next one starts.
package main

import (
	"sync"
	"sync/atomic"

	"programs/seeded"
)

func main() {
	const workers = 3
	var all sync.WaitGroup
	var sum, i atomic.Int32
	for i.Store(0); i.Load() < workers; i.Add(1) {
		all.Add(1)
		loaded := make(chan struct{})
		go close(loaded)
		number := &i
		if seeded.Fixed {
			number = new(atomic.Int32)
			number.Store(i.Load())
		}
		go func() {
			defer all.Done()
			sum.Add(number.Load())
		}()
		<-loaded
	}
	all.Wait()
	seeded.Expect(sum.Load() == workers*(workers-1)/2, "a number twice, another not at all")
}
