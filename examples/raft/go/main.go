// A send to a nil channel: a race as nodes of a replicated log have had it.
//
// A node takes proposals from a channel while there is a leader. When the leader steps down, one
// goroutine sets the channel to nil, so that nobody proposes any more. Another looks whether there
// is a channel, then sends. Between the two the channel goes away, and a send to a nil channel
// waits for ever.
//
//	GRSEED=2 go run .        the proposal hangs, every time: Go says "all goroutines are asleep"
//	GRSEED=17 go run .       never: the leader steps down first
//	GRSEED=2 go run . fixed  look and send are one step
//
// ../raft.c is the same in C; the same seeds fail.
package main

import (
	"fmt"
	"os"
	"sync"

	"reprise/go/replay"
)

type node struct {
	lock      sync.Locker // around what belongs together; no lock at all unless fixed
	proposals chan int    // nil while there is no leader
}

type noLock struct{}

func (noLock) Lock()   {}
func (noLock) Unlock() {}

func (n *node) stepDown() {
	replay.Inject([]byte("step down"))
	n.lock.Lock()
	defer n.lock.Unlock()
	n.proposals = nil
}

func (n *node) propose(value int) {
	replay.Inject([]byte("look"))
	n.lock.Lock()
	defer n.lock.Unlock()
	if n.proposals == nil {
		fmt.Println("no leader: proposal refused")
		return
	}
	replay.Inject([]byte("send"))
	n.proposals <- value
	fmt.Println("proposal taken")
}

func main() {
	n := &node{lock: noLock{}, proposals: make(chan int, 4)}
	if len(os.Args) > 1 && os.Args[1] == "fixed" {
		n.lock = &sync.Mutex{}
	}
	var wg sync.WaitGroup
	for _, f := range []func(){n.stepDown, func() { n.propose(1) }} {
		wg.Add(1)
		go func(f func()) {
			defer wg.Done()
			f()
		}(f)
	}
	wg.Wait()
}
