// SPDX-License-Identifier: MIT
package main

import (
	"fmt"
	"net"
	"runtime"
)

var netScenarios = []scenario{{"echo", echo}}

func echoClient(client net.Conn) {
	defer client.Close()
	memory := make([]byte, 64*1024)
	for {
		size, err := client.Read(memory)
		if err != nil {
			return
		}
		if _, err := client.Write(memory[:size]); err != nil {
			return
		}
	}
}

func echo() float64 {
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
		go echoClient(client)
	}
}
