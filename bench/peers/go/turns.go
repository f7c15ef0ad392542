// SPDX-License-Identifier: MIT
package main

import "time"

// Turns of the same work, and the time of their mean; the first is not counted, because it warms up.
type turns struct {
	count, turn int
	begin       time.Time
	taken       time.Duration
}

func (t *turns) next() bool {
	if t.turn == 1 {
		t.begin = time.Now()
	}
	t.turn++
	if t.turn <= t.count+1 {
		return true
	}
	t.taken = time.Since(t.begin)
	return false
}

func (t *turns) seconds() float64 { return t.taken.Seconds() / float64(t.count) }
