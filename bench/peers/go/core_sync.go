// SPDX-License-Identifier: MIT
package main

import (
	"runtime"
	"sync"
)

// Goroutines that hand over numbers, and goroutines that take turns.
var coreSync = []scenario{
	{"queue_1_1", oneThread(func() float64 { return queue(1) })},
	{"queue_4_4", oneThread(func() float64 { return queue(4) })},
	{"semaphore_10", oneThread(semaphore10)},
}

const (
	capacity   = 100
	queueItems = 200_000
)

func queue(pairs int) float64 {
	numbers := make(chan int, capacity)
	t := turns{count: 5}
	for t.next() {
		var all sync.WaitGroup
		all.Add(2 * pairs)
		for i := 0; i < pairs; i++ {
			go func() {
				defer all.Done()
				for k := 0; k < queueItems/pairs; k++ {
					numbers <- k
				}
			}()
			go func() {
				defer all.Done()
				for k := 0; k < queueItems/pairs; k++ {
					<-numbers
				}
			}()
		}
		all.Wait()
	}
	return t.seconds() / queueItems
}

// A channel is Go's semaphore. Held across a yield: without it nobody would ever wait.
func semaphore10() float64 {
	const tasks, each = 10_000, 10
	permits := make(chan struct{}, 10)
	takeTurns := func(all *sync.WaitGroup) {
		defer all.Done()
		for i := 0; i < each; i++ {
			permits <- struct{}{}
			runtime.Gosched()
			<-permits
		}
	}
	t := turns{count: 5}
	for t.next() {
		var all sync.WaitGroup
		all.Add(tasks)
		for i := 0; i < tasks; i++ {
			go takeTurns(&all)
		}
		all.Wait()
	}
	return t.seconds() / (tasks * each)
}
