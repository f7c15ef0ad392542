// SPDX-License-Identifier: MIT
package main

import (
	"context"
	"runtime"
	"sync"
	"time"
)

// Timeouts that do not fire, timers that are stopped, and very many sleepers.
var coreTime = []scenario{
	{"wait_for_ready", oneThread(func() float64 { return withTimeout(ready) })},
	{"wait_for_yield", oneThread(func() float64 { return withTimeout(yieldsOnce) })},
	{"timer_churn", oneThread(timerChurn)},
	{"sleepers_bytes", oneThread(sleepersBytes)},
	{"sleepers_cpu", oneThread(sleepersCPU)},
}

const (
	million = 1_000_000
	long    = 30 * time.Second
)

func ready(ctx context.Context) int { return 1 }

func yieldsOnce(ctx context.Context) int {
	runtime.Gosched()
	return 1
}

func withTimeout(work func(context.Context) int) float64 {
	call := func() int {
		ctx, cancel := context.WithTimeout(context.Background(), long)
		defer cancel()
		return work(ctx)
	}
	t := turns{count: 5}
	for t.next() {
		for i := 0; i < coreCalls; i++ {
			kept = call()
		}
	}
	return t.seconds() / coreCalls
}

func timerChurn() float64 {
	t := turns{count: 5}
	for t.next() {
		for i := 0; i < coreCalls; i++ {
			time.AfterFunc(long, nothing).Stop()
		}
	}
	return t.seconds() / coreCalls
}

// From one second to ten, each of another length, in no order.
func napLength(i int) time.Duration {
	place := i * 7_919 % million // a prime, so that each place is taken once
	return time.Second + 9*time.Second*time.Duration(place)/million
}

func nap(length time.Duration) { time.Sleep(length) }

// Memory once all sleep; nobody wakes meanwhile.
func sleepersBytes() float64 {
	before := residentBytes()
	for i := 0; i < million; i++ {
		go nap(1_000 * napLength(i))
	}
	time.Sleep(10 * time.Millisecond)
	return (residentBytes() - before) / million
}

func sleepersCPU() float64 {
	var all sync.WaitGroup
	all.Add(million)
	for i := 0; i < million; i++ {
		go func(length time.Duration) {
			defer all.Done()
			nap(length)
		}(napLength(i))
	}
	all.Wait()
	return cpuSeconds()
}
