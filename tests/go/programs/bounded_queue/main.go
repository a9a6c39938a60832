// After a wait the queue is taken for not empty, but another consumer may have been faster.
package main

import (
	"sync"

	"programs/seeded"
)

type queue struct {
	lock    sync.Mutex
	changed *sync.Cond
	items   []int
}

func (q *queue) put(n int) {
	q.lock.Lock()
	defer q.lock.Unlock()
	q.items = append(q.items, n)
	q.changed.Signal()
}

func (q *queue) take() int {
	q.lock.Lock()
	defer q.lock.Unlock()
	if seeded.Fixed {
		for len(q.items) == 0 {
			q.changed.Wait()
		}
	} else if len(q.items) == 0 {
		q.changed.Wait()
	}
	n := q.items[0]
	q.items = q.items[1:]
	return n
}

func main() {
	q := new(queue)
	q.changed = sync.NewCond(&q.lock)
	seeded.Together(
		func() { q.take() },
		func() { q.take() },
		func() {
			q.put(1)
			q.put(2)
		},
	)
}
