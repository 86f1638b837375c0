# SPDX-License-Identifier: Apache-2.0
"""Every bad input gets its own exit code and a sentence, and leaves nothing behind."""
import os

import pytest

BAD = [
    # arguments of `up`, exit code, words of the sentence
    (["a-name-too-long-x"], 2, "a-name-too-long-x"),
    ([""], 2, "name"),
    (["a/b"], 2, "a/b"),
    (["a b"], 2, "a b"),
    (["."], 2, "\".\""),
    (["tun%s"], 2, "tun%s"),
    (["tun5", "10.9.0.300/24"], 2, "10.9.0.300/24"),
    (["tun5", "10.9.0.1/33"], 2, "10.9.0.1/33"),
    (["tun5", "10.9.0.1/255.0.255.0"], 2, "10.9.0.1/255.0.255.0"),
    (["tun5", "fd09::1/129"], 2, "fd09::1/129"),
    (["tun5", "fd09::1%eth0/64"], 2, "fd09::1%eth0/64"),
    (["tun5", "somewhere"], 2, "somewhere"),
    (["tun5", "224.0.0.1/24"], 2, "224.0.0.1/24"),
    (["tun5", "10.9.0.1/24", "10.9.0.1/24"], 6, "10.9.0.1/24"),
    (["tun5", "--mtu", "67"], 2, "67"),
    (["tun5", "--mtu", "65536"], 2, "65536"),
    (["tun5", "fd09::1/64", "--mtu", "1279"], 2, "1279"),
    (["tap5", "--tap", "--mac", "02:00:00:00:00"], 2, "02:00:00:00:00"),
    (["tap5", "--tap", "--mac", "01:00:00:00:00:01"], 2, "01:00:00:00:00:01"),
    (["tap5", "--tap", "--mac", "00:00:00:00:00:00"], 2, "00:00:00:00:00:00"),
    (["tun5", "--mac", "02:00:00:00:00:01"], 4, "MAC"),
    (["tun5", "--tx-queue-len", "1000001"], 2, "1000001"),
    (["tun5", "--if-index", "0"], 2, "0"),
    (["tun5", "--alias", "x" * 256], 2, "alias"),
    (["tun5", "--backend", "coffee"], 2, "coffee"),
    (["tun5", "--netns", "/no/such/namespace"], 5, "/no/such/namespace"),
    (["tun5", "--netns", "/dev/null"], 5, "/dev/null"),
]


@pytest.mark.parametrize("arguments, code, words", BAD, ids=[" ".join(a)[:40] or "empty" for a, _, _ in BAD])
def test_up(net, arguments, code, words):
    result = net.vnic("up", *arguments)
    assert result.code == code, result
    assert words in result.err and result.err.count("\n") <= 2
    assert result.out == ""
    assert set(net.links()) == {"lo"}


def test_name_of_another_kind(net):
    result = net.vnic("up", "lo", "10.9.0.1/24")
    assert result.code == 6 and "lo is not a TUN or TAP" in result.err, result
    assert net.addresses("lo") == []


def test_other_layer(net):
    net.vnic("up", "tun5", "--persist")
    result = net.vnic("up", "tun5", "--tap")
    assert result.code == 6 and "tun5" in result.err, result
    net.vnic("down", "tun5")


def test_in_use(net):
    up = net.vnic_start("up", "tun5", "10.9.0.1/24")
    up.wait_for("is up")
    result = net.vnic("up", "tun5", "10.9.0.2/24")
    assert result.code == 6 and "tun5" in result.err, result
    assert net.addresses("tun5") == ["10.9.0.1/24"]
    up.stop()


def test_exclusive(net):
    net.vnic("up", "tun5", "--persist")
    result = net.vnic("up", "tun5", "--exclusive")
    assert result.code == 6 and "tun5" in result.err, result
    net.vnic("down", "tun5")


def test_without_rights(net):
    """Whoever has no CAP_NET_ADMIN is told what would help."""
    result = net.run("setpriv", "--bounding-set", "-all", "--inh-caps", "-all", os.environ["VNIC_TOOL"], "up", "tun5",
                     "10.9.0.1/24")
    assert result.code == 3, result
    assert "CAP_NET_ADMIN" in result.err or "/dev/net/tun" in result.err


def test_out_of_descriptors(net):
    for limit in range(3, 12):
        result = net.run("prlimit", f"--nofile={limit}:{limit}", os.environ["VNIC_TOOL"], "up", "tun5", "10.9.0.1/24",
                         "--", "true")
        assert "tun5" not in net.links()
        if result.code == 0:
            break
        # With very few, the loader cannot start the tool, and says so with its own code.
        loader = result.code == 127 and "shared librar" in result.err
        assert loader or (result.code == 1 and "descriptor" in result.err), result
    else:
        raise AssertionError("eleven descriptors must be enough")


def test_ipv6_disabled(net):
    net.run("sh", "-c", "for f in /proc/sys/net/ipv6/conf/*/disable_ipv6; do echo 1 >$f; done")
    result = net.vnic("up", "tun5", "fd09::1/64")
    assert result.code == 4 and "IPv6" in result.err, result
    assert set(net.links()) == {"lo"}
    up = net.vnic_start("up", "tun5", "10.9.0.1/24")
    up.wait_for("is up")
    up.stop()


@pytest.mark.parametrize("fd, words", [("99", "99"), ("0", "0")])
def test_dump_of_no_tun_descriptor(net, fd, words):
    result = net.vnic("dump", "--fd", fd)
    assert result.code == 5 and words in result.err, result


def test_info_of_nothing(net):
    result = net.vnic("info", "tun5")
    assert result.code == 5 and "\"tun5\"" in result.err


def test_info_of_another_kind(net):
    assert net.vnic("info", "lo").code == 5
