// A race, and then an end of the kind that the argument names.
package main

import (
	"os"
	"reports/order"
)

var x int

func main() {
	step, end := order.New(), order.New()
	go func() {
		x = 1
		step.Done()
		end.After()
	}()
	step.After()
	x = 2
	println("raced")
	switch append(os.Args, "")[1] {
	case "0":
		os.Exit(0)
	case "3":
		os.Exit(3)
	case "panic":
		panic("at the end")
	}
}
