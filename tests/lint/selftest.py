# SPDX-License-Identifier: Apache-2.0
"""Every rule of the lint is broken on purpose in a copy of the tree and must turn red.

Run by pytest (./run check lint). Each case changes one file of the copy, runs the rules that it is
about, and expects a finding that contains the given words; then the file is put back.
"""
import functools
import pathlib
import re
import shutil
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import lintlib  # noqa: E402
import rules_binary  # noqa: E402,F401
import rules_docs  # noqa: E402,F401
import rules_headers  # noqa: E402,F401
import rules_layers  # noqa: E402,F401
import rules_text  # noqa: E402,F401
import rules_tools  # noqa: E402

TOP = pathlib.Path(__file__).resolve().parents[2]
SKIP = shutil.ignore_patterns(".git", "build", "__pycache__")
SPDX = "/* SPDX-License-Identifier: Apache-2.0 */\n"


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    folder = tmp_path_factory.mktemp("lint") / "tree"
    shutil.copytree(TOP, folder, ignore=SKIP)
    return folder


def findings(root, rule):
    tree = lintlib.Tree(root)
    matching = [r for r in lintlib.RULES if r.__name__ == rule]
    assert len(matching) == 1, f"no rule {rule}"
    return "\n".join(matching[0](tree))


@functools.lru_cache(maxsize=None)
def pristine(root, rule):
    """What the rule finds before anything is broken: nothing, when the lint is green."""
    return findings(root, rule).splitlines()


def append(text):
    return lambda old: old + text


def prepend_include(line):
    return lambda old: old.replace("#include", f"{line}\n#include", 1)


def replace(pattern, new):
    def change(old):
        changed = re.sub(pattern, new, old, count=1, flags=re.M | re.S)
        assert changed != old, f"the tree has no {pattern!r} to break"
        return changed
    return change


OPEN_END = "TO" + "DO"
CORE, LINUX, HEADER = "src/core/version.c", "src/os/linux/linux_io.c", "include/vnic/version.h"
# rule, file, change (None: a new file made of the text), words of the finding
CASES = [
    ("no_os_header_in_the_core", CORE, prepend_include("#include <unistd.h>"), "<unistd.h>"),
    ("no_os_header_in_the_core", CORE, prepend_include("#include <immintrin.h>"), "<immintrin.h>"),
    ("no_os_header_in_the_core", HEADER, prepend_include("#include <sys/socket.h>"), "<sys/socket.h>"),
    ("no_os_header_in_the_core", CORE, prepend_include('#include "os/linux/linux_sys.h"'), "outside this layer"),
    ("os_code_uses_core_and_itself", LINUX, prepend_include('#include "os/fake/fake_pair.h"'), "another system"),
    ("null_and_fake_are_portable", "src/os/null/null_backend.c", prepend_include("#include <poll.h>"), "<poll.h>"),
    ("the_tool_uses_the_public_api", "src/cli/cli_up.c", prepend_include('#include "core/device.h"'), "internal"),
    ("no_os_macro", CORE, append("#ifdef __linux__\n#endif\n"), "__linux__"),
    ("no_os_macro", LINUX, append("#if defined(__ANDROID__)\n#endif\n"), "__ANDROID__"),
    ("sources_are_listed", "src/core/orphan.c", SPDX + "int vnic__orphan;\n", "orphan.c is not listed"),
    ("sources_are_listed", "src/core/sources.cmake", replace(r"version\.c", "gone.c"), "gone.c does not exist"),
    ("everything_compiles", CORE, append("int vnic__broken(void) { return }\n"), "does not compile"),
    ("one_door_to_the_system", LINUX,
     append("#include <unistd.h>\nint vnic__leak(int fd);\nint vnic__leak(int fd)\n{\n    return fsync(fd);\n}\n"),
     "calls fsync()"),
    ("one_door_to_the_system", CORE,
     append("#include <stdlib.h>\nvoid *vnic__leak(void);\nvoid *vnic__leak(void)\n{\n    return malloc(7);\n}\n"),
     "calls malloc()"),
    ("one_door_to_the_system", CORE,
     append("#include <stdio.h>\nvoid vnic__leak(void);\nvoid vnic__leak(void)\n{\n    puts(\"x\");\n}\n"),
     "calls puts()"),
    ("the_door_holds_nothing_else", "src/os/linux/linux_sys.c",
     append("int vnic__smuggled(void);\nint vnic__smuggled(void)\n{\n    return 1;\n}\n"), "vnic__smuggled"),
    ("the_door_holds_nothing_else", "src/os/linux/linux_sys.h",
     replace(r"^int vnic__sys_close\(", "int vnic__sys_unwritten(int fd);\nint vnic__sys_close("), "defined nowhere"),
    ("no_global_state", CORE,
     append("int vnic__count(void);\nint vnic__count(void)\n{\n    static int count;\n    return ++count;\n}\n"),
     "writable and global"),
    ("no_global_state", "src/core/checksum.c",
     append("int vnic__count(void);\nint vnic__count(void)\n{\n    static int count;\n    return ++count;\n}\n"),
     "writable and global"),
    ("exports_are_the_headers", "src/vnic.map", replace(r"^    vnic_open;\n", ""), "vnic_open"),
    ("exports_are_the_headers", "src/vnic.map", replace(r"^local:", "    vnic_secret;\nlocal:"), "vnic_secret"),
    ("exports_are_the_headers", "src/vnic.map", replace(r"^local:", "    vnic_*;\nlocal:"), "pattern"),
    ("exports_are_the_headers", HEADER, replace(r"VNIC_END_DECLS", "VNIC_API int vnic_unmade(void);\n\\g<0>"),
     "vnic_unmade"),
    ("public_functions_are_documented", HEADER, replace(r"^ \* @thread.*?\n", ""), "no @thread"),
    ("public_functions_are_documented", HEADER, replace(r"^ \* @since.*?\n", ""), "no @since"),
    ("public_functions_are_documented", HEADER, replace(r"^ \* @return.*?\n", ""), "no @return"),
    ("public_functions_are_documented", HEADER, replace(r"^ \* @error none", " * @error VNIC_EWHAT because"),
     "VNIC_EWHAT"),
    ("public_functions_are_documented", "include/vnic/error.h", replace(r"^ \* @param code .*?\n", ""), "parameters are"),
    ("public_functions_are_documented", HEADER,
     replace(r"VNIC_END_DECLS", "\nVNIC_API int vnic_bare(void);\n\\g<0>"), "vnic_bare: no documentation"),
    ("public_structs_are_plain", HEADER, append("struct vnic_bad {\n    bool on;\n};\n"), "'bool'"),
    ("public_structs_are_plain", HEADER, append("struct vnic_bad {\n    unsigned on : 1;\n};\n"), ": 1;"),
    ("public_structs_are_plain", HEADER, append("typedef int vnic_bad_t;\n"), "vnic_bad_t"),
    ("every_error_has_a_test", HEADER, replace(r"^ \* @error none", " * @error VNIC_EVERSION never tested"),
     "no test provokes VNIC_EVERSION"),
    ("every_error_has_a_test", "tests/unit/new_test.cc",
     SPDX + 'void f()\n{\n    VNIC_COVERS("vnic_version", "VNIC_EPERM");\n}\n', "does not list this error"),
    ("headers_compile_alone", HEADER, append("static inline int vnic_x(void) { return sizeof(struct vnic_config); }\n"),
     "vnic_config"),
    ("headers_compile_alone", HEADER, append("typedef int vnic_new[static_assert_missing];\n"), "static_assert_missing"),
    ("licence_lines", CORE, replace(r"^.*?\n", ""), "names no licence"),
    ("block_comments_only", CORE, append("// debugging\n"), "// comment"),
    ("no_open_ends", CORE, append(f"/* {OPEN_END}: later */\n"), OPEN_END),
    ("nothing_from_outside", "README.md", append("see ../shar" + "ed/notes\n"), "outside the repository"),
    ("plain_text", CORE, append("/* blanks */   \n"), "blanks at the end"),
    ("plain_text", CORE, append("\tint x;\n"), "tab"),
    ("plain_text", CORE, append("/* no end */"), "no newline"),
    ("basenames_are_unique", "tests/unit/version.c", SPDX, "version.c"),
    ("static_names_are_unique", CORE,
     append("static int twin(void)\n{\n    return 1;\n}\n"), "twin"),
    ("sizes", CORE, append("".join(f"/* {n} */\n" for n in range(700))), "more than one facility"),
    ("sizes", CORE, append("int vnic__long(void)\n{\n" + "    vnic_version();\n" * 70 + "}\n"), "vnic__long"),
    ("formatted", CORE, append("int   vnic__ugly( void );\n"), "not formatted"),
    ("tidy_is_quiet", CORE,
     append("int vnic__same(int a);\nint vnic__same(int a)\n{\n    return a == a;\n}\n"), "misc-redundant-expression"),
    ("shell_scripts", "run", append("rm $unquoted_variable/x\n"), "SC2086"),
    ("python_files", "tools/summary.py", append("def broken(:\n"), "summary.py"),
    ("snippets_are_compiled", "README.md", append("\n```c\nint x;\n```\n"), "without the line"),
    ("snippets_are_compiled", "README.md", replace(r"vnic_config_init\(&cfg\)", "vnic_config_unit(&cfg)"), "differs from"),
    ("snippets_are_compiled", "README.md", replace(r"five_lines\.c:program", "five_lines.c:nothing"), "has no"),
    ("links_lead_somewhere", "README.md", append("\n[gone](docs/gone.md)\n"), "docs/gone.md"),
    ("error_table_is_current", "docs/errors.md", replace(r"out of memory", "out of luck"), "differs from error.h"),
    ("windows_page_names_every_function", "src/os/windows/win_sys.c",
     append("BOOL vnic__sys_beep(void)\n{\n    return Beep(440, 100);\n}\n"), "Beep"),
    ("windows_page_names_every_function", "docs/platforms/windows.md", replace(r"`WintunEndSession`, ", ""), "WintunEndSession"),
    ("platforms_page_is_generated", "PLATFORMS.md", replace(r"Windows 10", "Windows 3.1"), "PLATFORMS.md"),
]


@pytest.mark.parametrize("rule, file, change, words", CASES, ids=[f"{n}-{c[0]}" for n, c in enumerate(CASES)])
def test_violation_turns_the_lint_red(copy, monkeypatch, rule, file, change, words):
    # One file is enough to see that clang-tidy's findings arrive; all of them take minutes.
    monkeypatch.setattr(rules_tools, "tidy_sources", lambda tree: [pathlib.Path(CORE)])
    path = copy / file
    before = path.read_text(encoding="utf-8") if path.exists() else None
    already = pristine(copy, rule)
    if rule == "static_names_are_unique":
        # Twins need two files.
        other = copy / "src/core/log.c"
        other_before = other.read_text(encoding="utf-8")
        other.write_text(other_before + "static int twin(void)\n{\n    return 2;\n}\n", encoding="utf-8")
    path.write_text(change if isinstance(change, str) else change(before), encoding="utf-8")
    try:
        new = [line for line in findings(copy, rule).splitlines() if line not in already]
        assert any(words in line for line in new), f"{rule} did not see it: {new}"
    finally:
        if before is None:
            path.unlink()
        else:
            path.write_text(before, encoding="utf-8")
        if rule == "static_names_are_unique":
            other.write_text(other_before, encoding="utf-8")


def test_every_rule_has_a_violation():
    tried = {case[0] for case in CASES}
    rules = {r.__name__ for r in lintlib.RULES}
    assert rules - tried == set()
