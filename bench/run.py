#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measure and count: run the programs of bench/, print a table, write results.json.

Fails when a count is wrong or a result is missing. Ratios are reported and never fail, because they
depend on what else the machine does.
"""
import argparse
import json
import os
import pathlib
import platform
import statistics
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent))
sys.dont_write_bytecode = True

import network  # noqa: E402

# id: what is measured, how the value is to be read, target, smoke value of a short run on a busy machine.
# A count must hold always. A ratio is at most its target, a gain at least; both are reported. An
# information has no target.
RESULTS = {
    "T1.recv.64.raw": ("vnic_recv() of 64 bytes / raw read", "ratio", 1.03, 1.08),
    "T1.recv.1400.raw": ("vnic_recv() of 1400 bytes / raw read", "ratio", 1.03, 1.08),
    "T1.send.64.raw": ("vnic_send() of 64 bytes / raw write", "ratio", 1.03, 1.08),
    "T1.send.1400.raw": ("vnic_send() of 1400 bytes / raw write", "ratio", 1.03, 1.08),
    "T1.recv.64.libc": ("vnic_recv() of 64 bytes / read(), threaded", "ratio", 1.00, 1.05),
    "T1.recv.1400.libc": ("vnic_recv() of 1400 bytes / read(), threaded", "ratio", 1.00, 1.05),
    "T1.send.64.libc": ("vnic_send() of 64 bytes / write(), threaded", "ratio", 1.00, 1.05),
    "T1.send.1400.libc": ("vnic_send() of 1400 bytes / write(), threaded", "ratio", 1.00, 1.05),
    "T2.one": ("VNIC_OFFLOAD_RAW / the same in raw system calls, TCP, epoll", "gain", 0.97, 0.90),
    "T2.two": ("the same, two threads that block", "gain", 0.97, 0.90),
    "T3": ("super-packets that pass / plain packets, TCP", "gain", 5.0, 4.0),
    "T4.pass": ("split and merge / super-packets that pass, TCP", "gain", 0.75, 0.65),
    "T4.plain": ("split and merge / plain packets, TCP", "gain", 4.0, 3.0),
    "T5.pass": ("super-packets that pass / plain packets, UDP", "gain", 7.0, 5.0),
    "T5.split": ("split and merge / plain packets, UDP", "gain", 4.5, 3.5),
    "T6.tcp": ("vnic_recv_many(), vnic_send_many() / one by one, TCP", "gain", 1.05, 1.00),
    "T6.cpu": ("the same, CPU time of a byte", "ratio", 0.92, 1.00),
    "T7.tcp": ("io_uring / raw read and write, TCP", "gain", 1.10, 1.0),
    "T7.udp": ("io_uring / raw read and write, UDP of 36 bytes", "gain", 1.30, 1.1),
    "T7.super": ("io_uring / plain calls, super-packets", "gain", 0.95, 0.85),
    "T8.avx512.64k": ("checksum of 64 KiB, AVX-512 / memcpy", "ratio", 0.7, 0.9),
    "T8.avx512.1400": ("checksum of 1400 bytes, AVX-512 / memcpy", "ratio", 1.5, 1.8),
    "T8.avx512.copy": ("copy and checksum of 64 KiB, AVX-512 / memcpy", "ratio", 1.2, 1.5),
    "T8.avx2.64k": ("checksum of 64 KiB, AVX2 / memcpy", "ratio", 0.7, 0.9),
    "T8.avx2.1400": ("checksum of 1400 bytes, AVX2 / memcpy", "ratio", 1.5, 1.8),
    "T8.avx2.copy": ("copy and checksum of 64 KiB, AVX2 / memcpy", "ratio", 1.2, 1.5),
    "T8.sse2.64k": ("checksum of 64 KiB, SSE2 / memcpy", "ratio", 1.1, 1.4),
    "T8.sse2.1400": ("checksum of 1400 bytes, SSE2 / memcpy", "ratio", 3.0, 3.6),
    "T8.sse2.copy": ("copy and checksum of 64 KiB, SSE2 / memcpy", "ratio", 1.2, 1.5),
    "T8.neon.64k": ("checksum of 64 KiB, NEON / memcpy", "ratio", 1.1, 1.4),
    "T8.neon.1400": ("checksum of 1400 bytes, NEON / memcpy", "ratio", 3.0, 3.6),
    "T8.neon.copy": ("copy and checksum of 64 KiB, NEON / memcpy", "information", None, None),
    "T8.portable.64k": ("checksum of 64 KiB, plain C / memcpy", "ratio", 1.1, 1.4),
    "T8.portable.1400": ("checksum of 1400 bytes, plain C / memcpy", "ratio", 3.0, 3.6),
    "T8.portable.copy": ("copy and checksum of 64 KiB, plain C / memcpy", "information", None, None),
    "T9.split": ("vnic_split_copy() of 45 segments / memcpy of the super-packet", "ratio", 2.5, 3.0),
    "T9.split_in_place": ("vnic_split_next(), checksums partial / memcpy", "ratio", 0.6, 0.8),
    "T9.split_in_place_checksum": ("vnic_split_next() / memcpy", "information", None, None),
    "T9.split_gather": ("vnic_split_gather() / memcpy", "information", None, None),
    "T9.merge": ("merging 45 packets whose checksums are trusted / memcpy of the result", "ratio", 0.7, 1.0),
    "T9.merge_verified": ("the same, checksums verified / memcpy", "ratio", 2.4, 3.2),
    "T9.merge_copy": ("the same, and copied to one piece / memcpy", "information", None, None),
    "T9.merge_flows": ("a plan of 45 packets of 45 flows / memcpy", "information", None, None),
    "T10.idle": ("CPU ms a second while vnic_recv() waits", "count", 0.5, 0.5),
    "T10.pingpong": ("round trip / blocking raw loop, two processors", "ratio", 1.05, 1.15),
    "T10.pingpong_one": ("round trip / blocking raw loop, one processor", "information", None, None),
    "T11.alloc": ("allocations while packets pass", "count", 0, 0),
    "T11.recv": ("system calls a packet, vnic_recv(), queued", "count", 1, 1),
    "T11.recv_many": ("system calls a packet, vnic_recv_many(), queued", "count", 1, 1),
    "T11.acquire_many": ("system calls a packet, vnic_acquire_many(), queued", "count", 1, 1),
    "T11.send": ("system calls a packet, vnic_send()", "count", 1, 1),
    "T11.send_many": ("system calls a packet, vnic_send_many()", "count", 1, 1),
    "T11.wait": ("system calls of a vnic_recv() that had to wait", "count", 3, 3),
    "T12": ("split and merge, trusted / super-packets that pass, TCP", "gain", 0.88, 0.75),
}

# Program, arguments of a full run and of a short one, how often it is started in each.
PROGRAMS = (
    ("bench_count", (), (), 1, 1),
    ("bench_packets", ("7", "40"), ("5", "20"), 3, 1),
    ("bench_wait", ("7", "5000", "2"), ("5", "1000", "1"), 3, 1),
    ("bench_checksum", ("7", "400"), ("5", "200"), 3, 1),
    ("bench_segment", ("7", "2000"), ("5", "500"), 3, 1),
    ("bench_merge", ("7", "20"), ("5", "5"), 3, 1),
    ("forwarding.py", ("--rounds", "7", "--ms", "1000"), ("--quick", "--rounds", "7", "--ms", "400"), 1, 1),
)
TIME_LIMIT = 3600


def machine():
    model = platform.processor() or platform.machine()
    for line in pathlib.Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            model = line.split(":", 1)[1].strip()
            break
    return {"cpu": model, "processors": os.cpu_count(), "kernel": platform.release(),
            "machine": platform.machine(), "load": round(os.getloadavg()[0], 2)}


def run_program(build, name, arguments):
    """The lines `id value…` and `skip id reason` of one run; what it says on stderr is passed on."""
    values, skipped = {}, {}
    command = [build / "bench" / name, *arguments]
    if name.endswith(".py"):
        command = [sys.executable, pathlib.Path(__file__).parent / name, "--build", build, *arguments]
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, timeout=TIME_LIMIT, check=False,
                              preexec_fn=network.die_with_parent)
    except (OSError, subprocess.TimeoutExpired) as error:
        print(f"{name}: {error}", file=sys.stderr)
        return values, skipped
    if done.returncode != 0:
        print(f"{name} ended with {done.returncode}", file=sys.stderr)
    for line in done.stdout.splitlines():
        key, *numbers = line.split()
        if key == "skip":
            skipped[numbers[0]] = " ".join(numbers[1:])
        else:
            values[key] = [float(n) for n in numbers]
    return values, skipped


def measure(build, quick, traffic_rounds):
    rounds, skipped = {}, {}
    for name, full, short, starts, short_starts in PROGRAMS:
        arguments = short if quick else full
        if traffic_rounds and name == "forwarding.py":
            arguments = (*arguments, "--rounds", str(traffic_rounds))
        for _ in range(short_starts if quick else starts):
            values, without = run_program(build, name, arguments)
            skipped.update(without)
            for key, numbers in values.items():
                rounds.setdefault(key, []).extend(numbers)
    return rounds, skipped


def judge(rounds, skipped, quick, table=None):
    results = []
    for key, (what, kind, target, smoke) in (table or RESULTS).items():
        numbers = rounds.get(key, [])
        value = None
        if numbers:
            # The worst of all counts, and the median of all rounds.
            value = max(numbers) if kind == "count" else statistics.median(numbers)
        limit = smoke if quick else target
        passed = value is not None and (limit is None or (value >= limit if kind == "gain" else value <= limit))
        results.append({"id": key, "what": what, "kind": kind,
                        "ratio": None if value is None else round(value, 4), "target": target,
                        "smoke": smoke, "spread": spread(numbers), "rounds": len(numbers), "pass": passed,
                        "skipped": skipped.get(key)})
    return results


def spread(numbers):
    """The lower and the upper quartile, which say how far the rounds lie apart."""
    if len(numbers) < 2:
        return None
    low, _, high = statistics.quantiles(numbers, n=4, method="inclusive")
    return [round(low, 4), round(high, 4)]


def details(rounds, prefix):
    """The lines `prefix.a.b.c value…` as {a: {b: {c: {median, spread}}}}: what tables and plots show."""
    tree = {}
    for key, numbers in rounds.items():
        first, *names = key.split(".")
        if first == prefix and len(names) == 3 and numbers:
            leaf = {"median": round(statistics.median(numbers), 4), "spread": spread(numbers)}
            tree.setdefault(names[0], {}).setdefault(names[1], {})[names[2]] = leaf
    return tree


def show(results, where, quick, seconds):
    print(f"{where['cpu']}, {where['processors']} processors, Linux {where['kernel']}, "
          f"load {where['load']}{', short run' if quick else ''}, {seconds:.0f} s")
    print(f"{'id':<18} {'value':>7} {'target':>7} {'smoke':>6}  {'':<7} what")
    for r in results:
        value = "missing" if r["ratio"] is None else f"{r['ratio']:g}"
        verdict = "ok" if r["pass"] else "missed"
        if r["skipped"]:
            value, verdict = "-", "skipped"
        if r["kind"] == "information" and r["pass"]:
            verdict = "-"
        limits = ["" if r[k] is None else f"{r[k]:g}" for k in ("target", "smoke")]
        print(f"{r['id']:<18} {value:>7} {limits[0]:>7} {limits[1]:>6}  {verdict:<7} {r['what']}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--build", required=True, type=pathlib.Path, help="a release build")
    parser.add_argument("--out", required=True, type=pathlib.Path, help="results.json")
    parser.add_argument("--quick", action="store_true", help="a short run, judged by the smoke values")
    parser.add_argument("--rounds", type=int, help="rounds of the measurements with traffic")
    options = parser.parse_args()
    where, start = machine(), time.monotonic()
    rounds, skipped = measure(options.build.resolve(), options.quick, options.rounds)
    results = judge(rounds, skipped, options.quick)
    show(results, where, options.quick, time.monotonic() - start)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    report = {"machine": where, "date": time.strftime("%Y-%m-%d"), "quick": options.quick, "results": results,
              "modes": details(rounds, "mode"), "curves": details(rounds, "curve")}
    options.out.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    for r in results:
        if r["skipped"]:
            print(f"skipped: {r['id']}: {r['skipped']}")
    bad = [r["id"] for r in results if not r["skipped"] and
           (r["ratio"] is None or (r["kind"] == "count" and not r["pass"]))]
    if bad:
        print("wrong counts or missing results: " + ", ".join(bad))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
