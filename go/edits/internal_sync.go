//go:build ignore

// Appended to internal/sync/mutex.go: the points of a Mutex, from Go 1.24.

package sync

import "unsafe"

//below

// Operations, as enum core_op numbers them.
const (
	repriseOpLock    = 9
	repriseOpTryLock = 11
	repriseOpUnlock  = 12
)

// In runtime/proc.go. Does nothing without a seed.
//
//go:linkname runtime_reprisePoint
//go:noescape
func runtime_reprisePoint(op uintptr, object unsafe.Pointer)
