// A session is touched while its timer has fired already: it was alive a moment ago, and then it
// is used although it is closed.
package main

import (
	"sync"
	"time"

	"programs/seeded"
)

type session struct {
	lock   sync.Mutex
	timer  *time.Timer
	closed bool
	used   bool
}

const idle = 4 * time.Millisecond

func (s *session) expire() {
	s.lock.Lock()
	s.closed = true
	s.lock.Unlock()
}

func (s *session) alive() bool {
	s.lock.Lock()
	defer s.lock.Unlock()
	return !s.closed
}

func (s *session) use() {
	if seeded.Fixed {
		s.lock.Lock()
		defer s.lock.Unlock()
		if s.closed || !s.timer.Reset(idle) {
			return // closed, or just about to be
		}
		s.used = true
		return
	}
	if !s.alive() {
		return
	}
	s.timer.Reset(idle)
	s.lock.Lock()
	defer s.lock.Unlock()
	seeded.Expect(!s.closed, "used after it was closed")
	s.used = true
}

func main() {
	var s session
	s.lock.Lock()
	s.timer = time.AfterFunc(idle, s.expire)
	s.lock.Unlock()
	time.Sleep(idle - 3*time.Microsecond)
	s.use()
	s.timer.Stop()
}
