# SPDX-License-Identifier: Apache-2.0
"""What the lint rules share: the tree's files, C text without comments, a rule's findings."""
import functools
import os
import pathlib
import re
import subprocess

# A corpus is made of bytes, not of text.
SKIP_DIRS = {".git", "build", "__pycache__", ".cache", ".pytest_cache", "corpus"}
RULES = []


def rule(function):
    """Registers a rule: a function that takes a Tree and yields findings as text."""
    RULES.append(function)
    return function


class Tree:
    """The files of one checkout. Rules see nothing else, so the self-test can give them a copy."""

    def __init__(self, root):
        self.root = pathlib.Path(root).resolve()
        self.scratch = self.root / "build" / "lint"
        self.warnings = []

    @functools.cached_property
    def all_files(self):
        found = []
        for folder, dirs, files in os.walk(self.root):
            dirs[:] = sorted(d for d in dirs if d not in SKIP_DIRS)
            found += [pathlib.Path(folder, f).relative_to(self.root) for f in sorted(files)]
        return found

    def files(self, *tops, suffixes=None):
        """Files below any of the tops (all if none are given) that end with one of the suffixes."""
        return [f for f in self.all_files
                if (not tops or any(f.is_relative_to(t) for t in tops))
                and (suffixes is None or f.suffix in suffixes)]

    def text(self, path):
        return (self.root / path).read_text(encoding="utf-8")

    @functools.lru_cache(maxsize=None)
    def code(self, path):
        """C text with comments and the inside of strings blanked; every character keeps its place."""
        return blank_comments(self.text(path))

    def exists(self, path):
        return (self.root / path).exists()

    @functools.lru_cache(maxsize=None)
    def library_sources(self, system="Linux", *options):
        """The files that the build takes on a system, relative to the root."""
        code, output = run("cmake", f"-DCMAKE_SYSTEM_NAME={system}", *options, "-P",
                           self.root / "cmake" / "ListSources.cmake")
        return [pathlib.Path(line) for line in output.splitlines() if code == 0 and line.startswith("src/")]


def blank_comments(text):
    out = []
    pattern = re.compile(r'/\*.*?\*/|//[^\n]*|R"\((?:.*?)\)"|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)
    last = 0
    for match in pattern.finditer(text):
        out.append(text[last:match.start()])
        token = match[0]
        if token[0] == "/":
            out.append(re.sub(r"[^\n]", " ", token))
        else:
            out.append(token[0] + re.sub(r"[^\n]", " ", token[1:-1]) + token[-1])
        last = match.end()
    return "".join(out) + text[last:]


def line_of(text, offset):
    return text.count("\n", 0, offset) + 1


def run(*command, cwd=None, env=None):
    """Runs a program; returns its exit code and everything that it printed."""
    done = subprocess.run([str(c) for c in command], cwd=cwd, env=env, text=True, errors="replace",
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return done.returncode, done.stdout


class Function:
    """A public function of a header, with its documentation block."""

    def __init__(self, path, line, name, returns, params, doc):
        self.path, self.line, self.name = path, line, name
        self.returns, self.params, self.doc = returns, params, doc

    def tags(self, tag):
        return re.findall(rf"^\s*\*?\s*@{tag}\b[ \t]*(.*)$", self.doc, re.M)

    def errors(self):
        return [t.split()[0] for t in self.tags("error") if t.split() and t.split()[0] != "none"]


PROTOTYPE = re.compile(r"^VNIC_API\s+(?P<returns>[\w\s*]*?)\b(?P<name>vnic_\w+)\s*\((?P<params>.*?)\)\s*;",
                       re.M | re.S)


def public_functions(tree):
    found = []
    for path in tree.files("include", suffixes={".h"}):
        text, code = tree.text(path), tree.code(path)
        for match in PROTOTYPE.finditer(code):
            before = text[:match.start()].rstrip()
            doc = before[before.rfind("/**"):] if before.endswith("*/") else ""
            returns = match["returns"].replace("VNIC_MUST_CHECK", "").strip()
            found.append(Function(path, line_of(code, match.start()), match["name"], returns,
                                  parameter_names(match["params"]), doc))
    return found


def parameter_names(text):
    """Names of the parameters of a prototype; a parameter may be a pointer to a function."""
    names, depth, current = [], 0, ""
    for char in text + ",":
        depth += (char in "([") - (char in ")]")
        if char == "," and depth == 0:
            current = " ".join(current.split())
            if current and current != "void":
                pointer = re.search(r"\(\s*\*\s*(\w+)", current)
                names.append(pointer[1] if pointer else re.search(r"(\w+)\s*(?:\[.*\])?$", current)[1])
            current = ""
        else:
            current += char
    return names
