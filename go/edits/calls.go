//go:build ignore

// Appended to runtime/race.go: the calls of src/runtime/go/schedule.h.
// Each goes to g0's stack, allocates nothing, and does not return to the scheduler.

package runtime

import "unsafe"

//below

// Which schedule: 0 Go's own, else one of the constants in proc.go.
var repriseMode uint64

//go:linkname __reprise_go_begin __reprise_go_begin
var __reprise_go_begin byte

//go:linkname __reprise_go_born __reprise_go_born
var __reprise_go_born byte

//go:linkname __reprise_go_gone __reprise_go_gone
var __reprise_go_gone byte

//go:linkname __reprise_go_point __reprise_go_point
var __reprise_go_point byte

//go:linkname __reprise_go_pick __reprise_go_pick
var __reprise_go_pick byte

//go:linkname __reprise_go_wait __reprise_go_wait
var __reprise_go_wait byte

//go:linkname __reprise_go_ready __reprise_go_ready
var __reprise_go_ready byte

//go:linkname __reprise_go_choose __reprise_go_choose
var __reprise_go_choose byte

//go:linkname __reprise_go_random __reprise_go_random
var __reprise_go_random byte

//go:linkname __reprise_go_external __reprise_go_external
var __reprise_go_external byte

//go:linkname __reprise_go_clock __reprise_go_clock
var __reprise_go_clock byte

//go:linkname __reprise_go_jump __reprise_go_jump
var __reprise_go_jump byte

//go:linkname __reprise_go_stuck __reprise_go_stuck
var __reprise_go_stuck byte

//go:linkname __reprise_go_leaked __reprise_go_leaked
var __reprise_go_leaked byte

//go:linkname __reprise_go_test __reprise_go_test
var __reprise_go_test byte

//go:linkname __reprise_go_slice __reprise_go_slice
var __reprise_go_slice byte

//go:linkname __reprise_go_exit __reprise_go_exit
var __reprise_go_exit byte

//go:linkname __reprise_go_collected __reprise_go_collected
var __reprise_go_collected byte

//go:cgo_import_static __reprise_go_collected
//go:cgo_import_static __reprise_go_exit
//go:cgo_import_static __reprise_go_slice
//go:cgo_import_static __reprise_go_begin
//go:cgo_import_static __reprise_go_born
//go:cgo_import_static __reprise_go_gone
//go:cgo_import_static __reprise_go_point
//go:cgo_import_static __reprise_go_pick
//go:cgo_import_static __reprise_go_wait
//go:cgo_import_static __reprise_go_ready
//go:cgo_import_static __reprise_go_choose
//go:cgo_import_static __reprise_go_random
//go:cgo_import_static __reprise_go_external
//go:cgo_import_static __reprise_go_clock
//go:cgo_import_static __reprise_go_jump
//go:cgo_import_static __reprise_go_stuck
//go:cgo_import_static __reprise_go_leaked
//go:cgo_import_static __reprise_go_test

// struct rt_go_begin
type repriseBeginning struct {
	mode, seed, virtualTime, startWall uint64
	steps, again                       uintptr
}

//go:nosplit
func repriseBegin() {
	b := repriseBeginning{again: 1}
	racecall(&__reprise_go_begin, uintptr(unsafe.Pointer(&b)), 0, 0, 0)
	repriseMode = b.mode
	repriseSeed = b.seed
	repriseAgain = b.again
	if b.mode == repriseControlled && b.virtualTime != 0 {
		repriseVirtual = true
		repriseNow = repriseTimeZero
		repriseWall = int64(b.startWall)
	}
}

//go:nosplit
func repriseTellBorn(parent, child uintptr) {
	racecall(&__reprise_go_born, parent, child, 0, 0)
}

//go:nosplit
func repriseTellGone(t uintptr) {
	racecall(&__reprise_go_gone, t, 0, 0, 0)
}

//go:nosplit
func repriseAskPoint(t uintptr, op uintptr, object uintptr) (action uint64) {
	racecall(&__reprise_go_point, t, op, object, uintptr(unsafe.Pointer(&action)))
	return action
}

//go:nosplit
func repriseAskPick(pick *reprisePicking) {
	racecall(&__reprise_go_pick, uintptr(unsafe.Pointer(pick)), 0, 0, 0)
}

//go:nosplit
func repriseTellWait(t uintptr, reason unsafe.Pointer, length uintptr) {
	racecall(&__reprise_go_wait, t, uintptr(reason), length, 0)
}

//go:nosplit
func repriseTellReady(t uintptr) {
	racecall(&__reprise_go_ready, t, 0, 0, 0)
}

//go:nosplit
func repriseAskChoice(t uintptr, count uint64) (chosen uint64) {
	racecall(&__reprise_go_choose, t, uintptr(count), uintptr(unsafe.Pointer(&chosen)), 0)
	return chosen
}

//go:nosplit
func repriseAskRandom(t uintptr) (bits uint64) {
	racecall(&__reprise_go_random, t, 0, uintptr(unsafe.Pointer(&bits)), 0)
	return bits
}

//go:nosplit
func repriseTellExternal() {
	racecall(&__reprise_go_external, 0, 0, 0, 0)
}

//go:nosplit
func repriseAskClock() (now uint64) {
	racecall(&__reprise_go_clock, uintptr(unsafe.Pointer(&now)), 0, 0, 0)
	return now
}

//go:nosplit
func repriseTellJump(to uint64) {
	racecall(&__reprise_go_jump, uintptr(to), 0, 0, 0)
}

//go:nosplit
func repriseTellStuck(waiting unsafe.Pointer, count uintptr) {
	racecall(&__reprise_go_stuck, uintptr(waiting), count, 0, 0)
}

//go:nosplit
func repriseTellLeaked(waiting unsafe.Pointer, count uintptr) {
	racecall(&__reprise_go_leaked, uintptr(waiting), count, 0, 0)
}

//go:nosplit
func repriseTellTest(t uintptr, name unsafe.Pointer, length uintptr) {
	racecall(&__reprise_go_test, t, uintptr(name), length, 0)
}

//go:nosplit
func repriseTellExit(status uintptr) {
	racecall(&__reprise_go_exit, status, 0, 0, 0)
}

//go:nosplit
func repriseAskSlice() (end uint64) {
	racecall(&__reprise_go_slice, uintptr(unsafe.Pointer(&end)), 0, 0, 0)
	return end
}

//go:nosplit
func repriseTellCollected() {
	racecall(&__reprise_go_collected, 0, 0, 0, 0)
}
