#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""PLATFORMS.md: for each system, what a test run showed.

  platforms.py RUN…            print the page that the runs (build/run/test build/run/check) make
  platforms.py --write RUN…    refresh PLATFORMS.md with it
  platforms.py --check [RUN…]  end with 1 if PLATFORMS.md is another page; without runs only its
                               systems and minimum versions are compared
"""
import argparse
import collections
import difflib
import pathlib
import re
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).parent))
import cross  # noqa: E402
import summary  # noqa: E402

TOP = pathlib.Path(__file__).resolve().parents[1]
PAGE = TOP / "PLATFORMS.md"
HEAD = """# Platforms

What is known about each system, and how. This page is made from a test run by `tools/platforms.py`; nobody
writes it by hand, and `./run check` compares it with what it saw.

- **live**: tests ran on the system's real kernel, with real interfaces.
- **simulated**: tests ran, in an imitation of the system: by qemu-user without interfaces, or under Wine with
  test drivers in place of Wintun's and TAP-Windows6's ([which, and what that leaves open](docs/platforms/windows.md)).
- **compiled**: the library compiles without a warning (and links where a linker exists); nothing ran.

Where the backends are only `fake` and `null`, a program builds and runs with the in-memory backend, and
opening a real interface is VNIC_ENOTSUP. Minimum versions follow from the calls that the code makes; the run
was on one version of each system.

| System | Level | Backends | Minimum version | What the run showed |
|---|---|---|---|---|
"""

Row = collections.namedtuple("Row", "system jobs backends minimum")
LINUX = "linux, fake, null"
WINDOWS = "wintun, tap-windows6, fake, null"
RAN = [
    Row("Linux x86_64 (glibc)", ("native",), LINUX, "Linux 4.9, glibc 2.28"),
    Row("Linux s390x (big-endian)", ("qemu-s390x",), LINUX, "Linux 4.9, glibc 2.28"),
    Row("Linux armhf (32-bit)", ("qemu-armhf",), LINUX, "Linux 4.9, glibc 2.28"),
    Row("Linux aarch64", ("qemu-aarch64",), LINUX, "Linux 4.9, glibc 2.28"),
    Row("Windows x86_64", ("wine",), WINDOWS, "Windows 10"),
]
# Only compiled: the systems of tools/cross.py that no job above runs.
COMPILED = [t for t in cross.TARGETS if t.name != "windows-x86_64"]


def evidence(runs):
    """What passed: job -> list of cases."""
    passed = collections.defaultdict(list)
    for run in runs:
        for case in summary.cases_of_run(run):
            if case.result == "passed":
                passed[case.job].append(case.name)
    return passed


def results(runs, jobs, program):
    """Results of the test programs of a job whose names begin like this."""
    return [case.result for run in runs for job in jobs for path in sorted((run / job).glob(f"{program}*.xml"))
            for case in summary.cases_of_report(job, path)]


def ran_row(row, runs):
    seen = {program: results(runs, row.jobs, program) for program in ("unit", "contract", "live")}
    good = all("passed" in seen[p] for p in ("unit", "contract")) and not any("failed" in s for s in seen.values())
    if not good:
        return f"| {row.system} | not known | {row.backends} | {row.minimum} | its tests did not pass |"
    level = "live" if "passed" in seen["live"] else "simulated"
    where = {"live": "unit, contract and live tests", "simulated": "unit and contract tests"}[level]
    how = "under Wine, with test drivers" if "wine" in row.jobs else "by qemu-user" if row.jobs[0].startswith("qemu") else "natively"
    return f"| {row.system} | {level} | {row.backends} | {row.minimum} | {where} passed {how} |"


def compiled_row(target, passed):
    cases = [c for c in passed["cross"] if c.startswith(f"{target.name}:")]
    linked = any("links" in c for c in cases)
    seen = "compiled and linked" if linked else "compiled" if cases else "did not compile"
    backends = {"Linux": LINUX, "Android": LINUX, "OHOS": LINUX, "Windows": WINDOWS}.get(target.system, "fake, null")
    level = "compiled" if cases else "not known"
    return f"| {target.name} | {level} | {backends} | {target.minimum} | {seen} |"


def page(runs):
    passed = evidence(runs)
    rows = [ran_row(r, runs) for r in RAN] + [compiled_row(t, passed) for t in COMPILED]
    return HEAD + "\n".join(rows) + "\n"


def skeleton(text):
    """Systems, backends and minimum versions: what does not depend on a run."""
    rows = re.findall(r"^\| ([^|]+) \| [^|]+ \| ([^|]+) \| ([^|]+) \| [^|]+ \|$", text, re.M)
    return text.split("| System", 1)[0], rows


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("runs", nargs="*", type=pathlib.Path)
    options = parser.parse_args()
    made = page(options.runs)
    if options.write:
        PAGE.write_text(made, encoding="utf-8")
        return 0
    if not options.check:
        print(made, end="")
        return 0
    there = PAGE.read_text(encoding="utf-8") if PAGE.exists() else ""
    same = made == there if options.runs else skeleton(made) == skeleton(there)
    if not same:
        print("PLATFORMS.md is not what the run shows: tools/platforms.py --write build/run/test build/run/check")
        if options.runs:
            print("\n".join(difflib.unified_diff(there.splitlines(), made.splitlines(), "PLATFORMS.md", "run",
                                                 lineterm="")))
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main())
