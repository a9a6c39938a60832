package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"sort"
	"strconv"
	"sync"
)

const workers = 4

// together runs f(0) to f(workers-1) at once and adds up what they return.
func together(f func(id int) int) int {
	var wait sync.WaitGroup
	sums := make([]int, workers)
	for i := 0; i < workers; i++ {
		wait.Add(1)
		go func(id int) {
			defer wait.Done()
			sums[id] = f(id)
		}(i)
	}
	wait.Wait()
	total := 0
	for _, s := range sums {
		total += s
	}
	return total
}

// random is a generator of our own: the same numbers on every Go.
type random uint64

func (r *random) next() uint64 {
	*r = *r*6364136223846793005 + 1442695040888963407
	return uint64(*r >> 33)
}

func private(ops int) int {
	return together(func(id int) int {
		own := make([]int, 16_384)
		for done := 0; done < ops/workers; done += len(own) {
			for i := range own {
				own[i] += i ^ done
			}
		}
		return own[id]
	})
}

func sharedRead(ops int) int {
	table := make([]int, 65_536)
	for i := range table {
		table[i] = i * 7
	}
	return together(func(id int) int {
		sum := 0
		for done := 0; done < ops/workers; done += len(table) {
			for _, v := range table {
				sum += v
			}
		}
		return sum
	})
}

func matrix(n int) int {
	square := func() [][]float64 {
		rows := make([][]float64, n)
		for i := range rows {
			rows[i] = make([]float64, n)
			for j := range rows[i] {
				rows[i][j] = float64(i*n+j) / float64(n)
			}
		}
		return rows
	}
	a, b, c := square(), square(), square()
	return together(func(id int) int {
		for i := id; i < n; i += workers {
			for j := 0; j < n; j++ {
				sum := 0.0
				for k := 0; k < n; k++ {
					sum += a[i][k] * b[k][j]
				}
				c[i][j] = sum
			}
		}
		return int(c[id][id])
	})
}

type record struct {
	ID      int      `json:"id"`
	Name    string   `json:"name"`
	Score   float64  `json:"score"`
	Tags    []string `json:"tags"`
	Address *address `json:"address,omitempty"`
}

type address struct {
	Street string `json:"street"`
	Number int    `json:"number"`
}

func makeRecord(r *random) record {
	id := int(r.next() % 1_000_000)
	return record{id, "name " + strconv.Itoa(id), float64(id) / 3, []string{"one", "two", "three"},
		&address{"Street " + strconv.Itoa(id%100), id % 30}}
}

func sortRecords(ops int) int {
	type pair struct{ key, value uint64 }
	r := random(1)
	pairs := make([]pair, ops)
	for i := range pairs {
		pairs[i] = pair{r.next(), uint64(i)}
	}
	sort.Slice(pairs, func(i, j int) bool { return pairs[i].key < pairs[j].key })
	return int(pairs[0].value)
}

type node struct {
	left, right *node
	key         uint64
	count       int
}

func (n *node) insert(key uint64) *node {
	if n == nil {
		return &node{key: key, count: 1}
	}
	n.count++
	if key < n.key {
		n.left = n.left.insert(key)
	} else {
		n.right = n.right.insert(key)
	}
	return n
}

func (n *node) sum() int {
	if n == nil {
		return 0
	}
	return n.left.sum() + n.count + n.right.sum()
}

func tree(ops int) int {
	return together(func(id int) int {
		r := random(id)
		var root *node
		for i := 0; i < ops/workers; i++ {
			root = root.insert(r.next())
		}
		return root.sum()
	})
}

//go:noinline
func fibonacci(memory *int, n int) int {
	*memory++
	if n < 2 {
		return n
	}
	return fibonacci(memory, n-1) + fibonacci(memory, n-2)
}

func calls(ops int) int {
	count, sum := 0, 0
	for i := 0; i < ops; i++ {
		sum += fibonacci(&count, 25)
	}
	return sum + count
}

func maps(ops int) int {
	return together(func(id int) int {
		r := random(id)
		byNumber := map[uint64]int{}
		byName := map[string]*record{}
		names := make([]string, 4096)
		for i := range names {
			names[i] = "name " + strconv.Itoa(i)
		}
		for i := 0; i < ops/workers; i++ {
			key := r.next() % 8192
			byNumber[key]++
			name := names[key%4096]
			if known := byName[name]; known != nil {
				known.ID++
			} else {
				byName[name] = &record{Name: name}
			}
		}
		return len(byNumber) + len(byName)
	})
}

func jsonRoundTrip(ops int) int {
	return together(func(id int) int {
		r := random(id)
		sum := 0
		for i := 0; i < ops/workers; i++ {
			var in, out []record
			for k := 0; k < 10; k++ {
				in = append(in, makeRecord(&r))
			}
			text, err := json.Marshal(in)
			if err == nil {
				err = json.Unmarshal(text, &out)
			}
			if err != nil || len(out) != len(in) {
				panic(fmt.Sprint("json: ", err))
			}
			sum += len(text)
		}
		return sum
	})
}

func gzipBuffer(ops int) int {
	var text bytes.Buffer
	r := random(1)
	for text.Len() < 1<<20 {
		fmt.Fprintf(&text, "line %d of %d\n", r.next()%10_000, r.next()%100)
	}
	sum := 0
	for i := 0; i < ops; i++ {
		var packed bytes.Buffer
		w := gzip.NewWriter(&packed)
		w.Write(text.Bytes())
		w.Close()
		reader, err := gzip.NewReader(&packed)
		if err != nil {
			panic(err)
		}
		n, err := io.Copy(io.Discard, reader)
		if err != nil || int(n) != text.Len() {
			panic(fmt.Sprint("gzip: ", n, err))
		}
		sum += int(n)
	}
	return sum
}
