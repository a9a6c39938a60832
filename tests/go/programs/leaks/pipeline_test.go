package leaks

import (
	"testing"

	"programs/seeded"
)

func generate(count int, stop chan struct{}) <-chan int {
	numbers := make(chan int)
	go func() {
		defer close(numbers)
		for n := 0; n < count; n++ {
			if !seeded.Fixed {
				numbers <- n
				continue
			}
			select {
			case numbers <- n:
			case <-stop:
				return
			}
		}
	}()
	return numbers
}

func square(numbers <-chan int, stop chan struct{}) <-chan int {
	squares := make(chan int, 1)
	go func() {
		defer close(squares)
		for n := range numbers {
			select {
			case squares <- n * n:
			case <-stop:
				return
			}
		}
	}()
	return squares
}

// The last stage of a pipeline leaves early, and the first is not told.
func TestPipeline(t *testing.T) {
	stop, enough := make(chan struct{}), make(chan struct{})
	defer close(stop)
	squares := square(generate(3, stop), stop)
	go close(enough)
	for {
		select {
		case _, more := <-squares:
			if !more {
				return
			}
		case <-enough:
			return
		}
	}
}
