// Two nodes pass messages on to each other while they handle one. When both mailboxes are full,
// both wait for the other to make room.
package main

import (
	"sync"

	"programs/seeded"
)

func main() {
	const messages, hops = 3, 2 // to each node at first; how often each is passed on
	room := 2
	if seeded.Fixed {
		room = 2 * messages // all that are on their way at one time
	}
	mail := [2]chan int{make(chan int, room), make(chan int, room)}
	var pending sync.WaitGroup
	pending.Add(2 * messages * (hops + 1))
	node := func(i int) {
		for left := range mail[i] {
			if left > 0 {
				mail[1-i] <- left - 1
			}
			pending.Done()
		}
	}
	go node(0)
	go node(1)
	for k := 0; k < messages; k++ {
		mail[0] <- hops
		mail[1] <- hops
	}
	pending.Wait()
	close(mail[0])
	close(mail[1])
}
