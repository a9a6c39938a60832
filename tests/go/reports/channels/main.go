// A channel that is closed while another goroutine sends: what is told are accesses by Go's runtime.
package main

import "reports/order"

func main() {
	step, end := order.New(), order.New()
	c := make(chan int, 2)
	go func() {
		c <- 1
		step.Done()
		end.After()
	}()
	step.After()
	close(c)
}
