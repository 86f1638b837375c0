# SPDX-License-Identifier: Apache-2.0
"""Rules that other programs check: clang-format, clang-tidy, shellcheck, the Python compiler."""
import concurrent.futures
import re
import shutil

from lintlib import rule, run

FORMATTED = {".c", ".h", ".cpp", ".cc"}


def c_files(tree):
    return [tree.root / p for p in tree.files("include", "src", "tests", "bench", "examples", suffixes=FORMATTED)]


def need(program):
    return None if shutil.which(program) else f"{program} is not installed (./run lint installs it)"


@rule
def formatted(tree):
    problem = need("clang-format-19")
    if problem:
        yield problem
        return
    _, output = run("clang-format-19", "--dry-run", "--Werror", *c_files(tree), cwd=tree.root)
    for name in sorted(set(re.findall(r"^(\S+?):\d+:\d+: error: code should be clang-formatted", output, re.M))):
        yield f"{name}: not formatted (./run lint --fix)"


def write_format(tree):
    # Older habits of clang-format wrote these with //.
    for path in c_files(tree):
        text = path.read_text(encoding="utf-8")
        new = re.sub(r"^\} // namespace(.*)$", r"} /* namespace\1 */", text, flags=re.M)
        if new != text:
            path.write_text(new, encoding="utf-8")
    run("clang-format-19", "-i", *c_files(tree), cwd=tree.root)


def tidy(tree, source):
    system = ["-D_GNU_SOURCE"] if source.parts[2:3] in (("linux",), ("posix",)) or source.parts[1] == "cli" else []
    if source.parts[1] == "cli":
        system += ["-isystem", "/usr/include/lwip"]
    if source.name.startswith("cli_win_"):
        system = ["--target=x86_64-w64-mingw32"]
    _, output = run("clang-tidy-19", "--quiet", tree.root / source, "--", "-std=c11", "-DVNIC_BUILDING",
                    "-I", tree.root / "include", "-I", tree.root / "src", *system, cwd=tree.root)
    return [line for line in output.splitlines() if re.search(r": (warning|error): ", line)]


def tidy_sources(tree):
    return tree.library_sources() + tree.files("src/cli", suffixes={".c"})


@rule
def tidy_is_quiet(tree):
    problem = need("clang-tidy-19")
    if problem:
        yield problem
        return
    sources = tidy_sources(tree)
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for lines in pool.map(lambda s: tidy(tree, s), sources):
            yield from (line.replace(f"{tree.root}/", "") for line in lines)


@rule
def shell_scripts(tree):
    problem = need("shellcheck")
    if problem:
        yield problem
        return
    scripts = [p for p in tree.files(suffixes={".sh", ".bash", ""})
               if p.suffix in (".sh", ".bash") or tree.text(p).startswith("#!") and "sh" in tree.text(p).split("\n")[0]]
    for path in scripts:
        code, output = run("shellcheck", "-x", "-s", "bash", "-f", "gcc", tree.root / path, cwd=tree.root)
        if code != 0:
            yield from (line.replace(f"{tree.root}/", "") for line in output.splitlines())


@rule
def python_files(tree):
    for path in tree.files(suffixes={".py"}):
        try:
            compile(tree.text(path), str(path), "exec")
        except SyntaxError as error:
            yield f"{path}: {error}"
