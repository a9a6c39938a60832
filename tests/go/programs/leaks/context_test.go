package leaks

import (
	"context"
	"testing"

	"programs/seeded"
)

type watch struct {
	cancel context.CancelFunc
	events chan string
}

func newWatch() *watch {
	ctx, cancel := context.WithCancel(context.Background())
	w := &watch{cancel: cancel, events: make(chan string, 2)}
	go func() { <-ctx.Done() }()
	return w
}

// A context is not cancelled on one way out: when the end comes before what was awaited.
func TestContext(t *testing.T) {
	w := newWatch()
	for _, event := range []string{"change", "end"} {
		event := event
		go func() { w.events <- event }()
	}
	if <-w.events == "end" && !seeded.Fixed {
		return
	}
	w.cancel()
}
