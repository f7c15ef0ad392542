// SPDX-License-Identifier: MIT
package main

import (
	"fmt"
	"net"
	"runtime"
)

var netScenarios = []scenario{
	{"echo", func() float64 { return echo(64 * 1024) }},
	{"echo_idle", func() float64 { return echo(4 * 1024) }},
}

func echoClient(client net.Conn, size int) {
	defer client.Close()
	memory := make([]byte, size)
	for {
		count, err := client.Read(memory)
		if err != nil {
			return
		}
		if _, err := client.Write(memory[:count]); err != nil {
			return
		}
	}
}

func echo(size int) float64 {
	runtime.GOMAXPROCS(1)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	fmt.Printf("port\t%d\n", listener.Addr().(*net.TCPAddr).Port)
	for {
		client, err := listener.Accept()
		if err != nil {
			panic(err)
		}
		go echoClient(client, size)
	}
}
