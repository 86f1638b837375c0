#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Make a failing copy of the door to the system from the door's headers.

Every prototype `vnic__sys_*` becomes
  - a line `#define vnic__sys_X vnic__real_X` in fault_rename.h: with it the door's own files are
    compiled, so that the real calls keep living under another name;
  - a wrapper vnic__sys_X in fault_wrappers.c that asks
    `int vnic__fault_hit(const char *call, uintptr_t detail)` first: 0 lets the call through, anything
    else is the error number to fail with. `detail` tells calls of one name apart: it is the parameter
    that is called request, command, option, path, msg or fd, the first of these that there is, else 0.
A model may stand for what is behind the door: --models names C++ sources, and every call X of which they
define vnic__model_X goes there and not to vnic__real_X. The header fault_models.h declares them all.

How a call fails follows from what it returns; a tag in the comment before the prototype, or behind
it on its line, says otherwise. With --system posix:
  int, ssize_t, long, other integers   returns -1 and sets errno          @fail -1
  a pointer                            returns NULL and sets errno        @fail NULL
  mmap-like                            returns MAP_FAILED and sets errno  @fail MAP_FAILED
  raw calls                            returns -errno, leaves errno       @fail -errno
  pthread-like                         returns errno, leaves errno        @fail errno
  void, or a call that cannot fail     no failure is injected             @fail none
With --system windows, where "the last error" is that of SetLastError():
  BOOL, BOOLEAN                        returns FALSE, sets the last error  @fail FALSE
  a pointer, HANDLE, HMODULE, FARPROC  returns NULL, sets the last error   @fail NULL
  HDEVINFO                             returns INVALID_HANDLE_VALUE, same  @fail INVALID_HANDLE_VALUE
  DWORD of a wait                      returns WAIT_FAILED, same           @fail WAIT_FAILED
  DWORD, UINT, SIZE_T, int             returns 0, same                     @fail 0
  LSTATUS, CONFIGRET, HRESULT, …       returns the error number            @fail errno
  void                                 no failure is injected              @fail none
  another constant, in capitals        returns it, sets the last error     @fail INVALID_FILE_ATTRIBUTES
`@fail DWORD errno` in the first comment of a header says so of all its DWORDs without a tag.
`@fault after` lets the real call happen and reports the failure afterwards: close() is the model, a
descriptor is gone even when it fails. Calls whose name begins with "close" have this tag by nature.
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
STYLES = {
    "posix": {"-1", "NULL", "MAP_FAILED", "-errno", "errno", "none"},
    "windows": {"-1", "0", "errno", "none"},
}
WINDOWS_TYPES = {
    "BOOL": "FALSE", "BOOLEAN": "FALSE", "HANDLE": "NULL", "HMODULE": "NULL", "FARPROC": "NULL",
    "HDEVINFO": "INVALID_HANDLE_VALUE", "DWORD": "0", "UINT": "0", "SIZE_T": "0", "int": "0",
    "HRESULT": "errno", "NETIO_STATUS": "errno", "LSTATUS": "errno", "LONG": "errno", "CONFIGRET": "errno", "ULONG": "errno",
    "void": "none", "VOID": "none",
}
CONSTANT = re.compile(r"[A-Z][A-Z_]+")
POINTER_TYPE = re.compile(r"typedef struct \w+ \*(\w+);")
FILE_WIDE = re.compile(r"@fail (DWORD) (\w+)")
MODEL = re.compile(r"\bvnic__model_(\w+)\s*\(")


class Call:
    """One prototype of the door."""

    def __init__(self, match, tags, system, file_wide):
        self.system = system
        self.file_wide = file_wide
        self.modelled = False
        self.type = " ".join(match["type"].split())
        self.name = match["name"]
        self.args = split_args(match["args"])
        self.after = tags.get("fault") == "after" or self.call.startswith("close")
        self.style = tags.get("fail") or self.default_style()
        is_constant = system == "windows" and CONSTANT.fullmatch(self.style)
        if self.style not in STYLES[system] and not is_constant:
            sys.exit(f"{self.name}: unknown tag @fail {self.style}")
        if any("..." in a for a in self.args):
            sys.exit(f"{self.name}: the door has no variadic functions; give it fixed arguments")

    def default_style(self):
        if self.type == "void":
            return "none"
        if self.type.endswith("*"):
            return "NULL"
        if self.system == "posix":
            return "-1"
        if self.type in self.file_wide:
            return self.file_wide[self.type]
        if self.type == "DWORD" and self.call.startswith("wait"):
            return "WAIT_FAILED"
        if self.type not in WINDOWS_TYPES:
            sys.exit(f"{self.name}: how it fails cannot be told from {self.type}; give it a tag @fail")
        return WINDOWS_TYPES[self.type]

    @property
    def call(self):
        return self.name[len("vnic__sys_"):]

    @property
    def real(self):
        return ("vnic__model_" if self.modelled else "vnic__real_") + self.call

    def prototype(self, name):
        space = "" if self.type.endswith("*") else " "
        return f"{self.type}{space}{name}({', '.join(self.args) or 'void'})"

    def argument_names(self):
        return [(re.search(r"\(\s*\*\s*(\w+)\s*\)", a)
                 or re.search(r"(\w+)\s*(?:\[[^]]*\])?$", a))[1] for a in self.args]

    def failure(self):
        """The statements that report the failure whose errno is in `error`."""
        if self.style == "-errno":
            return ["return -error;"]
        if self.style == "errno":
            return [f"return ({self.type})error;"]
        if self.system == "posix":
            return ["errno = error;", f"return {self.style};"]
        return ["SetLastError((DWORD)error);", f"return ({self.type}){self.style};"]

    def wrapper(self):
        call = f"{self.real}({', '.join(self.argument_names())})"
        lines = [f"{self.prototype(self.real)};", f"{self.prototype(self.name)} {{"]
        if self.style == "none":
            lines.append(f"    {'' if self.type == 'void' else 'return '}{call};")
        else:
            detail = next((f"(uintptr_t){n}" for n in DETAILS if n in self.argument_names()), "0")
            lines.append(f'    int error = vnic__fault_hit("{self.call}", {detail});')
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


def read_calls(path, system):
    text = pathlib.Path(path).read_text(encoding="utf-8")
    # Comments and directives become blanks of the same length, so that offsets stay those of the text.
    code = COMMENT.sub(lambda m: re.sub(r"[^\n]", " ", m[0]), text)
    code = re.sub(r"^[ \t]*#.*?(?<!\\)$", lambda m: re.sub(r"[^\n]", " ", m[0]), code, flags=re.M | re.S)
    calls = []
    file_wide = dict(FILE_WIDE.findall(text[:len(text) - len(code.lstrip())]))
    file_wide.update((name, "NULL") for name in POINTER_TYPE.findall(code))
    for match in PROTOTYPE.finditer(code):
        start = match.start() + len(match["type"]) - len(match["type"].lstrip())
        calls.append(Call(match, tags_of(text, start, match.end()), system, file_wide))
    named = set(re.findall(r"\bvnic__sys_\w+(?=\s*\()", code))
    missed = named - {c.name for c in calls}
    if missed:
        sys.exit(f"{path}: not understood as prototypes: {', '.join(sorted(missed))}")
    return calls


def use_models(calls, sources):
    """Marks the calls that a model defines; a model of nothing is a mistake."""
    defined = {name for source in sources
               for name in MODEL.findall(pathlib.Path(source).read_text(encoding="utf-8"))}
    for call in calls:
        call.modelled = call.call in defined
    unknown = defined - {c.call for c in calls}
    if unknown:
        sys.exit("models of calls that no door has: " + ", ".join(sorted(unknown)))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("headers", nargs="+")
    parser.add_argument("--out", required=True)
    parser.add_argument("--system", choices=sorted(STYLES), default="posix")
    parser.add_argument("--models", nargs="*", default=[], help="sources that define vnic__model_X")
    parser.add_argument("--list", action="store_true", help="print the calls and how they fail")
    options = parser.parse_args()
    calls = [c for header in options.headers for c in read_calls(header, options.system)]
    if not calls:
        sys.exit("no vnic__sys_ prototypes in " + " ".join(options.headers))
    names = [c.name for c in calls]
    if len(set(names)) != len(names):
        sys.exit("declared twice: " + ", ".join(sorted({n for n in names if names.count(n) > 1})))
    use_models(calls, options.models)
    if options.list:
        for call in calls:
            print(f"{call.name} {call.style}{' after' if call.after else ''}")
    out = pathlib.Path(options.out)
    out.mkdir(parents=True, exist_ok=True)
    head = "/* Made by tests/fault/gen_fault.py; do not edit. */\n"
    includes = "".join(f'#include "{pathlib.Path(h).resolve()}"\n' for h in options.headers)
    system = {"posix": "#include <errno.h>\n#include <stdint.h>\n#include <sys/mman.h>\n\n",
              "windows": "#include <stdint.h>\n#include <winsock2.h>\n#include <windows.h>\n\n"}[options.system]
    write(out / "fault_rename.h", head + "".join(
        f"#define {c.name} vnic__real_{c.call}\n" for c in calls))
    write(out / "fault_models.h", head + '#pragma once\nextern "C" {\n' + includes + "".join(
        f"{c.prototype(kind + c.call)};\n" for c in calls for kind in ("vnic__model_", "vnic__real_")) + "}\n")
    write(out / "fault_wrappers.c", head + system + includes
          + "\nint vnic__fault_hit(const char *call, uintptr_t detail);\n\n" + "\n".join(c.wrapper() for c in calls))


def write(path, text):
    """Writes only what changed, so that nothing is compiled again for nothing."""
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
