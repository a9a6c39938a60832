// A writer that only tries gives up when readers always overlap.
package main

import (
	"runtime"
	"sync"

	"programs/seeded"
)

func main() {
	var lock sync.RWMutex
	written := false
	read := func() {
		for i := 0; i < 6; i++ {
			lock.RLock()
			_ = written
			lock.RUnlock()
		}
	}
	write := func() {
		if seeded.Fixed {
			lock.Lock()
			written = true
			lock.Unlock()
			return
		}
		for tries := 0; tries < 3; tries++ {
			if lock.TryLock() {
				written = true
				lock.Unlock()
				return
			}
			runtime.Gosched()
		}
	}
	seeded.Together(read, read, write)
	seeded.Expect(written, "the writer gave up")
}
