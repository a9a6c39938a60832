package replay

import (
	"encoding/binary"
	"hash/fnv"
	"reflect"
	"runtime"
)

// stackFrames is how many of the innermost frames count.
const stackFrames = 256

// What stands between the program's call and stackName.
var own = func() map[string]bool {
	prefix := reflect.TypeOf(NopReplayer{}).PkgPath()
	return map[string]bool{
		prefix + ".stackName":               true,
		prefix + ".(*BasicReplayer).inject": true,
		prefix + ".(*BasicReplayer).Inject": true,
		prefix + ".Inject":                  true,
	}
}()

// stackName is a number for the calling goroutine's stack from the caller of Inject outward,
// made of the names of functions and of line numbers: no address is in it, so it is the same in
// each run, wherever the program is loaded.
func stackName() uint64 {
	var pcs [stackFrames]uintptr
	frames := runtime.CallersFrames(pcs[:runtime.Callers(1, pcs[:])])
	h := fnv.New64a()
	inside := true
	for {
		frame, more := frames.Next()
		inside = inside && own[frame.Function]
		if !inside {
			var line [8]byte
			binary.LittleEndian.PutUint64(line[:], uint64(frame.Line))
			h.Write([]byte(frame.Function))
			h.Write(line[:])
		}
		if !more {
			return h.Sum64()
		}
	}
}
