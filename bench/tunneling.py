#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`vnic tunnel` against the same loop on raw descriptors (bench_tunnel_raw), one TCP stream.

    tunneling.py VNIC-TOOL BENCH_TUNNEL_RAW [--rounds N] [--seconds S]

Two namespaces with a veth pair between them, a tunnel end in each; the variants run interleaved, and a
round's ratio is within the round. Prints `id value…` lines as bench/run.py reads them.
"""
import argparse
import json
import os
import statistics
import subprocess
import sys
import time

MTU = 1472


class Space:
    def __init__(self):
        self.holder = subprocess.Popen(["unshare", "--net", "sleep", "1000"])
        self.path = f"/proc/{self.holder.pid}/ns/net"
        while os.stat(self.path).st_ino == os.stat("/proc/self/ns/net").st_ino:
            time.sleep(0.01)

    def command(self, *arguments):
        return ["nsenter", f"--net={self.path}", *map(str, arguments)]

    def run(self, *arguments):
        return subprocess.run(self.command(*arguments), check=True, capture_output=True, text=True).stdout

    def start(self, *arguments):
        return subprocess.Popen(self.command(*arguments), stdout=subprocess.PIPE, text=True)


def ticks(process):
    with open(f"/proc/{process.pid}/stat", encoding="utf-8") as stat:
        return sum(map(int, stat.read().rsplit(")", 1)[1].split()[11:13]))


def start_vnic(space, tool, number, mode):
    return space.start(tool, "tunnel", f"t{number}", f"10.9.0.{number}/24", "--listen", f"192.0.2.{number}:4000", "--peer",
                       f"192.0.2.{3 - number}:4000", "--offload", mode, "--mtu", MTU, "--tx-queue-len", 5000)


def start_raw(space, program, number, mode):
    process = space.start(program, mode, f"t{number}", MTU, f"192.0.2.{number}", f"192.0.2.{3 - number}", 4000)
    process.stdout.readline()
    space.run("sh", "-c", f"ip address add 10.9.0.{number}/24 dev t{number}; ip link set t{number} mtu {MTU} "
              "txqueuelen 5000 up")
    return process


def measure(spaces, ends, seconds):
    """Gbit/s, and CPU of both ends in ns for a KiB."""
    server = spaces[1].start("iperf3", "-s", "-1")
    time.sleep(0.3)
    before = sum(map(ticks, ends))
    report = json.loads(spaces[0].run("iperf3", "-c", "10.9.0.2", "-t", seconds, "-J"))
    cpu = (sum(map(ticks, ends)) - before) / os.sysconf("SC_CLK_TCK")
    server.wait()
    received = report["end"]["sum_received"]
    return received["bits_per_second"] / 1e9, cpu * 1e9 / (received["bytes"] / 1024)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("tool")
    parser.add_argument("raw")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=2)
    parser.add_argument("--only", action="append", help="only these variants")
    options = parser.parse_args()
    spaces = [Space(), Space()]
    spaces[0].run("ip", "link", "add", "wire", "type", "veth", "peer", "name", "wire", "netns", str(spaces[1].holder.pid))
    for number, space in enumerate(spaces, 1):
        space.run("sh", "-c", f"ip address add 192.0.2.{number}/24 dev wire; ip link set wire up; ip link set lo up")
    variants = {"vnic-none": (start_vnic, options.tool, "none"), "raw-plain": (start_raw, options.raw, "plain"),
                "vnic-split": (start_vnic, options.tool, "split"), "raw-offload": (start_raw, options.raw, "offload")}
    results = {name: [] for name in variants if not options.only or name in options.only}
    for _ in range(options.rounds):
        for name in results:
            function, program, mode = variants[name]
            ends = [function(space, program, number, mode) for number, space in enumerate(spaces, 1)]
            time.sleep(0.5)
            results[name].append(measure(spaces, ends, options.seconds))
            for end in ends:
                end.terminate()
                end.wait()
    for name, values in results.items():
        print(f"tunnel.{name}.gbit", *(f"{rate:.3f}" for rate, _ in values))
        print(f"tunnel.{name}.ns_per_kib", *(f"{cpu:.0f}" for _, cpu in values))
    for ours, theirs in (("vnic-none", "raw-plain"), ("vnic-split", "raw-offload"), ("vnic-split", "raw-plain")):
        if results.get(ours) and results.get(theirs):
            ratios = [a[0] / b[0] for a, b in zip(results[ours], results[theirs])]
            print(f"tunnel.{ours}/{theirs}", *(f"{r:.3f}" for r in ratios), "median", f"{statistics.median(ratios):.3f}")
    for space in spaces:
        space.holder.kill()
        space.holder.wait()
    return 0


sys.exit(main())
