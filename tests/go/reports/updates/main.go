// An update is a read and a write, and one report.
package main

import "reports/order"

var x int

func main() {
	step, end := order.New(), order.New()
	go func() {
		x++
		step.Done()
		end.After()
	}()
	step.After()
	x++
	x *= 2
}
