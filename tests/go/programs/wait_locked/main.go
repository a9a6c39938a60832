// Waits for a worker under a lock that the worker may still need.
package main

import (
	"sync"

	"programs/seeded"
)

func main() {
	var lock sync.Mutex
	var workers sync.WaitGroup
	results := 0
	loaded := make(chan struct{})
	go close(loaded)
	workers.Add(1)
	go func() {
		defer workers.Done()
		lock.Lock()
		results++
		lock.Unlock()
	}()
	<-loaded
	if seeded.Fixed {
		workers.Wait()
	}
	lock.Lock()
	workers.Wait()
	seeded.Expect(results == 1, "a result is missing")
	lock.Unlock()
}
