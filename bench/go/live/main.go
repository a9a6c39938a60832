// Live: very many goroutines, at once or one after the other.
//
//	live at-once N       all of them wait at the same time, then all go on
//	live in-turn N       each starts when the one before has ended
//
// Each goroutine writes a slot of its own, and a shared sum under a mutex. There is no data race.
package main

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"sync"
)

func atOnce(n int) (alive, sum int) {
	var lock sync.Mutex
	var started, ended sync.WaitGroup
	release := make(chan struct{})
	slots := make([]int, n)
	started.Add(n)
	ended.Add(n)
	for i := 0; i < n; i++ {
		go func(id int) {
			slots[id] = 1
			started.Done()
			<-release
			lock.Lock()
			sum += slots[id]
			lock.Unlock()
			ended.Done()
		}(i)
	}
	started.Wait()
	alive = runtime.NumGoroutine() - 1
	close(release)
	ended.Wait()
	return alive, sum
}

func inTurn(n int) (alive, sum int) {
	slots := make([]int, n)
	done := make(chan int)
	for i := 0; i < n; i++ {
		go func(id int) {
			slots[id] = 1
			done <- id
		}(i)
		sum += slots[<-done]
	}
	return runtime.NumGoroutine() - 1, sum
}

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "live: at-once N, or in-turn N")
		os.Exit(2)
	}
	n, err := strconv.Atoi(os.Args[2])
	if err != nil {
		fmt.Fprintf(os.Stderr, "live: %q is no number\n", os.Args[2])
		os.Exit(2)
	}
	run := atOnce
	if os.Args[1] == "in-turn" {
		run = inTurn
	}
	alive, sum := run(n)
	fmt.Printf("%d alive, %d done\n", alive, sum)
	if sum != n {
		os.Exit(1)
	}
}
