//go:build race

package order

import "runtime"

func disable() { runtime.RaceDisable() }
func enable()  { runtime.RaceEnable() }
