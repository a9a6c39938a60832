// Of two goroutines, what the second did is taken for granted when the first is ready.
package main

import (
	"sync"

	"programs/seeded"
)

type bus struct {
	lock      sync.Mutex
	listeners []chan int
}

func (b *bus) listen(to chan int) {
	b.lock.Lock()
	defer b.lock.Unlock()
	b.listeners = append(b.listeners, to)
}

func (b *bus) send(n int) (heard int) {
	b.lock.Lock()
	defer b.lock.Unlock()
	for _, to := range b.listeners {
		to <- n
	}
	return len(b.listeners)
}

func main() {
	var b bus
	loaded, listening := make(chan struct{}), make(chan struct{})
	go close(loaded)
	go func() {
		b.listen(make(chan int, 1))
		close(listening)
	}()
	<-loaded
	if seeded.Fixed {
		<-listening
	}
	seeded.Expect(b.send(1) == 1, "nobody heard it")
}
