// A global variable: who came first wrote, read, and wrote.
package main

import "reports/order"

var counter, unused int
var text string

func main() {
	step, end, last := order.New(), order.New(), order.New()
	go func() {
		counter = 1
		step.Done()
		end.After()
	}()
	step.After()
	counter = 2
	unused = counter

	go func() {
		unused = len(text)
		step.Done()
		end.After()
	}()
	step.After()
	text = "changed"

	go func() {
		step.After()
		counter = 3
		last.Done()
	}()
	println(counter)
	step.Done()
	last.After()
	end.Done()
	end.Done()
}
