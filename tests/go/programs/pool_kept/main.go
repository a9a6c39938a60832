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
	var lock sync.Mutex
	active := 0
	count := func(change int) {
		lock.Lock()
		active += change
		lock.Unlock()
	}
	check := func(text, expected string) {
		count(1)
		seeded.Expect(string(upper(text)) == expected, "another's text")
		count(-1)
	}
	seeded.Together(
		func() { check("one", "ONE") },
		func() { check("two", "TWO") },
	)
}
