# SPDX-License-Identifier: Apache-2.0
"""Rules that look at compiled objects: the one door to the system, no global state, exports."""
import concurrent.futures
import functools
import pathlib
import re

from lintlib import public_functions, rule, run

# Functions of the C library that only compute on the caller's memory.
PURE = set("""memcpy memmove memset memcmp memchr strlen strnlen strcmp strncmp strchr strrchr strstr strspn
    strcspn strpbrk snprintf vsnprintf strtol strtoul strtoull __errno_location qsort bsearch""".split())
COMPILER = re.compile(r"^(_GLOBAL_OFFSET_TABLE_|__stack_chk_\w+|__\w+_chk|__(u?div|u?mod|mul|bswap)\w+|__atomic_\w+"
                      r"|__tls_get_addr|__isoc\d+_strto\w+)$")
MAP = "src/vnic.map"
# The one exception from "no global state": an answer that is the same whoever asks the processor for it.
KEPT_ANSWER = ("checksum.c", "checksum_choice")
# The engine that needs it is looked at where it can be compiled.
HAS_LIBURING = pathlib.Path("/usr/include/liburing.h").exists()


def is_door(path):
    return re.search(r"_sys(_\w+)?\.c$", path.name) is not None


class Objects:
    """The library's sources compiled for this machine, as the build compiles them."""

    def __init__(self, tree):
        self.problems = []
        self.objects = {}
        folder = tree.scratch / "objects"
        folder.mkdir(parents=True, exist_ok=True)
        sources = {*tree.library_sources(), *tree.library_sources("Linux", "-DVNIC_SYS_IO=libc")}
        if HAS_LIBURING:
            sources |= {*tree.library_sources("Linux", "-DVNIC_URING_LIBRARY=uring")}
        sources = sorted(sources)
        if not sources:
            self.problems.append("cmake/ListSources.cmake names no files")
        # An object is made anew when its source or any header is newer.
        headers = max((tree.root / h).stat().st_mtime_ns for h in tree.files("include", "src", suffixes={".h"}))
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            for source, target, code, output in pool.map(lambda s: self.compile(tree, folder, s, headers), sources):
                if code == 0:
                    self.objects[source] = target
                else:
                    self.problems.append(f"{source}: does not compile: {output.strip()[:300]}")

    @staticmethod
    def compile(tree, folder, source, headers):
        target = folder / (source.stem + ".o")
        newest = max(headers, (tree.root / source).stat().st_mtime_ns)
        if target.exists() and target.stat().st_mtime_ns > newest:
            return source, target, 0, ""
        system = ["-D_GNU_SOURCE"] if source.parts[2:3] in (("linux",), ("posix",)) else []
        code, output = run("gcc", "-std=c11", "-O1", "-fPIC", "-fvisibility=hidden", "-DVNIC_BUILDING",
                           "-I", tree.root / "include", "-I", tree.root / "src", *system, "-c",
                           tree.root / source, "-o", target)
        return source, target, code, output


@functools.lru_cache(maxsize=None)
def objects(tree):
    return Objects(tree)


def undefined(target):
    return [line.split()[-1].split("@")[0] for line in run("nm", "-u", target)[1].splitlines() if line.strip()]


@rule
def everything_compiles(tree):
    yield from objects(tree).problems


@rule
def one_door_to_the_system(tree):
    """Only *_sys*.c call the system; the rest computes, and only alloc.c knows the heap."""
    for source, target in objects(tree).objects.items():
        if is_door(source):
            continue
        allowed = PURE | ({"calloc", "free"} if source.name == "alloc.c" else set())
        for name in undefined(target):
            if not name.startswith(("vnic_", "vnic__")) and name not in allowed and not COMPILER.match(name):
                yield f"{source}: calls {name}(), which belongs to the system: go through the *_sys.h of its directory"


@rule
def the_door_holds_nothing_else(tree):
    """linux_sys*.c define vnic__sys_* only, and all that linux_sys*.h declare; so the fault sweep is complete."""
    header = pathlib.Path("src/os/linux/linux_sys.h")
    if not tree.exists(header):
        return
    headers = [header] + ([header.with_name("linux_sys_uring.h")] if HAS_LIBURING else [])
    declared = {name for h in headers if tree.exists(h)
                for name in re.findall(r"\b(vnic__sys_\w+)\s*\(", tree.code(h))}
    defined = set()
    for source, target in objects(tree).objects.items():
        if source.parent == header.parent and is_door(source):
            names = {l.split()[-1] for l in run("nm", "--defined-only", "-g", target)[1].splitlines() if l.strip()}
            defined |= names
            for name in sorted(names - declared):
                yield f"{source}: {name} is not declared in {header}"
    for name in sorted(declared - defined):
        yield f"{header}: {name} is defined nowhere"


@rule
def no_global_state(tree):
    """No writable object outlives a call: everything hangs on a handle."""
    for source, target in objects(tree).objects.items():
        for line in run("objdump", "-t", target)[1].splitlines():
            parts = line.split()
            section = next((p for p in parts if re.match(r"^(\.data|\.bss|\.tdata|\.tbss|\*COM\*)", p)), "")
            if (section and not section.startswith(".data.rel.ro") and " O " in line
                    and (source.name, parts[-1]) != KEPT_ANSWER):
                yield f"{source}: {parts[-1]} is writable and global ({section})"


def listed_exports(tree):
    text = re.sub(r"/\*.*?\*/", "", tree.text(MAP), flags=re.S)
    return set(re.findall(r"\b(vnic_\w+)\s*;", text)), "vnic_*" in text


def write_map(tree):
    """Adds to the newest node what the headers declare; a symbol never leaves the map by itself."""
    declared = {f.name for f in public_functions(tree)}
    text = tree.text(MAP)
    names = "".join(f"    {n};\n" for n in sorted(declared))
    text = re.sub(r"(VNIC_0\.1 \{\nglobal:\n).*?(?=local:)", lambda m: m[1] + names, text, flags=re.S)
    (tree.root / MAP).write_text(text, encoding="utf-8")


@rule
def exports_are_the_headers(tree):
    declared = {f.name for f in public_functions(tree)}
    mapped, wildcard = listed_exports(tree)
    if wildcard:
        yield f"{MAP}: a pattern exports what nobody listed: ./run lint --fix writes the list"
    for name in sorted(declared - mapped):
        yield f"{MAP}: {name} is declared in a header and not listed (./run lint --fix)"
    for name in sorted(mapped - declared):
        yield f"{MAP}: {name} is listed and in no header"
    built = objects(tree)
    if not built.objects:
        return
    library = tree.scratch / "libvnic.so"
    without = {"linux_sys_io_libc.c"} | ({"linux_uring_none.c"} if HAS_LIBURING else set())
    targets = [t for s, t in built.objects.items() if s.name not in without]
    code, output = run("gcc", "-shared", "-o", library, "-Wl,--no-undefined",
                       f"-Wl,--version-script={tree.root / MAP}", *targets, "-lpthread",
                       *(["-luring"] if HAS_LIBURING else []))
    if code != 0:
        missing = sorted(set(re.findall(r"undefined reference to `(\w+)'", output)))
        yield f"the shared library does not link: {', '.join(missing) or output.strip()[-300:]}"
        return
    exported = {l.split()[-1].split("@")[0] for l in run("nm", "-D", "--defined-only", library)[1].splitlines()}
    exported.discard("VNIC_0.1")
    for name in sorted(exported - declared):
        yield f"the library exports {name}, which no header declares"
    for name in sorted(declared - exported):
        yield f"the library does not export {name}"
