// Tests with a race fail, others do not.
package intest

import (
	"reports/order"
	"testing"
)

var x int

func race() {
	step, end := order.New(), order.New()
	go func() {
		x = 1
		step.Done()
		end.After()
	}()
	step.After()
	x = 2
	end.Done()
}

func TestRaces(t *testing.T) { race() }

func TestQuiet(t *testing.T) {}

func TestBelow(t *testing.T) {
	t.Run("quiet", func(t *testing.T) {})
	t.Run("races", func(t *testing.T) { race() })
}
