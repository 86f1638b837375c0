#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Make a failing copy of the door to the system from the door's headers.

Every prototype `vnic__sys_*` becomes
  - a line `#define vnic__sys_X vnic__real_X` in fault_rename.h: with it the door's own files are
    compiled, so that the real calls keep living under another name;
  - a wrapper vnic__sys_X in fault_wrappers.c that asks
    `int vnic__fault_hit(const char *call, uintptr_t detail)` first: 0 lets the call through, anything
    else is the errno to fail with. `detail` tells calls of one name apart: it is the parameter that is
    called request, command, option, path, msg or fd, the first of these that there is, else 0.

How a call fails follows from what it returns; a tag in the comment before the prototype, or behind
it on its line, says otherwise:
  int, ssize_t, long, other integers   returns -1 and sets errno          @fail -1
  a pointer                            returns NULL and sets errno        @fail NULL
  mmap-like                            returns MAP_FAILED and sets errno  @fail MAP_FAILED
  raw calls                            returns -errno, leaves errno       @fail -errno
  pthread-like                         returns errno, leaves errno        @fail errno
  void, or a call that cannot fail     no failure is injected             @fail none
`@fault after` lets the real call happen and reports the failure afterwards: close() is the model, a
descriptor is gone even when it fails. vnic__sys_close has this tag by nature.
"""
import argparse
import pathlib
import re
import sys

PROTOTYPE = re.compile(
    r"(?P<type>[A-Za-z_][\w\s]*?[\s*]+)(?P<name>vnic__sys_\w+)\s*\((?P<args>[^;{}]*)\)\s*;", re.S)
COMMENT = re.compile(r"/\*.*?\*/", re.S)
TAG = re.compile(r"@(fail|fault)\s+([-\w]+)")
DETAILS = ("request", "command", "option", "path", "msg", "fd")
STYLES = {"-1", "NULL", "MAP_FAILED", "-errno", "errno", "none"}


class Call:
    """One prototype of the door."""

    def __init__(self, match, tags):
        self.type = " ".join(match["type"].split())
        self.name = match["name"]
        self.args = split_args(match["args"])
        self.after = tags.get("fault") == "after" or self.name == "vnic__sys_close"
        self.style = tags.get("fail") or self.default_style()
        if self.style not in STYLES:
            sys.exit(f"{self.name}: unknown tag @fail {self.style}")
        if any("..." in a for a in self.args):
            sys.exit(f"{self.name}: the door has no variadic functions; give it fixed arguments")

    def default_style(self):
        if self.type == "void":
            return "none"
        return "NULL" if self.type.endswith("*") else "-1"

    @property
    def real(self):
        return self.name.replace("vnic__sys_", "vnic__real_", 1)

    def argument_names(self):
        return [(re.search(r"\(\s*\*\s*(\w+)\s*\)", a)
                 or re.search(r"(\w+)\s*(?:\[[^]]*\])?$", a))[1] for a in self.args]

    def failure(self):
        """The statements that report the failure whose errno is in `error`."""
        if self.style == "-errno":
            return ["return -error;"]
        if self.style == "errno":
            return ["return error;"]
        return ["errno = error;", f"return {self.style};"]

    def wrapper(self):
        args = ", ".join(self.args) or "void"
        space = "" if self.type.endswith("*") else " "
        call = f"{self.real}({', '.join(self.argument_names())})"
        lines = [f"{self.type}{space}{self.real}({args});",
                 f"{self.type}{space}{self.name}({args}) {{"]
        if self.style == "none":
            lines.append(f"    {'' if self.type == 'void' else 'return '}{call};")
        else:
            detail = next((f"(uintptr_t){n}" for n in DETAILS if n in self.argument_names()), "0")
            lines.append(f'    int error = vnic__fault_hit("{self.name[len("vnic__sys_"):]}", {detail});')
            lines.append("    if (error != 0) {")
            if self.after:
                lines.append(f"        (void){call};")
            lines += [f"        {line}" for line in self.failure()]
            lines += ["    }", f"    return {call};"]
        return "\n".join(lines + ["}", ""])


def split_args(text):
    """The parameters of a prototype, split at the commas outside brackets."""
    out, depth, current = [], 0, ""
    for char in " ".join(text.split()):
        depth += char in "(["
        depth -= char in ")]"
        if char == "," and depth == 0:
            out.append(current.strip())
            current = ""
        else:
            current += char
    if current.strip() not in ("", "void"):
        out.append(current.strip())
    return out


def tags_of(text, start, end):
    """Tags of a comment that stands on lines of its own before text[start:end], and of one behind it."""
    found = {}
    before = text[:start].rstrip()
    if before.endswith("*/"):
        comment = before.rfind("/*")
        if not before[before.rfind("\n", 0, comment) + 1:comment].strip():
            found.update(TAG.findall(before[comment:]))
    found.update(TAG.findall(text[end:].split("\n", 1)[0]))
    return found


def read_calls(path):
    text = pathlib.Path(path).read_text(encoding="utf-8")
    # Comments and directives become blanks of the same length, so that offsets stay those of the text.
    code = COMMENT.sub(lambda m: re.sub(r"[^\n]", " ", m[0]), text)
    code = re.sub(r"^[ \t]*#.*?(?<!\\)$", lambda m: re.sub(r"[^\n]", " ", m[0]), code, flags=re.M | re.S)
    calls = []
    for match in PROTOTYPE.finditer(code):
        start = match.start() + len(match["type"]) - len(match["type"].lstrip())
        calls.append(Call(match, tags_of(text, start, match.end())))
    named = set(re.findall(r"\bvnic__sys_\w+(?=\s*\()", code))
    missed = named - {c.name for c in calls}
    if missed:
        sys.exit(f"{path}: not understood as prototypes: {', '.join(sorted(missed))}")
    return calls


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("headers", nargs="+")
    parser.add_argument("--out", required=True)
    parser.add_argument("--list", action="store_true", help="print the calls and how they fail")
    options = parser.parse_args()
    calls = [c for header in options.headers for c in read_calls(header)]
    if not calls:
        sys.exit("no vnic__sys_ prototypes in " + " ".join(options.headers))
    names = [c.name for c in calls]
    if len(set(names)) != len(names):
        sys.exit("declared twice: " + ", ".join(sorted({n for n in names if names.count(n) > 1})))
    if options.list:
        for call in calls:
            print(f"{call.name} {call.style}{' after' if call.after else ''}")
    out = pathlib.Path(options.out)
    out.mkdir(parents=True, exist_ok=True)
    head = "/* Made by tests/fault/gen_fault.py; do not edit. */\n"
    write(out / "fault_rename.h", head + "".join(f"#define {c.name} {c.real}\n" for c in calls))
    includes = "".join(f'#include "{pathlib.Path(h).resolve()}"\n' for h in options.headers)
    write(out / "fault_wrappers.c", head + "#include <errno.h>\n#include <stdint.h>\n#include <sys/mman.h>\n\n" + includes
          + "\nint vnic__fault_hit(const char *call, uintptr_t detail);\n\n" + "\n".join(c.wrapper() for c in calls))


def write(path, text):
    """Writes only what changed, so that nothing is compiled again for nothing."""
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
