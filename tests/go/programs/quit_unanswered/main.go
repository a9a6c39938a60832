// A server stops when it is told to, also when a request has just come in: its sender waits for an
// answer for ever.
package main

import "programs/seeded"

type request struct{ answer chan int }

func serve(requests chan request, quit chan struct{}) {
	for {
		select {
		case r := <-requests:
			r.answer <- 1
		case <-quit:
			if seeded.Fixed {
				close(requests)
				for r := range requests {
					r.answer <- 0
				}
			}
			return
		}
	}
}

func main() {
	requests := make(chan request, 1)
	quit := make(chan struct{})
	ask := func() chan int {
		r := request{answer: make(chan int)}
		requests <- r
		return r.answer
	}
	seeded.Together(
		func() { serve(requests, quit) },
		func() {
			<-ask()
			last := ask()
			close(quit)
			<-last
		},
	)
}
