# SPDX-License-Identifier: Apache-2.0
"""`vnic echo` with real clients: the system's ping and the kernel's sockets."""
import json
import re
import time

import pytest

from conftest import need

LAYERS = [["tun5"], ["tap5", "--tap"]]

TCP_CLIENT = """
import hashlib, os, socket, sys, threading
address, port, size = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
s = socket.create_connection((address, port), timeout=10)
data = os.urandom(size)
def send():
    s.sendall(data)
    s.shutdown(socket.SHUT_WR)
sender = threading.Thread(target=send)
sender.start()
got = b""
while True:
    piece = s.recv(65536)
    if not piece:
        break
    got += piece
sender.join()
print(len(got), got == data)
"""

UDP_CLIENT = """
import socket, sys
info = socket.getaddrinfo(sys.argv[1], int(sys.argv[2]), type=socket.SOCK_DGRAM)[0]
s = socket.socket(info[0], socket.SOCK_DGRAM)
s.settimeout(5)
s.connect(info[4])
for size in (0, 1, 1000, int(sys.argv[3])):
    s.send(bytes(i % 251 for i in range(size)))
    assert s.recv(65536) == bytes(i % 251 for i in range(size)), size
print("ok")
"""


def start(net, layer, *options):
    echo = net.vnic_start("echo", *layer, "10.9.0.1/24", "fd09::1/64", *options)
    echo.wait_for("answers ping")
    return echo


@pytest.mark.parametrize("layer", LAYERS, ids=["tun", "tap"])
@pytest.mark.parametrize("address", ["10.9.0.2", "10.9.0.254", "fd09::2", "fd09::1:2:3:4"])
def test_ping(net, layer, address):
    need("ping")
    echo = start(net, layer)
    # With a deadline ping waits for the answers, and on a loaded machine it sends more than three.
    result = net.run("ping", "-n", "-c", "3", "-i", "0.2", "-w", "10", address)
    sent, received = (int(re.search(rf"(\d+) {what}", result.out)[1]) for what in ("packets transmitted", "received"))
    assert result.code == 0 and received >= 3, result
    result = echo.stop()
    assert result.code == 0
    assert received <= int(re.search(r"answered (\d+) ping", result.out)[1]) <= sent


def test_ping_with_rights_of_a_user_namespace(each_net):
    need("ping")
    echo = start(each_net, ["tap5", "--tap"])
    assert each_net.run("ping", "-c", "1", "-W", "20", "10.9.0.9").code == 0
    assert echo.stop().code == 0


@pytest.mark.parametrize("size", [0, 1, 1472, 8000, 65507])
def test_ping_sizes(net, size):
    need("ping")
    if size > 1472:
        # Fragments are not put together; with a large MTU there are none.
        echo = start(net, ["tun5"], "--mtu", "65535")
    else:
        echo = start(net, ["tun5"])
    result = net.run("ping", "-n", "-c", "2", "-i", "0.2", "-w", "20", "-s", size, "10.9.0.2")
    assert result.code == 0, result
    echo.stop()


def test_flood_ping(net):
    need("ping")
    echo = start(net, ["tun5"])
    result = net.run("ping", "-n", "-q", "-f", "-c", "5000", "10.9.0.2")
    assert re.search(r"5000 packets transmitted, 5000 received", result.out), result
    echo.stop()


@pytest.mark.parametrize("layer", LAYERS, ids=["tun", "tap"])
@pytest.mark.parametrize("address", ["10.9.0.2", "fd09::2"])
def test_udp(net, layer, address):
    echo = start(net, layer)
    assert net.python(UDP_CLIENT, address, "5555", "1400") == "ok\n"
    assert "4 UDP" in echo.stop().out


def has_tcp(net):
    if "TCP echo: yes" not in net.vnic("--version").out:
        pytest.skip("this build has no lwIP")


@pytest.mark.parametrize("layer", LAYERS, ids=["tun", "tap"])
@pytest.mark.parametrize("address", ["10.9.0.2", "10.9.0.200", "fd09::2"])
@pytest.mark.parametrize("size", [1, 2000000])
def test_tcp(net, layer, address, size):
    has_tcp(net)
    echo = start(net, layer)
    assert net.python(TCP_CLIENT, address, "7", str(size)) == f"{size} True\n"
    assert f"1 TCP connections ({size} bytes)" in echo.stop().out


def test_tcp_ports(net):
    has_tcp(net)
    echo = start(net, ["tun5"], "--tcp-port", "80", "--tcp-port", "8080")
    for port in ("7", "80", "8080"):
        assert net.python(TCP_CLIENT, "10.9.0.2", port, "10") == "10 True\n"
    refused = net.run("python3", "-c", TCP_CLIENT, "10.9.0.2", "81", "10")
    assert "ConnectionRefusedError" in refused.err
    echo.stop()


def test_tcp_many_connections(net):
    has_tcp(net)
    echo = start(net, ["tap5", "--tap"])
    code = """
import socket
all = [socket.create_connection((f"10.9.0.{2 + i}", 7), timeout=5) for i in range(100)]
for i, s in enumerate(all):
    s.sendall(b"%d" % i)
for i, s in enumerate(all):
    assert s.recv(10) == b"%d" % i
for s in all[:50]:
    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\\1\\0\\0\\0\\0\\0\\0\\0")
for s in all:
    s.close()
s = socket.create_connection(("10.9.0.2", 7), timeout=5)
s.sendall(b"still there")
print(s.recv(20).decode())
"""
    assert net.python(code) == "still there\n"
    echo.stop()


def test_tcp_of_a_slow_reader(net):
    """What the client does not read waits, and comes whole."""
    has_tcp(net)
    echo = start(net, ["tun5"])
    code = """
import socket, threading, time
s = socket.create_connection(("10.9.0.2", 7), timeout=10)
data = bytes(range(256)) * 8000
t = threading.Thread(target=lambda: (s.sendall(data), s.shutdown(socket.SHUT_WR)))
t.start()
time.sleep(1)
got = b""
while True:
    piece = s.recv(100000)
    if not piece:
        break
    got += piece
t.join()
print(got == data)
"""
    assert net.python(code) == "True\n"
    echo.stop()


def test_no_tcp(net):
    echo = net.vnic_start("echo", "tun5", "10.9.0.1/24", "--no-tcp")
    assert "no TCP" in echo.wait_for("answers ping")
    code = """
import socket
s = socket.socket()
s.settimeout(0.5)
try:
    s.connect(("10.9.0.2", 7))
except TimeoutError:
    print("silence")
"""
    assert net.python(code) == "silence\n"
    echo.stop()


def test_mac_of_the_tool_may_be_taken(net):
    """The interface has the address that the tool would answer with: it takes another."""
    need("ping")
    echo = start(net, ["tap5", "--tap"], "--mac", "02:76:6e:69:63:01")
    assert net.run("ping", "-c", "1", "-W", "20", "10.9.0.2").code == 0
    assert "02:76:6e:69:63:03" in net.run("ip", "neighbour", "show", "10.9.0.2").out
    echo.stop()


def test_udp_from_the_echo_port_is_not_answered(net):
    """Two echo services would talk for ever."""
    echo = start(net, ["tun5"])
    code = """
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("", 7))
s.settimeout(0.5)
s.sendto(b"x", ("10.9.0.2", 7))
try:
    print(s.recv(10))
except TimeoutError:
    print("silence")
"""
    assert net.python(code) == "silence\n"
    echo.stop()


def test_peer_address(net):
    """Point to point: the peer is the one who answers."""
    need("ping")
    echo = net.vnic_start("echo", "tap5", "10.9.0.1/32", "peer", "10.9.0.2", "--tap")
    echo.wait_for("answers ping")
    assert net.run("ping", "-c", "1", "-W", "20", "10.9.0.2").code == 0
    echo.stop()


def test_own_address_is_the_kernels(net):
    """ARP of the interface's own address is not answered: the kernel would see a conflict."""
    need("ping")
    echo = start(net, ["tap5", "--tap"])
    net.run("ip", "link", "set", "lo", "up")
    assert net.run("ping", "-c", "1", "-W", "20", "10.9.0.1").code == 0
    listed = json.loads(net.run("ip", "-6", "-j", "address", "show", "dev", "tap5").out)[0]["addr_info"]
    assert not any(a.get("dadfailed") for a in listed)
    echo.stop()


def test_json_and_count(net):
    echo = net.vnic_start("echo", "tun5", "10.9.0.1/24", "--json", "-c", "2", "--no-link-local")
    while "tun5" not in net.links() or net.addresses("tun5") == []:
        time.sleep(0.02)
    net.run("ping", "-n", "-c", "2", "-i", "0.2", "-W", "3", "10.9.0.2")
    result = echo.finish()
    assert result.code == 0
    assert result.json() == {"packets": 2, "neighbour_answers": 0, "ping_answers": 2, "udp_answers": 0,
                             "tcp_packets": 0, "tcp_connections": 0, "tcp_bytes": 0, "ignored": 0, "failed": 0}


def test_verbose_shows_packets(net):
    echo = start(net, ["tun5"], "-v")
    net.run("ping", "-c", "1", "-W", "20", "10.9.0.2")
    assert "10.9.0.1 > 10.9.0.2 ICMP echo request" in echo.wait_for("echo request")
    echo.stop()


def test_name_is_optional(net):
    echo = net.vnic_start("echo", "10.9.0.1/24")
    assert echo.wait_for("answers ping").startswith("tun0 (TUN")
    echo.stop()


def test_idle_takes_no_time(net):
    echo = start(net, ["tun5"], "--no-link-local")
    time.sleep(0.3)

    def ticks():
        # utime and stime, proc(5).
        with open(f"/proc/{echo.process.pid}/stat", encoding="utf-8") as stat:
            return sum(map(int, stat.read().rsplit(")", 1)[1].split()[11:13]))
    before = ticks()
    time.sleep(1.5)
    assert ticks() - before <= 1
    echo.stop()


def test_removed_by_somebody_else(net):
    echo = start(net, ["tun5"])
    net.run("ip", "link", "delete", "tun5")
    result = echo.finish()
    assert result.code == 1 and "removed by somebody else" in result.err
