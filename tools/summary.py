#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Add up the results that ./run gathered, and tell of every skip and failure.

A run folder holds steps.tsv (job, case, result, seconds, reason) and a folder for each job with the
JUnit reports of its test programs. ctest.junit names the programs that ctest ran: one that failed
without a failed case in its report (a crash, a time limit, a sanitizer) counts as a failure.
A case that failed and passed at the second look (second_look.py) is told as unstable; it counts once, as
passed, but more than three of them in a run are failures.
With CI=true, a skip whose reason no line of tests/skips_allowed.txt matches counts as a failure.
"""
import argparse
import collections
import os
import pathlib
import re
import sys
import xml.etree.ElementTree as ET

TOP = pathlib.Path(__file__).resolve().parents[1]
Case = collections.namedtuple("Case", "job name result reason")
MOST_UNSTABLE = 3


def allowed_reasons():
    path = TOP / "tests" / "skips_allowed.txt"
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return [re.compile(l) for l in lines if l.strip() and not l.startswith("#")]


def cases_of_report(job, path):
    try:
        root = ET.parse(path).getroot()
    except ET.ParseError as error:
        yield Case(job, path.stem, "failed", f"its report is not whole: {error}")
        return
    for case in root.iter("testcase"):
        name = f"{case.get('classname')}.{case.get('name')}"
        failure = case.find("failure")
        failure = case.find("error") if failure is None else failure
        skip = case.find("skipped")
        if failure is not None:
            text = (failure.get("message") or failure.text or "").strip()
            yield Case(job, name, "failed", " ".join(text.split())[:300])
        elif skip is not None or case.get("status") == "notrun" and case.get("result") != "suppressed":
            # GoogleTest puts the place before the reason.
            text = (skip.get("message") or skip.text or "") if skip is not None else "not run"
            yield Case(job, name, "skipped", " ".join(re.sub(r"^\S+:\d+\s", "", text.strip()).split()))
        elif case.get("result") != "suppressed":
            yield Case(job, name, "passed", "")


def unstable_cases(job, folder):
    """What failed at first and is no failure in the report of the second look."""
    for first in sorted((folder / "first").glob("*.xml")):
        if (folder / first.name).exists():
            still = {c.name for c in cases_of_report(job, folder / first.name) if c.result == "failed"}
            yield from (c._replace(result="unstable") for c in cases_of_report(job, first)
                        if c.result == "failed" and c.name not in still)


def cases_of_job(folder):
    job = folder.name
    failed_reports, reports = set(), set()
    for path in sorted(folder.glob("*.xml")):
        reports.add(path.stem)
        for case in cases_of_report(job, path):
            if case.result == "failed":
                failed_reports.add(path.stem)
            yield case
    yield from unstable_cases(job, folder)
    listing = folder / "ctest.junit"
    if listing.exists():
        programs = ET.parse(listing).getroot().findall("testcase")
        if (folder / "second.junit").exists():
            again = {case.get("name"): case for case in ET.parse(folder / "second.junit").getroot().iter("testcase")}
            programs = [again.get(case.get("name"), case) for case in programs]
        for case in programs:
            name, status = case.get("name"), case.get("status")
            if status != "run" and name not in failed_reports:
                failure = case.find("failure")
                why = failure.get("message") if failure is not None else status
                yield Case(job, name, "failed", f"the program failed as a whole: {why or status}")
            elif status == "run" and name not in reports:
                yield Case(job, name, "passed", "")


def cases_of_run(run):
    listing = run / "steps.tsv"
    if not listing.exists():
        sys.exit(f"{run} holds no results")
    for line in listing.read_text(encoding="utf-8").splitlines():
        job, name, result, _, reason = line.split("\t")
        yield Case(job, name, result, reason)
    for folder in sorted(p for p in run.iterdir() if p.is_dir() and p.name != "logs"):
        yield from cases_of_job(folder)


def judge(cases):
    """In CI, a skip that CI could have run is a failure; so are unstable cases beyond a few, anywhere."""
    allowed = allowed_reasons()
    strict = os.environ.get("CI") == "true"
    unstable = 0
    for case in cases:
        unstable += case.result == "unstable"
        if case.result == "unstable" and unstable > MOST_UNSTABLE:
            case = case._replace(result="failed", reason=f"unstable, as too many others: {case.reason}")
        if strict and case.result == "skipped" and not any(a.search(case.reason) for a in allowed):
            case = case._replace(result="failed", reason=f"skipped, and CI could run it: {case.reason}")
        yield case


def total(cases):
    count = collections.Counter(c.result for c in cases)
    return f"{count['passed']} passed, {count['failed']} failed, {count['skipped']} skipped", count["failed"]


def failures(cases, lead=""):
    for case in cases:
        if case.result in ("failed", "unstable"):
            word = "FAILED" if case.result == "failed" else "unstable"
            print(f"{lead}{word:8} {case.job}: {case.name}: {case.reason}")


def details(cases):
    skips = collections.defaultdict(list)
    for case in cases:
        if case.result == "skipped":
            skips[case.job, case.reason].append(case.name)
    for (job, reason), names in sorted(skips.items()):
        print(f"skipped  {job}: {names[0]}{f' and {len(names) - 1} more' if len(names) > 1 else ''}: "
              f"{reason or 'NO REASON GIVEN'}")
    failures(cases)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("runs", nargs="+", type=pathlib.Path)
    parser.add_argument("--job", help="one line for this job only")
    parser.add_argument("--seconds", type=int, default=0)
    options = parser.parse_args()
    cases = [c for run in options.runs for c in judge(cases_of_run(run))]
    if options.job:
        cases = [c for c in cases if c.job == options.job]
        text, failed = total(cases)
        mark = "FAILED" if failed or not cases else "ok"
        # At once, and not only at the end: whoever keeps only a part of the output has this part.
        print(f"{mark:6} {options.job:12} {options.seconds:4d} s  {text}")
        failures(cases, "         ")
        sys.stdout.flush()
        return 0
    details(cases)
    text, failed = total(cases)
    print(text)
    return 1 if failed or not cases else 0


if __name__ == "__main__":
    sys.exit(main())
