# SPDX-License-Identifier: Apache-2.0
"""`vnic tunnel`: two of them, one in the namespace of the test and one whose interface is in another; the path
between them is loopback, a veth pair, or a relay that loses and reorders."""
import json
import pathlib
import signal
import time

import pytest

from conftest import TOOL, Running, need

RELAY = pathlib.Path(__file__).with_name("udp_relay.py")
ENCRYPTS_NOT = "nothing is encrypted or authenticated"

# Random bytes both ways at once. Prints the sums of what was sent and of what came.
EXCHANGE = """
import hashlib, random, socket, sys, threading
role, address, size, seed = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
data = random.Random(seed).randbytes(size)
if role == "serve":
    s = socket.create_server((address, 5001), family=socket.AF_INET6 if ":" in address else socket.AF_INET)
    print("ready", flush=True)
    c, _ = s.accept()
else:
    c = socket.create_connection((address, 5001), timeout=20)
def send():
    c.sendall(data)
    c.shutdown(socket.SHUT_WR)
sender = threading.Thread(target=send)
sender.start()
got = hashlib.sha256()
while piece := c.recv(1 << 20):
    got.update(piece)
sender.join()
print(hashlib.sha256(data).hexdigest(), got.hexdigest())
"""


# Datagrams in trains of UDP_SEGMENT (udp(7)), each with its own number, to a socket that counts them.
UDP_SINK = """
import socket, sys
s = socket.socket(socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET, socket.SOCK_DGRAM)
s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
s.bind((sys.argv[1], 5002))
s.settimeout(10)
print("ready", flush=True)
for number in range(200):
    data = s.recv(65536)
    assert data == number.to_bytes(2, "big") * (len(data) // 2) and len(data) == (1000 if number % 20 < 19 else 500), number
print("all")
"""

UDP_SOURCE = """
import socket, sys
s = socket.socket(socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET, socket.SOCK_DGRAM)
s.connect((sys.argv[1], 5002))
s.setsockopt(17, 103, 1000)
for train in range(10):
    s.send(b"".join((20 * train + i).to_bytes(2, "big") * (500 if i < 19 else 250) for i in range(20)))
"""

CHECKSUM_ERRORS = """
import re
text = open("/proc/net/snmp").read() + open("/proc/net/snmp6").read()
rows = [line.split() for line in text.splitlines()]
total = sum(int(row[1]) for row in rows if re.fullmatch(r"\\w+InCsumErrors", row[0]))
for names, values in zip(rows, rows[1:]):
    if names[0] == values[0]:
        total += sum(int(v) for n, v in zip(names, values) if n == "InCsumErrors")
print(total)
"""


class Far:
    """A second namespace inside that of the test."""

    def __init__(self, net):
        self.net = net
        self.holder = net.start("unshare", "--net", "sh", "-c", "ip link set lo up; echo made; exec sleep 600")
        self.holder.wait_for("made")
        self.path = f"/proc/{self.holder.process.pid}/ns/net"

    def start(self, *command):
        return self.net.start("nsenter", f"--net={self.path}", *command)


@pytest.fixture(name="net")
def net_with_loopback(net):
    net.run("ip", "link", "set", "lo", "up")
    return net


@pytest.fixture(name="far")
def far_namespace(net):
    return Far(net)


def start(net, name, *arguments):
    """A tunnel, and what it said at its start."""
    tunnel = net.vnic_start("tunnel", name, *arguments, "--json")
    return tunnel, json.loads(tunnel.wait_for('"start"'))


def statistics(tunnel):
    tunnel.process.send_signal(signal.SIGUSR1)
    return json.loads(tunnel.wait_for('"statistics"'))


def end(tunnel):
    """Ends it; the last statistics."""
    result = tunnel.stop()
    assert result.code == 0, result
    return json.loads(result.out.splitlines()[-1])


def pair(net, far, *options, outer="127.0.0.1", connect=4000):
    host = f"[{outer}]" if ":" in outer else outer
    a, begin = start(net, "tunA", "10.9.0.1/24", "fd09::1/64", "--listen", f"{host}:4000", "--peer", outer,
                     "--no-link-local", *options)
    b, _ = start(net, "tunB", "10.9.0.2/24", "fd09::2/64", "--netns", far.path, "--connect", f"{host}:{connect}",
                 "--no-link-local", *options)
    return a, b, begin


def transfer(net, far, address, size, seconds=30):
    """Random bytes both ways at once; what came must be what was sent."""
    server = far.start("python3", "-c", EXCHANGE, "serve", address, size, 1)
    server.wait_for("ready")
    client = net.run("python3", "-c", EXCHANGE, "connect", address, size, 2, seconds=seconds)
    served = server.finish()
    assert client.code == 0 and served.code == 0, (client, served)
    assert client.out.split() == served.out.split()[:0:-1], (client, served)


def udp_trains(net, far, address):
    sink = far.start("python3", "-c", UDP_SINK, address)
    sink.wait_for("ready")
    net.python(UDP_SOURCE, address)
    result = sink.finish()
    assert result.code == 0 and result.out == "ready\nall\n", result


def ping(net, *arguments):
    result = net.run("ping", "-n", "-c", "1", "-w", "5", *arguments)
    assert result.code == 0, result


@pytest.mark.parametrize("layer, outer, offload", [
    ("--tun", "127.0.0.1", "split"), ("--tun", "::1", "split"), ("--tap", "127.0.0.1", "split"),
    ("--tun", "::1", "none"), ("--tap", "127.0.0.1", "none")])
def test_transfer(net, far, layer, outer, offload):
    need("ping")
    a, b, begin = pair(net, far, layer, "--mtu", "1400", "--offload", offload, outer=outer)
    assert begin["mtu"] == 1400 and begin["layer"] == layer[2:].upper() and begin["encrypted"] is False
    assert begin["name"] == "tunA" and begin["peer"] == outer and begin["offload"] is (offload == "split")
    ping(net, "10.9.0.2")
    ping(net, "-s", "1300", "fd09::2")
    transfer(net, far, "10.9.0.2", 3000000)
    transfer(net, far, "fd09::2", 1000000)
    udp_trains(net, far, "10.9.0.2")
    udp_trains(net, far, "fd09::2")
    assert net.python(CHECKSUM_ERRORS) == "0\n"
    assert far.start("python3", "-c", CHECKSUM_ERRORS).finish().out == "0\n"
    sent, received = end(a), end(b)
    # What a TAP sends by itself before the peer is there, or while the first one ends, is nobody's.
    for one, other in ((sent, received), (received, sent)):
        missing = one["to_peer"]["packets"] - other["from_peer"]["packets"]
        assert 0 <= missing <= 10 or other["dropped"]["overflow"] > 0
        assert one["to_peer"]["bytes"] >= other["from_peer"]["bytes"] > 4000000
    # Trains: with one datagram a message it would be as many messages as packets.
    assert sent["to_peer"]["messages"] < sent["to_peer"]["packets"]
    for end_of in (sent, received):
        assert end_of["dropped"]["bad"] == end_of["dropped"]["strangers"] == end_of["dropped"]["too_long"] == 0


@pytest.mark.parametrize("offload", ["none", "split"])
def test_a_path_that_loses_and_reorders(net, far, offload):
    relay = net.start("python3", RELAY, 4001, 4000, 7, 0.01, 0.01)
    relay.wait_for("relay")
    a, b, _ = pair(net, far, "--mtu", "1400", "--offload", offload, connect=4001)
    ping(net, "10.9.0.2")
    transfer(net, far, "10.9.0.2", 4 << 20)
    end(a)
    end(b)
    counts = eval(relay.stop().out.splitlines()[-1])  # pylint: disable=eval-used
    assert counts["lost"] > 10 and counts["reordered"] > 10, counts


def test_only_the_peer(net, far):
    """Another address of the same machine, and another port of the peer's, are strangers."""
    a, b, _ = pair(net, far, "--mtu", "1400")
    ping(net, "10.9.0.2")
    before = statistics(a)
    code = """
import socket
for address in ("127.0.0.2", "127.0.0.1"):
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.bind((address, 0))
    s.sendto(b"\\x45" + bytes(99), ("127.0.0.1", 4000))
"""
    net.python(code)
    ping(net, "10.9.0.2")
    after = end(a)
    # The kernel keeps them away itself, as the socket is connected.
    assert after["from_peer"]["packets"] == before["from_peer"]["packets"] + 1
    assert after["dropped"]["bad"] == 0
    end(b)


def test_strangers_before_the_peer(net, far):
    """While the peer's port is not known, every address but the peer's is refused, and nothing is sent."""
    a, begin = start(net, "tunA", "10.9.0.1/24", "--listen", ":4000", "--peer", "127.0.0.1", "--no-link-local")
    assert begin["peer"] == "127.0.0.1" and begin["mtu"] == 65507
    code = """
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("127.0.0.2", 0))
s.settimeout(0.3)
for _ in range(3):
    s.sendto(b"\\x45" + bytes(99), ("127.0.0.1", 4000))
try:
    print(s.recv(100))
except TimeoutError:
    print("silence")
"""
    net.run("ping", "-c", "1", "-W", "0.1", "10.9.0.2")
    assert net.python(code) == "silence\n"
    after = statistics(a)
    assert after["dropped"]["strangers"] == 3 and after["dropped"]["no_peer"] == 1
    assert after["from_peer"]["packets"] == 0 and after["heard_milliseconds_ago"] is None
    b, _ = start(net, "tunB", "10.9.0.2/24", "--netns", far.path, "--connect", "127.0.0.1:4000", "--no-link-local")
    ping(net, "10.9.0.2")
    assert statistics(a)["peer"].startswith("127.0.0.1:")
    end(a)
    end(b)


def test_what_is_not_taken_in_time(net):
    """While it is stopped, the socket's memory fills up; what the system then drops is in the statistics."""
    a, _ = start(net, "tunA", "10.9.0.1/24", "--listen", "127.0.0.1:4000", "--peer", "127.0.0.1:4001", "--mtu", "1400",
                 "--no-link-local")
    a.process.send_signal(signal.SIGSTOP)
    code = """
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("127.0.0.1", 4001))
s.connect(("127.0.0.1", 4000))
for _ in range(1000):
    s.send(b"x" * 60000)
"""
    net.python(code)
    a.process.send_signal(signal.SIGCONT)
    last = statistics(a)
    assert last["dropped"]["overflow"] > 100 and last["dropped"]["overflow"] + last["from_peer"]["messages"] <= 1000
    end(a)


def test_exact_peers_and_what_is_no_packet(net):
    """Both ends may listen. What a peer sends that is no packet is counted, not passed on."""
    a, begin = start(net, "tunA", "10.9.0.1/24", "--listen", "127.0.0.1:4000", "--peer", "127.0.0.1:4001", "--mtu",
                     "1400", "--no-link-local")
    assert begin["peer"] == "127.0.0.1:4001"
    code = """
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("127.0.0.1", 4001))
s.connect(("127.0.0.1", 4000))
s.settimeout(5)
assert s.recv(10) == b""    # it calls until it hears something
for data in (b"", b"\\0no packet", b"x" * 60000):
    s.send(data)
"""
    net.python(code)
    after = statistics(a)
    assert after["keep_alives_received"] == 1 and after["dropped"]["bad"] == 2 and after["dropped"]["strangers"] == 0
    assert after["from_peer"] == {"packets": 0, "bytes": 0, "messages": 3}
    end(a)


def test_keep_alive_and_a_peer_that_moves(net, far):
    """After three silent intervals the peer may have another port."""
    a, b, _ = pair(net, far, "--mtu", "1400", "--keep-alive", "1")
    ping(net, "10.9.0.2")
    first = statistics(a)["peer"]
    end(b)
    b, _ = start(net, "tunB", "10.9.0.2/24", "--netns", far.path, "--connect", "127.0.0.1:4000", "--keep-alive", "1")
    ping(net, "-i", "0.2", "-w", "10", "10.9.0.2")
    last = end(a)
    assert last["peer"] != first and last["keep_alives_received"] >= 1
    end(b)


def make_veth(net, far, mtu):
    net.run("ip", "link", "add", "wire", "mtu", mtu, "type", "veth", "peer", "name", "wire2", "netns",
            str(far.holder.process.pid))
    net.run("sh", "-c", "ip address add 192.0.2.1/24 dev wire; ip link set wire up")
    assert far.start("sh", "-c", f"ip address add 192.0.2.2/24 dev wire2; ip link set wire2 mtu {mtu} up").finish().code == 0


def test_the_path_decides_the_mtu(net, far):
    """Also while it runs: a packet that is too long tells, and the interface follows."""
    make_veth(net, far, 1400)
    a, begin = start(net, "tunA", "10.9.0.1/24", "--listen", ":4000", "--peer", "192.0.2.2", "--no-link-local")
    assert begin["mtu"] == 1400 - 28
    b = far.start(TOOL, "tunnel", "tunB", "10.9.0.2/24", "--connect", "192.0.2.1:4000", "-q")
    ping(net, "-s", str(1372 - 28), "-M", "do", "10.9.0.2")
    transfer(net, far, "10.9.0.2", 1000000)
    net.run("ip", "link", "set", "wire", "mtu", "1300")
    assert far.start("ip", "link", "set", "wire2", "mtu", "1300").finish().code == 0
    # Trains of packets that are too long now; TCP sends them again, shorter.
    transfer(net, far, "10.9.0.2", 1000000)
    a.wait_for("narrower: MTU 1272")
    assert net.links()["tunA"]["mtu"] == 1272
    ping(net, "-s", str(1272 - 28), "-M", "do", "10.9.0.2")
    assert end(a)["dropped"]["too_long"] >= 1
    assert b.stop().code == 0
    net.run("ip", "link", "delete", "wire")


def test_a_path_too_narrow_for_ipv6(net, far):
    """An interface with IPv6 addresses cannot follow below 1280: that is said once, and the tunnel goes on."""
    make_veth(net, far, 1400)
    a, _ = start(net, "tunA", "10.9.0.1/24", "fd09::1/64", "--listen", ":4000", "--peer", "192.0.2.2:4000",
                 "--no-link-local")
    net.run("ip", "link", "set", "wire", "mtu", "1300")
    net.run("ping", "-c", "3", "-i", "0.2", "-W", "0.2", "-s", "1300", "10.9.0.2")
    assert "packets of 1272 bytes only" in a.wait_for("the path takes")
    result = a.stop()
    assert result.code == 0 and result.err.count("\n") == 1, result
    assert json.loads(result.out.splitlines()[-1])["dropped"]["too_long"] == 3
    net.run("ip", "link", "delete", "wire")


def test_a_fixed_mtu(net, far):
    """--mtu stays; what is too long is dropped and counted."""
    make_veth(net, far, 1400)
    a, begin = start(net, "tunA", "10.9.0.1/24", "--listen", ":4000", "--peer", "192.0.2.2:4000", "--mtu", "1500",
                     "--no-link-local")
    assert begin["mtu"] == 1500
    net.run("ping", "-c", "1", "-W", "0.2", "-s", "1472", "10.9.0.2")
    # Somebody else raises it: longer than any packet that this tunnel makes room for.
    net.run("ip", "link", "set", "tunA", "mtu", "2000")
    net.run("ping", "-c", "1", "-W", "0.2", "-s", "1900", "10.9.0.2")
    last = end(a)
    assert last["dropped"]["too_long"] == 2 and last["mtu"] == 1500
    net.run("ip", "link", "delete", "wire")


def test_an_interface_of_ones_own(net, far):
    """Without a right: attaching to what root made, with nothing changed, not even the MTU."""
    need("setpriv")
    net.vnic("up", "tunA", "10.9.0.1/24", "--persist", "--owner", "0", "--mtu", "1400")
    a = net.start("setpriv", "--bounding-set", "-all", "--inh-caps", "-all", TOOL, "tunnel", "tunA", "--keep-state",
                  "--listen", "127.0.0.1:4000", "--peer", "127.0.0.1", "--json")
    assert json.loads(a.wait_for('"start"'))["mtu"] == 1400
    b, _ = start(net, "tunB", "10.9.0.2/24", "--netns", far.path, "--connect", "127.0.0.1:4000", "--mtu", "1400")
    ping(net, "10.9.0.2")
    transfer(net, far, "10.9.0.2", 1000000)
    end(a)
    end(b)
    assert net.links()["tunA"]["mtu"] == 1400 and net.addresses("tunA") == ["10.9.0.1/24"]
    net.vnic("down", "tunA")


def test_a_full_socket_holds_the_interface_back(net, far):
    """A slow wire: nothing is read from the interface that the socket has no room for, and nothing is lost."""
    need("tc")
    make_veth(net, far, 1500)
    if net.run("tc", "qdisc", "replace", "dev", "wire", "root", "tbf", "rate", "100mbit", "burst", "128kb", "limit",
               "16mb").code != 0:
        net.run("ip", "link", "delete", "wire")
        pytest.skip("the kernel of this machine lacks the tbf queueing discipline")
    a, _ = start(net, "tunA", "10.9.0.1/24", "--listen", ":4000", "--peer", "192.0.2.2", "--no-link-local")
    b = far.start(TOOL, "tunnel", "tunB", "10.9.0.2/24", "--connect", "192.0.2.1:4000", "-q")
    ping(net, "10.9.0.2")
    transfer(net, far, "10.9.0.2", 4 << 20)
    last = end(a)
    assert last["socket_full"] > 0 and last["dropped"]["refused"] == 0, last
    assert b.stop().code == 0
    net.run("ip", "link", "delete", "wire")


def test_text_statistics_and_the_warning(net):
    tunnel = net.vnic_start("tunnel", "10.9.0.1/24", "--listen", "127.0.0.1:4000", "--peer", "127.0.0.1",
                            "--no-link-local")
    tunnel.wait_for("tunnel to 127.0.0.1")
    assert ENCRYPTS_NOT in tunnel.wait_for("encrypted")
    tunnel.process.send_signal(signal.SIGUSR1)
    assert tunnel.wait_for("not heard").startswith("127.0.0.1: not heard; sent 0 packets")
    result = tunnel.stop(signal.SIGINT)
    assert result.code == 0 and result.out.count("not heard") == 2 and result.err == "", result


def test_quiet(net):
    tunnel = net.vnic_start("tunnel", "tunA", "10.9.0.1/24", "--listen", "127.0.0.1:4000", "--peer", "127.0.0.1", "-q")
    deadline = time.monotonic() + 10
    while "tunA" not in net.links():
        assert time.monotonic() < deadline, tunnel.err
        time.sleep(0.02)
    result = tunnel.stop()
    assert result.code == 0 and result.out == "" and result.err == "", result


def test_idle_takes_no_time(net):
    a, _ = start(net, "tunA", "10.9.0.1/24", "--listen", "127.0.0.1:4000", "--peer", "127.0.0.1", "--no-link-local",
                 "--keep-alive", "0")

    def ticks():
        # utime and stime, proc(5).
        with open(f"/proc/{a.process.pid}/stat", encoding="utf-8") as stat:
            return sum(map(int, stat.read().rsplit(")", 1)[1].split()[11:13]))
    before = ticks()
    time.sleep(1)
    assert ticks() - before <= 1
    end(a)


def test_removed_by_somebody_else(net):
    a, _ = start(net, "tunA", "10.9.0.1/24", "--listen", "127.0.0.1:4000", "--peer", "127.0.0.1")
    net.run("ip", "link", "delete", "tunA")
    result = a.finish()
    assert result.code == 1 and "removed by somebody else" in result.err


@pytest.mark.parametrize("arguments, words", [
    ([], "--listen with --peer, or --connect"),
    (["--listen", ":4000"], "--listen needs --peer"),
    (["--peer", "127.0.0.1"], "--listen with --peer, or --connect"),
    (["--listen", ":4000", "--connect", "127.0.0.1:1"], "--listen with --peer, or --connect"),
    (["--connect", "127.0.0.1:1", "--peer", "127.0.0.1"], "leave --peer out"),
    (["--connect", "127.0.0.1"], "has no port"),
    (["--connect", "::1"], "has no port"),
    (["--connect", ":4000"], "\":4000\" is no address"),
    (["--connect", "[::1:4000"], "\"[::1:4000\" is no address"),
    (["--connect", "[::1]4000"], "\"[::1]4000\" is no address"),
    (["--connect", "127.0.0.1:0"], "from 1 to 65535"),
    (["--connect", "127.0.0.1:65536"], "from 1 to 65535"),
    (["--connect", "127.0.0.1:x"], "\"x\" is not a number"),
    (["--connect", "300.0.0.1:4000"], "\"300.0.0.1\""),
    (["--connect", "x" * 300 + ":4000"], "is no address"),
    (["--listen", "127.0.0.1", "--peer", "127.0.0.1"], "has no port"),
    (["--listen", "127.0.0.1:4000", "--peer", ""], "is no address"),
    (["--listen", "127.0.0.1:4000", "--peer", "::1"], "\"::1\""),
    (["--connect", "127.0.0.1:1", "--keep-alive", "3601"], "from 0 to 3600"),
    (["--connect", "127.0.0.1:1", "--offload", "much"], "\"much\" is not split or none"),
])
def test_wrong_command_line(arguments, words):
    result = Running([TOOL, "tunnel", "tunA", *arguments]).finish()
    assert result.code == 2 and words in result.err and "--help`" in result.err and result.out == "", result


@pytest.mark.parametrize("arguments, code, words", [
    (["--listen", "192.0.2.9:4000", "--peer", "127.0.0.1"], 2, "cannot listen at 192.0.2.9:4000"),
    (["--connect", "192.0.2.9:4000"], 1, "192.0.2.9:4000"),
    (["--listen", ":4000", "--peer", "192.0.2.9"], 1, "no way to 192.0.2.9"),
    (["--connect", "127.0.0.1:1", "10.9.0.1/33"], 2, "10.9.0.1/33"),
    (["--connect", "127.0.0.1:1", "--mtu", "67"], 2, "67"),
    (["--connect", "127.0.0.1:1", "--mtu", "4294967294"], 2, "4294967294"),
])
def test_bad_input(net, arguments, code, words):
    result = net.vnic("tunnel", "tunA", *arguments)
    assert result.code == code, result
    assert words in result.err and result.err.count("\n") <= 2 and result.out == "", result
    assert set(net.links()) == {"lo"}


def test_a_port_that_is_taken(net):
    a, _ = start(net, "tunA", "10.9.0.1/24", "--listen", "127.0.0.1:4000", "--peer", "127.0.0.1")
    result = net.vnic("tunnel", "tunB", "--listen", "127.0.0.1:4000", "--peer", "127.0.0.1")
    assert result.code == 6 and "cannot listen at 127.0.0.1:4000" in result.err, result
    end(a)


def test_with_rights_of_a_user_namespace(each_net):
    each_net.run("ip", "link", "set", "lo", "up")
    a, _ = start(each_net, "tunA", "10.9.0.1/24", "--listen", "127.0.0.1:4000", "--peer", "127.0.0.1")
    end(a)
