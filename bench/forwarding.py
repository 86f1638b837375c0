#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""T2 … T7 and T12: forwarders between two namespaces, compared in one run.

Prints the lines that bench/run.py reads. A round starts every forwarder of a kind of traffic anew and
sends the traffic through one after the other, B v B w B …: each variant stands between two runs of the
baseline and is compared with their mean. A full run has B v v B w w B.
"""
import argparse
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent))
sys.dont_write_bytecode = True

import network  # noqa: E402

# Packets that an interface holds for its reader: enough for what TCP has on the way, so that drops of
# the queue do not decide; a flood of datagrams fills any queue, and a short one stays in the caches.
QUEUE_TCP, QUEUE_UDP = 5000, 500
TRIES = 3

# Kind of traffic: its baseline, what is compared, and what only a full run has. A name is WAY/THREADS.
CHAINS = {
    "tcp": ("raw-vnet/2",
            ("vnic-raw/2", "vnic-raw/1", "raw-vnet/1", "vnic-split/1", "vnic-trusted/1", "raw-plain/2",
             "vnic-uring-raw/2"),
            ("vnic-split/2", "vnic-trusted/2", "vnic-split-copy/1")),
    "tcp_plain": ("vnic-plain/2", ("vnic-many/2", "raw-plain/2", "vnic-uring/2"),
                  ("vnic-many/1", "vnic-plain/1", "vnic-uring/1")),
    "uso": ("raw-vnet/2", ("vnic-raw/2", "vnic-split/2", "raw-plain/2"), ("vnic-split/1", "vnic-trusted/2")),
    "udp": ("raw-plain/2", ("vnic-many/2", "vnic-uring/2"), ("vnic-plain/2", "raw-vnet/2", "vnic-uring/1")),
}

# id: kind of traffic, what, against what, field.
RESULTS = {
    "T2.one": ("tcp", "vnic-raw/1", "raw-vnet/1", "rate"),
    "T2.two": ("tcp", "vnic-raw/2", "raw-vnet/2", "rate"),
    "T3": ("tcp", "vnic-raw/2", "raw-plain/2", "rate"),
    "T4.pass": ("tcp", "vnic-split/1", "raw-vnet/2", "rate"),
    "T4.plain": ("tcp", "vnic-split/1", "raw-plain/2", "rate"),
    "T5.pass": ("uso", "vnic-raw/2", "raw-plain/2", "rate"),
    "T5.split": ("uso", "vnic-split/2", "raw-plain/2", "rate"),
    "T6.tcp": ("tcp_plain", "vnic-many/2", "vnic-plain/2", "rate"),
    "T6.cpu": ("tcp_plain", "vnic-many/2", "vnic-plain/2", "cpu"),
    "T7.tcp": ("tcp_plain", "vnic-uring/2", "raw-plain/2", "rate"),
    "T7.udp": ("udp", "vnic-uring/2", "raw-plain/2", "rate"),
    "T7.super": ("tcp", "vnic-uring-raw/2", "vnic-raw/2", "rate"),
    "T12": ("tcp", "vnic-trusted/1", "raw-vnet/2", "rate"),
}


def send(slot, traffic, ms):
    if traffic.startswith("tcp"):
        return slot.tcp(ms, 4 if traffic == "tcp4" else 1)
    return slot.udp(ms, network.PACKETS_LARGE if traffic == "uso" else network.PACKETS_SMALL)


def attempt(slot, traffic, ms):
    """One run; a busy machine may keep the traffic from getting through, so it has more than one try."""
    for _ in range(TRIES - 1):
        try:
            return send(slot, traffic, ms)
        except network.Unable:
            continue
    return send(slot, traffic, ms)


def open_slots(net, commands, traffic, unable):
    """The forwarders that can be had; why the others cannot is told once."""
    slots = {}
    for name, command in commands.items():
        if name in unable:
            continue
        try:
            slots[name] = network.Slot(net, command, QUEUE_TCP if traffic.startswith("tcp") else QUEUE_UDP)
        except network.Unable as error:
            unable[name] = str(error)
            print(f"{name}: {error}", file=sys.stderr)
    return slots


def mean(runs, field):
    return sum(r[field] for r in runs) / len(runs)


def run_chain(slots, base, variants, measure, times, unable):
    """Each variant's runs, and their fields in proportion to those of the baseline around them."""
    runs = {base: [measure(slots[base])]}
    relative = {base: {"rate": 1.0, "cpu": 1.0}}
    for variant in variants:
        before = runs[base][-1]
        try:
            runs[variant] = [measure(slots[variant]) for _ in range(times)]
        except network.Unable as error:
            unable[variant] = str(error)
            print(f"{variant}: {error}", file=sys.stderr)
            continue
        runs[base].append(measure(slots[base]))
        around = [before, runs[base][-1]]
        relative[variant] = {f: mean(runs[variant], f) / mean(around, f)
                             for f in ("rate", "cpu") if f in runs[variant][0] and f in before}
    return runs, relative


def measure_round(net, commands, traffic, ms, times, number, unable):
    """One round of a kind of traffic: the first of the commands is the baseline."""
    slots = open_slots(net, commands, traffic, unable)
    base, *variants = commands
    variants = [v for v in variants if v in slots and base in slots]
    # Another order each time, so that none always follows the same one.
    turn = number % max(len(variants), 1)
    try:
        if base not in slots:
            return {}, {}
        return run_chain(slots, base, variants[turn:] + variants[:turn], lambda slot: attempt(slot, traffic, ms),
                         times, unable)
    except network.Unable as error:
        print(f"a round of {traffic} is lost: {base}: {error}", file=sys.stderr)
        return {}, {}
    finally:
        for slot in slots.values():
            slot.stop()


def forwarder(build, name):
    """The command of a way, WAY/THREADS."""
    return [build / "bench" / "bench_forward", *name.split("/")]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--build", required=True, type=pathlib.Path, help="a release build")
    parser.add_argument("--quick", action="store_true", help="fewer forwarders, shorter runs")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--ms", type=int, default=400, help="how long each is measured")
    network.enter()
    options = parser.parse_args()
    net = network.Network(options.build)
    net.start_tcp_sink()
    ratios, figures, unable = {}, {}, {}
    for number in range(options.rounds):
        for traffic in CHAINS:
            base, quick, full = CHAINS[traffic]
            commands = {name: forwarder(options.build, name)
                        for name in (base, *quick, *(() if options.quick else full))}
            runs, relative = measure_round(net, commands, traffic, options.ms, 1 if options.quick else 2, number,
                                           unable)
            for name, list_of_runs in runs.items():
                for field in list_of_runs[0]:
                    figures.setdefault((traffic, name, field), []).append(mean(list_of_runs, field))
            for key, (kind, what, against, field) in RESULTS.items():
                if kind == traffic and what in relative and against in relative:
                    ratios.setdefault(key, []).append(relative[what][field] / relative[against][field])
    for key, (_, what, _, _) in RESULTS.items():
        # A build without liburing, or a kernel without io_uring: the only part that is optional.
        if what.startswith("vnic-uring") and what in unable:
            print("skip", key, unable[what])
    for key, values in ratios.items():
        print(key, *(f"{v:.5f}" for v in values))
    for (traffic, name, field), values in figures.items():
        print(f"mode.{traffic}.{name}.{field}", *(f"{v:.5g}" for v in values))


if __name__ == "__main__":
    main()
