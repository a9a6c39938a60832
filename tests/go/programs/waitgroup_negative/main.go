// A job is done when it is finished and when it is cancelled; it can be both.
package main

import (
	"sync"
	"sync/atomic"

	"programs/seeded"
)

type job struct {
	over  atomic.Bool
	group sync.WaitGroup
}

func (j *job) end() {
	if seeded.Fixed {
		if j.over.CompareAndSwap(false, true) {
			j.group.Done()
		}
		return
	}
	if !j.over.Load() {
		j.over.Store(true)
		j.group.Done()
	}
}

func main() {
	var j job
	j.group.Add(1)
	seeded.Together(j.end, j.end)
	j.group.Wait()
}
