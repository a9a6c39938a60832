// A consumer that is told to stop may do so while there are still items: when both are ready,
// select takes either.
package main

import (
	"runtime"

	"programs/seeded"
)

func main() {
	const items = 3
	queue := make(chan int, 1)
	stop := make(chan struct{})
	sum := 0
	seeded.Together(
		func() {
			for {
				select {
				case n := <-queue:
					sum += n
				case <-stop:
					if seeded.Fixed && len(queue) > 0 {
						continue
					}
					return
				}
			}
		},
		func() {
			for i := 1; i <= items; i++ {
				queue <- i
			}
			runtime.Gosched()
			close(stop)
		},
	)
	seeded.Expect(sum == items*(items+1)/2, "an item is lost")
}
