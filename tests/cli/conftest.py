# SPDX-License-Identifier: Apache-2.0
"""What the tests of the tool share: a network namespace for each test, the tool inside it, and a look
afterwards at what it left behind."""
import ctypes
import functools
import json
import os
import pathlib
import queue
import shutil
import signal
import subprocess
import sys
import threading
import time

import pytest

SOURCE = pathlib.Path(__file__).resolve().parents[2]
TOOL = os.environ.get("VNIC_TOOL", "")
PR_SET_PDEATHSIG = 1
libc = ctypes.CDLL(None, use_errno=True)

# Root of the machine, not of a user namespace (user_namespaces(7)): one that knows all other users too.
REAL_ROOT = os.geteuid() == 0 and pathlib.Path("/proc/self/uid_map").read_text(encoding="ascii").split() == [
    "0", "0", "4294967295"]


def die_with_parent():
    """Run in the child: a killed test run leaves no processes, and who started the tests (nohup, a CI job in
    the background) does not decide which signals the tool hears."""
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)


def need(program):
    """Skips the test where a program is missing."""
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not installed")


class Running:
    """A command that runs while the test goes on; its lines can be waited for."""

    def __init__(self, command, **options):
        self.process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            errors="replace", preexec_fn=die_with_parent, **options)
        self.out, self.err = [], []
        self.lines = queue.Queue()
        self.readers = [threading.Thread(target=self._read, args=(stream, lines), daemon=True)
                        for stream, lines in ((self.process.stdout, self.out), (self.process.stderr, self.err))]
        for reader in self.readers:
            reader.start()

    def _read(self, stream, lines):
        for line in stream:
            lines.append(line)
            self.lines.put(line)
        self.lines.put(None)

    def wait_for(self, text, seconds=10):
        """Waits until a line with this text was printed, on either stream."""
        deadline = time.monotonic() + seconds
        ended = 0
        while True:
            try:
                line = self.lines.get(timeout=max(0.01, deadline - time.monotonic()))
            except queue.Empty:
                raise AssertionError(f"no line with {text!r} in {seconds} s: {self.out} {self.err}") from None
            if line is None:
                ended += 1
                assert ended < 2, f"ended without a line with {text!r}: {self.out} {self.err}"
            elif text in line:
                return line

    def finish(self, seconds=15):
        """Waits for the end; returns exit code, standard output and error."""
        code = self.process.wait(timeout=seconds)
        for reader in self.readers:
            reader.join(timeout=5)
        return Result(code, "".join(self.out), "".join(self.err))

    def stop(self, number=signal.SIGTERM, seconds=15):
        self.process.send_signal(number)
        return self.finish(seconds)

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        for reader in self.readers:
            reader.join(timeout=5)
        self.process.stdout.close()
        self.process.stderr.close()


class Result:
    def __init__(self, code, out, err):
        self.code, self.out, self.err = code, out, err

    def json(self):
        return json.loads(self.out)

    def __repr__(self):
        return f"code {self.code}\n--- out\n{self.out}--- err\n{self.err}---"


class Net:
    """A network namespace, and in mode "user" a user namespace around it. It lives as long as its first
    process does; commands enter it with nsenter."""

    def __init__(self, mode):
        self.mode = mode
        self.running = []
        flags = ["--net"] if mode == "root" else ["--user", "--map-root-user", "--net"]
        self.holder = subprocess.Popen(["unshare", *flags, "sh", "-c", "echo ready; exec sleep 600"],
                                       stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                       preexec_fn=die_with_parent)
        if self.holder.stdout.readline() != "ready\n":
            raise OSError(self.holder.stderr.read())
        enter = ["--net"] if mode == "root" else ["--user", "--preserve-credentials", "--net"]
        self.prefix = ["nsenter", "--target", str(self.holder.pid), *enter, "--"]

    def start(self, *command, **options):
        running = Running([*self.prefix, *map(str, command)], **options)
        self.running.append(running)
        return running

    def run(self, *command, seconds=30, **options):
        return self.start(*command, **options).finish(seconds)

    def vnic(self, *arguments, **options):
        return self.run(TOOL, *arguments, **options)

    def vnic_start(self, *arguments, **options):
        return self.start(TOOL, *arguments, **options)

    def python(self, code, *arguments, seconds=30):
        """Runs Python code inside; it must print nothing but its result, which is returned."""
        result = self.run(sys.executable, "-c", code, *arguments, seconds=seconds)
        assert result.code == 0, result
        return result.out

    def links(self):
        return {link["ifname"]: link for link in json.loads(self.run("ip", "-d", "-j", "link").out)}

    def addresses(self, name):
        listed = json.loads(self.run("ip", "-j", "address", "show", "dev", name).out)[0]["addr_info"]
        return sorted(f"{a['local']}/{a['prefixlen']}" for a in listed if a.get("scope") != "link")

    def close(self):
        for running in self.running:
            running.kill()
        left = sorted(set(self.links()) - {"lo"})
        self.running[-1].kill()
        self.holder.kill()
        self.holder.wait()
        self.holder.stdout.close()
        self.holder.stderr.close()
        return left


@functools.lru_cache(maxsize=None)
def why_not(mode):
    """The reason why there is no namespace of this mode, None if there is."""
    if mode == "root" and not REAL_ROOT:
        return "not root of this machine: the same test runs in a user namespace"
    if not os.path.exists("/dev/net/tun"):
        return "the kernel of this machine lacks /dev/net/tun"
    try:
        Net(mode).close()
    except OSError as error:
        return f"no {mode} namespace on this machine: {error}"
    return None


def make_net(mode):
    reason = why_not(mode)
    if reason:
        pytest.skip(reason)
    return Net(mode)


@pytest.fixture(scope="session", autouse=True)
def tool():
    assert TOOL, "set VNIC_TOOL to the path of the vnic tool"
    assert os.access(TOOL, os.X_OK), f"{TOOL} is not there: build the target vnic_tool"


@pytest.fixture
def net():
    """The namespace that most tests run in: as root if we are, else in a user namespace."""
    made = make_net("root" if REAL_ROOT else "user")
    yield made
    assert made.close() == [], "interfaces were left behind"


@pytest.fixture(params=["root", "user"])
def each_net(request):
    """Both kinds of namespaces: for what needs rights."""
    made = make_net(request.param)
    yield made
    assert made.close() == [], "interfaces were left behind"


def host_state():
    """What a test could leave on the machine itself."""
    netns = sorted(os.listdir("/run/netns")) if os.path.isdir("/run/netns") else []
    return sorted(os.listdir("/sys/class/net")), netns


def vnic_processes():
    """Children of this test run that still run the tool."""
    found = []
    for entry in pathlib.Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                if os.readlink(entry / "exe") == os.path.realpath(TOOL):
                    found.append(int(entry.name))
            except OSError:
                continue
    return set(found)


@pytest.fixture(autouse=True)
def nothing_left():
    """No test leaves a process of the tool."""
    before = vnic_processes()
    yield
    deadline = time.monotonic() + 5
    while vnic_processes() - before and time.monotonic() < deadline:
        time.sleep(0.05)
    assert vnic_processes() - before == set(), "processes were left behind"


@pytest.fixture(scope="session", autouse=True)
def nothing_left_at_all():
    before = host_state()
    yield
    assert host_state() == before, "interfaces or namespaces of the machine changed"
