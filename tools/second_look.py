#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Which programs of a ctest run may be run once more, alone; prints a pattern for `ctest -R`, or fails.

A case whose assertion failed may be the machine's doing: two cores, everything at once, and a kernel
that takes its time. It is run again, and summary.py tells of it as unstable if it passes then. Whatever
else ends a program is a verdict: a crash, a sanitizer's report and a time limit leave no whole report.
The first reports are kept in first/, for summary.py and for whoever mends the test.
"""
import argparse
import pathlib
import re
import sys
import xml.etree.ElementTree as ET

# More than so many are no accident.
MOST = 3


def has_failed_cases(report):
    try:
        return any(case.find("failure") is not None for case in ET.parse(report).getroot().iter("testcase"))
    except (ET.ParseError, FileNotFoundError):
        return False


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("results", type=pathlib.Path)
    results = parser.parse_args().results
    cases = ET.parse(results / "ctest.junit").getroot().iter("testcase")
    failed = [case.get("name") for case in cases if case.get("status") == "fail"]
    if not 0 < len(failed) <= MOST or not all(has_failed_cases(results / f"{name}.xml") for name in failed):
        return 1
    (results / "first").mkdir()
    for name in failed:
        (results / f"{name}.xml").rename(results / "first" / f"{name}.xml")
    print(f"^({'|'.join(map(re.escape, failed))})$")
    return 0


if __name__ == "__main__":
    sys.exit(main())
