//go:build ignore

// Appended to sync/rwmutex.go: the points of package sync.

package sync

import "unsafe"

//below

// Operations, as enum core_op numbers them.
const (
	repriseOpLock        = 9
	repriseOpReadLock    = 10
	repriseOpTryLock     = 11
	repriseOpUnlock      = 12
	repriseOpCondWait    = 13
	repriseOpCondSignal  = 14
	repriseOpCondWakeAll = 15
	repriseOpSemWait     = 17
	repriseOpSemPost     = 18
	repriseOpOnce        = 19
)

// In runtime/proc.go. Does nothing without a seed.
//
//go:linkname runtime_reprisePoint
//go:noescape
func runtime_reprisePoint(op uintptr, object unsafe.Pointer)

// Where once.go and cond.go, which don't import unsafe, get their addresses.
func repriseOnce(o *Once) unsafe.Pointer { return unsafe.Pointer(o) }
func repriseCond(c *Cond) unsafe.Pointer { return unsafe.Pointer(c) }
