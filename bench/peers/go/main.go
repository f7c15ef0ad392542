// SPDX-License-Identifier: MIT
package main

import (
	"fmt"
	"os"
	"runtime"
)

// A name from scenarios.toml, and the function that measures it, in seconds.
type scenario struct {
	name    string
	measure func() float64
}

var scenarios = append(threads, netScenarios...)

func main() {
	if len(os.Args) < 2 {
		fmt.Printf("version\tGo %s\n", runtime.Version()[len("go"):])
		for _, s := range scenarios {
			fmt.Printf("scenario\t%s\n", s.name)
		}
		return
	}
	for _, s := range scenarios {
		if s.name == os.Args[1] {
			fmt.Printf("%s\ts\t%g\n", s.name, s.measure())
			return
		}
	}
	fmt.Fprintf(os.Stderr, "peer_go: no scenario '%s'\n", os.Args[1])
	os.Exit(2)
}
