// A listener is started, and taken for listening when its goroutine has had time to begin.
package main

import (
	"runtime"
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
	listening := make(chan struct{})
	go func() {
		b.listen(make(chan int, 1))
		close(listening)
	}()
	for i := 0; i < 20; i++ {
		runtime.Gosched()
	}
	if seeded.Fixed {
		<-listening
	}
	seeded.Expect(b.send(1) == 1, "nobody heard it")
}
