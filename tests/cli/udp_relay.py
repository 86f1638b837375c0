# SPDX-License-Identifier: Apache-2.0
"""A bad path: a relay of UDP on 127.0.0.1 that loses and reorders datagrams, the same ones for the same seed.

    udp_relay.py PORT TARGET-PORT SEED LOSS REORDER

LOSS and REORDER are shares of 1. What is reordered is sent behind the next one to five datagrams. What came
first at PORT is the client; the counts are printed at SIGTERM.
"""
import random
import select
import signal
import socket
import sys

port, target, seed = map(int, sys.argv[1:4])
loss, reorder = map(float, sys.argv[4:6])
chance = random.Random(seed)
counts = {"lost": 0, "reordered": 0, "passed": 0}


class Way:
    """One direction: datagrams that are held back, with how many may still pass them."""

    def __init__(self, send):
        self.send, self.held = send, []

    def take(self, data):
        dice = chance.random()
        if dice < loss:
            counts["lost"] += 1
            return
        if dice < loss + reorder:
            counts["reordered"] += 1
            self.held.append([chance.randint(1, 5), data])
            return
        counts["passed"] += 1
        self.send(data)
        for entry in self.held:
            entry[0] -= 1
        for entry in [e for e in self.held if e[0] <= 0]:
            self.send(entry[1])
        self.held = [e for e in self.held if e[0] > 0]


def end(*_):
    print(counts, flush=True)
    sys.exit(0)


signal.signal(signal.SIGTERM, end)
near = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
far = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for s in (near, far):
    s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
near.bind(("127.0.0.1", port))
far.connect(("127.0.0.1", target))
client = None
there, back = Way(far.send), Way(lambda data: near.sendto(data, client))
print("relay", flush=True)
while True:
    for s in select.select([near, far], [], [])[0]:
        try:
            if s is near:
                packet, client = near.recvfrom(65536)
                there.take(packet)
            else:
                back.take(far.recv(65536))
        except ConnectionError:
            continue
