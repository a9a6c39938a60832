// Stacks: methods, generic and inlined functions, recursion, closures in closures.
package main

import "reports/order"

type box struct{ first, second int }

func (b *box) set(n int)      { b.put(n) }
func (b *box) put(n int)      { b.second = n }
func (b box) sum() int        { return b.first + b.second }
func assign[T any](p *T, v T) { *p = v }

type setter interface{ set(int) }

//go:noinline
func down(n int, p *int) {
	if n > 0 {
		down(n-1, p)
		return
	}
	*p = n
}

//go:noinline
func call(f func()) { f() }

// pair runs first, then second, in goroutines of their own, which stay.
func pair(first, second func()) {
	step, end := order.New(), order.New()
	go func() {
		call(first)
		step.Done()
		end.After()
	}()
	step.After()
	go func() {
		call(second)
		step.Done()
		end.After()
	}()
	step.After()
	end.Done()
	end.Done()
	order.Ended(1)
}

func main() {
	b := &box{}
	var s setter = b
	pair(func() { s.set(1) }, func() { _ = b.sum() })
	n, m := new(int), new(int)
	pair(func() { assign(n, 1) }, func() { func() { assign(n, 2) }() })
	pair(func() { down(3, m) }, func() { down(2, m) })
	other := &box{}
	pair(func() { *other = box{1, 2} }, func() { other.second = 3 })
}
