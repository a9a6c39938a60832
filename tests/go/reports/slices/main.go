// Memory that is read and written in ranges.
package main

import "reports/order"

type record struct {
	name   string
	values [4]int
}

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
	bytes := make([]byte, 8)
	pair(func() { bytes[1] = 1 }, func() { println(string(bytes)) })
	records, more := make([]record, 3), make([]record, 3)
	pair(func() { copy(records, more) }, func() { records[1].values[2] = 1 })
	list := make([]int, 1, 8)
	pair(func() { _ = append(list, 1) }, func() { _ = append(list, 2) })
	one := &record{}
	pair(func() { *one = record{name: "n"} }, func() { println(one.name) })
}
