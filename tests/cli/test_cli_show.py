# SPDX-License-Identifier: Apache-2.0
"""`vnic list` and `vnic info` against what ip(8) says."""
import json

import pytest

LIST_SCHEMA = {
    "name": str, "kind": str, "backend": str, "index": int, "up": bool, "carrier": bool, "mtu": int,
    "queues": (int, type(None)), "detached_queues": (int, type(None)), "tx_queue_len": int, "vnet_hdr_len": int,
    "owner_uid": (int, type(None)), "group_gid": (int, type(None)), "persistent": bool, "multi_queue": bool,
    "vnet_hdr": bool, "packet_info": bool, "mac": (str, type(None)), "alias": str,
    "metric": (int, type(None)), "guid": (str, type(None)), "luid": (int, type(None)),
    "driver_version": (str, type(None))}
INFO_SCHEMA = {**LIST_SCHEMA, "addresses": list, "statistics": dict}
COUNTERS = {f"{way}_{what}" for way in ("rx", "tx") for what in ("packets", "bytes", "dropped", "errors")}


def check(schema, value):
    assert set(value) == set(schema)
    for key, kind in schema.items():
        assert isinstance(value[key], kind), (key, value[key])


def test_empty(net):
    result = net.vnic("list")
    assert result.code == 0 and result.out == "" and "no TUN or TAP" in result.err
    assert net.vnic("list", "-q").err == ""
    assert net.vnic("list", "--json").json() == []


@pytest.fixture(name="three")
def three_interfaces(net):
    """One of each; `ip tuntap` makes the third, so that somebody else's is seen too."""
    net.vnic("up", "tun-a", "10.9.0.1/24", "fd09::1/64", "--persist", "--mtu", "1400", "--alias", "first\tone")
    net.vnic("up", "tap-b", "--tap", "--persist", "--multi-queue", "--mac", "02:00:00:00:00:0b", "--down")
    net.run("ip", "tuntap", "add", "dev", "tun-c", "mode", "tun", "user", "0")
    yield net
    for name in ("tun-a", "tap-b", "tun-c"):
        assert net.vnic("down", name).code == 0


def test_list(three):
    result = three.vnic("list")
    assert result.code == 0 and result.err == ""
    rows = {line.split()[0]: line.split()[1:] for line in result.out.splitlines()}
    assert set(rows) == {"NAME", "tun-a", "tap-b", "tun-c"}
    assert rows["tun-a"][:2] == ["TUN", "up,"] and "1400" in rows["tun-a"]
    assert rows["tap-b"][:2] == ["TAP", "down"] and rows["tap-b"][-1] == "multi-queue"
    assert "root" in rows["tun-c"]


def test_list_json(three):
    listed = {entry["name"]: entry for entry in three.vnic("list", "--json").json()}
    assert set(listed) == {"tun-a", "tap-b", "tun-c"}
    links = three.links()
    for name, entry in listed.items():
        check(LIST_SCHEMA, entry)
        assert entry["index"] == links[name]["ifindex"] and entry["mtu"] == links[name]["mtu"]
        assert entry["up"] == ("UP" in links[name]["flags"])
        assert entry["persistent"] is True and entry["backend"] == "linux"
        assert all(entry[key] is None for key in ("metric", "guid", "luid", "driver_version")), "only Windows has them"
    assert listed["tap-b"]["mac"] == "02:00:00:00:00:0b" and listed["tun-a"]["mac"] is None
    assert listed["tap-b"]["multi_queue"] is True and listed["tun-a"]["multi_queue"] is False
    assert listed["tun-c"]["owner_uid"] == 0 and listed["tun-a"]["owner_uid"] is None
    assert listed["tun-a"]["alias"] == "first\tone"


def test_info(three):
    text = three.vnic("info", "tun-a").out
    for words in ("tun-a\n", "kind        TUN (IP packets)", "MTU         1400", "address     10.9.0.1/24",
                  "address     fd09::1/64", "flags       persistent", "alias       first\\x09one", "received    ",
                  "sent        "):
        assert words in text, (words, text)
    assert "MAC         02:00:00:00:00:0b" in three.vnic("info", "tap-b").out


def test_info_json(three):
    for name in ("tun-a", "tap-b", "tun-c"):
        info = three.vnic("info", name, "--json").json()
        check(INFO_SCHEMA, info)
        assert set(info["statistics"]) == COUNTERS
    addresses = three.vnic("info", "tun-a", "--json").json()["addresses"]
    assert [a for a in addresses if not a.startswith("fe80")] == ["10.9.0.1/24", "fd09::1/64"]


def test_info_of_queues(net):
    up = net.vnic_start("up", "tun-q", "--queues", "3", "--", "sleep", "60")
    while "tun-q" not in net.links():
        pass
    while (info := net.vnic("info", "tun-q", "--json").json())["queues"] != 3:
        pass
    assert info["multi_queue"] is True and info["detached_queues"] == 0 and info["persistent"] is False
    assert "queues      3, 500 packets long" in net.vnic("info", "tun-q").out
    up.kill()


def test_info_counts(net):
    """Counters are as the program behind the interface sees them; a stranger reads them."""
    echo = net.vnic_start("echo", "tun5", "10.9.0.1/24", "--no-link-local")
    echo.wait_for("answers ping")
    for _ in range(3):
        assert net.run("ping", "-n", "-c", "1", "-W", "20", "10.9.0.2").code == 0
    counters = net.vnic("info", "tun5", "--json").json()["statistics"]
    assert counters == {"rx_packets": 3, "rx_bytes": 252, "rx_dropped": 0, "rx_errors": 0, "tx_packets": 3,
                        "tx_bytes": 252, "tx_dropped": 0, "tx_errors": 0}
    kernel = json.loads(net.run("ip", "-s", "-j", "link", "show", "dev", "tun5").out)[0]["stats64"]
    assert kernel["tx"]["packets"] == 3 and kernel["rx"]["packets"] == 3
    echo.stop()


def test_other_backends(net):
    for backend in ("fake", "null"):
        result = net.vnic("list", "--backend", backend)
        assert result.code == 4 and backend in result.err, result
    result = net.vnic("list", "--backend", "coffee")
    assert result.code == 2 and "coffee" in result.err, result
