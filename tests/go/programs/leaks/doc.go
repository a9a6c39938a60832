// Package leaks holds tests that pass, and that may leave a goroutine behind which waits for ever.
package leaks
