# SPDX-License-Identifier: Apache-2.0
"""The Windows tool under Wine, in the network namespace that `tools/wine.sh --inside` makes.

VNIC_WINE_BUILD is the directory of the Windows build; the test drivers lie in its `tests`. Each test gets a copy of the tool
in a directory of its own, whose name has spaces and letters of several alphabets."""
import os
import pathlib
import queue
import re
import shutil
import signal
import subprocess
import threading
import time

import pytest

WINE = "/usr/lib/wine/wine64"
TOOL = pathlib.Path(os.environ.get("VNIC_WINE_BUILD", "build/wine-build")).resolve() / "vnic.exe"
DRIVERS = TOOL.parent / "tests"
SECONDS = 60


@pytest.fixture(scope="session", autouse=True)
def wine():
    assert os.environ.get("WINEPREFIX"), "run this by tools/wine.sh --inside"
    assert TOOL.is_file(), f"{TOOL} is not there: build the target vnic_tool for Windows"


class Result:
    def __init__(self, code, out, err):
        self.code, self.out, self.err = code, out, err

    def __repr__(self):
        return f"code {self.code}\n--- out\n{self.out}\n--- err\n{self.err}---"


class Running:
    """The tool while the test goes on."""

    def __init__(self, command, env):
        self.process = subprocess.Popen(command, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE)
        self.parts = {"out": [], "err": []}
        self.lines = queue.Queue()
        self.readers = [threading.Thread(target=self._read, args=(stream, name), daemon=True)
                        for name, stream in (("out", self.process.stdout), ("err", self.process.stderr))]
        for reader in self.readers:
            reader.start()

    def _read(self, stream, name):
        for line in stream:
            self.parts[name].append(line)
            self.lines.put(line.decode(errors="replace"))
        self.lines.put(None)

    def wait_for(self, text):
        """Waits until a line with this text was printed, on either stream."""
        deadline, ended = time.monotonic() + SECONDS, 0
        while ended < 2:
            try:
                line = self.lines.get(timeout=max(0.01, deadline - time.monotonic()))
            except queue.Empty:
                break
            ended += line is None
            if line is not None and text in line:
                return line
        raise AssertionError(f"no line with {text!r}: {self.parts}")

    def finish(self):
        code = self.process.wait(timeout=SECONDS)
        for reader in self.readers:
            reader.join(timeout=5)
        return Result(code, *(b"".join(self.parts[name]).decode() for name in ("out", "err")))

    def stop(self):
        """Ctrl-C: Wine makes one of SIGINT."""
        self.process.send_signal(signal.SIGINT)
        return self.finish()

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()


class Place:
    """A directory with the tool in it, and what else a program on Windows would find there."""

    def __init__(self, folder):
        self.folder = folder / "Grüße an 隧道"
        self.folder.mkdir()
        shutil.copy(TOOL, self.folder)
        self.running = []
        self.env = {**os.environ, "LC_ALL": "C.UTF-8", "WINEDEBUG": "-all"}

    def add(self, name):
        if not (DRIVERS / name).exists():
            pytest.skip(f"{name} of the tests is not built")
        shutil.copy(DRIVERS / name, self.folder)

    def add_wintun(self):
        """The test wintun.dll, and the test iphlpapi.dll, without which Wine cannot set addresses."""
        self.add("wintun.dll")
        self.add("iphlpapi.dll")
        self.add("iphlpreal.dll")
        self.env["WINEDLLOVERRIDES"] = "iphlpapi=n;mscoree=;mshtml="

    def start(self, *arguments):
        running = Running([WINE, str(self.folder / "vnic.exe"), *map(str, arguments)], self.env)
        self.running.append(running)
        return running

    def vnic(self, *arguments):
        return self.start(*arguments).finish()

    def unelevated(self, *arguments):
        self.add("wine_unelevated.exe")
        running = Running([WINE, str(self.folder / "wine_unelevated.exe"), str(self.folder / "vnic.exe"),
                           *map(str, arguments)], self.env)
        self.running.append(running)
        return running.finish()


@pytest.fixture
def place(tmp_path):
    made = Place(tmp_path)
    yield made
    for running in made.running:
        running.kill()
    assert links() <= {"lo"}, "interfaces were left behind"


def links():
    return {line.split(":")[1].strip().split("@")[0]
            for line in subprocess.run(["ip", "-o", "link"], capture_output=True, text=True, check=True).stdout.splitlines()}


def ping(address):
    # With a deadline it fails unless so many answers came; without one it does not wait long for the last.
    done = subprocess.run(["ping", "-c", "3", "-i", "0.2", "-w", "30", address], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


# ---- Without a driver ------------------------------------------------------------------------------------------------


def test_version(place):
    result = place.vnic("--version")
    assert result.code == 0 and result.err == ""
    assert re.match(r"vnic \d+\.\d+\.\d+\nbackends: wintun tap-windows6 fake null\n", result.out), result
    assert "--json: not in this build\n" in result.out and "TCP echo: not in this build\n" in result.out
    assert "\r" not in result.out


@pytest.mark.parametrize("command", ["up", "down", "echo", "dump", "list", "info", "doctor"])
def test_help(place, command):
    result = place.vnic(command, "--help")
    assert result.code == 0 and result.err == "" and result.out.startswith(f"Usage: vnic {command}")
    # Bytes of UTF-8 as they are, whatever the code page.
    assert command in ("down", "list", "info", "doctor") or "…" in result.out


@pytest.mark.parametrize("arguments, code, words", [
    ([], 2, "Usage: vnic COMMAND"),
    (["fly"], 2, 'no command "fly"'),
    (["list", "--fly"], 2, "fly"),
    (["up"], 2, "which interface"),
    (["up", "tun0", "--mtu", "many"], 2, '"many" is not a number'),
    (["demo"], 4, "network namespaces"),
    (["bench"], 4, "not in the Windows build"),
    (["tunnel", "tun0"], 4, "not in the Windows build"),
    (["up", "tun0", "--", "cmd"], 4, "no descriptor"),
    (["list", "--json"], 4, "--json is not in this build"),
    (["list", "--netns", "blue"], 4, "no network namespaces"),
    (["up", "tun0", "--owner", "me"], 4, "no owner"),
    (["up", "tun0", "--group", "us"], 4, "no group"),
    (["up", "tun0", "--multi-queue"], 4, "MULTI_QUEUE"),
    (["up", "tun0", "--persist"], 4, '"persist"'),
    (["up", "tun0", "--alias", "x"], 4, '"alias"'),
    (["up", "tun0", "--tx-queue-len", "5"], 4, '"tx_queue_len"'),
    (["up", "tun0", "--vnet-hdr"], 4, "VNET_HDR"),
    (["echo", "10.9.0.1/24", "--tcp-port", "80", "--backend", "fake"], 4, "lwIP"),
    (["up", "tun0", "--ring-capacity", "131073"], 2, "ring_capacity"),
    (["up", "tun0", "--ring-capacity", "65536"], 2, "ring_capacity"),
    (["up", "tun0", "--adapter-guid", "{12}"], 2, '"{12}" is not a GUID'),
    (["up", "tun0", "--dns", "1.1.1.300"], 2, "1.1.1.300"),
    (["up", "tun0", "--metric", "4294967294"], 2, "metric"),
    (["up", "tun0", "--wintun-path", "wintun.dll"], 2, "not an absolute path"),
    (["up", "tun0", "--hardware-id", "tap0901"], 4, '"hardware_id"'),
    (["up", "tap0", "--tap", "--ring-capacity", "131072"], 4, '"ring_capacity"'),
    (["up", "a/b"], 2, "a/b"),
])
def test_wrong_command_line(place, arguments, code, words):
    result = place.vnic(*arguments)
    assert result.code == code and words in result.err and result.out == "", result


@pytest.mark.parametrize("command", ["demo", "bench", "tunnel"])
def test_help_of_what_is_absent(place, command):
    result = place.vnic(command, "--help")
    assert result.code == 0 and "not in the Windows build" in result.out, result


def test_text_of_every_alphabet_comes_back(place):
    name = "Grüße 隧道 ➜ 𝄞"
    result = place.vnic("info", name)
    assert result.code == 5 and f'"{name}"' in result.err, result


def test_list_is_empty(place):
    result = place.vnic("list")
    assert result.code == 0 and result.out == "" and "there is no TUN or TAP interface" in result.err, result


def test_without_wintun(place):
    result = place.vnic("up", "tun0", "10.9.0.1/24")
    assert result.code == 4 and "wintun.dll" in result.err, result
    # The path of the search is told in UTF-8.
    assert "Grüße an 隧道\\wintun.dll" in result.err, result


def test_doctor_without_wintun(place):
    result = place.vnic("doctor")
    assert result.code == 1 and result.err == "", result
    assert re.search(r"^ok    Windows 10\.\d+\.\d+ \(x86_64\)$", result.out, re.M), result
    assert re.search(r"^bad   wintun\.dll is neither at .*Grüße an 隧道\\wintun\.dll", result.out, re.M), result
    assert "-> get wintun.dll" in result.out and "No interface can be created here yet" in result.out
    assert re.search(r"^note  the TAP-Windows6 driver \(tap0901\) is not installed", result.out, re.M), result
    # Wine lacks it, as systems before Windows 10 2004 do.
    assert "has no SetInterfaceDnsSettings" in result.out
    quiet = place.vnic("doctor", "--quiet")
    assert quiet.code == 1 and "\nok " not in quiet.out and "bad   wintun.dll" in quiet.out


def test_dump_ends_with_its_time_and_writes_a_file(place):
    target = place.folder / "päckchen ➜.pcapng"
    result = place.vnic("dump", "fake0", "10.9.0.1/24", "--backend", "fake", "--timeout", "1", "-w", target)
    assert result.code == 0 and "0 packets, 0 bytes" in result.err, result
    # pcapng: a section header block, the byte order mark behind its length; no newline was made two bytes.
    data = target.read_bytes()
    assert data[:4] == b"\n\r\r\n" and data[8:12] == b"\x4d\x3c\x2b\x1a"
    assert b"Windows 10" in data and b"x86_64" in data


def test_dump_to_standard_output_is_binary(place):
    running = place.start("dump", "fake0", "10.9.0.1/24", "--backend", "fake", "--timeout", "1", "-w", "-")
    running.process.wait(timeout=SECONDS)
    for reader in running.readers:
        reader.join(timeout=5)
    assert b"".join(running.parts["out"])[:4] == b"\n\r\r\n"


def test_a_file_that_cannot_be_made(place):
    result = place.vnic("dump", "fake0", "--backend", "fake", "-w", place.folder / "nowhere" / "x")
    assert result.code == 1 and "cannot create" in result.err, result


@pytest.mark.parametrize("command", ["up", "echo", "dump"])
def test_ctrl_c(place, command):
    running = place.start(command, "fake0", "10.9.0.1/24", "--backend", "fake")
    running.wait_for("fake0")
    result = running.stop()
    assert result.code == 0, result
    assert {"up": "", "echo": "0 packets: ", "dump": "0 packets, "}[command] in result.out + result.err


# ---- With the test wintun.dll, whose packets are those of a Linux TUN --------------------------------------------------


def test_doctor_with_wintun(place):
    place.add_wintun()
    result = place.vnic("doctor")
    assert result.code == 0, result
    assert re.search(r"^ok    wintun\.dll [\d.]+: .*Grüße an 隧道\\wintun\.dll$", result.out, re.M), result
    assert "Interfaces can be created. `vnic echo 10.9.0.1/24` shows it." in result.out


def test_echo_answers_the_kernel(place):
    place.add_wintun()
    running = place.start("echo", "tun1", "10.9.0.1/24", "fd09::1/64", "-v")
    assert "10.9.0.1/24" in running.wait_for("answers ping")
    ping("10.9.0.2")
    ping("fd09::2")
    result = running.stop()
    assert result.code == 0 and "answered 6 ping" in result.out, result
    assert "ICMP echo request" in result.out


def test_list_and_info_of_an_adapter_of_another_process(place):
    place.add_wintun()
    running = place.start("up", "tun2", "10.9.0.1/24", "--metric", "5", "--mtu", "1400")
    running.wait_for("is up")
    listed = place.vnic("list")
    assert listed.code == 0 and re.search(r"^tun2 +TUN +up\b.* 1400 ", listed.out, re.M), listed
    told = place.vnic("info", "tun2")
    for words in ("tun2\n", "kind        TUN (IP packets)", "MTU         1400", "address     10.9.0.1/24", "GUID        {",
                  "LUID        0x", "received    ", "sent        "):
        assert words in told.out, (words, told)
    assert place.vnic("up", "tun2", "--exclusive").code == 6
    assert place.vnic("up", "tun2").code == 6, "one session an adapter"
    assert running.stop().code == 0
    assert place.vnic("info", "tun2").code == 5


def test_dump_sees_what_the_kernel_sends(place):
    place.add_wintun()
    running = place.start("dump", "tun3", "10.9.0.1/24", "-c", "2")
    running.wait_for("packets that the system sends")
    subprocess.run(["ping", "-c", "2", "-i", "0.2", "-W", "1", "10.9.0.9"], capture_output=True, check=False)
    result = running.finish()
    assert result.code == 0 and result.out.count("10.9.0.1 > 10.9.0.9 ICMP echo request") == 2, result


def test_a_removed_adapter_ends_the_tool(place):
    place.add_wintun()
    running = place.start("up", "tun4", "10.9.0.1/24")
    running.wait_for("is up")
    subprocess.run(["ip", "link", "del", "tun4"], check=True)
    result = running.finish()
    assert result.code == 1 and "removed by somebody else" in result.err, result


def test_the_dll_by_its_path(place):
    place.add_wintun()
    (place.folder / "wintun.dll").rename(place.folder / "other ü.dll")
    path = "Z:" + str(place.folder / "other ü.dll").replace("/", "\\")
    assert place.vnic("up", "tun5").code == 4
    running = place.start("up", "tun5", "--wintun-path", path)
    running.wait_for("is up")
    assert running.stop().code == 0


NAMES = ["Grüße 隧道", "𝄞 with a clef", "隧" * 85]


@pytest.mark.parametrize("name", NAMES, ids=["spaces", "surrogates", "longest"])
def test_names_of_every_alphabet(place, name):
    place.add_wintun()
    running = place.start("echo", name, "10.9.0.1/24")
    assert running.wait_for("answers ping").startswith(f"{name} (TUN, ")
    ping("10.9.0.2")
    listed = place.vnic("list")
    assert listed.code == 0 and re.search(rf"^{name} +TUN +up ", listed.out, re.M), listed
    told = place.vnic("info", name)
    assert told.code == 0 and told.out.startswith(f"{name}\n") and "address     10.9.0.1/24\n" in told.out, told
    assert place.vnic("echo", name, "10.9.0.1/24").code == 6
    assert running.stop().code == 0
    assert place.vnic("info", name).code == 5


def test_a_name_that_is_too_long_is_refused_and_not_cut(place):
    result = place.vnic("up", "隧" * 86)
    assert result.code == 2 and "is longer than 255 bytes" in result.err, result


# ---- As a program that is not elevated ---------------------------------------------------------------------------------


def test_not_elevated(place):
    place.add_wintun()
    told = place.unelevated("doctor")
    assert told.code == 1, told
    assert "bad   this process is not elevated" in told.out and '"Run as administrator"' in told.out, told
    assert "bad   a TUN cannot be created: this process is not elevated" in told.out, told
    result = place.unelevated("echo", "10.9.0.1/24")
    assert result.code == 3 and '"Run as administrator"' in result.err and result.out == "", result
    (place.folder / "wintun.dll").unlink()
    result = place.unelevated("echo", "10.9.0.1/24")
    assert result.code == 4 and "wintun.dll is neither at" in result.err and result.err.count("\n") == 1, result
    told = place.unelevated("doctor")
    assert told.code == 1 and "not elevated" in told.out and "wintun.dll is neither at" in told.out, told


# ---- What is in the way ------------------------------------------------------------------------------------------------


def test_doctor_names_other_tunnels(place):
    """Wine describes an interface by its name."""
    subprocess.run(["ip", "tuntap", "add", "ZeroTier-x", "mode", "tun"], check=True)
    try:
        subprocess.run(["ip", "link", "set", "ZeroTier-x", "up"], check=True)
        result = place.vnic("doctor")
        assert "note  other tunnels are up: ZeroTier-x; their routes" in result.out, result
    finally:
        subprocess.run(["ip", "link", "del", "ZeroTier-x"], check=True)


def test_no_driver_of_a_hardware_id(place):
    place.add_wintun()
    result = place.vnic("echo", "--tap", "10.9.0.1/24", "--hardware-id", "nosuch")
    assert result.code == 4 and "install TAP-Windows6" in result.err and "ERROR_NO_COMPAT_DRIVERS" in result.err, result


def test_a_name_that_cannot_be_given_leaves_no_adapter(place):
    """Wine lacks the folder of connections, by which a TAP adapter is renamed."""
    place.add_wintun()
    result = place.vnic("echo", "tap0", "10.9.0.1/24", "--tap")
    assert result.code == 4 and "cannot rename" in result.err and "REGDB_E_CLASSNOTREG" in result.err, result
    assert place.vnic("list").out == ""
