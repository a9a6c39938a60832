// Kernels: small Go programs, each of which is mostly one kind of work.
//
// A kernel is a row of the table below. It gets a number of operations, which the table chooses so
// that a native run takes some hundred milliseconds, and returns a sum that keeps the
// work from being thrown away. None of them has a data race, so a detector has nothing to say.
//
//	kernels --list
//	kernels KERNEL [SCALE]
package main

import (
	"fmt"
	"os"
	"strconv"
)

type kernel struct {
	name string
	ops  int
	run  func(ops int) int
	what string
}

var kernels = []kernel{
	{"start", 0, start, "nothing: what a process costs"},
	{"private", 150_000_000, private, "four goroutines, each over a slice of its own"},
	{"shared-read", 150_000_000, sharedRead, "four goroutines read one table"},
	{"matrix", 220, matrix, "multiply matrices, rows dealt out to four goroutines"},
	{"sort", 1_200_000, sortRecords, "sort records by a key, through sort.Slice"},
	{"tree", 600_000, tree, "insert into a binary tree of structs, then walk it"},
	{"calls", 60, calls, "small functions that call each other"},
	{"map", 3_000_000, maps, "writes to and reads of maps with keys of ints and strings"},
	{"json", 6_000, jsonRoundTrip, "encode and decode records"},
	{"gzip", 3, gzipBuffer, "compress a buffer and unpack it"},
	{"mutex-own", 30_000_000, mutexOwn, "a mutex that nobody else wants"},
	{"mutex-shared", 4_000_000, mutexShared, "a mutex that four goroutines want"},
	{"rwmutex", 10_000_000, rwMutex, "four readers, one write in a thousand"},
	{"atomic", 30_000_000, atomics, "four goroutines add to shared counters and load them"},
	{"ping-pong", 1_000_000, pingPong, "two goroutines, unbuffered channels"},
	{"pipeline", 600_000, pipeline, "eight stages, buffered channels"},
	{"select", 600_000, selects, "one goroutine selects among four senders"},
	{"goroutines", 400_000, goroutines, "short goroutines, a thousand at a time"},
	{"storm", 400_000, storm, "the same, a hundred thousand at a time"},
	{"http", 3_000, httpLoopback, "requests to a server on the loopback interface, four clients"},
}

var result int

func main() {
	if len(os.Args) == 2 && os.Args[1] == "--list" {
		for _, k := range kernels {
			fmt.Printf("%-13s %s\n", k.name, k.what)
		}
		return
	}
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "kernels: which kernel? (--list)")
		os.Exit(2)
	}
	scale := 1.0
	if len(os.Args) > 2 {
		var err error
		if scale, err = strconv.ParseFloat(os.Args[2], 64); err != nil {
			fmt.Fprintf(os.Stderr, "kernels: scale %q is no number\n", os.Args[2])
			os.Exit(2)
		}
	}
	for _, k := range kernels {
		if k.name == os.Args[1] {
			result = k.run(int(float64(k.ops) * scale))
			return
		}
	}
	fmt.Fprintf(os.Stderr, "kernels: no kernel %s (--list)\n", os.Args[1])
	os.Exit(2)
}

func start(int) int { return 0 }
