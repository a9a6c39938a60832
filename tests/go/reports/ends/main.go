// Goroutines: finished and running, made by main, by another goroutine, by a timer.
package main

import (
	"reports/order"
	"time"
)

var a, b, c, d int

func leaf() { a = 1 }

func main() {
	go leaf()
	order.Ended(1)
	a = 2

	step, end := order.New(), order.New()
	go func() {
		go func() {
			b = 1
			step.Done()
			end.After()
		}()
		end.After()
	}()
	step.After()
	b = 2
	end.Done()
	end.Done()
	order.Ended(1)

	time.AfterFunc(1, func() {
		c = 1
		step.Done()
		end.After()
	})
	step.After()
	c = 2
	end.Done()
	order.Ended(1)

	for i := 0; i < 40; i++ {
		go func() {}()
	}
	order.Ended(1)
	go func() { d = 1 }()
	order.Ended(1)
	go func() {
		d = 2
		step.Done()
		end.After()
	}()
	step.After()
}
