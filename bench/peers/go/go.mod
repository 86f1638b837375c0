// SPDX-License-Identifier: Apache-2.0
module peers

go 1.23.1

require (
	github.com/songgao/water v0.0.0-20200317203138-2b4b6d7c09d8
	golang.zx2c4.com/wireguard v0.0.0-20260522210424-ecfc5a8d5446
)

require (
	golang.org/x/net v0.39.0 // indirect
	golang.org/x/sys v0.32.0 // indirect
	golang.zx2c4.com/wintun v0.0.0-20230126152724-0fa3db229ce2 // indirect
)
