#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Pictures and tables of what was measured, for docs/performance.md.

Reads results.json and results-peers.json, draws docs/plots/*.svg, keeps a copy of both files beside them,
and writes the tables between the markers of the page anew. Nothing is drawn that was not measured.
"""
import argparse
import json
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent))
sys.dont_write_bytecode = True

import matplotlib  # noqa: E402

matplotlib.use("svg")
import matplotlib.pyplot as plt  # noqa: E402

import peers  # noqa: E402

COLOURS = {"limit": "#9a9a9a", "pass": "#1b6ca8", "split": "#2a9d8f", "trusted": "#8ac926", "plain": "#e07a3f"}
WORDS = {"limit": "kernel only", "pass": "super-packets pass", "split": "split and merge",
         "trusted": "the same, trusted checksums", "plain": "one packet each"}
CURVES = {  # family of curves: title, what the sizes are
    "checksum": ("Checksum: time / memcpy of the same bytes", "bytes"),
    "checksum_copy": ("Copy and checksum in one: time / memcpy of the same bytes", "bytes"),
    "split": ("Splitting a super-packet: time / memcpy of it", "bytes of payload a segment"),
    "merge": ("Merging into a super-packet: time / memcpy of it", "bytes of payload a segment"),
}
SECTION = r"(<!-- measured: {0} -->\n).*?(<!-- end: {0} -->\n)"

plt.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "vnic", "font.size": 9, "font.family": "sans-serif",
                     "axes.spines.top": False, "axes.spines.right": False})


def where(report):
    m = report["machine"]
    return f"{m['cpu']}, {m['processors']} processors, Linux {m['kernel']}, {report['date']}, load {m['load']}"


def save(figure, path, caption):
    figure.text(0.01, 0.005, caption, fontsize=7, color="#555555", va="bottom")
    figure.savefig(path, format="svg", metadata={"Date": None}, bbox_inches="tight")
    plt.close(figure)
    # Blanks at the ends of lines are of no use to anybody.
    text = path.read_text(encoding="utf-8")
    path.write_text(re.sub(r"[ \t]+$", "", text, flags=re.M), encoding="utf-8")


def kind_of(name):
    return peers.PEERS[name][3] if name in peers.PEERS else peers.OURS.get(name, "plain")


def bars(axes, rows, field, label):
    values = [f[field]["median"] if field in f else 0 for _, f in rows]
    spreads = [f[field]["spread"] if field in f and f[field]["spread"] else None for _, f in rows]
    errors = [[v - s[0] if s else 0 for v, s in zip(values, spreads)],
              [s[1] - v if s else 0 for v, s in zip(values, spreads)]]
    errors = [[max(e, 0) for e in side] for side in errors]
    places = range(len(rows))
    drawn = axes.barh(places, values, xerr=errors, color=[COLOURS[kind_of(n)] for n, _ in rows],
                      error_kw={"elinewidth": 0.8, "capsize": 2, "ecolor": "#333333"})
    for bar, (name, fields) in zip(drawn, rows):
        if name.startswith("vnic"):
            bar.set_edgecolor("black")
        if field not in fields:
            axes.text(0, bar.get_y() + bar.get_height() / 2, " –", va="center")
    axes.set_xlabel(label)
    axes.set_yticks(list(places))
    axes.set_ylim(len(rows) - 0.4, -0.6)


def draw_forwarding(report, folder):
    """One picture for each kind of traffic: throughput and CPU time by mode and peer."""
    names = []
    for traffic, table in report["traffic"].items():
        base, _, title = peers.KINDS[traffic]
        rows = sorted(table.items(), key=lambda i: -i[1]["rate_ratio"]["median"])
        figure, (left, right) = plt.subplots(1, 2, figsize=(9, 0.6 + 0.26 * len(rows)), layout="constrained")
        figure.get_layout_engine().set(rect=(0, 0.06, 1, 0.94))
        bars(left, rows, "rate_ratio", f"throughput / {base}")
        left.set_yticklabels([n for n, _ in rows])
        bars(right, rows, "cpu", "CPU ns a packet" if traffic == "udp" else "CPU ns for 1000 bytes")
        right.set_yticklabels([])
        present = [k for k in COLOURS if any(kind_of(n) == k for n, _ in rows)]
        right.legend([plt.Rectangle((0, 0), 1, 1, color=COLOURS[k]) for k in present], [WORDS[k] for k in present],
                     fontsize=7, loc="best", frameon=False)
        figure.suptitle(title, fontsize=10)
        path = folder / f"forwarding-{traffic}.svg"
        save(figure, path, f"{where(report)}; medians and quartiles of {report['rounds']} rounds; "
                           "outlined: this library")
        names.append((path.name, title))
    return names


def draw_curves(report, folder):
    names = []
    for family, (title, sizes_are) in CURVES.items():
        variants = report["curves"].get(family)
        if not variants:
            continue
        figure, axes = plt.subplots(figsize=(7, 3.6), layout="constrained")
        figure.get_layout_engine().set(rect=(0, 0.05, 1, 0.95))
        for variant, points in variants.items():
            sizes = sorted(points, key=int)
            medians = [points[s]["median"] for s in sizes]
            line, = axes.plot([int(s) for s in sizes], medians, marker="o", markersize=3, label=variant)
            spreads = [points[s]["spread"] or [points[s]["median"]] * 2 for s in sizes]
            axes.fill_between([int(s) for s in sizes], *zip(*spreads), alpha=0.2, color=line.get_color(), linewidth=0)
        axes.set_xscale("log", base=2)
        axes.set_yscale("log", base=2)
        for axis in (axes.xaxis, axes.yaxis):
            axis.set_major_formatter(matplotlib.ticker.FuncFormatter(lambda v, _: f"{v:g}"))
        axes.set_xlabel(sizes_are)
        axes.legend(fontsize=7, frameon=False)
        axes.set_title(title, fontsize=10)
        path = folder / f"curve-{family.replace('_', '-')}.svg"
        save(figure, path, f"{where(report)}; medians and quartiles")
        names.append((path.name, title))
    return names


# ---- The page -------------------------------------------------------------------------------------

def span(spread, form="{:.3g}"):
    return f"{form.format(spread[0])}–{form.format(spread[1])}" if spread else "–"


def table_of_targets(report):
    lines = [f"Measured on: {where(report)}" + (", a short run." if report["quick"] else "."), "",
             "| id | what | value | quartiles | wanted | |", "|---|---|---|---|---|---|"]
    for r in report["results"]:
        limit = "target" if not report["quick"] else "smoke"
        wanted = "–" if r[limit] is None else f"{'≥' if r['kind'] == 'gain' else '≤'} {r[limit]:g}"
        verdict = "" if r[limit] is None or r.get("skipped") else "reached" if r["pass"] else "missed"
        value = f"left out: {r['skipped']}" if r.get("skipped") else "missing"
        if r["ratio"] is not None:
            value = f"{r['ratio']:.3g}"
        lines.append(f"| {r['id']} | {r['what']} | {value} | {span(r['spread'])} | {wanted} | {verdict} |")
    return "\n".join(lines) + "\n"


def table_of_modes(report):
    titles = {"tcp": "One TCP stream", "tcp_plain": "One TCP stream, a packet each", "uso": "UDP, 1400 bytes, segments",
              "udp": "UDP, 36 bytes"}
    lines = ["| traffic | forwarder/threads | Gbit/s (UDP of 36 bytes: 1000/s) | quartiles | CPU ns/KB (ns/packet) | RSS MiB |",
             "|---|---|---|---|---|---|"]
    for traffic, table in report["modes"].items():
        for name, f in sorted(table.items(), key=lambda i: -i[1]["rate"]["median"]):
            lines.append(f"| {titles.get(traffic, traffic)} | {name} | {f['rate']['median']:.3g} | "
                         f"{span(f['rate']['spread'])} | {f['cpu']['median']:.0f} | {f['rss']['median'] / 1024:.1f} |")
    return "\n".join(lines) + "\n"


def section_of_peers(report, pictures):
    version = ", ".join(f"{name} {v}" for name, v in sorted(report["versions"].items()))
    lines = [f"Measured on: {where(report)}, {report['rounds']} rounds. Versions: {version}.", ""]
    lines += [f"- left out: {name}: {reason}" for name, reason in report["left_out"].items()]
    lines += [f"![{title}](plots/{name})\n" for name, title in pictures]
    return "\n".join(lines) + "\n" + peers.markdown(report)


def replace_section(page, name, text):
    fresh, n = re.subn(SECTION.format(name), lambda m: f"{m[1]}\n{text}\n{m[2]}", page, flags=re.S)
    if n != 1:
        sys.exit(f"the page has no markers for: {name}")
    return fresh


def load(folder, name):
    path = folder / name
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--results", required=True, type=pathlib.Path, help="where the results*.json are")
    parser.add_argument("--docs", required=True, type=pathlib.Path)
    options = parser.parse_args()
    folder, page_path = options.docs / "plots", options.docs / "performance.md"
    folder.mkdir(exist_ok=True)
    page = page_path.read_text(encoding="utf-8")
    results, others = load(options.results, "results.json"), load(options.results, "results-peers.json")
    if results is None and others is None:
        sys.exit("nothing was measured: ./run bench, ./run bench peers")
    if results is not None:
        page = replace_section(page, "targets", table_of_targets(results))
        page = replace_section(page, "modes", table_of_modes(results))
        curves = draw_curves(results, folder)
        page = replace_section(page, "curves", "\n".join(f"![{t}](plots/{n})\n" for n, t in curves))
    if others is not None:
        page = replace_section(page, "peers", section_of_peers(others, draw_forwarding(others, folder)))
    page_path.write_text(page, encoding="utf-8")
    for name, report in (("results.json", results), ("results-peers.json", others)):
        if report is not None:
            (folder / name).write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    print(f"written: {page_path}, {folder}/")


if __name__ == "__main__":
    main()
