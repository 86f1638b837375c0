#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Run the test programs that ctest knows under valgrind; a leak or a bad access fails the program.

Valgrind's verdict is the program's exit code; a program that fails by it alone gets a failed case.
"""
import argparse
import json
import os
import pathlib
import subprocess
import sys
import time
import xml.etree.ElementTree as ET

TOP = pathlib.Path(__file__).resolve().parents[1]
VALGRIND = ["valgrind", "--quiet", "--error-exitcode=99", "--leak-check=full", "--show-leak-kinds=definite,indirect",
            "--errors-for-leak-kinds=definite,indirect", "--fair-sched=yes",
            f"--suppressions={TOP / 'tests' / 'valgrind.supp'}"]
# Valgrind keeps descriptors of its own above the limit, so that a test that uses up all of them finds more.
NOT_HERE = "-*DescriptorsAreOut*:*OutOfDescriptors*"
# Every length at every alignment, and thousands of random packets: half an hour here. AddressSanitizer runs them.
TOO_LONG = {"unit_checksum", "unit_segment"}


def tests_of(build, labels):
    listing = subprocess.run(["ctest", "--test-dir", build, "--show-only=json-v1"], check=True, text=True,
                             capture_output=True).stdout
    for test in json.loads(listing)["tests"]:
        properties = {p["name"]: p["value"] for p in test.get("properties", [])}
        if set(properties.get("LABELS", [])) & set(labels) and test["name"] not in TOO_LONG:
            yield test["name"], test["command"], properties.get("ENVIRONMENT", [])


def report(path, name, message):
    suite = ET.Element("testsuite", name=name)
    case = ET.SubElement(suite, "testcase", classname="valgrind", name=name)
    ET.SubElement(case, "failure", message=message)
    ET.ElementTree(suite).write(path)


def run(arguments, environment):
    """The exit code, or a text when there is none."""
    try:
        done = subprocess.run(VALGRIND + arguments, timeout=600, stdin=subprocess.DEVNULL, check=False,
                              env={**os.environ, "GTEST_FILTER": NOT_HERE, **dict(e.split("=", 1) for e in environment)})
        return done.returncode
    except subprocess.TimeoutExpired:
        return "no end within 600 s"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--build", required=True)
    parser.add_argument("--labels", nargs="+", required=True)
    parser.add_argument("--out", required=True, type=pathlib.Path)
    options = parser.parse_args()
    found = 0
    for name, command, environment in tests_of(options.build, options.labels):
        found += 1
        xml = options.out / f"{name}.xml"
        arguments = [a for a in command if not a.startswith("--gtest_output")] + [f"--gtest_output=xml:{xml}"]
        start = time.monotonic()
        code = run(arguments, environment)
        if code == 1 and xml.exists():
            # An assertion, and valgrind found nothing: as second_look.py does.
            (options.out / "first").mkdir(exist_ok=True)
            xml.rename(options.out / "first" / xml.name)
            code = run(arguments, environment)
        print(f"{name}: {code} ({time.monotonic() - start:.0f} s)", flush=True)
        if code == 99 or not xml.exists():
            report(options.out / f"{name}-valgrind.xml", name, f"valgrind: {code}")
    if not found:
        sys.exit("no test has these labels")


if __name__ == "__main__":
    main()
