//go:build ignore

// Appended to runtime/race0.go: without -race there is nobody to ask, and repriseMode being
// constant, nothing of this is in a program.

package runtime

import "unsafe"

//below

const repriseMode = 0

func repriseBegin()                                                    {}
func repriseTellBorn(parent, child uintptr)                            {}
func repriseTellGone(t uintptr)                                        {}
func repriseAskPoint(t uintptr, op uintptr, object uintptr) uint64     { return 0 }
func repriseAskPick(pick *reprisePicking)                              {}
func repriseTellWait(t uintptr, reason unsafe.Pointer, length uintptr) {}
func repriseTellReady(t uintptr)                                       {}
func repriseAskChoice(t uintptr, count uint64) uint64                  { return 0 }
func repriseAskRandom(t uintptr) uint64                                { return 0 }
func repriseTellExternal()                                             {}
func repriseAskClock() uint64                                          { return 0 }
func repriseTellJump(to uint64)                                        {}
func repriseTellStuck(waiting unsafe.Pointer, count uintptr)           {}
func repriseTellLeaked(waiting unsafe.Pointer, count uintptr)          {}
func repriseTellTest(t uintptr, name unsafe.Pointer, length uintptr)   {}

func repriseTellExit(status uintptr) {}
func repriseAskSlice() uint64        { return 0 }
func repriseTellCollected()          {}
