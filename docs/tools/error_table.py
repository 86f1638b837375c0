#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The table of docs/errors.md, made from VNIC_ERROR_MAP of include/vnic/error.h.

  error_table.py           rewrite the block between the markers
  error_table.py --check   end with 1 if it is another one
"""
import pathlib
import re
import sys

TOP = pathlib.Path(__file__).resolve().parents[2]
HEADER = TOP / "include/vnic/error.h"
PAGE = TOP / "docs/errors.md"
BEGIN, END = "<!-- error table: made by docs/tools/error_table.py -->\n", "<!-- end of the error table -->\n"
STRING = r'"(?:\\.|[^"\\])*"'
ENTRY = re.compile(rf"\bX\((VNIC_E\w+), (-\d+),\s*({STRING}),\s*({STRING}(?:\s*{STRING})*)\s*\)")


def join(strings):
    return "".join(s[1:-1] for s in re.findall(STRING, strings))


def table():
    # The list is one macro: its lines end with backslashes.
    source = re.sub(r"[ \t]*\\\n", "\n", HEADER.read_text(encoding="utf-8"))
    entries = ENTRY.findall(source)
    if len(entries) != len(re.findall(r"\bX\(VNIC_E", source)):
        sys.exit(f"{HEADER}: VNIC_ERROR_MAP has an entry that this script cannot read")
    rows = [f"| `{name}` | {number} | {join(text)} | {join(advice)} |\n" for name, number, text, advice in entries]
    return "| Code | Number | What it means | What to do |\n|---|---|---|---|\n" + "".join(rows)


def main():
    page = PAGE.read_text(encoding="utf-8")
    before, found, rest = page.partition(BEGIN)
    _, ended, after = rest.partition(END)
    if not (found and ended):
        sys.exit(f"{PAGE}: the markers of the table are missing")
    fresh = before + BEGIN + "\n" + table() + "\n" + END + after
    if "--check" in sys.argv[1:]:
        if fresh != page:
            sys.exit("docs/errors.md: the table differs from error.h: run docs/tools/error_table.py")
    else:
        PAGE.write_text(fresh, encoding="utf-8")


main()
