// SPDX-License-Identifier: MIT
package main

import (
	"runtime"
	"sync"
)

// Turns of two goroutines: what switching costs. There is no await: a call is a call.
var coreAwait = []scenario{{"yield_two", oneThread(yieldTwo)}}

func yieldTwo() float64 {
	const yields = 100_000
	t := turns{count: 5}
	for t.next() {
		var both sync.WaitGroup
		both.Add(2)
		for i := 0; i < 2; i++ {
			go func() {
				defer both.Done()
				for k := 0; k < yields; k++ {
					runtime.Gosched()
				}
			}()
		}
		both.Wait()
	}
	return t.seconds() / (2 * yields)
}
