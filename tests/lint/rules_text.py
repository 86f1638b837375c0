# SPDX-License-Identifier: Apache-2.0
"""Rules about the text of the files: licence lines, comments, names, sizes."""
import re

from lintlib import line_of, rule

C_FILES = {".c", ".h", ".cpp", ".cc"}
SCRIPTS = {".py", ".sh", ".cmake", ".yml", ".bash"}
TEXT = C_FILES | SCRIPTS | {".md", ".txt", ".in", ".json", ".map", ".1", ""}
OPEN_ENDS = re.compile(r"\b(TO" r"DO|FIX" r"ME|X" r"XX|HA" r"CK)\b")
# Paths of one developer's machine: a reader of the repository cannot have them.
OUTSIDE = re.compile(r"\.\./shar" r"ed|/wo" r"rk/|bash_" r"jobs")
FILE_LINES, FILE_LIMIT = 400, 600
FUNCTION_LINES, FUNCTION_LIMIT = 40, 60
FUNCTION = re.compile(r"^(?![ \t#}]|struct\b[^(]*\{|enum\b|union\b|typedef\b|extern\b)[^;{}()]*?\b(\w+)\([^;{}]*\)\s*\{", re.M)


@rule
def licence_lines(tree):
    for path in tree.files():
        shebang = path.suffix == "" and tree.text(path).startswith("#!") if path.name in ("run",) else False
        if path.suffix in C_FILES | SCRIPTS or path.name == "CMakeLists.txt" or shebang:
            head = "\n".join(tree.text(path).split("\n")[:2])
            if "SPDX-License-Identifier: Apache-2.0" not in head:
                yield f"{path}: the first line names no licence (SPDX-License-Identifier: Apache-2.0)"


@rule
def block_comments_only(tree):
    for path in tree.files(suffixes=C_FILES):
        text = tree.text(path)
        blanked = re.sub(r'/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'',
                         lambda m: re.sub(r"[^\n]", " ", m[0]), text, flags=re.S)
        for match in re.finditer(r"//", blanked):
            yield f"{path}:{line_of(text, match.start())}: // comment: it marks local debugging and never lands"


@rule
def no_open_ends(tree):
    for path in tree.files(suffixes=C_FILES | SCRIPTS | {".txt"}):
        text = tree.text(path)
        for match in OPEN_ENDS.finditer(text):
            yield f"{path}:{line_of(text, match.start())}: {match[1]}: finish it or state it as a limit in the docs"


@rule
def nothing_from_outside(tree):
    for path in tree.files(suffixes=TEXT):
        if path.name == "LICENSE":
            continue
        text = tree.text(path)
        for match in OUTSIDE.finditer(text):
            yield f"{path}:{line_of(text, match.start())}: names {match[0]}, which is outside the repository"


@rule
def plain_text(tree):
    for path in tree.files(suffixes=TEXT):
        if path.name == "LICENSE" or path.parts[0] == "tests" and "corpus" in path.parts:
            continue
        text = tree.text(path)
        if text and not text.endswith("\n"):
            yield f"{path}: no newline at the end"
        for number, line in enumerate(text.split("\n"), 1):
            if line != line.rstrip():
                yield f"{path}:{number}: blanks at the end of the line"
            if "\t" in line and path.suffix in C_FILES | SCRIPTS:
                yield f"{path}:{number}: tab"
            if "\r" in line:
                yield f"{path}:{number}: carriage return"


@rule
def basenames_are_unique(tree):
    seen = {}
    for path in tree.files("src", "include", "tests", "bench", "examples", "tools", suffixes=C_FILES | {".py", ".sh"}):
        seen.setdefault(path.name, []).append(str(path))
    for name, paths in seen.items():
        if len(paths) > 1:
            yield f"{name}: {', '.join(paths)}: a reader finds a file by its name alone"


def functions(code):
    """(name, static, first line, lines) of each function definition of clang-formatted C."""
    for match in FUNCTION.finditer(code):
        end = code.find("\n}", match.end())
        if end < 0 or code[match.start():match.end()].lstrip().startswith(("VNIC_", "TEST")):
            continue
        start = line_of(code, match.start())
        yield match[1], match[0].startswith("static"), start, line_of(code, end + 1) - start + 1


@rule
def static_names_are_unique(tree):
    """File-local functions have names of their own in the whole of src, so that the files can be joined."""
    seen = {}
    for path in tree.files("src", suffixes={".c"}):
        if path.is_relative_to("src/cli"):
            continue
        for name, static, line, _ in functions(tree.code(path)):
            if static:
                seen.setdefault(name, []).append(f"{path}:{line}")
    for name, places in seen.items():
        # The two linux_sys_io files are alternatives: the build takes one of them.
        if len({p for p in places if "linux_sys_io_libc" not in p}) > 1:
            yield f"{name}: {', '.join(places)}"


@rule
def sizes(tree):
    """Files of about 400 lines and functions that fit a screen; more is a warning, far more an error."""
    for path in tree.files("src", "include", "tests", "bench", "examples", suffixes=C_FILES):
        if path.is_relative_to("include"):
            continue
        lines = tree.text(path).count("\n")
        if lines > FILE_LIMIT and path.is_relative_to("src"):
            yield f"{path}: {lines} lines: more than one facility?"
        elif lines > FILE_LINES:
            tree.warnings.append(f"{path}: {lines} lines")
        if path.is_relative_to("src"):
            for name, _, line, length in functions(tree.code(path)):
                if length > FUNCTION_LIMIT:
                    yield f"{path}:{line}: {name}() has {length} lines"
                elif length > FUNCTION_LINES:
                    tree.warnings.append(f"{path}:{line}: {name}() has {length} lines")
