// SPDX-License-Identifier: MIT
package main

import (
	"fmt"
	"os"
	"runtime"
	"syscall"
	"time"
)

// What computations come to, so that none is dropped.
var kept int

// A scenario for the runtime on one thread.
func oneThread(measure func() float64) func() float64 {
	return func() float64 {
		runtime.GOMAXPROCS(1)
		return measure()
	}
}

// What the process holds in memory now, without what is mapped from files, such as its code.
func residentBytes() float64 {
	text, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		panic(err)
	}
	var total, resident, files int
	if _, err := fmt.Sscan(string(text), &total, &resident, &files); err != nil {
		panic(err)
	}
	return float64((resident - files) * os.Getpagesize())
}

// CPU time of the process until now, in user space and kernel.
func cpuSeconds() float64 {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		panic(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano()).Seconds()
}
