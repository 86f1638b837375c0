# SPDX-License-Identifier: Apache-2.0
"""Layering: what a file may include, and no system macro anywhere but in export.h."""
import re

from lintlib import line_of, rule

C_HEADERS = set("""assert.h complex.h ctype.h errno.h float.h inttypes.h iso646.h limits.h stdalign.h
    stdarg.h stdatomic.h stdbool.h stddef.h stdint.h stdio.h stdlib.h stdnoreturn.h string.h""".split())
# Headers of compilers, for instructions that C has no words for: only in the files of one processor.
INTRINSICS = set("arm_neon.h cpuid.h emmintrin.h immintrin.h".split())
ONE_PROCESSOR = re.compile(r"^checksum_(avx2|avx512|neon|sse2|x86)\.c$")
# What a public header may include: it must compile as C99 and C++11.
PUBLIC_HEADERS = {"stddef.h", "stdint.h"}
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]', re.M)
OS_MACROS = re.compile(r"\b(__linux__|__linux|_WIN32|_WIN64|__MINGW32__|_MSC_VER|__CYGWIN__|__APPLE__|__MACH__"
                       r"|TARGET_OS_\w+|__FreeBSD__|__NetBSD__|__OpenBSD__|__DragonFly__|__ANDROID__|__OHOS__"
                       r"|__unix__|__unix|__sun|__HAIKU__|__GLIBC__|__BIONIC__)\b")
C_SUFFIXES = {".c", ".h"}


def includes(tree, path):
    # Names in quotes are blanked in code(), so directives are read from the text; a commented-out
    # include does not count, which the code decides.
    code = tree.code(path)
    for match in INCLUDE.finditer(tree.text(path)):
        if "#" in code[match.start():match.end()]:
            yield line_of(code, match.start()), match[1] == "<", match[2]


def where(tree, path, name):
    """The tree's file that #include "name" in path means, or None."""
    for base in (path.parent, *map(type(path), ("include", "src", "tests"))):
        candidate = base / name
        if tree.exists(candidate):
            return (tree.root / candidate).resolve().relative_to(tree.root)
    return None


@rule
def no_os_header_in_the_core(tree):
    for path in tree.files("include", "src/core", suffixes=C_SUFFIXES):
        allowed = PUBLIC_HEADERS if path.is_relative_to("include") else C_HEADERS
        for line, system, name in includes(tree, path):
            if name.startswith("vnic/"):
                continue
            if system and name in INTRINSICS and ONE_PROCESSOR.match(path.name):
                continue
            if system and name not in allowed:
                yield f"{path}:{line}: <{name}> is not a header that this layer may include"
            elif not system:
                target = where(tree, path, name)
                if target is None or not target.is_relative_to(path.parts[0] if path.parts[0] == "include"
                                                               else "src/core"):
                    yield f'{path}:{line}: "{name}" is outside this layer'


@rule
def os_code_uses_core_and_itself(tree):
    for path in tree.files("src/os", suffixes=C_SUFFIXES):
        own = "/".join(path.parts[:3])
        neighbours = ("src/core", "src/os/posix", own)
        for line, system, name in includes(tree, path):
            target = None if system else where(tree, path, name)
            if not system and (target is None or not target.is_relative_to("include")
                               and not any(target.is_relative_to(n) for n in neighbours)):
                yield f'{path}:{line}: "{name}" belongs to another system or does not exist'


@rule
def null_and_fake_are_portable(tree):
    for path in tree.files("src/os/null", "src/os/fake", suffixes=C_SUFFIXES):
        for line, system, name in includes(tree, path):
            if system and name not in C_HEADERS:
                yield f"{path}:{line}: <{name}>: these backends build everywhere, with the C headers only"


@rule
def the_tool_uses_the_public_api(tree):
    for path in tree.files("src/cli", "examples", suffixes=C_SUFFIXES):
        for line, system, name in includes(tree, path):
            target = None if system else where(tree, path, name)
            if target is not None and target.is_relative_to("src") and not target.is_relative_to("src/cli"):
                yield f'{path}:{line}: "{name}" is internal; the tool and the examples use include/vnic'


@rule
def no_os_macro(tree):
    for path in tree.files("include", "src", suffixes=C_SUFFIXES):
        if path.name == "export.h":
            continue
        code = tree.code(path)
        for match in OS_MACROS.finditer(code):
            yield (f"{path}:{line_of(code, match.start())}: {match[1]}: the build selects files, "
                   "the code does not ask for the system")


@rule
def sources_are_listed(tree):
    """Each .c file is in its directory's sources.cmake exactly once, and each listed file exists."""
    for listing in tree.files("src", suffixes={".cmake"}):
        names = re.findall(r"^\s+([\w/]+\.c)\s*\)?\s*$|[\s(]([\w/]+\.c)", re.sub(r"#.*", "", tree.text(listing)), re.M)
        listed = [a or b for a, b in names]
        there = {str(f.relative_to(listing.parent)) for f in tree.files(str(listing.parent), suffixes={".c"})
                 if f.parent == listing.parent}
        for name in sorted(set(listed) - there):
            yield f"{listing}: {name} does not exist"
        for name in sorted(there - set(listed)):
            yield f"{listing}: {name} is not listed"
        for name in sorted({n for n in listed if listed.count(n) > 1}):
            yield f"{listing}: {name} is listed twice"
