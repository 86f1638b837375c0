# SPDX-License-Identifier: Apache-2.0
"""Two network namespaces, forwarders between them, and traffic that goes through one at a time.

The measuring program runs itself again as the first process of a process namespace of its own: when it
ends, for whatever reason, the kernel ends every process in it, and interfaces and networks go with them.
"""
import ctypes
import os
import pathlib
import shutil
import signal
import subprocess
import sys

LIBC = ctypes.CDLL(None, use_errno=True)
CLONE_NEWNET = 0x40000000  # Linux include/uapi/linux/sched.h
PR_SET_PDEATHSIG = 1       # Linux include/uapi/linux/prctl.h
PORT = "5201"
MTU = 1500
PACKETS_SMALL, PACKETS_LARGE = (36, 1), (1400, 42)  # bytes of a datagram, segments of a buffer
RUN_SECONDS = 60
INSIDE = "--inside"


class Unable(Exception):
    """A forwarder that this machine or build cannot have; says why."""


def die_with_parent():
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def enter():
    """Runs this program again in namespaces of its own, unless it is there; the outer one only waits."""
    if INSIDE in sys.argv:
        sys.argv.remove(INSIDE)
        # The outer one hears of it too, and ends us all.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        return
    if not shutil.which("unshare"):
        sys.exit("unshare (util-linux) is not installed")
    user = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
    child = subprocess.Popen(["unshare", *user, "--net", "--pid", "--fork", "--kill-child", "--mount-proc",
                              sys.executable, *sys.argv, INSIDE], preexec_fn=die_with_parent)
    try:
        sys.exit(child.wait())
    except KeyboardInterrupt:
        sys.exit(130)
    finally:
        child.kill()


def checked(result, what):
    if result < 0:
        raise OSError(ctypes.get_errno(), f"{what}: {os.strerror(ctypes.get_errno())}")


class Network:
    """The namespace that we are in, and the far one."""

    def __init__(self, build):
        self.traffic = build / "bench" / "bench_traffic"
        self.tcp_sink = None
        self.slots = 0
        here = os.open("/proc/self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
        checked(LIBC.unshare(CLONE_NEWNET), "unshare")
        self.far_fd = os.open("/proc/self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
        checked(LIBC.setns(here, CLONE_NEWNET), "setns")
        os.close(here)
        self.far = f"/proc/{os.getpid()}/fd/{self.far_fd}"
        for enter_it in (False, True):
            # The kernel's own IPv6 packets would be forwarded too.
            subprocess.run(["sh", "-c", "for f in all default; do echo 1 >/proc/sys/net/ipv6/conf/$f/disable_ipv6;"
                            "done"], preexec_fn=self.enter_far if enter_it else None, stderr=subprocess.DEVNULL,
                           check=False)

    def enter_far(self):
        checked(LIBC.setns(self.far_fd, CLONE_NEWNET), "setns")

    def ip(self, lines, far=False):
        subprocess.run(["ip", "-batch", "-"], input="\n".join(lines) + "\n", text=True, check=True,
                       preexec_fn=self.enter_far if far else None)

    def start(self, *command, stderr=None):
        """A child that does not outlive this process; its input and output are pipes."""
        return subprocess.Popen([str(c) for c in command], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                stderr=stderr, text=True, preexec_fn=die_with_parent)

    def start_tcp_sink(self):
        self.tcp_sink = self.start(self.traffic, self.far, "tcp-sink", PORT)
        expect_ready(self.tcp_sink, "the sink")


def expect_ready(child, what):
    if child.stdout.readline() != "ready\n":
        child.kill()
        said = child.stderr.read().strip() if child.stderr else ""
        child.wait()
        raise Unable(said.replace("\n", "; ") or f"{what} ended with {child.returncode}")


def cpu_ns(pid):
    """CPU time of all threads of a process, in nanoseconds (Linux Documentation/scheduler/sched-stats.rst)."""
    total = 0
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        try:
            total += int((task / "schedstat").read_text(encoding="ascii").split()[0])
        except (FileNotFoundError, ProcessLookupError):
            continue
    return total


def rss_kib(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    return 0


class Slot:
    """A forwarder and its two interfaces; `command` gets their names. None: a veth pair, no process."""

    def __init__(self, net, command, queue):
        self.net = net
        self.number = net.slots % 250
        net.slots += 1
        near, far = (f"{side}{net.slots}" for side in ("fa", "fb"))
        self.child = None
        if command is None:
            net.ip([f"link add {near} type veth peer name {far}"])
        else:
            self.child = net.start(*command, near, far, stderr=subprocess.PIPE)
            expect_ready(self.child, command[0])
        self.configure(near, far, queue)
        if self.child:
            self.child.stdin.write("go\n")
            self.child.stdin.flush()

    def configure(self, near, far, queue):
        one, two = f"10.200.{self.number}.1", f"10.200.{self.number}.2"
        device = f"mtu {MTU} txqueuelen {queue} up"
        self.net.ip([f"link set {far} netns {self.net.far}", f"addr flush dev {near}",
                     f"addr add {one} peer {two} dev {near}", f"link set {near} {device}"])
        self.net.ip([f"addr add {two} peer {one} dev {far}", f"link set {far} {device}"], far=True)
        self.address = two
        self.near = near

    def stop(self):
        if self.child is None:
            self.net.ip([f"link del {self.near}"])
            return
        self.child.terminate()
        try:
            self.child.communicate(timeout=5)
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.child.communicate()

    def measured(self, run):
        """What run() returned, with the forwarder's CPU time for each thousand bytes, and its memory."""
        if self.child is None:
            figures = run()
        else:
            before = cpu_ns(self.child.pid)
            try:
                figures = run()
            except subprocess.SubprocessError as error:
                raise Unable("no traffic came through") from error
            if self.child.poll() is not None:
                raise Unable(f"it ended: {self.child.stderr.read().strip()}")
            used = cpu_ns(self.child.pid) - before
            figures["cpu"] = used * 1000 / max(figures["bytes"], 1)
            figures["rss"] = rss_kib(self.child.pid)
        del figures["bytes"]
        return figures

    def tcp(self, ms, streams=1):
        def run():
            done = subprocess.run([self.net.traffic, "-", "tcp", self.address, PORT, str(streams), str(ms)],
                                  stdout=subprocess.PIPE, text=True, timeout=RUN_SECONDS, check=True)
            rate, again, count = done.stdout.split()
            return {"rate": float(rate) * 8e-9, "again": int(again), "bytes": int(count)}
        return self.measured(run)

    def udp(self, ms, kind):
        size, segments = kind

        def run():
            sink = self.net.start(self.net.traffic, self.net.far, "udp-sink", PORT, ms)
            expect_ready(sink, "the sink")
            subprocess.run([self.net.traffic, "-", "udp", self.address, PORT, str(size), str(segments), str(ms)],
                           timeout=RUN_SECONDS, check=True)
            out, _ = sink.communicate(timeout=RUN_SECONDS)
            if sink.returncode != 0:
                raise Unable("no traffic came through")
            packets, rate, datagrams, count = (float(n) for n in out.split())
            # Small packets are counted, in thousands a second and CPU time for each; large ones weighed.
            if segments == 1:
                return {"rate": packets * 1e-3, "bytes": datagrams * 1000}
            return {"rate": rate * 8e-9, "bytes": count}
        return self.measured(run)
