#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Run every example, most with real traffic, each in a network namespace of its own.

    examples_run.py DIRECTORY-OF-PROGRAMS [--only NAME] [--junit FILE]

An example that cannot run here is skipped with its reason. The outer process starts itself once for
each example inside the namespace (--one), so that nothing of an example outlives it.
"""
import argparse
import concurrent.futures
import os
import pathlib
import pty
import re
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ET

SKIP = 77
PEER = "10.9.0.2"
CASES = {}


def case(kernel=True):
    """Registers a test; with kernel=False it needs no namespace and no rights."""
    def register(function):
        CASES[function.__name__] = (function, kernel)
        return function
    return register


class Program:
    """An example that runs on a terminal, so that it prints line by line."""

    def __init__(self, name, *args, before=()):
        master, slave = pty.openpty()
        command = [*before, str(programs / name), *args]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=slave, stderr=slave)
        os.close(slave)
        self.master, self.output = master, ""

    def read(self, seconds):
        """Reads what comes; False at the end of the output."""
        if not select.select([self.master], [], [], seconds)[0]:
            return True
        try:
            data = os.read(self.master, 4096)
        except OSError:
            data = b""
        self.output += data.decode().replace("\r", "")
        return bool(data)

    def wait_for(self, text, seconds=20):
        end = time.monotonic() + seconds
        while text not in self.output:
            if not self.read(0.2) or time.monotonic() > end:
                sys.exit(f"'{text}' did not come; the output was:\n{self.output}")

    def end(self, code=0, seconds=20):
        """Waits for the end, and for the exit code that is expected."""
        end = time.monotonic() + seconds
        while self.read(0.2):
            if time.monotonic() > end:
                self.process.kill()
                sys.exit(f"it did not end; the output was:\n{self.output}")
        got = self.process.wait(seconds)
        check(got == code, f"exit code {got} instead of {code}; the output was:\n{self.output}")
        return self.output

    def signal(self, number):
        self.process.send_signal(number)


def check(good, what):
    if not good:
        sys.exit(what)


def expect(output, *patterns):
    for pattern in patterns:
        check(re.search(pattern, output, re.M), f"no '{pattern}' in the output:\n{output}")


def wait_until(condition, what, seconds=20):
    end = time.monotonic() + seconds
    while not condition():
        check(time.monotonic() < end, f"{what} did not come")
        time.sleep(0.02)


def interfaces():
    return {name for _, name in socket.if_nameindex()} - {"lo"}


def no_interface_left():
    check(not interfaces(), f"interfaces are left: {interfaces()}")


def ip(*args):
    subprocess.run(["ip", *args], check=True)


def ping(count=3, before=()):
    # With -w it waits for the answers themselves; -W would leave the last one only two round trips of time,
    # and on a loaded machine that is too little. It may send more than `count` then,
    # so the number that it sent is returned.
    done = subprocess.run([*before, "ping", "-n", "-c", str(count), "-i", "0.05", "-w", "10", PEER],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    counts = re.search(r"(\d+) packets transmitted, (\d+) received", done.stdout)
    check(done.returncode == 0 and counts and int(counts[2]) >= count, f"ping was not answered:\n{done.stdout}")
    return int(counts[1])


def answered_pings(program, sent, received=3):
    """The program ends, and has answered what ping saw answered; the rest of what it sent may come too late."""
    output = program.end()
    expect(output, r"^answered \d+ pings$")
    number = int(re.search(r"^answered (\d+) pings$", output, re.M)[1])
    check(received <= number <= sent, f"{sent} pings were sent, {received} answers came; the output was:\n{output}")


def nobody():
    """What starts a program as nobody, in a user namespace that maps no other user; else nothing."""
    mapped = pathlib.Path("/proc/self/uid_map").read_text(encoding="ascii").split()
    return [] if mapped[2] == "4294967295" else ["unshare", "-U"]


def udp_echo(sockets):
    """One datagram to the peer from each of so many ports; each must come back."""
    opened = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(sockets)]
    for number, s in enumerate(opened):
        s.settimeout(10)
        s.sendto(b"datagram %d" % number, (PEER, 7777))
        check(s.recv(100) == b"datagram %d" % number, "another datagram came back")
        s.close()


def udp_flows_in_order(flows, rounds, burst):
    """Numbered datagrams of so many flows at a time; those of each flow must come back in order."""
    opened = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(flows)]
    for s in opened:
        s.settimeout(10)
        s.connect((PEER, 7777))
    for turn in range(rounds):
        for number in range(burst):
            for s in opened:
                s.send(b"%d" % (turn * burst + number))
        for s in opened:
            got = [int(s.recv(100)) for _ in range(burst)]
            check(got == list(range(turn * burst, turn * burst + burst)), f"a flow came back as {got}")
    for s in opened:
        s.close()


def pings_until_it_ends(name, *args, text, count=3, before=()):
    """For examples that answer ping and end by themselves after 3 quiet seconds."""
    program = Program(name, *args, before=before)
    if text:
        program.wait_for(text)
    wait_until(interfaces, "the interface")
    wait_for_route()
    sent = ping(count)
    expect(program.end(), rf"^answered {sent} ")


def wait_for_route():
    def there():
        route = subprocess.run(["ip", "route", "get", PEER], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        return route.returncode == 0 and "src" in route.stdout
    wait_until(there, "the route to the device")


# ---- The examples --------------------------------------------------------------------------------

@case()
def five_lines():
    program = Program("five_lines")
    wait_for_route()
    subprocess.run(["ping", "-n", "-c", "1", "-W", "1", PEER], stdout=subprocess.DEVNULL, check=False)
    program.wait_for("a packet of 84 bytes, IP version 4")
    program.signal(signal.SIGTERM)
    program.end(-signal.SIGTERM)
    no_interface_left()


@case()
def ctrl_c():
    for number in (signal.SIGINT, signal.SIGTERM):
        program = Program("ctrl_c")
        program.wait_for("receiving")
        subprocess.run(["ping", "-n", "-c", "1", "-W", "1", PEER], stdout=subprocess.DEVNULL, check=False)
        program.signal(number)
        expect(program.end(), r"^ended with VNIC_ECLOSED after [1-9]\d* packets$")
        no_interface_left()


def check_configure(*args):
    expect(Program("configure", *args).end(), r'^home\d+: index \d+, mtu 1420, up, alias "tunnel to the office"$',
           r'^office: index \d+, mtu 1400, down, alias "tunnel to the office"$')


@case()
def configure():
    check_configure()
    no_interface_left()


@case(kernel=False)
def configure_fake():
    check_configure("fake")


def check_addresses(*args):
    expect(Program("addresses", *args).end(), r"^opened with: (10\.9\.0\.1/24 fd09::1/64|fd09::1/64 10\.9\.0\.1/24)$",
           r"^now: 10\.9\.0\.1/24 10\.9\.2\.1/24$")


@case()
def addresses():
    check_addresses()
    no_interface_left()


@case(kernel=False)
def addresses_fake():
    check_addresses("fake")


@case()
def read_write():
    pings_until_it_ends("read_write", text="")
    no_interface_left()


@case()
def batches():
    program = Program("batches")
    wait_for_route()
    sent = ping(20)
    udp_echo(5)
    expect(program.end(), rf"^answered {sent + 5} packets$")
    no_interface_left()


@case(kernel=False)
def views_in_place():
    expect(Program("views_in_place").end(), r"sent 28 bytes and received 48, outer header intact: yes$",
           r"^and then 28 bytes")


@case()
def threads():
    program = Program("threads")
    program.wait_for("answering")
    sent = ping()
    program.signal(signal.SIGINT)
    answered_pings(program, sent)
    no_interface_left()


def check_wakeup(*args):
    output = Program("shared_wakeup", *args).end()
    for number in (0, 1):
        expect(output, rf"^worker {number} reloads$", rf"^worker {number} stops with VNIC_EINTERRUPTED$")


@case()
def shared_wakeup():
    check_wakeup()
    no_interface_left()


@case(kernel=False)
def shared_wakeup_fake():
    check_wakeup("fake")


@case()
def event_loop_epoll():
    program = Program("event_loop_epoll")
    program.wait_for("answering")
    sent = ping()
    program.signal(signal.SIGINT)
    answered_pings(program, sent)
    no_interface_left()


@case()
def event_loop_poll():
    program = Program("event_loop_poll")
    program.wait_for("answering")
    sent = ping()
    program.process.stdin.close()
    answered_pings(program, sent)
    no_interface_left()


@case()
def queues():
    program = Program("queues")
    program.wait_for("answering on 4 queues")
    udp_flows_in_order(flows=64, rounds=20, burst=5)
    program.signal(signal.SIGINT)
    counts = [int(n) for n in re.findall(r"^queue \d answered (\d+) datagrams$", program.end(), re.M)]
    check(len(counts) == 4 and sum(counts) == 64 * 20 * 5, f"the queues answered {counts}")
    check(sum(1 for n in counts if n) > 1, f"one queue answered everything: {counts}")
    no_interface_left()


@case()
def netns():
    with subprocess.Popen(["unshare", "-n", "sleep", "100"]) as other:
        path = f"/proc/{other.pid}/ns/net"
        try:
            wait_until(lambda: os.stat(path).st_ino != os.stat("/proc/self/ns/net").st_ino, "the namespace")
            program = Program("netns", path)
            program.wait_for("tun0 is in")
            no_interface_left()
            sent = ping(before=["nsenter", f"--net={path}"])
            answered_pings(program, sent)
        finally:
            other.kill()
    expect(Program("netns", "/proc/self/no-such-namespace").end(1), "no-such-namespace")


def transfer(path):
    """A megabyte over TCP from the namespace of `path` to this one."""
    listener = socket.create_server(("10.9.0.1", 0))
    listener.settimeout(20)
    port = listener.getsockname()[1]
    sender = f"import socket; s = socket.create_connection(('10.9.0.1', {port}), 20); s.sendall(bytes(range(256)) * 4096)"
    with subprocess.Popen(["nsenter", f"--net={path}", sys.executable, "-c", sender]) as process:
        connection = listener.accept()[0]
        connection.settimeout(20)
        got = b"".join(iter(lambda: connection.recv(65536), b""))
        check(process.wait(20) == 0 and got == bytes(range(256)) * 4096, f"{len(got)} bytes came")


@case()
def offload_join():
    with subprocess.Popen(["unshare", "-n", "sleep", "100"]) as other:
        path = f"/proc/{other.pid}/ns/net"
        try:
            wait_until(lambda: os.stat(path).st_ino != os.stat("/proc/self/ns/net").st_ino, "the namespace")
            for mode in ("split", "raw"):
                program = Program("offload_join", mode, path)
                program.wait_for("joined")
                ping()
                transfer(path)
                program.signal(signal.SIGINT)
                expect(program.end(), r"^there: [1-9]\d* super-packets received, \d+ sent, 0 refused$")
                no_interface_left()
        finally:
            other.kill()


@case()
def unprivileged():
    powerless = ["setpriv", "--bounding-set=-all", "--inh-caps=-all", "--ambient-caps=-all", "--no-new-privs"]
    ip("tuntap", "add", "dev", "vpn0", "mode", "tun", "user", "0")
    ip("address", "add", "10.9.0.1/24", "dev", "vpn0")
    ip("link", "set", "vpn0", "up")
    expect(Program("configure", before=powerless).end(1), "CAP_NET_ADMIN")
    pings_until_it_ends("unprivileged", "vpn0", text="attached to vpn0", before=powerless)
    check(interfaces() == {"vpn0"}, "the persistent interface is gone")


@case()
def adopt():
    pings_until_it_ends("adopt", text="adopted")
    no_interface_left()


@case(kernel=False)
def errors():
    output = Program("errors").end()
    for code in ("VNIC_ENAME", "VNIC_EADDR", "VNIC_EINVAL"):
        expect(output, rf"^{code} in ")
    expect(output, r'^VNIC_ENOTSUP in "mac": ', r'^VNIC_ENOTSUP in "persist": ', r'"10\.9\.0\.300/24"')


@case(kernel=False)
def fake_test():
    output = Program("fake_test").end()
    check("FAILED" not in output, output)
    expect(output, r"^ok: the program ends when its interface is removed$")


@case()
def capture_file():
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder, "out.pcapng")
        program = Program("capture_file", str(file))
        program.wait_for("capturing")
        ping()
        expect(program.end(), r"^saved \d+ packets$")
        # tcpdump wants to be another user than root, whom this namespace may lack: unmapped, it is nobody.
        with open(file, "rb") as stream:
            listing = subprocess.run([*nobody(), "tcpdump", "-nn", "-r", "-"], stdin=stream, stdout=subprocess.PIPE,
                                     stderr=subprocess.STDOUT, text=True, check=True).stdout
    check(listing.count("ICMP echo request") == listing.count("ICMP echo reply") >= 3, listing)
    no_interface_left()


# ---- Running them --------------------------------------------------------------------------------

def namespace_command():
    """What starts a program in a network namespace of its own; None with the reason."""
    for command in (["unshare", "-n"], ["unshare", "-Urn"]):
        if subprocess.run([*command, "true"], stderr=subprocess.DEVNULL, check=False).returncode == 0:
            return [*command, "--"], ""
    return None, "the kernel of this machine lacks user namespaces for this user"


def run_case(name, kernel, namespace, reason):
    if kernel and namespace is None:
        return name, SKIP, reason, 0.0
    start = time.monotonic()
    done = subprocess.run([*(namespace if kernel else []), sys.executable, __file__, str(programs), "--one", name],
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          timeout=120)
    return name, done.returncode, done.stdout.strip(), time.monotonic() - start


def write_report(path, results):
    suite = ET.Element("testsuite", name="examples")
    for name, code, text, seconds in results:
        element = ET.SubElement(suite, "testcase", classname="examples", name=name, time=f"{seconds:.3f}")
        if code == SKIP:
            ET.SubElement(element, "skipped", message=text)
        elif code != 0:
            ET.SubElement(element, "failure", message=text)
    ET.ElementTree(suite).write(path)


def run_all(names, junit):
    namespace, reason = namespace_command()
    results = []
    # Most of the time an example waits for silence, so several run beside each other.
    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        jobs = [pool.submit(run_case, name, CASES[name][1], namespace, reason) for name in names]
        for job in jobs:
            name, code, text, seconds = job.result()
            word = {0: "ok", SKIP: "skipped"}.get(code, "FAILED")
            print(f"{word:8} {name} ({seconds:.1f} s)" + (f"\n{text}" if code else ""), flush=True)
            results.append((name, code, text, seconds))
    if junit:
        write_report(junit, results)
    return 1 if any(code not in (0, SKIP) for _, code, _, _ in results) else 0


parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
parser.add_argument("programs", type=pathlib.Path)
parser.add_argument("--only", action="append")
parser.add_argument("--one")
parser.add_argument("--junit")
options = parser.parse_args()
programs = options.programs.resolve()
if options.one:
    CASES[options.one][0]()
    sys.exit(0)
missing = sorted({p.stem for p in (pathlib.Path(__file__).resolve().parents[2] / "examples").glob("*.c")} - set(CASES))
if missing:
    sys.exit(f"examples that nothing runs: {', '.join(missing)}")
sys.exit(run_all(options.only or list(CASES), options.junit))
