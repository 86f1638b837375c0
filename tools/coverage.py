#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Print the line coverage of every compiled file of src/ and end with 1 when the whole is too low.

tests/coverage_excluded.txt lists the files that do not count, each with its reason; a file that is
listed there and reaches the minimum by itself must leave the list.
"""
import argparse
import json
import pathlib
import subprocess
import sys

TOP = pathlib.Path(__file__).resolve().parents[1]


def excluded():
    path = TOP / "tests" / "coverage_excluded.txt"
    pairs = (l.split(None, 1) for l in path.read_text(encoding="utf-8").splitlines()
             if l.strip() and not l.startswith("#")) if path.exists() else ()
    return dict(pairs)


def measure(build, out):
    report = out / "coverage.json"
    subprocess.run(["gcovr", "--root", TOP, "--object-directory", build, "--filter", f"{TOP}/src/", "--json", report,
                    "--html-details", out / "index.html", "--exclude-unreachable-branches",
                    "--gcov-ignore-parse-errors"], check=True, cwd=build)
    for entry in json.loads(report.read_text(encoding="utf-8"))["files"]:
        lines = {}
        for line in entry["lines"]:
            if not line.get("gcovr/noncode", False):
                lines[line["line_number"]] = max(lines.get(line["line_number"], 0), line["count"])
        yield entry["file"], sum(1 for c in lines.values() if c), len(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--build", required=True, type=lambda p: pathlib.Path(p).resolve())
    parser.add_argument("--out", required=True, type=lambda p: pathlib.Path(p).resolve())
    parser.add_argument("--minimum", type=float, default=90)
    options = parser.parse_args()
    skipped, covered, total, rows, problems = excluded(), 0, 0, [], []
    for name, hit, lines in sorted(measure(options.build, options.out)):
        share = 100 * hit / lines if lines else 100
        note = ""
        if name in skipped:
            note = f"  not counted: {skipped[name]}"
            if share >= options.minimum:
                problems.append(f"{name} reaches {share:.0f} %: take it out of tests/coverage_excluded.txt")
        else:
            covered, total = covered + hit, total + lines
        rows.append(f"{share:6.1f} %  {hit:5d}/{lines:<5d}  {name}{note}")
    measured = {row.split("  ")[-1] if "not counted" not in row else row.split("  ")[-2] for row in rows}
    problems += [f"{name} is excluded but was not compiled" for name in skipped if name not in measured]
    whole = 100 * covered / total if total else 0
    rows.append(f"{whole:6.1f} %  {covered:5d}/{total:<5d}  everything that counts (at least {options.minimum:.0f} %)")
    text = "\n".join(rows + problems) + "\n"
    (options.out / "summary.txt").write_text(text, encoding="utf-8")
    print(text, end="")
    return 1 if problems or whole < options.minimum else 0


if __name__ == "__main__":
    sys.exit(main())
