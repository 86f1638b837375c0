#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Check the habits of the house that a program can check. Ends with 1 when one is broken.

--fix first rewrites what can be rewritten: format, exported symbols, snippets in the pages.
"""
import argparse
import pathlib
import sys
import time
import xml.etree.ElementTree as ET

sys.path.insert(0, str(pathlib.Path(__file__).parent))
sys.dont_write_bytecode = True

import lintlib  # noqa: E402
import rules_binary  # noqa: E402
import rules_docs  # noqa: E402
import rules_headers  # noqa: E402,F401
import rules_layers  # noqa: E402,F401
import rules_text  # noqa: E402,F401
import rules_tools  # noqa: E402

SHOWN = 40


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--root", default=pathlib.Path(__file__).resolve().parents[2])
    parser.add_argument("--fix", action="store_true", help="rewrite what can be rewritten first")
    parser.add_argument("--only", action="append", help="run only the rules whose name contains this")
    parser.add_argument("--junit", help="write a JUnit report there")
    parser.add_argument("--quick", action="store_true", help="leave clang-tidy out, which takes longest")
    options = parser.parse_args()
    tree = lintlib.Tree(options.root)
    if options.fix:
        rules_binary.write_map(tree)
        rules_tools.write_format(tree)
        rules_docs.write_snippets(lintlib.Tree(options.root))
        tree = lintlib.Tree(options.root)
    chosen = [r for r in lintlib.RULES
              if (not options.only or any(o in r.__name__ for o in options.only))
              and not (options.quick and r.__name__ == "tidy_is_quiet")]
    failed = 0
    suite = ET.Element("testsuite", name="lint")
    for rule in chosen:
        start = time.monotonic()
        findings = list(rule(tree))
        case = ET.SubElement(suite, "testcase", classname="lint", name=rule.__name__,
                             time=f"{time.monotonic() - start:.3f}")
        if findings:
            failed += 1
            ET.SubElement(case, "failure", message=f"{len(findings)} findings").text = "\n".join(findings)
        print(f"{'FAILED' if findings else 'ok':6} {rule.__name__} ({time.monotonic() - start:.1f} s)")
        for finding in findings[:SHOWN]:
            print(f"       {finding}")
        if len(findings) > SHOWN:
            print(f"       … and {len(findings) - SHOWN} more")
    for warning in tree.warnings:
        print(f"warning {warning}")
    suite.set("tests", str(len(chosen)))
    suite.set("failures", str(failed))
    if options.junit:
        pathlib.Path(options.junit).parent.mkdir(parents=True, exist_ok=True)
        ET.ElementTree(suite).write(options.junit)
    print(f"lint: {len(chosen) - failed} rules kept, {failed} broken, {len(tree.warnings)} warnings")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
