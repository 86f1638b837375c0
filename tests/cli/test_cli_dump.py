# SPDX-License-Identifier: Apache-2.0
"""`vnic dump`: text, JSON and pcapng of what the kernel really sends."""
import json
import re
import subprocess
import time

import pytest

from conftest import TOOL, Running, need

SEND = """
import socket
def udp(family, address, port, data):
    s = socket.socket(family, socket.SOCK_DGRAM)
    s.bind(("", 4000))
    s.sendto(data, (address, port))
udp(socket.AF_INET, "10.9.0.2", 53, b"hello")
udp(socket.AF_INET6, "fd09::2", 53, b"hello six")
s = socket.socket()
s.bind(("", 4001))
s.setblocking(False)
try:
    s.connect(("10.9.0.3", 80))
except BlockingIOError:
    pass
"""


def start(net, *options, name="tun5"):
    dump = net.vnic_start("dump", name, "10.9.0.1/24", "fd09::1/64", "--no-link-local", *options)
    dump.wait_for("packets that the system sends")
    return dump


def wait_in_file(file, pattern):
    """Waits until the file holds these bytes. dump writes when nothing more is waiting for it."""
    deadline = time.monotonic() + 10
    while not re.search(pattern, file.read_bytes(), re.DOTALL):
        assert time.monotonic() < deadline, file.read_bytes()
        time.sleep(0.02)


def test_lines(net):
    dump = start(net, "-c", "3")
    net.python(SEND)
    result = dump.finish()
    assert result.code == 0
    lines = [re.sub(r"^\d\d:\d\d:\d\d\.\d{6} ", "", line) for line in result.out.splitlines()]
    assert lines[0] == "10.9.0.1.4000 > 10.9.0.2.53 UDP len 5, 33 bytes"
    assert lines[1] == "fd09::1.4000 > fd09::2.53 UDP len 9, 57 bytes"
    assert re.fullmatch(r"10\.9\.0\.1\.4001 > 10\.9\.0\.3\.80 TCP S seq \d+ win \d+ len 0, 60 bytes", lines[2])
    assert "3 packets, 150 bytes; 0 dropped" in result.err


def test_tap(net):
    dump = start(net, "--tap", "--mac", "02:00:00:00:00:05", "-t", "2", name="tap5")
    net.python("import socket\nsocket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('10.9.0.2', 9))")
    result = dump.finish()
    assert "02:00:00:00:00:05 > ff:ff:ff:ff:ff:ff, ARP who has 10.9.0.2? tell 10.9.0.1, 42 bytes" in result.out
    assert "wrong" not in result.out and "malformed" not in result.out


def test_colours(net):
    dump = start(net, "-c", "3", "--color", "always")
    net.python(SEND)
    out = dump.finish().out
    assert "\033[32m10.9.0.1.4000" in out and "\033[36m10.9.0.1.4001" in out and out.count("\033[0m\n") == 3


def test_hex(net):
    dump = start(net, "-c", "3", "-x")
    net.python(SEND)
    out = dump.finish().out
    assert re.search(r"^    0010  0a 09 00 02 0f a0 00 35 00 0d .. .. 68 65 6c 6c  .......5....hell$".replace(
        "  .......5....hell", "  .{16}"), out, re.M), out
    assert re.search(r"^    0020  6f +o$", out, re.M)


SCHEMA = {"type": str, "time_ns": int, "length": int, "protocol": str, "detail": str, "malformed": bool,
          "checksum_ok": bool}


def test_json(net):
    dump = net.vnic_start("dump", "tun5", "10.9.0.1/24", "fd09::1/64", "--no-link-local", "--json", "-c", "3")
    while "tun5" not in net.links() or len(net.addresses("tun5")) < 2:
        time.sleep(0.02)
    before = time.time_ns()
    net.python(SEND)
    result = dump.finish()
    assert result.code == 0 and result.err == ""
    *packets, counters = [json.loads(line) for line in result.out.splitlines()]
    for packet in packets:
        for key, kind in SCHEMA.items():
            assert isinstance(packet[key], kind), (key, packet)
        assert packet["type"] == "packet" and packet["checksum_ok"] and not packet["malformed"]
        assert before - 10**9 < packet["time_ns"] < time.time_ns()
    assert packets[0]["source"] == "10.9.0.1" and packets[0]["destination_port"] == 53
    assert packets[1]["ip_version"] == 6 and packets[2]["protocol"] == "TCP"
    assert counters == {"type": "counters", "packets": 3, "bytes": 150, "dropped": 0}


def tshark(file, *fields):
    options = [word for field in fields for word in ("-e", field)]
    result = subprocess.run(["tshark", "-n", "-r", file, "-T", "fields", *options], capture_output=True, text=True,
                            check=False)
    assert result.returncode == 0, result
    return [line.split("\t") for line in result.stdout.splitlines()]


@pytest.mark.parametrize("layer", [[], ["--tap"]], ids=["tun", "tap"])
def test_file_for_tshark(net, tmp_path, layer):
    need("tshark")
    file = tmp_path / "dump.pcapng"
    dump = start(net, "-w", file, *layer)
    # A TAP would ask for addresses by ARP first.
    for address in ("10.9.0.2", "10.9.0.3"):
        net.run("ip", "neighbour", "replace", address, "lladdr", "02:00:00:00:00:09", "dev", "tun5")
    net.run("ip", "neighbour", "replace", "fd09::2", "lladdr", "02:00:00:00:00:09", "dev", "tun5")
    net.python(SEND)
    wait_in_file(file, rb"\x0a\x09\x00\x03\x0f\xa1\x00\x50")  # to 10.9.0.3 from port 4001 to port 80, the last one
    result = dump.stop()
    assert result.code == 0 and result.out == ""
    rows = tshark(file, "frame.interface_name", "udp.dstport", "tcp.dstport", "frame.packet_flags_direction",
                  "udp.payload")
    sent = [row for row in rows if row[1] == "53" or row[2] == "80"]
    assert [row[0] for row in sent] == ["tun5"] * 3
    assert [int(row[3], 0) for row in sent] == [2, 2, 2]
    assert bytes.fromhex(sent[0][4]) == b"hello" and bytes.fromhex(sent[1][4]) == b"hello six"


def test_file_for_tcpdump(net, tmp_path):
    need("tcpdump")
    file = tmp_path / "dump.pcapng"
    dump = start(net, "-w", file, "-c", "3")
    net.python(SEND)
    assert dump.finish().code == 0
    lines = subprocess.run(["tcpdump", "-nvr", file], capture_output=True, text=True, check=True).stdout
    assert "10.9.0.1.4000 > 10.9.0.2.53" in lines and "bad" not in lines
    assert "fd09::1.4000 > fd09::2.53" in lines and "10.9.0.1.4001 > 10.9.0.3.80: Flags [S]" in lines


def test_file_to_a_pipe(net, tmp_path):
    """Packets come out of the pipe at once, as Wireshark wants them."""
    need("tcpdump")
    program = f"{TOOL} dump tun5 10.9.0.1/24 fd09::1/64 --no-link-local -w - | tcpdump -U -l -c 3 -nr -"
    both = net.start("sh", "-c", program)
    both.wait_for("reading from file")
    while len(net.addresses("tun5")) < 2:
        time.sleep(0.02)
    net.python(SEND)
    both.wait_for("10.9.0.3.80")
    # tcpdump has ended: the next packet finds the pipe closed, which is no failure.
    net.python("import socket, time\ns = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\n"
               "try:\n    while True:\n        s.sendto(b'x', ('10.9.0.2', 9))\n        time.sleep(0.02)\n"
               "except OSError:\n    pass  # dump has ended, and its interface with it\n")
    result = both.finish()
    assert result.code == 0 and "cannot write" not in result.err, result


def test_snaplen(net, tmp_path):
    need("tshark")
    file = tmp_path / "dump.pcapng"
    dump = start(net, "-w", file, "-c", "3", "-s", "28")
    net.python(SEND)
    dump.finish()
    assert tshark(file, "frame.cap_len", "frame.len") == [["28", "33"], ["28", "57"], ["28", "60"]]


def test_losses_are_written(net, tmp_path):
    """What the queue could not hold stands in the file."""
    need("capinfos")
    file = tmp_path / "dump.pcapng"
    dump = start(net, "-w", file, "--tx-queue-len", "5")
    dump.process.send_signal(19)  # SIGSTOP
    net.python("import socket\ns = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\n"
               "for i in range(100): s.sendto(b'x', ('10.9.0.2', 9))")
    dump.process.send_signal(18)  # SIGCONT
    wait_in_file(file, rb"\x0a\x09\x00\x02..\x00\x09")  # to 10.9.0.2, from any port to port 9
    net.python("import socket\nsocket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'last', ('10.9.0.2', 9))")
    wait_in_file(file, b"last")
    result = dump.stop()
    kept, dropped = map(int, re.search(r"(\d+) packets, \d+ bytes; (\d+) dropped", result.err).groups())
    assert kept + dropped == 101 and dropped > 50
    assert "Number of stat entries = 1" in subprocess.run(["capinfos", file], capture_output=True, text=True,
                                                          check=True).stdout


def test_file_errors(net, tmp_path):
    result = net.vnic("dump", "tun5", "-w", tmp_path / "no" / "dump.pcapng")
    assert result.code == 1 and "cannot create" in result.err
    result = net.vnic("dump", "tun5", "10.9.0.1/24", "-w", "/dev/full", "-t", "3")
    assert result.code == 1 and "cannot write" in result.err
    assert "tun5" not in net.links()


def test_timeout(net):
    begin = time.monotonic()
    assert net.vnic("dump", "tun5", "-t", "1").code == 0
    assert 0.9 < time.monotonic() - begin < 5


def test_adopted_descriptor(net):
    dump = net.vnic_start("up", "tun5", "10.9.0.1/24", "fd09::1/64", "--no-link-local", "--", TOOL, "dump", "--fd", "3",
                          "-c", "3")
    dump.wait_for("packets that the system sends to tun5")
    net.python(SEND)
    result = dump.finish()
    assert result.code == 0 and result.out.count("\n") == 3


def test_adopting_leaves_the_descriptor_as_it_was(net):
    script = f"""{TOOL} dump --fd 3 -t 1 -q
grep flags: /proc/self/fdinfo/3
exit 5"""
    result = net.vnic("up", "tun5", "--", "sh", "-c", script)
    assert result.code == 5
    flags = int(re.search(r"flags:\s+(\d+)", result.out).group(1), 8)
    assert not flags & 0o4000, "O_NONBLOCK"


def test_persistent_interface_is_attached_to(net):
    net.vnic("up", "tap5", "10.9.0.1/24", "--tap", "--persist", "--multi-queue", "-q")
    result = net.vnic("dump", "tap5", "-t", "1")
    assert result.code == 0 and "tap5 (TAP, MTU 1500, 10.9.0.1/24)" in result.err
    assert net.addresses("tap5") == ["10.9.0.1/24"]
    net.vnic("down", "tap5")


def ip4(protocol, payload, fragment=0):
    """An IPv4 packet from 10.9.0.1 to 10.9.0.2."""
    head = bytes([0x45, 0]) + (20 + len(payload)).to_bytes(2, "big") + bytes([0, 7]) + fragment.to_bytes(2, "big")
    head += bytes([64, protocol, 0, 0, 10, 9, 0, 1, 10, 9, 0, 2])
    return head[:10] + (0xFFFF - ones_sum(head)).to_bytes(2, "big") + head[12:] + payload


def ones_sum(data):
    total = sum(int.from_bytes((data[i:i + 2] + b"\0")[:2], "big") for i in range(0, len(data), 2))
    while total > 0xFFFF:
        total = (total & 0xFFFF) + (total >> 16)
    return total


def icmp(kind, code, rest):
    data = bytes([kind, code, 0, 0]) + rest
    return data[:2] + (0xFFFF - ones_sum(data)).to_bytes(2, "big") + data[4:]


PACKETS = {
    "ICMP unreachable code 1": ip4(1, icmp(3, 1, bytes(4 + 28))),
    "ICMP time exceeded": ip4(1, icmp(11, 0, bytes(4 + 28))),
    "ICMP type 99 code 0": ip4(1, icmp(99, 0, bytes(4))),
    "ICMP echo request id 258 seq 772, wrong ICMP checksum": ip4(1, bytes([8, 0, 0, 1, 1, 2, 3, 4])),
    "proto 132 fragment 7 at 800": ip4(132, bytes(16), fragment=100),
    "proto 17 fragment 7 at 800, more follow": ip4(17, bytes(16), fragment=0x2000 + 100),
    "proto 200, 30 bytes": ip4(200, bytes(10)),
    "wrong IP checksum": ip4(200, bytes(10))[:8] + b"\x3f" + ip4(200, bytes(10))[9:],
    "unknown": bytes([0x75]) + bytes(30),
}


@pytest.mark.parametrize("words", PACKETS)
def test_other_packets(net, words):
    dump = start(net, "-c", "1")
    net.python("import socket, sys\ns = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM)\n"
               "s.sendto(bytes.fromhex(sys.argv[1]), ('tun5', 0x0800))", PACKETS[words].hex())
    assert words in dump.finish().out


FRAMES = {
    "vlan 5, 10.9.0.1 > 10.9.0.2 proto 200": "8100" "0005" "0800" + ip4(200, bytes(10)).hex(),
    "type 0x88b5": "88b5" + "00" * 46,
    "ARP operation 9": "0806" "0001080006040009" "020000000001" "0a090001" "020000000002" "0a090002",
    "ARP 10.9.0.1 is at 02:00:00:00:00:01": "0806" "0001080006040002" "020000000001" "0a090001" "020000000002"
                                            "0a090002",
}


@pytest.mark.parametrize("words", FRAMES)
def test_other_frames(net, words):
    dump = start(net, "--tap", "-t", "2", "-x")
    net.python("import socket, sys\ns = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)\ns.bind(('tun5', 0))\n"
               "s.send(bytes.fromhex('020000000002020000000001' + sys.argv[1]))", FRAMES[words])
    dump.wait_for(words)
    assert dump.stop().code == 0


def test_json_of_a_frame(net):
    dump = net.vnic_start("dump", "tap5", "--tap", "10.9.0.1/24", "--json", "--no-link-local")
    while "tap5" not in net.links() or net.addresses("tap5") == []:
        time.sleep(0.02)
    net.python("import socket\nsocket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('10.9.0.2', 9))")
    packet = json.loads(dump.wait_for("who has 10.9.0.2"))
    assert packet["protocol"] == "ARP" and packet["link"].endswith(" > ff:ff:ff:ff:ff:ff") and "source" not in packet
    assert dump.stop().code == 0


MALFORMED = {
    "short": (bytes([0x45, 0, 0, 60]), "cut short"),
    "wrong length": (bytes([0x45, 0, 0, 10]) + bytes(16), "malformed"),
    "no ip": (bytes([0x05]) + bytes(30), "malformed"),
}


@pytest.mark.parametrize("what", MALFORMED)
def test_malformed_packets(net, what):
    """An AF_PACKET socket lets the kernel send anything."""
    data, words = MALFORMED[what]
    dump = start(net, "-c", "1")
    net.python("import socket, sys\ns = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM)\n"
               "s.sendto(bytes.fromhex(sys.argv[1]), ('tun5', 0x0800))", data.hex())
    assert words in dump.finish().out


def test_removed_by_somebody_else(net):
    dump = start(net)
    net.run("ip", "link", "delete", "tun5")
    result = dump.finish()
    assert result.code == 1 and "removed by somebody else" in result.err


def test_fake_backend():
    result = Running([TOOL, "dump", "fake0", "10.9.0.1/24", "--backend", "fake", "-t", "1"]).finish()
    assert result.code == 0 and "0 packets" in result.err


def test_terminal_gets_colours_and_no_pcapng(net):
    """A pseudo-terminal as standard output, in the namespace."""
    code = """
import os, pty, sys
def run(*command):
    out = b""
    pid, fd = pty.fork()
    if pid == 0:
        os.environ.pop("NO_COLOR", None)
        os.execv(command[0], command)
    while True:
        try:
            piece = os.read(fd, 65536)
        except OSError:
            break
        if not piece:
            break
        out += piece
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), out.decode()
print(run(sys.argv[1], "dump", "tun5", "-w", "-"))
print(run(sys.argv[1], "doctor"))
"""
    out = net.python(code, TOOL).splitlines()
    assert out[0].startswith("(2,") and "not for a terminal" in out[0]
    assert "\\x1b[32mok" in out[1]
