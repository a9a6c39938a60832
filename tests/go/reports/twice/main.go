// The same two stacks again are no second report; the same variable at another place is one.
package main

import "reports/order"

var x int

func race(p *int) {
	step, end := order.New(), order.New()
	go func() {
		*p = 1
		step.Done()
		end.After()
	}()
	step.After()
	*p = 2
	end.Done()
	order.Ended(1)
}

func main() {
	for i := 0; i < 3; i++ {
		race(&x)
	}
	for i := 0; i < 2; i++ {
		race(new(int))
	}
	step, end := order.New(), order.New()
	go func() {
		x = 3
		step.Done()
		end.After()
	}()
	step.After()
	x = 4
}
