// SPDX-License-Identifier: MIT
package main

import (
	"context"
	"time"
)

// Goroutines that sleep three calls deep and are cancelled; that they were started is not counted.
var coreCancel = []scenario{{"cancel_one", oneThread(cancelOne)}, {"cancel_100k", oneThread(cancel100k)}}

// A sleep that can be cancelled.
func threeDeep(ctx context.Context) error {
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func twoDeep(ctx context.Context) error { return threeDeep(ctx) }
func oneDeep(ctx context.Context) error { return twoDeep(ctx) }

type sleeper struct {
	cancel context.CancelFunc
	done   chan error
}

func sleeping(parent context.Context, count int) []sleeper {
	sleepers := make([]sleeper, count)
	for i := range sleepers {
		ctx, cancel := context.WithCancel(parent)
		done := make(chan error, 1)
		sleepers[i] = sleeper{cancel, done}
		go func() { done <- oneDeep(ctx) }()
	}
	time.Sleep(2 * time.Millisecond)
	return sleepers
}

func mustBeCancelled(err error) {
	if err != context.Canceled {
		panic(err)
	}
}

// One after another, each joined before the next.
func cancelOne() float64 {
	const turns, count = 200, 100
	var taken time.Duration
	for turn := 0; turn <= turns; turn++ {
		sleepers := sleeping(context.Background(), count)
		begin := time.Now()
		for _, s := range sleepers {
			s.cancel()
			mustBeCancelled(<-s.done)
		}
		if turn > 0 {
			taken += time.Since(begin)
		}
	}
	return taken.Seconds() / turns / count
}

// All at once, in a process where nothing ran before.
func cancel100k() float64 {
	const count = 100_000
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, count)
	for i := 0; i < count; i++ {
		go func() { done <- oneDeep(ctx) }()
	}
	time.Sleep(10 * time.Millisecond)
	begin := time.Now()
	cancel()
	for i := 0; i < count; i++ {
		mustBeCancelled(<-done)
	}
	return time.Since(begin).Seconds() / count
}
