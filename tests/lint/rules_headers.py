# SPDX-License-Identifier: Apache-2.0
"""The public headers: documentation tags, errors and their tests, headers that compile alone."""
import re

from lintlib import line_of, public_functions, rule, run

TAGS = ("error", "thread", "platform", "source", "since")
COVERS = re.compile(r'VNIC_COVERS\(\s*((?:"[^"]*"\s*)+),\s*((?:"[^"]*"\s*)+)\)')


def error_codes(tree):
    return set(re.findall(r"\bX\((VNIC_E\w+),", tree.text("include/vnic/error.h")))


@rule
def public_functions_are_documented(tree):
    codes = error_codes(tree)
    for f in public_functions(tree):
        at = f"{f.path}:{f.line}: {f.name}"
        if not f.doc:
            yield f"{at}: no documentation block"
            continue
        for tag in TAGS + (() if f.returns == "void" else ("return",)):
            if not any(t.strip() for t in f.tags(tag)):
                yield f"{at}: no @{tag}"
        documented = [t.split()[0] for t in f.tags("param") if t.split()]
        if documented != f.params:
            yield f"{at}: parameters are {f.params}, documented are {documented}"
        for text in f.tags("param"):
            if not re.match(r"\w+\s+\[(in|out|in,out)\]\s+\S", text):
                yield f"{at}: @param {text[:30]}: say [in], [out] or [in,out] and what it is"
        seen = [t.split()[0] for t in f.tags("error") if t.split()]
        for code in seen:
            if code != "none" and code not in codes:
                yield f"{at}: @error {code} is no code of error.h"
        if len(set(seen)) != len(seen):
            yield f"{at}: an @error is listed twice"
        for text in f.tags("error"):
            if text.split() and text.split()[0] != "none" and len(text.split()) < 2:
                yield f"{at}: @error {text} says nothing about it"


@rule
def public_structs_are_plain(tree):
    """No enum, bool or bit-field member, no typedef that ends in _t: an ABI of fixed widths."""
    for path in tree.files("include", suffixes={".h"}):
        code = tree.code(path)
        for match in re.finditer(r"^struct\s+\w+\s*\{(.*?)^\};", code, re.M | re.S):
            for bad in re.finditer(r"\benum\b|\bbool\b|\b_Bool\b|:\s*\d+\s*;|\blong\b", match[1]):
                yield f"{path}:{line_of(code, match.start(1) + bad.start())}: {bad[0]!r} in a public struct"
        for match in re.finditer(r"\btypedef\b[^;]*?\b(\w+_t)\s*;", code, re.S):
            yield f"{path}:{line_of(code, match.start())}: {match[1]}: the _t names belong to the system"


def covered(tree):
    """The (function, code) pairs that tests say they provoke. Both arguments may list several names."""
    pairs = {}
    for path in tree.files("tests", suffixes={".cpp", ".cc", ".c", ".h", ".py"}):
        if path.name == "covers.h" or path.is_relative_to("tests/lint"):
            continue
        text = tree.text(path)
        for match in COVERS.finditer(text):
            functions, codes = ("".join(re.findall(r'"([^"]*)"', g)) for g in match.groups())
            for function in functions.split():
                for code in codes.split():
                    pairs.setdefault((function, code), f"{path}:{line_of(text, match.start())}")
    return pairs


@rule
def every_error_has_a_test(tree):
    pairs = covered(tree)
    promised = {(f.name, code) for f in public_functions(tree) for code in f.errors()}
    missing = {}
    for function, code in sorted(promised - set(pairs)):
        missing.setdefault(function, []).append(code)
    for function, codes in missing.items():
        yield f"{function}: no test provokes {', '.join(codes)} (VNIC_COVERS in tests/support/covers.h)"
    for pair in sorted(set(pairs) - promised):
        yield f"{pairs[pair]}: VNIC_COVERS{pair}: the header does not list this error"


@rule
def headers_compile_alone(tree):
    """Each public header by itself, as C99 and as C++11, by two compilers, with warnings as errors."""
    folder = tree.scratch / "headers"
    folder.mkdir(parents=True, exist_ok=True)
    for path in tree.files("include", suffixes={".h"}):
        for compiler, language, standard in (("gcc", "c", "c99"), ("g++", "c++", "c++11"),
                                             ("clang-19", "c", "c99"), ("clang++-19", "c++", "c++11")):
            unit = folder / f"alone_{path.stem}.{language}"
            # Twice, because the second time must be harmless.
            unit.write_text(f'#include "{path.relative_to("include")}"\n' * 2 + "int vnic_header_unit;\n")
            strict = ["-Wstrict-prototypes"] if language == "c" else ["-Wold-style-cast"]
            code, output = run(compiler, "-x", language, f"-std={standard}", "-Wall", "-Wextra", "-Wpedantic",
                               "-Wconversion", "-Wundef", *strict, "-Werror", "-I", tree.root / "include",
                               "-fsyntax-only", unit)
            if code != 0:
                yield f"{path}: {compiler} -std={standard}: {output.strip()[:400]}"
