//go:build ignore

// Appended to runtime/race.go: what access_amd64.s wants.

package runtime

//below

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
