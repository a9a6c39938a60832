package leaks

import (
	"context"
	"testing"

	"programs/seeded"
)

// Whoever gave up waiting for a result leaves its sender behind.
func TestResult(t *testing.T) {
	room := 0
	if seeded.Fixed {
		room = 1
	}
	ctx, cancel := context.WithCancel(context.Background())
	result := make(chan int, room)
	go func() { result <- 1 }()
	go cancel()
	select {
	case <-result:
	case <-ctx.Done():
	}
}
