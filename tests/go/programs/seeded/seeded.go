// Package seeded is what the programs beside it share: starting goroutines, and saying that the
// bug has shown.
//
// Each program has one concurrency bug, which some interleavings show and others don't; with the
// build tag "fixed" it has none. Nothing here or there knows of Reprise.
package seeded

import (
	"fmt"
	"os"
	"sync"
)

// Broken ends the program: its bug has shown.
func Broken(what string) {
	fmt.Println("BROKEN:", what)
	os.Exit(1)
}

// Expect ends the program unless what is expected holds.
func Expect(holds bool, what string) {
	if !holds {
		Broken(what)
	}
}

// Together runs all bodies, each in a goroutine of its own, until they have returned.
func Together(bodies ...func()) {
	var all sync.WaitGroup
	all.Add(len(bodies))
	for _, body := range bodies {
		body := body
		go func() {
			defer all.Done()
			body()
		}()
	}
	all.Wait()
}

// Times runs body(0), body(1), ..., body(count - 1) in the same way.
func Times(count int, body func(i int)) {
	var all sync.WaitGroup
	all.Add(count)
	for i := 0; i < count; i++ {
		i := i
		go func() {
			defer all.Done()
			body(i)
		}()
	}
	all.Wait()
}
