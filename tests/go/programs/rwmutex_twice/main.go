// A reader locks for reading twice. A writer that comes in between waits for the first lock, and
// the second waits for the writer.
package main

import (
	"sync"

	"programs/seeded"
)

type table struct {
	lock sync.RWMutex
	rows []int
}

func (t *table) count() int {
	t.lock.RLock()
	defer t.lock.RUnlock()
	return len(t.rows)
}

func (t *table) sum() (sum int) {
	t.lock.RLock()
	defer t.lock.RUnlock()
	count := len(t.rows)
	if !seeded.Fixed {
		count = t.count()
	}
	for i := 0; i < count; i++ {
		sum += t.rows[i]
	}
	return sum
}

func main() {
	t := &table{rows: []int{1, 2}}
	seeded.Together(
		func() { t.sum() },
		func() {
			t.lock.Lock()
			t.rows = append(t.rows, 3)
			t.lock.Unlock()
		},
	)
	seeded.Expect(t.sum() == 6, "a row is lost")
}
