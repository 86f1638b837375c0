# SPDX-License-Identifier: Apache-2.0
"""The command line itself: help, version, unknown things, pipes that close."""
import re
import subprocess

import pytest

from conftest import SOURCE, TOOL, Running, need

COMMANDS = ["demo", "up", "down", "echo", "dump", "tunnel", "list", "info", "doctor", "bench"]


def vnic(*arguments, **options):
    return Running([TOOL, *arguments], **options).finish()


def test_help_lists_every_command():
    result = vnic("--help")
    assert result.code == 0 and result.err == ""
    for command in COMMANDS:
        assert re.search(rf"^  {command} +\S", result.out, re.M), command
    assert "Exit codes" in result.out


@pytest.mark.parametrize("command", COMMANDS)
def test_help_of_a_command(command):
    result = vnic(command, "--help")
    assert result.code == 0 and result.err == ""
    assert result.out.startswith(f"Usage: vnic {command}")
    assert "Example" in result.out and f"  vnic {command}" in result.out
    assert vnic(command, "-h").out == result.out
    assert max(map(len, result.out.splitlines())) <= 100


def options_of(command):
    """The long options that a command's help lists."""
    return re.findall(r"^ .*?(--[a-z][a-z-]+)", vnic(command, "--help").out.split("Examples")[0].split("Options:")[1],
                      re.M)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_option_of_the_help_exists(command):
    options = options_of(command)
    assert "--help" in options
    for option in options:
        # An option that takes a value complains about it, one that takes none is followed by help.
        result = vnic(command, "--help", option)
        assert "unrecognized" not in result.err, (option, result)


@pytest.mark.parametrize("command", COMMANDS)
def test_the_manual_has_every_option(command):
    manual = (SOURCE / "docs/man/vnic.1").read_text()
    for option in options_of(command):
        assert f"Fl Fl {option[2:]}" in manual, option


def test_the_manual_is_well_formed():
    need("mandoc")
    result = subprocess.run(["mandoc", "-Tlint", "-Wwarning", SOURCE / "docs/man/vnic.1"], capture_output=True,
                            text=True, check=False)
    assert result.stdout == "" and result.returncode == 0


def test_version():
    result = vnic("--version")
    assert result.code == 0
    assert re.match(r"vnic \d+\.\d+\.\d+\nbackends: linux fake null\n", result.out)
    assert "--json:" in result.out and "TCP echo:" in result.out
    assert vnic("-V").out == result.out


def test_no_command_shows_the_help_and_fails():
    result = vnic()
    assert result.code == 2 and result.out == ""
    assert "Usage: vnic COMMAND" in result.err


@pytest.mark.parametrize("arguments, words", [
    (["fly"], "no command \"fly\""),
    (["list", "--fly"], "unrecognized option"),
    (["list", "tun0"], "takes no name"),
    (["list", "--netns", ""], "--netns"),
    (["info"], "one interface name"),
    (["info", "a", "b"], "one interface name"),
    (["down"], "one interface name"),
    (["down", "tun0", "--json"], "unrecognized option"),
    (["demo", "now"], "no argument"),
    (["doctor", "now"], "no argument"),
    (["up"], "which interface"),
    (["up", "--mtu"], "requires an argument"),
    (["up", "tun0", "--"], "no command after"),
    (["up", "tun0", "--tun", "--tap"], "exclude each other"),
    (["up", "tun0", "--queues", "0"], "from 1 to 256"),
    (["up", "tun0", "--queues", "257"], "from 1 to 256"),
    (["up", "tun0", "--mtu", "many"], "\"many\" is not a number"),
    (["up", "tun0", "--mtu", "-1"], "\"-1\" is not a number"),
    (["up", "tun0", "--mtu", "1500x"], "\"1500x\" is not a number"),
    (["up", "tun0", "--owner", "no such user"], "no user"),
    (["up", "tun0", "--group", "no such group"], "no group"),
    (["echo"], "give an address"),
    (["echo", "tun0"], "give an address"),
    (["echo", "10.9.0.1/24", "--tcp-port", "70000"], "from 1 to 65535"),
    (["dump", "--color", "sometimes"], "not auto, always or never"),
    (["dump", "--snaplen", "0"], "from 1 to 262144"),
    (["dump", "--fd", "3", "tun0"], "leave \"tun0\" out"),
    (["dump", "--json", "-w", "x"], "exclude each other"),
])
def test_wrong_command_line(arguments, words):
    result = vnic(*arguments)
    assert result.code == 2, result
    assert words in result.err
    assert "--help`" in result.err
    assert result.out == ""


# Option, its value, and what the library calls it.
OF_WINDOWS = [("--metric", "5", "metric"), ("--dns", "1.1.1.1 search corp.example", "dns"),
              ("--wintun-path", "C:\\wintun.dll", "wintun_path"), ("--ring-capacity", "131072", "ring_capacity"),
              ("--adapter-guid", "{12345678-9abc-def0-1234-56789abcdef0}", "adapter_guid"),
              ("--hardware-id", "tap0901", "hardware_id")]


@pytest.mark.parametrize("option, value, name", OF_WINDOWS)
@pytest.mark.parametrize("command", ["up", "echo", "dump", "tunnel"])
def test_what_only_windows_has_is_refused_by_name(command, option, value, name):
    far = ["--connect", "192.0.2.1:4000"] if command == "tunnel" else []
    result = vnic(command, "tun0", "10.9.0.1/24", option, value, *far)
    assert result.code == 4 and f'"{name}"' in result.err, result


@pytest.mark.parametrize("arguments, words", [
    (["--metric", "fast"], "not a number"), (["--ring-capacity", "4M"], "not a number"),
    (["--backend", "fake", "--dns", "10.9.0.300"], "10.9.0.300"),
    (["--backend", "fake", "--metric", "4294967294"], "metric"),
])
def test_wrong_values_for_windows(arguments, words):
    result = vnic("up", "tun0", *arguments)
    assert result.code == 2 and words in result.err, result


def test_a_closed_pipe_is_no_failure(net):
    result = net.run("sh", "-c", f"{TOOL} up --help | head -n 1; {TOOL} list --json | true; echo ${{?}}")
    assert result.code == 0 and result.err == "", result


def test_a_full_disk_is_a_failure():
    with open("/dev/full", "w", encoding="utf-8") as full:
        result = subprocess.run([TOOL, "--help"], stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert result.returncode == 1
    assert "cannot write the output" in result.stderr
