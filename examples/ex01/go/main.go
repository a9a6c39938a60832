// Eight goroutines print their number: an order that a seed decides.
//
//	go run .                              some order
//	GRSEED=foo GRMAX=100ms go run .       the same order every time, and that of ../ex01.c
//	GRSEED=foo GRMAX=100ms go run . plain without replay.Inject: GRSEED changes nothing
//
// And where the seed decides every switch, without a point in the source, or without waiting:
//
//	reprise go run --seed 7 . plain       the order that belongs to the seed 7
//	GRSEED=foo reprise go run --seed 7 .  the order that belongs to both
package main

import (
	"fmt"
	"os"
	"sync"

	"reprise/go/replay"
)

const goroutines = 8

func main() {
	plain := len(os.Args) > 1 && os.Args[1] == "plain"
	var wg sync.WaitGroup
	for i := 0; i < goroutines; i++ {
		wg.Add(1)
		go func(i int) {
			defer wg.Done()
			text := fmt.Sprintf("i=%d", i)
			if !plain {
				replay.Inject([]byte(text))
			}
			fmt.Println(text)
		}(i)
	}
	wg.Wait()
}
