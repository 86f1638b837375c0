#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What the library adds to Wintun's rings, measured under Wine: a table, and results-wine.json.

The rings are a model inside the program (bench_rings.c), so nothing here says how fast Wintun is. Fails
when a count is wrong or a result is missing; ratios are reported.
"""
import argparse
import json
import pathlib
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent))
sys.dont_write_bytecode = True

import run  # noqa: E402

TOP = pathlib.Path(__file__).resolve().parent.parent
# As RESULTS of run.py. 65535 bytes are the longest packet of Wintun.
RESULTS = {
    "T13.save.65535": ("vnic_acquire_many() and release / vnic_recv(), 65535 bytes", "ratio", 0.6, 0.7),
    "T13.save.1400": ("the same, 1400 bytes", "information", None, None),
    "T13.save.64": ("the same, 64 bytes", "information", None, None),
    "T13.recv.65535": ("vnic_recv() / raw loop, 65535 bytes", "ratio", 1.05, 1.15),
    "T13.recv.1400": ("the same, 1400 bytes", "information", None, None),
    "T13.recv.64": ("the same, 64 bytes", "information", None, None),
    "T13.send.65535": ("vnic_send() / raw loop, 65535 bytes", "ratio", 1.05, 1.15),
    "T13.send.1400": ("the same, 1400 bytes", "information", None, None),
    "T13.send.64": ("the same, 64 bytes", "information", None, None),
    "T13.lend.65535": ("vnic_acquire_many() and release / raw loop that copies nothing, 65535 bytes",
                       "information", None, None),
    "T13.lend.1400": ("the same, 1400 bytes", "information", None, None),
    "T13.lend.64": ("the same, 64 bytes", "information", None, None),
    "T13.idle": ("CPU ms a second while vnic_recv() waits", "count", 2.0, 2.0),
    "T13.idle_handle": ("the same with a wait handle", "count", 2.0, 2.0),
}


def start(program, *arguments):
    """The lines `id value…` of one run under Wine."""
    done = subprocess.run([TOP / "tools/wine.sh", program, *arguments], stdout=subprocess.PIPE, text=True,
                          check=False)
    if done.returncode != 0:
        print(f"{program.name} ended with {done.returncode}: {done.stdout[-500:]}", file=sys.stderr)
    lines = (line.split() for line in done.stdout.splitlines() if line.startswith(("T13.", "curve.")))
    return {key: [float(n) for n in numbers] for key, *numbers in lines}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--build", required=True, type=pathlib.Path, help="a release build for Windows")
    parser.add_argument("--out", required=True, type=pathlib.Path, help="results-wine.json")
    parser.add_argument("--quick", action="store_true", help="a short run, judged by the smoke values")
    parser.add_argument("--sizes", action="store_true", help="how large the ring should be, too")
    options = parser.parse_args()
    program = options.build.resolve() / "bench" / "bench_rings.exe"
    where, begin = run.machine(), time.monotonic()
    rounds = start(program, *(("5", "3") if options.quick else ("15", "10")))
    if options.sizes:
        rounds.update(start(program, "sizes", "9", "200000"))
    results = run.judge(rounds, {}, options.quick, RESULTS)
    run.show(results, where, options.quick, time.monotonic() - begin)
    curves = run.details(rounds, "curve")
    for size, value in sorted(curves.get("ring", {}).get("time", {}).items(), key=lambda item: int(item[0])):
        print(f"ring of {int(size) // 1024:>6} KiB: {value['median']:.3f} of the default's time {value['spread']}")
    options.out.parent.mkdir(parents=True, exist_ok=True)
    report = {"machine": where, "date": time.strftime("%Y-%m-%d"), "quick": options.quick, "results": results,
              "curves": curves}
    options.out.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    bad = [r["id"] for r in results if r["ratio"] is None or (r["kind"] == "count" and not r["pass"])]
    if bad:
        print("wrong counts or missing results: " + ", ".join(bad))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
