# SPDX-License-Identifier: Apache-2.0
"""Documentation: every C snippet comes from a compiled file, links lead somewhere, tables are current."""
import pathlib
import re
import sys

from lintlib import line_of, rule, run

SNIPPET = re.compile(r"(?P<lead>[^\n]*)\n```c\n(?P<body>.*?)^```", re.M | re.S)
FROM = re.compile(r"^<!-- from (?P<file>[\w./-]+):(?P<tag>[\w-]+) -->$")


def pages(tree):
    return [p for p in tree.files(suffixes={".md"}) if p.parts[0] == "docs" or len(p.parts) == 1]


def snippet(tree, file, tag):
    """The lines between /* [tag] */ and /* [/tag] */ of a file, without their common indentation."""
    match = re.search(rf"^[ \t]*/\* \[{tag}\] \*/\n(.*?)^[ \t]*/\* \[/{tag}\] \*/", tree.text(file), re.M | re.S)
    if match is None:
        return None
    lines = match[1].split("\n")
    indent = min((len(l) - len(l.lstrip()) for l in lines if l.strip()), default=0)
    return "\n".join(l[indent:] for l in lines)


@rule
def snippets_are_compiled(tree):
    for page in pages(tree):
        text = tree.text(page)
        for match in SNIPPET.finditer("\n" + text):
            at = f"{page}:{line_of(text, match.start())}"
            origin = FROM.match(match["lead"])
            if origin is None:
                yield f"{at}: C code without the line <!-- from examples/FILE.c:TAG --> before it"
            elif not tree.exists(origin["file"]):
                yield f"{at}: {origin['file']} does not exist"
            elif origin["file"].split("/")[0] not in ("examples", "tests", "include"):
                yield f"{at}: {origin['file']} is not among the compiled examples"
            else:
                wanted = snippet(tree, origin["file"], origin["tag"])
                if wanted is None:
                    yield f"{at}: {origin['file']} has no /* [{origin['tag']}] */ … /* [/{origin['tag']}] */"
                elif wanted != match["body"]:
                    yield f"{at}: differs from {origin['file']}:{origin['tag']} (./run lint --fix copies it)"


def write_snippets(tree):
    """Copies every snippet anew from its file into the pages."""
    def fresh(match):
        origin = FROM.match(match["lead"])
        body = snippet(tree, origin["file"], origin["tag"]) if origin and tree.exists(origin["file"]) else None
        return match[0] if body is None else f"{match['lead']}\n```c\n{body}```"
    for page in pages(tree):
        text = tree.text(page)
        new = SNIPPET.sub(fresh, "\n" + text)[1:]
        if new != text:
            (tree.root / page).write_text(new, encoding="utf-8")


@rule
def links_lead_somewhere(tree):
    for page in pages(tree):
        text = tree.text(page)
        for match in re.finditer(r"\]\((?!https?:|mailto:|#)([^)#\s]+)", text):
            target = (tree.root / page).parent / match[1]
            if not target.exists():
                yield f"{page}:{line_of(text, match.start())}: link to {match[1]}, which does not exist"


@rule
def error_table_is_current(tree):
    """docs/errors.md holds the table that error.h's list makes."""
    if not tree.exists("docs/errors.md"):
        return
    code, output = run(sys.executable, tree.root / "docs/tools/error_table.py", "--check", cwd=tree.root)
    if code != 0:
        yield output.strip()


@rule
def platforms_page_is_generated(tree):
    if not tree.exists("tools/platforms.py"):
        return
    code, output = run(sys.executable, tree.root / "tools/platforms.py", "--check", cwd=tree.root)
    if code != 0:
        yield output.strip()


# What a door calls: "Name(" of Windows' style, and texts that are looked up by name.
CALL_OF_WINDOWS = re.compile(r"(?<![A-Za-z_])([A-Z][A-Za-z0-9]*[a-z][A-Za-z0-9]*)\(")
LOOKED_UP = re.compile(r'"([A-Z][a-z]\w*[a-z0-9])"')


@rule
def windows_page_names_every_function(tree):
    """docs/platforms/windows.md says of each function that the doors of Windows call how it was run."""
    page = pathlib.Path("docs/platforms/windows.md")
    doors = [f for f in tree.files("src/os/windows", suffixes={".c"}) if f.name.startswith("win_sys")]
    if not doors or not tree.exists(page):
        return
    named = set(re.findall(r"\b[A-Z]\w+", tree.text(page).split("### Function by function")[-1]))
    for door in [*doors, pathlib.Path("src/os/windows/wintun_library.c")]:
        found = set(LOOKED_UP.findall(tree.text(door)))
        if door in doors:
            found |= set(CALL_OF_WINDOWS.findall(tree.code(door)))
        else:
            found = {name for name in found if name.startswith("Wintun")}
        for name in sorted(found - named):
            yield f"{door}: calls {name}(), of which {page} does not say how it was run"
