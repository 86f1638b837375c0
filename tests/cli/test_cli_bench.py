# SPDX-License-Identifier: Apache-2.0
"""`vnic bench`: that it measures every mode and leaves nothing. What it measures is not judged here."""
import re

import pytest

from conftest import TOOL, Running

MODES = ["plain", "batch", "uring", "split", "raw"]


def test_table(each_net):
    result = each_net.vnic("bench", "--seconds", "1")
    assert result.code == 0 and result.err == "", result
    for mode in MODES:
        line = re.search(rf"^{mode} .*", result.out, re.M)
        assert line, result
        # Numbers, or the reason why there are none: only what a kernel or a build may lack.
        assert re.match(rf"{mode} +\d+ +\d+\.\d\d +\d+ +\d+\.\d ", line[0]) or mode in ("uring", "split", "raw"), result
    assert re.search(r"^ 1400( +\d+\.\d){3}$", result.out, re.M) and re.search(r"^65536( +\d+\.\d){3}$", result.out, re.M)
    assert set(each_net.links()) == {"lo"}


def test_json(net):
    report = net.vnic("bench", "--seconds", "1", "--json").json()
    assert report["kernel"] and report["processor"] and re.fullmatch(r"\d+\.\d+\.\d+", report["version"])
    assert [mode["mode"] for mode in report["modes"]] == MODES
    for mode in report["modes"]:
        if "missing" in mode:
            assert mode["mode"] in ("uring", "split", "raw") and mode["missing"], mode
            continue
        assert mode["rounds"] >= 3 and mode["what"]
        assert mode["small_picoseconds_per_packet"] > 0 and mode["large_picoseconds_per_packet"] > 0
        assert mode["large_megabits_per_second"] > 0
    assert [sums["bytes"] for sums in report["checksums"]] == [1400, 65536]
    for sums in report["checksums"]:
        assert all(value > 0 for value in sums.values())


@pytest.mark.parametrize("limit, code, options", [(6, 1, []), (11, 0, []), (11, 0, ["--json"])])
def test_out_of_descriptors(net, limit, code, options):
    """Modes that cannot be had are told with their reason; without any, nothing was measured."""
    result = net.run("prlimit", f"--nofile={limit}:{limit}", TOOL, "bench", "--seconds", "1", *options)
    assert result.code == code and ("nothing could be measured" in result.err) == (code == 1), result
    assert result.out.count("descriptor") >= 4, result


def test_without_any_right(net):
    result = net.run("setpriv", "--bounding-set", "-all", "--inh-caps", "-all", TOOL, "bench")
    assert result.code == 3 and "cannot make a private network namespace" in result.err and result.out == "", result


@pytest.mark.parametrize("arguments, words", [
    (["now"], "no argument"),
    (["--seconds", "0"], "from 1 to 600"),
    (["--seconds", "601"], "from 1 to 600"),
    (["--seconds"], "requires an argument"),
    (["--mtu", "1500"], "unrecognized option"),
])
def test_wrong_command_line(arguments, words):
    result = Running([TOOL, "bench", *arguments]).finish()
    assert result.code == 2 and words in result.err and "--help`" in result.err and result.out == "", result
