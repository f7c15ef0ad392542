// SPDX-License-Identifier: MIT
package main

import (
	"fmt"
	"os"
	"runtime"
)

// A name from scenarios.toml, and the function that measures it, in seconds or bytes.
type scenario struct {
	name    string
	measure func() float64
}

var areas = [][]scenario{coreSpawn, coreAwait, coreTime, coreCancel, coreSync, coreForks, threads, netScenarios}

func allScenarios() (all []scenario) {
	for _, area := range areas {
		all = append(all, area...)
	}
	return all
}

func main() {
	if len(os.Args) < 2 {
		fmt.Printf("version\tGo %s\n", runtime.Version()[len("go"):])
		for _, s := range allScenarios() {
			fmt.Printf("scenario\t%s\n", s.name)
		}
		return
	}
	for _, s := range allScenarios() {
		if s.name == os.Args[1] {
			fmt.Printf("%s\ts\t%g\n", s.name, s.measure())
			return
		}
	}
	fmt.Fprintf(os.Stderr, "peer_go: no scenario '%s'\n", os.Args[1])
	os.Exit(2)
}
