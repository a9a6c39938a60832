// A node of a replicated log, in small, with a race as such nodes have had it.
//
// The node takes proposals from a channel while it knows a leader. When the leader is gone, the
// node's goroutine sets the field with the channel to nil, so that its select takes none until
// there is a leader again. But the goroutines that propose read the same field. One that reads it
// while it is nil sends to a nil channel: its proposal waits for ever, also when a new leader is
// there. Nothing orders the two, so it is a data race in any case.
//
//	build     reprise go build -o raft-node .
//	found     reprise hunt ./raft-node
//	replayed  reprise replay F1 --times 1000
//	repaired  reprise hunt ./raft-node fixed       proposals go to a channel that never changes,
//	                                               and only the node looks at the field
//
// Left to itself it nearly always prints "log: [x = 1]" and ends.
package main

import (
	"fmt"
	"os"
	"sync"
)

type node struct {
	fixed     bool
	queue     chan string // of proposals
	proposals chan string // the same, or nil while there is no leader
	leader    chan bool   // there is one, or no longer
	stop      chan struct{}
	log       []string
}

func (n *node) run() {
	for {
		select {
		case known := <-n.leader:
			n.proposals = nil
			if known {
				n.proposals = n.queue
			}
		case value := <-n.proposals:
			n.log = append(n.log, value)
		case <-n.stop:
			return
		}
	}
}

func (n *node) propose(value string) {
	if n.fixed {
		n.queue <- value
		return
	}
	n.proposals <- value
}

// election: the leader is lost, and then there is a new one.
func (n *node) election() {
	for _, known := range []bool{false, true} {
		select {
		case n.leader <- known:
		case <-n.stop:
		}
	}
}

func main() {
	queue := make(chan string)
	n := &node{
		fixed:     len(os.Args) > 1 && os.Args[1] == "fixed",
		queue:     queue,
		proposals: queue,
		leader:    make(chan bool),
		stop:      make(chan struct{}),
	}
	var running sync.WaitGroup
	start := func(body func()) {
		running.Add(1)
		go func() {
			defer running.Done()
			body()
		}()
	}
	start(n.run)
	start(func() {
		n.propose("x = 1")
		close(n.stop)
	})
	start(n.election)
	running.Wait()
	fmt.Println("log:", n.log)
}
