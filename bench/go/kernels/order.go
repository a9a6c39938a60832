package main

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
)

func mutexOwn(ops int) int {
	return together(func(id int) int {
		var own sync.Mutex
		sum := 0
		for i := 0; i < ops/workers; i++ {
			own.Lock()
			sum += i
			own.Unlock()
		}
		return sum
	})
}

func mutexShared(ops int) int {
	var lock sync.Mutex
	guarded := make([]int, 8)
	return together(func(id int) int {
		for i := 0; i < ops/workers; i++ {
			lock.Lock()
			guarded[i%8]++
			lock.Unlock()
		}
		return id
	}) + guarded[0]
}

func rwMutex(ops int) int {
	var lock sync.RWMutex
	table := make([]int, 64)
	return together(func(id int) int {
		sum := 0
		for i := 0; i < ops/workers; i++ {
			if i%1000 == 0 {
				lock.Lock()
				table[i%64]++
				lock.Unlock()
			}
			lock.RLock()
			sum += table[i%64]
			lock.RUnlock()
		}
		return sum
	})
}

func atomics(ops int) int {
	var counters [8]uint64
	return together(func(id int) int {
		sum := uint64(0)
		for i := 0; i < ops/workers/2; i++ {
			sum += atomic.AddUint64(&counters[i%8], 1)
			sum += atomic.LoadUint64(&counters[(i+id)%8])
		}
		return int(sum)
	})
}

func pingPong(ops int) int {
	ping, pong := make(chan int), make(chan int)
	go func() {
		for v := range ping {
			pong <- v + 1
		}
		close(pong)
	}()
	sum := 0
	for i := 0; i < ops/2; i++ {
		ping <- i
		sum += <-pong
	}
	close(ping)
	return sum
}

func pipeline(ops int) int {
	type job struct{ id, sum int }
	in := make(chan *job, 64)
	out := in
	for stage := 0; stage < 8; stage++ {
		from, to := out, make(chan *job, 64)
		go func(add int) {
			for j := range from {
				j.sum += add
				to <- j
			}
			close(to)
		}(stage)
		out = to
	}
	go func() {
		for i := 0; i < ops; i++ {
			in <- &job{id: i}
		}
		close(in)
	}()
	sum := 0
	for j := range out {
		sum += j.sum
	}
	return sum
}

func selects(ops int) int {
	var lanes [4]chan int
	for i := range lanes {
		lanes[i] = make(chan int, 4)
		go func(lane chan int) {
			for k := 0; k < ops/4; k++ {
				lane <- k
			}
			close(lane)
		}(lanes[i])
	}
	sum := 0
	for open := len(lanes); open > 0; {
		lane, v, ok := 0, 0, false
		select {
		case v, ok = <-lanes[0]:
		case v, ok = <-lanes[1]:
			lane = 1
		case v, ok = <-lanes[2]:
			lane = 2
		case v, ok = <-lanes[3]:
			lane = 3
		}
		if !ok {
			lanes[lane] = nil
			open--
		}
		sum += v
	}
	return sum
}

func goroutines(ops int) int { return inBatches(ops, 1000) }

func storm(ops int) int { return inBatches(ops, 100_000) }

// inBatches starts size goroutines before it waits for any.
func inBatches(ops, size int) int {
	results := make([]int, size)
	for done := 0; done < ops; done += size {
		var wait sync.WaitGroup
		wait.Add(size)
		for i := 0; i < size; i++ {
			go func(id int) {
				results[id] += id
				wait.Done()
			}(i)
		}
		wait.Wait()
	}
	return results[size-1]
}

func httpLoopback(ops int) int {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	var served int64
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "answer %d to %s\n", atomic.AddInt64(&served, 1), r.URL.Query().Get("q"))
	})}
	go server.Serve(listener)
	defer server.Close()
	return together(func(id int) int {
		client := &http.Client{Transport: &http.Transport{}}
		sum := 0
		for i := 0; i < ops/workers; i++ {
			answer, err := client.Get(fmt.Sprintf("http://%s/?q=%d", listener.Addr(), i))
			if err != nil {
				panic(err)
			}
			body, err := io.ReadAll(answer.Body)
			answer.Body.Close()
			if err != nil {
				panic(err)
			}
			sum += len(body)
		}
		return sum
	})
}
