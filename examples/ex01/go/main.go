// Eight goroutines print their number: an order that a seed decides.
//
//	go run .                              some order
//	GRSEED=foo GRMAX=100ms go run .       the same order every time, and that of ../ex01.c
//	GRSEED=foo GRMAX=100ms go run . plain without replay.Inject: GRSEED changes nothing
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
