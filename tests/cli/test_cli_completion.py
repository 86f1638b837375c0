# SPDX-License-Identifier: Apache-2.0
"""The bash completion: what it offers, and that it knows what the tool knows."""
import re
import subprocess

import pytest

from conftest import SOURCE, TOOL, need

SCRIPT = """
set -u
source "$1"; shift
COMP_WORDS=("$@"); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); COMPREPLY=()
compopt() { :; }
_vnic
printf '%s\\n' "${COMPREPLY[@]}"
"""


def complete(*words):
    need("bash")
    result = subprocess.run(["bash", "-c", SCRIPT, "bash", SOURCE / "packaging/completion/vnic.bash", TOOL, *words],
                            capture_output=True, text=True, check=False)
    assert result.stderr == "" and result.returncode == 0
    return result.stdout.split()


def test_commands():
    offered = complete("")
    helped = re.findall(r"^  (\w+) +\S", subprocess.run([TOOL, "--help"], capture_output=True, text=True,
                                                         check=True).stdout.split("Options:")[0], re.M)
    assert offered == [*helped, "--help", "--version"]
    assert complete("do") == ["down", "doctor"]


@pytest.mark.parametrize("command", ["demo", "up", "down", "echo", "dump", "tunnel", "list", "info", "doctor", "bench"])
def test_options_are_those_of_the_help(command):
    text = subprocess.run([TOOL, command, "--help"], capture_output=True, text=True, check=True).stdout
    helped = re.findall(r"^ .*?(--[a-z][a-z-]+)", text.split("Examples")[0].split("Options:")[1], re.M)
    # --tap stands behind --tun in nobody's line, so every option has a line of its own.
    assert sorted(set(complete(command, "-")) - {"--"}) == sorted(set(helped))


def test_values():
    assert complete("dump", "--color", "") == ["auto", "always", "never"]
    assert complete("tunnel", "--offload", "") == ["split", "none"]
    assert complete("tunnel", "--connect", "1") == []
    assert complete("list", "--backend", "f") == ["fake"]
    assert "root" in complete("up", "tun0", "--owner", "roo")
    assert complete("up", "tun0", "--mtu", "1") == []


def test_interfaces(net):
    need("bash")
    net.vnic("up", "tun-a", "--persist")
    net.vnic("up", "tun-b", "--persist")
    result = net.run("bash", "-c", SCRIPT, "bash", SOURCE / "packaging/completion/vnic.bash", TOOL, "info", "")
    assert result.out.split() == ["tun-a", "tun-b"]
    net.vnic("down", "tun-a")
    net.vnic("down", "tun-b")


def test_a_command_behind_dashes():
    assert "bash" in complete("up", "tun0", "--", "bas")
