// A buffer goes back to the pool while what was made of it is still in use.
package main

import (
	"bytes"
	"strings"
	"sync"

	"programs/seeded"
)

var buffers = sync.Pool{New: func() interface{} { return new(bytes.Buffer) }}

func upper(text string) []byte {
	b := buffers.Get().(*bytes.Buffer)
	defer buffers.Put(b)
	b.Reset()
	b.WriteString(strings.ToUpper(text))
	if seeded.Fixed {
		return append([]byte(nil), b.Bytes()...)
	}
	return b.Bytes()
}

func main() {
	seeded.Together(
		func() { seeded.Expect(string(upper("one")) == "ONE", "another's text") },
		func() { seeded.Expect(string(upper("two")) == "TWO", "another's text") },
	)
}
