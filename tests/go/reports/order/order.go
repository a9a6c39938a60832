// Package order makes goroutines take turns without ordering their accesses: what it does is kept
// from the race detector. So a program races in the same way each time.
package order

import "runtime"

// A Step is passed once by each of two goroutines: Done by the first, After by the second.
type Step chan bool

// New makes a step.
func New() Step { return make(Step, 1) }

// Done lets the one that waits in After go on.
func (s Step) Done() {
	disable()
	s <- true
	enable()
}

// After waits for Done.
func (s Step) After() {
	disable()
	<-s
	enable()
}

// Ended waits until there are no more than n goroutines of the program.
func Ended(n int) {
	disable()
	for runtime.NumGoroutine() > n {
		runtime.Gosched()
	}
	enable()
}
