// SPDX-License-Identifier: MIT
package main

import (
	"math"
	"sync"
	"sync/atomic"
)

const (
	calls = 1_000
	many  = 100_000
	items = 200_000
)

var threads = []scenario{
	{"to_thread_round_trip", toThreadRoundTrip},
	{"to_thread_100k", toThread100k},
	{"pool_parallel_for", poolParallelFor},
}

func nothing() {}

func toThreadRoundTrip() float64 {
	t := turns{count: 5}
	for t.next() {
		for i := 0; i < calls; i++ {
			done := make(chan struct{})
			go func() {
				nothing()
				close(done)
			}()
			<-done
		}
	}
	return t.seconds() / calls
}

func toThread100k() float64 {
	t := turns{count: 5}
	for t.next() {
		var all sync.WaitGroup
		all.Add(many)
		for i := 0; i < many; i++ {
			go func() {
				nothing()
				all.Done()
			}()
		}
		all.Wait()
	}
	return t.seconds() / many
}

// Some 100 ns; more for later items, so that an even split is not a fair one.
func crunch(item int) float64 {
	x := float64(item%1000) + 1
	rounds := 5 + item*20/items
	for i := 0; i < rounds; i++ {
		x = math.Sqrt(x + float64(i))
	}
	return x
}

// Two goroutines that take chunks from a counter: Go has no loop of its own for this.
func poolParallelFor() float64 {
	const chunk = 500
	results := make([]float64, items)
	t := turns{count: 50}
	for t.next() {
		var taken int64
		var both sync.WaitGroup
		work := func() {
			defer both.Done()
			for {
				end := int(atomic.AddInt64(&taken, chunk))
				if end > items {
					return
				}
				for i := end - chunk; i < end; i++ {
					results[i] = crunch(i)
				}
			}
		}
		both.Add(2)
		go work()
		go work()
		both.Wait()
	}
	return t.seconds()
}
