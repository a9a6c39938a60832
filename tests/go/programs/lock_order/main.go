// Two transfers in opposite directions lock the same two accounts in opposite orders.
package main

import (
	"sync"

	"programs/seeded"
)

type account struct {
	number  int
	lock    sync.Mutex
	balance int
}

func transfer(from, to *account, amount int) {
	first, second := from, to
	if seeded.Fixed && second.number < first.number {
		first, second = second, first
	}
	first.lock.Lock()
	defer first.lock.Unlock()
	second.lock.Lock()
	defer second.lock.Unlock()
	from.balance -= amount
	to.balance += amount
}

func main() {
	one := &account{number: 1, balance: 100}
	two := &account{number: 2, balance: 100}
	seeded.Together(
		func() { transfer(one, two, 10) },
		func() { transfer(two, one, 5) },
	)
	seeded.Expect(one.balance == 95 && two.balance == 105, "money is lost")
}
