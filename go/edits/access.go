//go:build ignore

// Appended to runtime/race.go: what access_amd64.s wants.

package runtime

//below

// Operations, as enum core_op numbers them. A point of one of these is that of the next operation.
const (
	repriseOpAtomicStore = 6
	repriseOpAtomicRMW   = 7
)

// Points to a word of the race runtime: the atomic operation was put off. See schedule.h.
var repriseAgain uintptr

// The goroutine was asked to give way, and does where this is entered.
//
//go:noinline
func repriseHere() {
	if getg().m == nil { // so that it is not a leaf, which would not look
		throw("reprise: no m")
	}
}
