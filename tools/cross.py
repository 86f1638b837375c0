#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compile the library for systems that this machine is not, and link a program where a linker exists.

For each target: every source file that the build chooses there (cmake/ListSources.cmake), and a program
that includes each public header and opens the fake backend (tests/consume/src/main.c). Warnings are
errors. On Windows the tool is compiled and linked too. The targets, their tools and their minimum versions are in TARGETS; tools/platforms.py makes
PLATFORMS.md from the same table.

Apple's, the BSDs' and musl's headers come with zig; Android and OpenHarmony are compiled against musl's
and Linux's headers, which cover what this library uses of Bionic. Microsoft's compiler is not here: clang
plays it (its target, its extensions, no GNU ones) with mingw-w64's headers, after MSVC_HEAD has put right what
these assume of GCC; that checks the language, not Microsoft's headers, and links nothing.
"""
import argparse
import collections
import concurrent.futures
import os
import pathlib
import re
import subprocess
import sys
import time

TOP = pathlib.Path(__file__).resolve().parents[1]
OUT = TOP / "build" / "cross"
ZIG = "ziglang==0.17.0"
CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "vnic"
WARNINGS = ["-std=c11", "-Wall", "-Wextra", "-Wshadow", "-Wstrict-prototypes", "-Wundef", "-Werror"]

# mingw-w64's headers take a compiler that is not GCC for one without attributes, which clang's own headers need,
# and put MSVC's __declspec() where it must not stand.
MSVC_HEAD = """#include <_mingw.h>
#undef __attribute__
#undef __MINGW_ATTRIB_NORETURN
#define __MINGW_ATTRIB_NORETURN
#undef __MINGW_ATTRIB_DEPRECATED
#define __MINGW_ATTRIB_DEPRECATED
"""

# name: shown; system: CMAKE_SYSTEM_NAME; how: mingw, zig (compile and link), clang or msvc (compile only)
Target = collections.namedtuple("Target", "name system how triple headers minimum")
TARGETS = [
    Target("windows-x86_64", "Windows", "mingw", "x86_64-w64-mingw32", (), "Windows 10"),
    Target("windows-x86", "Windows", "zig", "x86-windows-gnu", (), "Windows 10"),
    Target("windows-arm64", "Windows", "zig", "aarch64-windows-gnu", (), "Windows 10"),
    Target("windows-msvc-by-clang", "Windows", "msvc", "x86_64-pc-windows-msvc", (), "Windows 10"),
    Target("macos-x86_64", "Darwin", "zig", "x86_64-macos.13.0", (), "macOS 13"),
    Target("macos-arm64", "Darwin", "zig", "aarch64-macos.13.0", (), "macOS 13"),
    Target("ios-arm64", "iOS", "clang", "arm64-apple-ios15.0", ("any-darwin-any",), "iOS 15"),
    Target("ios-simulator-arm64", "iOS", "clang", "arm64-apple-ios15.0-simulator", ("any-darwin-any",), "iOS 15"),
    Target("tvos-arm64", "tvOS", "clang", "arm64-apple-tvos17.0", ("any-darwin-any",), "tvOS 17"),
    Target("freebsd-x86_64", "FreeBSD", "zig", "x86_64-freebsd", (), "FreeBSD 14"),
    Target("netbsd-x86_64", "NetBSD", "zig", "x86_64-netbsd.11.0", (), "NetBSD 10"),
    Target("openbsd-x86_64", "OpenBSD", "zig", "x86_64-openbsd", (), "OpenBSD 7.5"),
    Target("android-aarch64", "Android", "clang", "aarch64-linux-android21",
           ("aarch64-linux-musl", "generic-musl", "aarch64-linux-any", "any-linux-any"), "Android 5 (API 21)"),
    Target("android-x86_64", "Android", "clang", "x86_64-linux-android21",
           ("x86_64-linux-musl", "generic-musl", "x86-linux-any", "any-linux-any"), "Android 5 (API 21)"),
    Target("ohos-aarch64", "OHOS", "clang", "aarch64-unknown-linux-ohos",
           ("aarch64-linux-musl", "generic-musl", "aarch64-linux-any", "any-linux-any"), "OpenHarmony 4"),
    Target("linux-musl-x86_64", "Linux", "zig", "x86_64-linux-musl", (), "Linux 4.9, musl 1.2"),
    Target("linux-musl-aarch64", "Linux", "zig", "aarch64-linux-musl", (), "Linux 4.9, musl 1.2"),
]


class Toolchain:
    """The commands that compile and link for one target."""

    def __init__(self, target, zig_home):
        self.target = target
        self.env = {**os.environ, "ZIG_GLOBAL_CACHE_DIR": str(CACHE / "zig"),
                    "ZIG_LOCAL_CACHE_DIR": str(OUT / "zig-local")}
        self.system = {"Linux": ["-D_GNU_SOURCE"], "Android": ["-D_GNU_SOURCE"], "OHOS": ["-D_GNU_SOURCE"],
                       "Windows": ["-DWIN32_LEAN_AND_MEAN"]}.get(target.system, [])
        if target.how == "mingw":
            self.compiler = [f"{target.triple}-gcc-posix"]
            self.suffix, self.libraries = ".exe", ["-static"]
            return
        if target.how == "zig":
            # Else zig compiles its runtime of the sanitizer for each system, and nothing here runs.
            self.compiler = [str(zig_home / "zig"), "cc", "-target", target.triple, "-fno-sanitize=undefined"]
            self.suffix, self.libraries = ".exe" if target.system == "Windows" else "", []
            if target.triple == "x86_64-linux-musl":
                # With a library that only names musl's functions; the other one has all of musl compiled first.
                self.libraries = ["-dynamic"]
            return
        resource = subprocess.run(["clang-19", "-print-resource-dir"], check=True, text=True,
                                  capture_output=True).stdout.strip()
        if target.how == "msvc":
            head = OUT / target.name / "msvc_head.h"
            head.parent.mkdir(parents=True, exist_ok=True)
            head.write_text(MSVC_HEAD)
            self.compiler = ["clang-19", f"--target={target.triple}", "-nostdinc", "-isystem", f"{resource}/include",
                             "-isystem", "/usr/share/mingw-w64/include", "-include", str(head), "-Wgnu",
                             "-Wpedantic"]
        else:
            include = zig_home / "lib" / "libc" / "include"
            self.compiler = ["clang-19", "-target", target.triple, "-nostdinc", "-isystem", f"{resource}/include"]
            for name in target.headers:
                self.compiler += ["-isystem", str(include / name)]

    def run(self, *arguments):
        done = subprocess.run([*self.compiler, *map(str, arguments)], text=True, errors="replace", env=self.env,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        return done.returncode, done.stdout

    def compile(self, source, target, definitions):
        return self.run(*WARNINGS, *definitions, "-I", TOP / "include", "-I", TOP / "src", "-c", TOP / source,
                        "-o", target)


def listing_of(target):
    """The sources on this target (on Windows with the tool's), and the options that link them."""
    tool = ["-DVNIC_LIST_TOOL=ON"] if target.system == "Windows" else []
    if target.how == "msvc":
        tool.append("-DCMAKE_C_COMPILER_ID=MSVC")
    listing = subprocess.run(["cmake", f"-DCMAKE_SYSTEM_NAME={target.system}",
                              f"-DCMAKE_SYSTEM_PROCESSOR={target.triple.split('-')[0]}", *tool,
                              "-P", TOP / "cmake/ListSources.cmake"],
                             text=True, check=True, capture_output=True).stdout.splitlines()
    return ([line for line in listing if line.startswith("src/")],
            [line for line in listing if line.startswith("-l")])


def header_unit(folder):
    """A file that includes every public header."""
    path = folder / "headers.c"
    headers = sorted(p.relative_to(TOP / "include") for p in (TOP / "include").rglob("*.h"))
    path.write_text("".join(f'#include "{h}"\n' for h in headers) + "int vnic_header_unit;\n")
    return path


# What a program may include around our headers, and what must then hold. winsock2.h has to come before windows.h.
BESIDE_WINDOWS = {
    "alone": "{headers}#ifdef _WINDEF_\n#error a public header includes windows.h\n#endif\n",
    "behind windows.h": "#include <windows.h>\n{headers}",
    "before windows.h": "{headers}#include <windows.h>\n",
    "between winsock2.h and windows.h": "#include <winsock2.h>\n{headers}#include <windows.h>\n#include <iphlpapi.h>\n",
}


def headers_beside_windows(target, folder):
    """The public headers in C99 and C++11, with and without Windows' own; returns error texts."""
    errors = []
    headers = header_unit(folder).read_text()
    for name, text in BESIDE_WINDOWS.items():
        for compiler, language, standard in (("gcc", "c", "c99"), ("g++", "c++", "c++11")):
            unit = folder / f"beside.{language}"
            unit.write_text(text.format(headers=headers))
            done = subprocess.run([f"{target.triple}-{compiler}-posix", "-x", language, f"-std={standard}", "-Wall",
                                   "-Wextra", "-Wpedantic", "-Wconversion", "-Wundef", "-Werror", "-I", TOP / "include",
                                   "-fsyntax-only", unit], text=True, stdin=subprocess.DEVNULL, capture_output=True)
            if done.returncode:
                errors.append(f"{name}, {standard}: {done.stderr.strip()}")
    return errors


def build(target, zig_home):
    """Compiles and links; returns (case, seconds, error text or '') for each."""
    folder = OUT / target.name
    folder.mkdir(parents=True, exist_ok=True)
    tools = Toolchain(target, zig_home)
    start, objects, errors = time.monotonic(), {}, []
    sources, libraries = listing_of(target)
    # Microsoft's C library has no getopt_long(), which the portable part of the tool needs.
    units = [(source, ["-DVNIC_BUILDING", "-DVNIC_STATIC",
                       *(tools.system if re.match(r"src/os/(linux|posix|windows)/", source) else [])])
             for source in sources if target.how != "msvc" or not re.match(r"src/cli/cli_(?!win_)", source)]
    units += [(header_unit(folder), []), ("tests/consume/src/main.c", ["-DVNIC_STATIC"])]
    for source, definitions in units:
        objects[source] = folder / (pathlib.Path(source).name + ".o")
        code, output = tools.compile(source, objects[source], definitions)
        if code:
            errors.append(f"{source}: {output.strip()}")
    yield f"{target.name}: {len(units)} files compile", time.monotonic() - start, "\n".join(errors)
    if target.how == "mingw":
        start = time.monotonic()
        beside = headers_beside_windows(target, folder)
        yield f"{target.name}: public headers beside windows.h, C99 and C++11", time.monotonic() - start, "\n".join(beside)
    if target.how in ("clang", "msvc") or errors:
        return
    tool = [s for s in objects if str(s).startswith("src/cli/")]
    programs = [("consumer", "a program", set(objects) - set(tool))]
    if tool:
        programs.append(("vnic", "the tool", set(objects) - {"tests/consume/src/main.c"}))
    for program, shown, parts in programs:
        start = time.monotonic()
        code, output = tools.run("-o", folder / f"{program}{tools.suffix}", *(objects[s] for s in objects if s in parts),
                                 *tools.libraries, *libraries)
        yield f"{target.name}: {shown} links", time.monotonic() - start, output.strip() if code else ""


def zig(venv):
    """The folder of the zig compiler in a virtual environment, which is made when it is missing."""
    found = list(pathlib.Path(venv).glob("lib/python3*/site-packages/ziglang/zig"))
    if not found:
        print(f"installing into {venv}: {ZIG}", flush=True)
        subprocess.run([sys.executable, "-m", "venv", venv], check=True)
        subprocess.run([f"{venv}/bin/pip", "--quiet", "--disable-pip-version-check", "install", ZIG], check=True)
        found = list(pathlib.Path(venv).glob("lib/python3*/site-packages/ziglang/zig"))
    return found[0].parent


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--venv", default=TOP / "build" / "venv-zig")
    parser.add_argument("--record", help="append results to this steps.tsv")
    parser.add_argument("targets", nargs="*", help="names of targets; all if none are given")
    options = parser.parse_args()
    chosen = [t for t in TARGETS if not options.targets or t.name in options.targets]
    zig_home, failed, done = zig(options.venv), 0, 0
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for results in pool.map(lambda t: list(build(t, zig_home)), chosen):
            for case, seconds, error in results:
                done, failed = done + 1, failed + bool(error)
                print(f"{'FAILED' if error else 'ok':6} {case} ({seconds:.0f} s)", flush=True)
                if error:
                    print("\n".join(error.splitlines()[:30]), flush=True)
                if options.record:
                    with open(options.record, "a", encoding="utf-8") as out:
                        out.write(f"cross\t{case}\t{'failed' if error else 'passed'}\t{seconds:.0f}\t"
                                  f"{' '.join(error.split())[:200]}\n")
    print(f"cross: {done - failed} passed, {failed} failed")
    return 1 if failed or not done else 0


if __name__ == "__main__":
    sys.exit(main())
