# SPDX-License-Identifier: Apache-2.0
"""`vnic up` and `vnic down`: what the kernel shows, descriptors for programs, what stays and what goes."""
import json
import os
import signal
import sys

import pytest

from conftest import TOOL, Running, make_net


def test_creates_holds_and_removes(each_net):
    up = each_net.vnic_start("up", "tun5", "10.9.0.1/24", "fd09::1/64", "--mtu", "1400", "--alias", "a test")
    assert "tun5 (TUN, MTU 1400, 10.9.0.1/24, fd09::1/64) is up" in up.wait_for("is up")
    link = each_net.links()["tun5"]
    assert link["mtu"] == 1400 and "UP" in link["flags"] and link["ifalias"] == "a test"
    assert link["linkinfo"]["info_data"]["type"] == "tun"
    assert each_net.addresses("tun5") == ["10.9.0.1/24", "fd09::1/64"]
    assert up.stop().code == 0
    assert "tun5" not in each_net.links()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_ends_with_a_signal(net, number):
    up = net.vnic_start("up", "tun5", "10.9.0.1/24")
    up.wait_for("is up")
    assert up.stop(number).code == 0
    assert "tun5" not in net.links()


def test_tap_with_mac_queue_length_and_index(net):
    up = net.vnic_start("up", "tap5", "--tap", "--mac", "02:00:00:00:00:05", "--tx-queue-len", "77", "--if-index",
                        "4242", "--no-carrier", "--down")
    up.wait_for("is there, down")
    link = net.links()["tap5"]
    assert link["address"] == "02:00:00:00:00:05" and link["txqlen"] == 77 and link["ifindex"] == 4242
    assert "UP" not in link["flags"]
    assert link["linkinfo"]["info_data"]["type"] == "tap"
    up.stop()


def test_automatic_name(net):
    first = net.vnic_start("up", "tun%d", "--json")
    second = net.vnic_start("up", "tun%d", "--json")
    names = {json.loads(p.wait_for("{"))["name"] for p in (first, second)}
    assert names == {"tun0", "tun1"}
    first.stop()
    second.stop()


def test_peer_address(net):
    up = net.vnic_start("up", "tun5", "10.9.0.1/32", "peer", "10.9.0.2")
    up.wait_for("is up")
    listed = json.loads(net.run("ip", "-4", "-j", "address", "show", "dev", "tun5").out)[0]["addr_info"][0]
    assert (listed["local"], listed["address"]) == ("10.9.0.1", "10.9.0.2")
    up.stop()


def test_no_link_local(net):
    up = net.vnic_start("up", "tun5", "fd09::1/64", "--no-link-local")
    up.wait_for("is up")
    assert "fe80" not in net.run("ip", "-6", "address", "show", "dev", "tun5").out
    up.stop()


def test_packets_are_dropped_meanwhile(net):
    up = net.vnic_start("up", "tun5", "10.9.0.1/24", "--tx-queue-len", "4", "--no-link-local")
    up.wait_for("is up")
    net.python("import socket\ns = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\n"
               "for i in range(200): s.sendto(b'x', ('10.9.0.2', 9))")
    # All were read, so that none is stuck in the queue; a burst may still overrun four places.
    info = net.vnic("info", "tun5", "--json").json()["statistics"]
    assert info["rx_packets"] + info["rx_dropped"] == 200
    up.stop()


def test_removed_by_somebody_else(net):
    up = net.vnic_start("up", "tun5", "10.9.0.1/24")
    up.wait_for("is up")
    net.run("ip", "link", "delete", "tun5")
    result = up.finish()
    assert result.code == 1 and "removed by somebody else" in result.err


def test_removed_by_somebody_else_while_set_aside(net):
    up = net.vnic_start("up", "tun5", "10.9.0.1/24", "--multi-queue")
    up.wait_for("is up")
    net.run("ip", "link", "delete", "tun5")
    result = up.finish()
    assert result.code == 1 and "removed by somebody else" in result.err


def test_quiet_says_nothing(net):
    up = net.vnic_start("up", "tun5", "10.9.0.1/24", "-q")
    while "tun5" not in net.links():
        pass
    result = up.stop()
    assert (result.code, result.out, result.err) == (0, "", "")


def test_verbose_is_accepted(net):
    up = net.vnic_start("up", "tun5", "10.9.0.1/24", "-v")
    up.wait_for("is up")
    assert up.stop().code == 0


def test_persist_and_down(each_net):
    result = each_net.vnic("up", "tun5", "10.9.0.1/24", "--persist")
    assert result.code == 0
    info = each_net.vnic("info", "tun5", "--json").json()
    assert info["persistent"] is True and info["addresses"][0] == "10.9.0.1/24"
    # It can be opened again, and stays again.
    assert each_net.vnic("up", "tun5", "--keep-state", "--", "true").code == 0
    assert "tun5" in each_net.links()
    result = each_net.vnic("down", "tun5")
    assert result.code == 0 and result.out == "tun5 is removed\n"
    assert "tun5" not in each_net.links()


@pytest.mark.parametrize("options", [["--tap"], ["--multi-queue"], ["--tap", "--vnet-hdr", "--multi-queue"]])
def test_down_finds_out_what_it_is(net, options):
    assert net.vnic("up", "some0", "--persist", *options).code == 0
    assert net.vnic("down", "some0").code == 0
    assert "some0" not in net.links()


def test_down_of_what_is_not_persistent(net):
    up = net.vnic_start("up", "tun5")
    up.wait_for("is up")
    result = net.vnic("down", "tun5")
    assert result.code == 6 and "not persistent" in result.err
    assert "tun5" in net.links()
    up.stop()


def test_down_of_nothing(net):
    result = net.vnic("down", "tun5")
    assert result.code == 5 and "\"tun5\"" in result.err


def test_owner_and_group(net):
    if net.mode == "user":
        pytest.skip("not root of this machine: a user namespace of one user has no other owners")
    assert net.vnic("up", "tun5", "--persist", "--owner", "nobody", "--group", "0").code == 0
    info = net.vnic("info", "tun5", "--json").json()
    assert info["owner_uid"] == 65534 and info["group_gid"] == 0
    assert "nobody and group root" in net.vnic("list").out
    net.vnic("down", "tun5")


FD_REPORT = """
import fcntl, os, struct, sys
fds = [int(n) for n in os.environ["VNIC_FDS"].split(":")]
names = [fcntl.ioctl(fd, 0x800454D2, struct.pack("40s", b""))[:16].split(b"\\0")[0].decode() for fd in fds]
print(os.environ["VNIC_FD"], os.environ["VNIC_FDS"], os.environ["VNIC_NAME"], *names)
print(*[bool(fcntl.fcntl(fd, fcntl.F_GETFL) & os.O_NONBLOCK) for fd in fds])
links = {int(n): os.path.realpath("/proc/self/fd/" + n) for n in os.listdir("/proc/self/fd")}
print(*sorted(n for n in links if links[n] == "/dev/net/tun"))
"""


@pytest.mark.parametrize("queues", [1, 4])
def test_command_gets_descriptors(each_net, queues):
    result = each_net.vnic("up", "tap5", "--tap", "--queues", str(queues), "--", sys.executable, "-c", FD_REPORT)
    assert result.code == 0, result
    fds = [str(3 + i) for i in range(queues)]
    assert result.out.splitlines() == [f"3 {':'.join(fds)} tap5{' tap5' * queues}", " ".join(["False"] * queues),
                                       " ".join(fds)]
    assert result.err == ""


def test_command_gets_descriptors_over_its_own(net):
    # The caller's number 3 gives way, whatever it was.
    read_end, write_end = os.pipe()
    try:
        os.dup2(read_end, 3, inheritable=True)
        result = net.vnic("up", "tun5", "--", "readlink", "/proc/self/fd/3", pass_fds=(3,))
    finally:
        os.close(write_end)
    assert result.out == "/dev/net/tun\n", result


def test_command_reads_packets(net):
    code = "import os, sys\nsys.stdout.write(os.read(3, 2048)[-5:].decode())"
    up = net.vnic_start("up", "tun5", "10.9.0.1/24", "--no-link-local", "--", sys.executable, "-c", code)
    while "tun5" not in net.links() or net.addresses("tun5") == []:
        pass
    net.python("import socket\nsocket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'hello', ('10.9.0.2', 9))")
    result = up.finish()
    # Without vnet header and packet information the packet ends with the payload; blocking, so it waited.
    assert (result.code, result.out) == (0, "hello"), result


def test_command_exit_status(net):
    assert net.vnic("up", "tun5", "--", "sh", "-c", "exit 42").code == 42
    assert net.vnic("up", "tun5", "--", "true").code == 0
    assert net.vnic("up", "tun5", "--", "sh", "-c", "kill -USR1 $$").code == -signal.SIGUSR1
    result = net.vnic("up", "tun5", "--", "/no/such/command")
    assert result.code == 127 and "/no/such/command" in result.err
    result = net.vnic("up", "tun5", "--", "/etc/passwd")
    assert result.code == 126 and "/etc/passwd" in result.err
    assert "tun5" not in net.links()


def test_command_has_default_signals(net):
    result = net.vnic("up", "tun5", "--", "sh", "-c", "grep -E 'Sig(Ign|Cgt)' /proc/self/status")
    for line in result.out.splitlines():
        kind, mask = line.split(":")
        # SIGINT, SIGTERM and SIGHUP are neither caught nor ignored, nor is SIGPIPE.
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGPIPE):
            assert not int(mask, 16) >> (number - 1) & 1, (kind, number)


def test_queues_are_set_aside(net):
    """With --multi-queue another program gets every packet."""
    up = net.vnic_start("up", "tun5", "10.9.0.1/24", "--multi-queue", "--no-link-local")
    up.wait_for("is up")
    dump = net.vnic_start("dump", "tun5", "--keep-state", "--timeout", "10", "-c", "50")
    dump.wait_for("packets that")
    net.python("import socket\ns = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\n"
               "for i in range(50): s.sendto(b'x', ('10.9.0.2', 1000 + i))")
    result = dump.finish()
    assert result.code == 0 and "50 packets" in result.err
    assert "tun5" in net.links()
    assert up.stop().code == 0
    assert "tun5" not in net.links()


def test_netns(net):
    """The device lies in another namespace, the tool stays outside."""
    if net.mode == "user":
        pytest.skip("not root of this machine: a namespace of another user cannot be entered")
    inner = make_net("root")
    try:
        up = net.vnic_start("up", "tun5", "10.9.0.1/24", "--netns", f"/proc/{inner.holder.pid}/ns/net")
        up.wait_for("is up")
        assert "tun5" in inner.links() and "tun5" not in net.links()
        assert "tun5" in net.vnic("list", "--netns", f"/proc/{inner.holder.pid}/ns/net").out
        assert net.vnic("info", "tun5", "--netns", f"/proc/{inner.holder.pid}/ns/net").code == 0
        up.stop()
    finally:
        assert inner.close() == []


@pytest.mark.parametrize("command", [["up", "tun5"], ["list"], ["info", "tun5"], ["down", "tun5"]])
def test_netns_missing(net, command):
    result = net.vnic(*command, "--netns", "no-such-namespace")
    assert result.code == 5 and "/run/netns/no-such-namespace" in result.err, result


def test_fake_backend_needs_no_rights():
    up = Running([TOOL, "up", "fake7", "10.9.0.1/24", "--backend", "fake"])
    assert "fake7 (TUN" in up.wait_for("is up")
    assert up.stop().code == 0


def test_null_backend_supports_nothing():
    result = Running([TOOL, "up", "x", "--backend", "null"]).finish()
    assert result.code == 4 and "not support" in result.err, result
