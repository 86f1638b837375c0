# SPDX-License-Identifier: Apache-2.0
"""Real traffic of the Linux kernel through Windows programs under Wine: run by tools/wine.sh --inside.

VNIC_WINE_BUILD is the directory of the Windows build."""
import ctypes
import hashlib
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import threading
import time

import pytest

WINE = "/usr/lib/wine/wine64"
BUILD = pathlib.Path(os.environ.get("VNIC_WINE_BUILD", "build/wine-build")).resolve()
PROGRAMS = BUILD / "tests"
TOOL = BUILD / "vnic.exe"
ENV = {**os.environ, "WINEDEBUG": "-all", "WINEDLLOVERRIDES": "iphlpapi=n;mscoree=;mshtml="}
SECONDS = 30
MIB = 1 << 20
CLONE_NEWNET = 0x40000000


def run(*command):
    return subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=True).stdout


def ping(address, count, *options):
    """So many answers, or a failure; without a deadline ping waits for the last one only as long as for two others."""
    run("ping", "-n", "-c", str(count), "-w", "30", *(options or ("-i", "0.2")), address)


class Program:
    """A Windows program that has said a word; it ends when its interface is deleted."""

    def __init__(self, word, *command):
        self.process = subprocess.Popen([WINE, *map(str, command)], env=ENV, stdin=subprocess.DEVNULL,
                                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.lines = []
        self.said = threading.Event()
        self.reader = threading.Thread(target=self._read, args=(word.encode(),), daemon=True)
        self.reader.start()
        if not self.said.wait(SECONDS) or self.process.poll() is not None:
            self.kill()
            raise AssertionError(f"the program did not say {word!r}: {self.text()}")

    def _read(self, word):
        for line in self.process.stdout:
            self.lines.append(line[:200])
            if word in line:
                self.said.set()
        self.said.set()

    def text(self):
        return b"".join(self.lines).decode(errors="replace")

    def finish(self):
        code = self.process.wait(timeout=SECONDS)
        self.reader.join(timeout=5)
        return code

    def stop(self):
        """Ctrl-C: Wine makes one of SIGINT."""
        self.process.send_signal(signal.SIGINT)
        return self.finish()

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()


@pytest.fixture
def program():
    started = []

    def start(word, *command):
        started.append(Program(word, *command))
        return started[-1]

    yield start
    for each in started:
        each.kill()


@pytest.fixture
def other_network():
    """A second network namespace: the pid of a process that holds it."""
    holder = subprocess.Popen(["unshare", "-n", "sleep", "600"])
    home = os.readlink("/proc/self/ns/net")
    deadline = time.monotonic() + SECONDS
    while os.readlink(f"/proc/{holder.pid}/ns/net") == home:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    yield str(holder.pid)
    holder.kill()
    holder.wait()


def links():
    return {line.split(":")[1].strip() for line in run("ip", "-o", "link").splitlines()}


def there(pid, *command):
    return run("nsenter", "-n", "-t", pid, *command)


def wait_for_link(name):
    deadline = time.monotonic() + SECONDS
    while name not in run("ip", "-o", "link"):
        assert time.monotonic() < deadline, f"there is no {name}"
        time.sleep(0.05)


def socket_there(pid):
    """A TCP socket of the other namespace, for this thread alone enters it."""
    result = []

    def make():
        with open(f"/proc/{pid}/ns/net", "rb") as namespace:
            assert ctypes.CDLL(None).setns(namespace.fileno(), CLONE_NEWNET) == 0
        result.append(socket.socket())

    thread = threading.Thread(target=make)
    thread.start()
    thread.join()
    return result[0]


def transfer(pid, address, data):
    """Sends data from here to the other namespace; the SHA-256 of what arrived."""
    digest = hashlib.sha256()
    listener = socket_there(pid)
    listener.bind((address, 7000))
    listener.listen()
    listener.settimeout(SECONDS)

    def receive():
        peer, _ = listener.accept()
        peer.settimeout(SECONDS)
        while piece := peer.recv(1 << 16):
            digest.update(piece)

    receiver = threading.Thread(target=receive)
    receiver.start()
    with socket.create_connection((address, 7000), timeout=SECONDS) as sender:
        sender.settimeout(SECONDS)
        sender.sendall(data)
    receiver.join(2 * SECONDS)
    listener.close()
    return digest.hexdigest()


def test_tcp_between_two_namespaces_through_wintun(program, other_network):
    forward = program("forwarding", PROGRAMS / "wine_forward.exe", "wintun", "wta0", "wtb0")
    wait_for_link("wtb0")
    run("ip", "link", "set", "wtb0", "netns", other_network)
    run("ip", "addr", "add", "10.7.0.1/24", "dev", "wta0")
    run("ip", "link", "set", "wta0", "up")
    there(other_network, "ip", "addr", "add", "10.7.0.2/24", "dev", "wtb0")
    there(other_network, "ip", "link", "set", "wtb0", "up")
    ping("10.7.0.2", 3)
    data = os.urandom(4 * MIB)
    assert transfer(other_network, "10.7.0.2", data) == hashlib.sha256(data).hexdigest()
    run("ip", "link", "del", "wta0")
    assert forward.finish() == 0, forward.text()


def echo(program, *options):
    if not TOOL.exists():
        pytest.fail(f"{TOOL} is not built")
    return program("answers ping", PROGRAMS / "vnic.exe", "echo", *options)


@pytest.fixture(scope="session", autouse=True)
def tool_beside_the_drivers():
    """Programs find wintun.dll in their own directory."""
    if TOOL.exists():
        shutil.copy(TOOL, PROGRAMS / "vnic.exe")


def test_ping_through_wintun(program):
    running = echo(program, "wtp0", "10.8.0.1/24")
    ping("10.8.0.2", 3)
    ping("10.8.0.2", 300, "-q", "-f")
    assert running.stop() == 0, running.text()


def test_arp_and_ping_through_tap(program):
    before = links()
    running = echo(program, "--tap", "10.9.0.1/24")
    assert len(links() - before) == 1
    ping("10.9.0.2", 3)
    ping("10.9.0.2", 100, "-q", "-f")
    assert "lladdr" in run("ip", "neigh", "show", "10.9.0.2")
    assert running.stop() == 0, running.text()
    assert links() == before, "the adapter that it installed stays behind"
