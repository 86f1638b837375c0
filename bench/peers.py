#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Other libraries beside this one: forwarders of the same shape, interleaved in one run.

Builds bench/peers/ from their registries where cargo and go are (otherwise they are left out, with the
reason), measures, prints a table in Markdown and writes results-peers.json.
"""
import argparse
import json
import pathlib
import shutil
import statistics
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent))
sys.dont_write_bytecode = True

import forwarding  # noqa: E402
import network  # noqa: E402
import run  # noqa: E402

SOURCES = pathlib.Path(__file__).resolve().parent / "peers"
BUILD_SECONDS = 900

# What is built: the tool, its command in a copy of the sources, the program that it leaves there.
BUILDS = {
    "rust": ("cargo", ("cargo", "build", "--release", "--quiet"), "target/release/peers"),
    "go": ("go", ("go", "build", "-o", "peers", "."), "peers"),
}

# Name: build and way (None: the kernel's own pair), threads, kind.
PEERS = {
    "veth": (None, None, 0, "limit"),
    "tun-rs sync": ("rust", "sync", 2, "plain"),
    "tun-rs async": ("rust", "async", 2, "plain"),
    "water": ("go", "water", 2, "plain"),
    "tun-rs sync, raw bytes": ("rust", "sync-raw", 2, "pass"),
    "tun-rs sync + offload": ("rust", "sync-offload", 2, "split"),
    "tun-rs sync + offload, 4 threads": ("rust", "sync-offload-2", 4, "split"),
    "tun-rs async + offload": ("rust", "async-offload", 2, "split"),
    "wireguard-go": ("go", "wireguard-go", 2, "split"),
}
OURS = {
    "raw-vnet/2": "pass", "vnic-raw/2": "pass",
    "vnic-split/1": "split", "vnic-split/2": "split", "vnic-trusted/1": "trusted", "vnic-trusted/2": "trusted",
    "raw-plain/2": "plain", "vnic-plain/2": "plain", "vnic-many/2": "plain", "vnic-many/1": "plain",
    "vnic-uring/2": "plain",
}
FOUR_THREADS = "tun-rs sync + offload, 4 threads"
KINDS = {  # the baseline of each kind of traffic, what else takes part, and the name of it
    "tcp": ("raw-vnet/2", ("limit", "pass", "split", "trusted", "plain"), "One TCP stream"),
    "tcp4": ("raw-vnet/2", ("limit", "pass", "split", "plain"), "Four TCP streams"),
    "uso": ("raw-vnet/2", ("limit", "pass", "split", "trusted", "plain"),
            "UDP datagrams of 1400 bytes, UDP_SEGMENT and UDP_GRO"),
    "udp": ("raw-plain/2", ("limit", "plain"), "UDP datagrams of 36 bytes"),
}

# What is wanted: id, kind of traffic, field, ours, theirs (the best of them), relation, value.
PLAIN = ("vnic-plain/2", "vnic-many/2", "vnic-many/1", "vnic-uring/2")
PLAIN_PEERS = ("tun-rs sync", "tun-rs async", "water")
SPLIT_PEERS = ("tun-rs sync + offload", "tun-rs async + offload", "wireguard-go")
GOALS = (
    ("plain", "tcp", "rate", PLAIN, PLAIN_PEERS, ">=", 1.10),
    ("split", "tcp", "rate", ("vnic-split/2",), SPLIT_PEERS, ">=", 1.4),
    ("split, CPU", "tcp", "cpu", ("vnic-split/2",), SPLIT_PEERS, "<=", 0.7),
    ("split, best of all", "tcp", "rate", ("vnic-split/1", "vnic-split/2"), (*SPLIT_PEERS, FOUR_THREADS), ">=", 1.4),
    ("pass-through, raw loop", "tcp", "rate", ("vnic-raw/2",), ("raw-vnet/2",), ">=", 0.97),
    ("pass-through, tun-rs raw", "tcp", "rate", ("vnic-raw/2",), ("tun-rs sync, raw bytes",), ">=", 0.97),
    ("pass-through, tun-rs offload", "tcp", "rate", ("vnic-raw/2",), ("tun-rs sync + offload",), ">=", 1.6),
    ("split, four streams", "tcp4", "rate", ("vnic-split/2",), SPLIT_PEERS, ">=", 1.4),
    ("plain, four streams", "tcp4", "rate", PLAIN, PLAIN_PEERS, ">=", 1.10),
    ("small datagrams", "udp", "rate", PLAIN, PLAIN_PEERS, ">=", 1.4),
    ("large datagrams, split", "uso", "rate", ("vnic-split/1", "vnic-split/2"), (*SPLIT_PEERS, FOUR_THREADS), ">=", 1.4),
)
RSS_GOAL = 4 * 1024


# ---- Building -------------------------------------------------------------------------------------

def build_one(name, folder):
    """The reason why it could not be built, or nothing."""
    tool, command, _ = BUILDS[name]
    if not shutil.which(tool):
        return f"{tool} is not installed"
    shutil.copytree(SOURCES / name, folder / name, dirs_exist_ok=True)
    try:
        done = subprocess.run(command, cwd=folder / name, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              timeout=BUILD_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return f"{command[0]} took more than {BUILD_SECONDS} s"
    (folder / f"{name}.log").write_text(done.stdout, encoding="utf-8")
    lines = done.stdout.strip().splitlines() or ["no output"]
    return None if done.returncode == 0 else f"{command[0]} build failed: {lines[-1]}"


def build_all(folder):
    reasons = {}
    for name in BUILDS:
        reason = build_one(name, folder)
        if reason:
            reasons[name] = reason
            print(f"left out: {name}: {reason}", file=sys.stderr)
    (folder / "reasons.json").write_text(json.dumps(reasons), encoding="utf-8")


def versions(folder):
    """The versions that were built, as the build tools wrote them down."""
    found = {}
    lock = folder / "rust" / "Cargo.lock"
    if lock.exists():
        for block in lock.read_text(encoding="utf-8").split("[[package]]"):
            fields = dict(line.split(" = ", 1) for line in block.strip().splitlines() if " = " in line)
            if fields.get("name") in ('"tun-rs"', '"tokio"'):
                found[fields["name"].strip('"')] = fields["version"].strip('"')
    for line in (SOURCES / "go" / "go.mod").read_text(encoding="utf-8").splitlines():
        words = line.split()
        if len(words) == 2 and words[0].endswith(("/water", "/wireguard")):
            found[{"water": "water", "wireguard": "wireguard-go"}[words[0].rsplit("/", 1)[1]]] = words[1]
    return found


# ---- Measuring ------------------------------------------------------------------------------------

def commands_for(traffic, build, folder, reasons):
    base, kinds, _ = KINDS[traffic]
    commands = {name: forwarding.forwarder(build, name)
                for name in (base, *(n for n, kind in OURS.items() if kind in kinds and n != base))}
    for name, (which, way, _, kind) in PEERS.items():
        if kind not in kinds or which in reasons:
            continue
        commands[name] = None if which is None else [folder / which / BUILDS[which][2], way]
    return commands


def measure(net, options, folder, reasons, unable):
    """Per kind of traffic and name: the fields of each round, and their ratio to the baseline."""
    figures = {}
    for number in range(options.rounds):
        for traffic in KINDS:
            commands = commands_for(traffic, options.build, folder, reasons)
            runs, relative = forwarding.measure_round(net, commands, traffic, options.ms, 1, number, unable)
            for name, several in runs.items():
                fields = figures.setdefault(traffic, {}).setdefault(name, {})
                for field in several[0]:
                    fields.setdefault(field, []).append(forwarding.mean(several, field))
                for field, value in relative[name].items():
                    fields.setdefault(field + "_ratio", []).append(value)
            print(f"round {number + 1} of {options.rounds}: {traffic}", file=sys.stderr)
    return figures


def judge(figures):
    """Each goal: our best against their best, by the medians; then round by round for the spread."""
    goals = []
    for key, traffic, field, ours, theirs, relation, value in GOALS:
        rows = figures.get(traffic, {})
        better = max if relation == ">=" else min
        best = []
        for names in (ours, theirs):
            names = [n for n in names if field + "_ratio" in rows.get(n, {})]
            best.append(better(names, key=lambda n: statistics.median(rows[n][field + "_ratio"]), default=None))
        entry = {"goal": key, "traffic": traffic, "field": field, "ours": best[0], "theirs": best[1],
                 "relation": relation, "value": value, "ratio": None, "spread": None, "pass": None}
        if None not in best:
            ratios = [a / b for a, b in zip(*(rows[n][field + "_ratio"] for n in best))]
            entry["ratio"] = round(statistics.median(ratios), 3)
            entry["spread"] = run.spread(ratios)
            entry["pass"] = entry["ratio"] >= value if relation == ">=" else entry["ratio"] <= value
        goals.append(entry)
    again = [statistics.median(f["again"]) for n, f in figures.get("tcp4", {}).items()
             if n.startswith("vnic-") and OURS[n] in ("pass", "split") and "again" in f]
    if again:
        goals.append({"goal": "sent again, four streams", "traffic": "tcp4", "field": "again", "ours": "vnic",
                      "theirs": None, "relation": "<=", "value": 0, "ratio": max(again), "spread": None,
                      "pass": max(again) <= 0})
    memory = [statistics.median(f["rss"]) for rows in figures.values() for n, f in rows.items()
              if n.startswith("vnic-") and "rss" in f]
    if memory:
        goals.append({"goal": "memory, KiB", "traffic": "all", "field": "rss", "ours": "vnic", "theirs": None,
                      "relation": "<=", "value": RSS_GOAL, "ratio": max(memory), "spread": None,
                      "pass": max(memory) <= RSS_GOAL})
    return goals


# ---- Tables ---------------------------------------------------------------------------------------

def summary(figures):
    return {traffic: {name: {field: {"median": float(f"{statistics.median(v):.4g}"), "spread": run.spread(v)}
                             for field, v in fields.items()} for name, fields in rows.items()}
            for traffic, rows in figures.items()}


def cell(fields, field, form, scale=1.0):
    return form.format(fields[field]["median"] * scale) if field in fields else "–"


def markdown(report):
    """The tables of a run, one for each kind of traffic, and the goals."""
    lines = []
    for traffic, rows in report["traffic"].items():
        unit, cpu = ("1000/s", "CPU ns/packet") if traffic == "udp" else ("Gbit/s", "CPU ns/KB")
        base, _, title = KINDS[traffic]
        lines += [f"**{title}**", "",
                  f"| forwarder/threads | × {base} | quartiles | {unit} | {cpu} | sent again | RSS MiB |",
                  "|---|---|---|---|---|---|---|"]
        for name, f in sorted(rows.items(), key=lambda i: -i[1]["rate_ratio"]["median"]):
            spread = f["rate_ratio"]["spread"]
            threads = f"/{PEERS[name][2]}" if name in PEERS and PEERS[name][2] else ""
            label = name if name == FOUR_THREADS else name + threads
            lines.append(f"| {label} | {f['rate_ratio']['median']:.2f} | "
                         + (f"{spread[0]:.2f}–{spread[1]:.2f}" if spread else "–")
                         + f" | {cell(f, 'rate', '{:.3g}')} | {cell(f, 'cpu', '{:.0f}')} | "
                         f"{cell(f, 'again', '{:.0f}')} | {cell(f, 'rss', '{:.1f}', 1 / 1024)} |")
        lines.append("")
    lines += ["| goal | ours | best of the others | ratio | quartiles | wanted | |", "|---|---|---|---|---|---|---|"]
    for g in report["goals"]:
        spread = f"{g['spread'][0]:.2f}–{g['spread'][1]:.2f}" if g["spread"] else "–"
        verdict = {True: "reached", False: "missed", None: "not measured"}[g["pass"]]
        ratio = "–" if g["ratio"] is None else f"{g['ratio']:g}"
        lines.append(f"| {g['goal']} | {g['ours'] or '–'} | {g['theirs'] or '–'} | {ratio} | {spread} | "
                     f"{'≥' if g['relation'] == '>=' else '≤'} {g['value']:g} | {verdict} |")
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--build", required=True, type=pathlib.Path, help="a release build")
    parser.add_argument("--out", required=True, type=pathlib.Path, help="results-peers.json")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--ms", type=int, default=700, help="how long each is measured")
    options = parser.parse_args([a for a in sys.argv[1:] if a != network.INSIDE])
    folder = options.out.resolve().parent / "peers"
    if network.INSIDE not in sys.argv:
        # Before the namespace, from which no registry can be reached.
        folder.mkdir(parents=True, exist_ok=True)
        build_all(folder)
    network.enter()
    options.build = options.build.resolve()
    reasons = json.loads((folder / "reasons.json").read_text(encoding="utf-8"))
    where, start, unable = run.machine(), time.monotonic(), {}
    net = network.Network(options.build)
    net.start_tcp_sink()
    figures = measure(net, options, folder, reasons, unable)
    report = {"machine": where, "date": time.strftime("%Y-%m-%d"), "rounds": options.rounds, "ms": options.ms,
              "versions": versions(folder), "left_out": {**reasons, **unable}, "traffic": summary(figures),
              "goals": judge(figures)}
    options.out.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    print(f"{where['cpu']}, {where['processors']} processors, Linux {where['kernel']}, load {where['load']}, "
          f"{report['date']}, {options.rounds} rounds, {time.monotonic() - start:.0f} s\n")
    print(markdown(report), end="")
    for name, reason in report["left_out"].items():
        print(f"left out: {name}: {reason}")


if __name__ == "__main__":
    main()
