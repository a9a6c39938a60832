// Maps: the accesses are made by functions of Go's runtime.
package main

import "reports/order"

func pair(first, second func()) {
	step, end := order.New(), order.New()
	go func() {
		first()
		step.Done()
		end.After()
	}()
	step.After()
	second()
	end.Done()
}

func main() {
	words := map[string]int{"a": 1}
	pair(func() { words["b"] = 2 }, func() { words["c"] = 3 })
	numbers := map[int64]int{1: 1}
	pair(func() { delete(numbers, 2) }, func() { numbers[3] = 1 })
	others := map[[3]int]int{}
	pair(func() { others[[3]int{}]++ }, func() {
		for range others {
		}
	})
}
