// SPDX-License-Identifier: MIT
package main

import "sync"

// Goroutines that do nothing: what it costs to start one and to see its end.
var coreSpawn = []scenario{
	{"spawn_join", oneThread(spawnJoin)},
	{"spawn_join_result", oneThread(spawnJoinResult)},
	{"spawn_10k", oneThread(func() float64 { return batches(10_000, 10) })},
	{"spawn_batches", oneThread(func() float64 { return batches(100, 1_000) })},
}

const coreCalls = 100_000

func number(value int) int { return value }

func spawnJoin() float64 {
	t := turns{count: 5}
	for t.next() {
		for i := 0; i < coreCalls; i++ {
			var one sync.WaitGroup
			one.Add(1)
			go func() {
				defer one.Done()
				nothing()
			}()
			one.Wait()
		}
	}
	return t.seconds() / coreCalls
}

func spawnJoinResult() float64 {
	t := turns{count: 5}
	sum := 0
	for t.next() {
		for i := 0; i < coreCalls; i++ {
			result := make(chan int, 1)
			go func(value int) { result <- number(value) }(i)
			sum += <-result
		}
	}
	kept = sum
	return t.seconds() / coreCalls
}

// `count` goroutines at once, `times` times in a turn.
func batches(count, times int) float64 {
	t := turns{count: 5}
	for t.next() {
		for i := 0; i < times; i++ {
			var all sync.WaitGroup
			all.Add(count)
			for k := 0; k < count; k++ {
				go func() {
					defer all.Done()
					nothing()
				}()
			}
			all.Wait()
		}
	}
	return t.seconds() / float64(count) / float64(times)
}
