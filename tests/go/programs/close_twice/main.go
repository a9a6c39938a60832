// Looks whether the channel is closed, then closes it: two can do so at once.
package main

import (
	"sync"

	"programs/seeded"
)

type server struct {
	once sync.Once
	done chan struct{}
}

func (s *server) stop() {
	if seeded.Fixed {
		s.once.Do(func() { close(s.done) })
		return
	}
	select {
	case <-s.done:
	default:
		close(s.done)
	}
}

func main() {
	s := &server{done: make(chan struct{})}
	seeded.Together(s.stop, s.stop)
	<-s.done
}
