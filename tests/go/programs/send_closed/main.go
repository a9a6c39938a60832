// Who is about to send is counted only after the look whether sending is still allowed, so the
// channel can be closed in between.
package main

import (
	"runtime"
	"sync/atomic"

	"programs/seeded"
)

type queue struct {
	closing atomic.Bool
	senders atomic.Int32
	items   chan int
}

func (q *queue) send(n int) bool {
	if seeded.Fixed {
		q.senders.Add(1)
		defer q.senders.Add(-1)
		if q.closing.Load() {
			return false
		}
		q.items <- n
		return true
	}
	if q.closing.Load() {
		return false
	}
	q.senders.Add(1)
	q.items <- n
	q.senders.Add(-1)
	return true
}

func (q *queue) close() {
	q.closing.Store(true)
	for q.senders.Load() != 0 {
		runtime.Gosched()
	}
	close(q.items)
}

func main() {
	q := &queue{items: make(chan int, 4)}
	seeded.Together(
		func() {
			for n := 0; n < 4 && q.send(n); n++ {
			}
		},
		func() {
			runtime.Gosched()
			q.close()
		},
	)
}
