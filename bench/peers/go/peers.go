// SPDX-License-Identifier: Apache-2.0

// A forwarder between two TUNs as bench_forward is one, on the packages that Go programs use: one
// goroutine for each direction, in the way that each package's own documentation shows.
//
//	peers water|wireguard-go NAME NAME
package main

import (
	"bufio"
	"errors"
	"fmt"
	"os"

	"github.com/songgao/water"
	"golang.zx2c4.com/wireguard/tun"
)

const (
	mtu       = 1500
	maxPacket = 65535
	// The virtio-net header, which wireguard-go writes before the packet.
	headroom = 10
)

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(3)
	}
}

// The caller moves and configures the interfaces between these two.
func waitForCaller() {
	fmt.Println("ready")
	if _, err := bufio.NewReader(os.Stdin).ReadString('\n'); err != nil {
		os.Exit(0)
	}
}

func forwardWater(from, to *water.Interface) {
	packet := make([]byte, maxPacket)
	for {
		n, err := from.Read(packet)
		if err == nil {
			_, _ = to.Write(packet[:n])
		}
	}
}

func runWater(names []string) {
	var ends [2]*water.Interface
	for i, name := range names {
		config := water.Config{DeviceType: water.TUN}
		config.Name = name
		end, err := water.New(config)
		check(err)
		ends[i] = end
	}
	waitForCaller()
	go forwardWater(ends[0], ends[1])
	forwardWater(ends[1], ends[0])
}

func forwardWireguard(from, to tun.Device) {
	room := make([][]byte, from.BatchSize())
	for i := range room {
		room[i] = make([]byte, headroom+maxPacket)
	}
	packets := make([][]byte, len(room))
	sizes := make([]int, len(room))
	for {
		copy(packets, room)
		n, err := from.Read(packets, sizes, headroom)
		if err != nil && !errors.Is(err, tun.ErrTooManySegments) {
			continue
		}
		for i := range n {
			packets[i] = room[i][:headroom+sizes[i]]
		}
		_, _ = to.Write(packets[:n], headroom)
	}
}

func runWireguard(names []string) {
	var ends [2]tun.Device
	for i, name := range names {
		end, err := tun.CreateTUN(name, mtu)
		check(err)
		ends[i] = end
		go func() {
			for range end.Events() {
			}
		}()
	}
	waitForCaller()
	go forwardWireguard(ends[0], ends[1])
	forwardWireguard(ends[1], ends[0])
}

func main() {
	if len(os.Args) != 4 {
		fmt.Fprintln(os.Stderr, "usage: peers water|wireguard-go NAME NAME")
		os.Exit(2)
	}
	switch os.Args[1] {
	case "water":
		runWater(os.Args[2:])
	case "wireguard-go":
		runWireguard(os.Args[2:])
	default:
		fmt.Fprintln(os.Stderr, "unknown:", os.Args[1])
		os.Exit(2)
	}
}
