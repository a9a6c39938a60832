// A callback from C takes the lock only when another is inside; the other did not, because it was
// alone when it came.
package main

/*
extern void visit(int);

static void each(int count)
{
    for (int i = 0; i < count; i++)
        visit(i);
}
*/
import "C"

import (
	"sync"
	"sync/atomic"

	"programs/seeded"
)

var (
	lock   sync.Mutex
	inside atomic.Int32
	visits []int
)

//export visit
func visit(n C.int) {
	if inside.Add(1) > 1 || seeded.Fixed {
		lock.Lock()
		defer lock.Unlock()
	}
	visits = append(visits, int(n))
	inside.Add(-1)
}

func main() {
	each := func() { C.each(2) }
	seeded.Together(each, each)
	seeded.Expect(len(visits) == 4, "a visit is lost")
}
