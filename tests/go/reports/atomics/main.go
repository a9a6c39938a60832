// An atomic access is called by the name of its function, not as atomic.
package main

import (
	"reports/order"
	"sync/atomic"
)

var a, b int64
var c uint32

func main() {
	step, end := order.New(), order.New()
	go func() {
		atomic.AddInt64(&a, 1)
		step.Done()
		end.After()
	}()
	step.After()
	a = 2

	go func() {
		b = 1
		step.Done()
		end.After()
	}()
	step.After()
	println(atomic.LoadInt64(&b))

	go func() {
		println(c)
		step.Done()
		end.After()
	}()
	step.After()
	atomic.CompareAndSwapUint32(&c, 0, 1)
}
