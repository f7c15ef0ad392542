// SPDX-License-Identifier: MIT
package main

import "fmt"

// Fork and join: work that splits itself.
var coreForks = []scenario{{"fork_fib", oneThread(forkFib)}, {"fork_skynet", oneThread(forkSkynet)}}

// Go says: the caller does one half itself.
func fibonacci(n int) int {
	if n < 2 {
		return n
	}
	other := make(chan int, 1)
	go func() { other <- fibonacci(n - 1) }()
	mine := fibonacci(n - 2)
	return mine + <-other
}

func expect(value, expected int) {
	if value != expected {
		panic(fmt.Sprintf("a result is %d, but must be %d", value, expected))
	}
}

func forkFib() float64 {
	const calls = 2_692_537 // of fibonacci(30)
	t := turns{count: 1}
	for t.next() {
		expect(fibonacci(30), 832_040)
	}
	return t.seconds() / calls
}

// The sum of the numbers of the leaves below, ten children each.
func skynet(first, size int, result chan<- int) {
	if size == 1 {
		result <- first
		return
	}
	sums := make(chan int, 10)
	for i := 0; i < 10; i++ {
		go skynet(first+i*size/10, size/10, sums)
	}
	sum := 0
	for i := 0; i < 10; i++ {
		sum += <-sums
	}
	result <- sum
}

func forkSkynet() float64 {
	const leaves, actors = 1_000_000, 1_111_111
	t := turns{count: 1}
	for t.next() {
		result := make(chan int, 1)
		go skynet(0, leaves, result)
		expect(<-result, leaves*(leaves-1)/2)
	}
	return t.seconds() / actors
}
