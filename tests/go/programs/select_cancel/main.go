// A caller gives up when its context is cancelled, though the result may be there as well: what was
// done counts as not done.
package main

import (
	"context"
	"sync/atomic"

	"programs/seeded"
)

func main() {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	var committed atomic.Bool
	result := make(chan bool, 1)
	reported := false
	seeded.Together(
		func() {
			done := ctx.Err() == nil
			committed.Store(done)
			result <- done
		},
		func() {
			select {
			case done := <-result:
				reported = done
			case <-ctx.Done():
				if seeded.Fixed {
					reported = <-result
				}
			}
		},
		func() { cancel() },
	)
	seeded.Expect(reported == committed.Load(), "done, but reported as not done")
}
