# SPDX-License-Identifier: Apache-2.0
"""`vnic demo` and `vnic doctor`, where they work and where they do not."""
import os
import pathlib
import re
import shutil
import tempfile
import time

import pytest

from conftest import REAL_ROOT, TOOL, make_net

STEPS = ["TUN: IP packets", "TAP: Ethernet frames", "TCP between two namespaces, with vnic as the wire", "Afterwards"]


def test_demo(each_net):
    before = each_net.links()
    result = each_net.vnic("demo")
    assert result.code == 0, result
    assert "FAILED" not in result.out and result.err == ""
    for title in STEPS:
        assert f"\n{title}\n" in result.out
    assert len(re.findall(r"3 of 3 answered from user space", result.out)) == 4
    assert "16 of 16 MiB arrived" in result.out and "the same at both ends" in result.out
    assert "0 interfaces are left" in result.out
    assert each_net.links() == before


def test_demo_json(net):
    report = net.vnic("demo", "--json").json()
    assert report["ok"] is True and report["failures"] == 0
    assert list(dict.fromkeys(step["step"] for step in report["steps"])) == STEPS
    assert all(step["ok"] is True and step["detail"] for step in report["steps"])


def test_demo_without_ipv6(net):
    """New namespaces take the switch from the first one; there it may be the kernel's own parameter."""
    result = net.run("sh", "-c", f"echo 1 > /proc/sys/net/ipv6/conf/default/disable_ipv6; exec {TOOL} demo")
    assert result.code == 0, result


def test_demo_pings_by_itself(net):
    """Without the system's ping a raw socket takes its place."""
    result = net.run("unshare", "--mount", "sh", "-c",
                     "for f in /bin/ping /usr/bin/ping /sbin/ping; do test -e $f && mount --bind /dev/null $f; done; "
                     f"exec {TOOL} demo")
    assert result.code == 0, result
    assert result.out.count("3 of 3 answered from user space") == 4 and result.out.count("(a raw socket)") == 4


def test_demo_without_any_right(net):
    """Root without capabilities cannot even map itself into a user namespace (Linux 5.12 and later)."""
    result = net.run("setpriv", "--bounding-set", "-all", "--inh-caps", "-all", TOOL, "demo")
    assert result.code == 3, result
    assert "cannot make a private network namespace" in result.err and "run as root" in result.err
    assert result.out == ""


def test_demo_interrupted(net):
    demo = net.vnic_start("demo")
    demo.wait_for("TAP: Ethernet")
    demo.process.kill()
    demo.process.wait()
    # Its child dies with it: the fixture looks for what is left.


def test_doctor(each_net):
    result = each_net.vnic("doctor")
    assert result.code == 0, result
    assert "Interfaces can be created" in result.out
    assert re.search(r"^ok +a TUN was created in a private namespace", result.out, re.M)
    assert re.search(r"^ok +a TAP was created in a private namespace", result.out, re.M)
    assert set(each_net.links()) == {"lo"}


def test_doctor_json(net):
    report = net.vnic("doctor", "--json").json()
    assert report["can_create"] is True
    assert re.fullmatch(r"\d+\.\d+\.\d+", report["version"])
    names = [finding["name"] for finding in report["findings"]]
    assert names == ["kernel", "device_node", "driver", "container", "capability", "user_namespaces", "create_here",
                     "create_private_tun", "create_private_tap", "ipv6", "rp_filter", "network_managers", "limits",
                     "tools"]
    for finding in report["findings"]:
        assert finding["health"] in ("ok", "note", "bad") and finding["text"]
        assert finding["fix"] is None or finding["fix"]


def test_doctor_quiet(net):
    result = net.vnic("doctor", "-q")
    assert result.code == 0 and not re.search(r"^ok", result.out, re.M)


def finding(net, name, *setup):
    script = "; ".join([*setup, f"exec {TOOL} doctor --json"])
    report = net.run("unshare", "--mount", "sh", "-c", script).json()
    return next(f for f in report["findings"] if f["name"] == name), report["can_create"]


def test_doctor_without_device_node(net):
    found, can = finding(net, "device_node", "mount -t tmpfs none /dev/net")
    assert found["health"] == "bad" and "mknod" in found["fix"] and "modprobe tun" in found["fix"]
    # The library makes the node where it may; in a user namespace it may not.
    assert can is (net.mode == "root")


def test_doctor_with_a_wrong_node(net):
    found, can = finding(net, "device_node", "mount --bind /dev/null /dev/net/tun")
    assert found["health"] == "bad" and "not the character device 10:200" in found["text"] and can is False


def test_doctor_says_that_ipv6_is_off(net):
    found, can = finding(net, "ipv6", "echo 1 > /proc/sys/net/ipv6/conf/all/disable_ipv6")
    assert found["health"] == "note" and "disable_ipv6=0" in found["fix"] and can is True


def test_doctor_says_that_rp_filter_is_strict(net):
    found, _ = finding(net, "rp_filter", "echo 1 > /proc/sys/net/ipv4/conf/all/rp_filter")
    assert found["health"] == "note" and "rp_filter=2" in found["fix"]


def test_doctor_without_driver(net, tmp_path):
    misc = tmp_path / "misc"
    misc.write_text("183 hw_random\n", encoding="ascii")
    found, can = finding(net, "driver", f"mount --bind {misc} /proc/misc")
    # What is only not seen there works all the same; whether it could be loaded, /lib/modules tells.
    assert found["health"] in ("note", "bad") and "driver" in found["text"] and found["fix"] and can is True


def test_doctor_says_that_descriptors_are_few(net):
    found, can = finding(net, "limits", "ulimit -n 40")
    assert found["health"] == "note" and "ulimit" in found["fix"] and can is True


def test_doctor_says_which_programs_are_missing(net):
    found, _ = finding(net, "tools", "for f in /bin/ping /usr/bin/ping /sbin/ping; do test -e $f && mount --bind "
                       "/dev/null $f; done")
    assert found["health"] == "note" and "missing ping;" in found["text"] and "iputils-ping" in found["fix"]


def test_doctor_says_that_namespaces_are_used_up():
    """The limit of the user namespace around the test, which is its own."""
    inner = make_net("user")
    try:
        found, can = finding(inner, "user_namespaces", "echo 0 > /proc/sys/user/max_net_namespaces")
    finally:
        assert inner.close() == []
    assert found["health"] == "note" and "max_net_namespaces" in found["fix"] and can is True, found


def test_doctor_sees_network_manager(net, tmp_path):
    program = tmp_path / "NetworkManager"
    program.write_bytes(open("/bin/sleep", "rb").read())
    program.chmod(0o755)
    manager = net.start(program, "60")
    # Its process is nsenter's until it has started.
    deadline = time.monotonic() + 10
    while pathlib.Path(f"/proc/{manager.process.pid}/comm").read_text(encoding="ascii") != "NetworkManager\n":
        assert time.monotonic() < deadline, manager.err
        time.sleep(0.02)
    found, _ = finding(net, "network_managers")
    manager.kill()
    assert found["health"] == "note" and "unmanaged-devices" in found["fix"]


@pytest.fixture(name="stranger")
def user_without_rights():
    """Runs the tool as a user without any right, with the device node as most systems have it (0666)."""
    if not REAL_ROOT:
        pytest.skip("not root of this machine: there is no other user to become")
    # The build folder may be closed to others.
    with tempfile.TemporaryDirectory() as folder:
        copy = shutil.copy(TOOL, folder)
        os.chmod(folder, 0o755)
        script = ("mount -t tmpfs none /dev/net && mknod -m 0666 /dev/net/tun c 10 200 && "
                  f"exec setpriv --reuid 65534 --regid 65534 --clear-groups {copy} \"$@\"")
        yield lambda net, *arguments: net.run("unshare", "--mount", "sh", "-c", script, "sh", *arguments)


def test_doctor_without_rights(net, stranger):
    result = stranger(net, "doctor", "--json")
    findings = {f["name"]: f for f in result.json()["findings"]}
    assert findings["capability"]["health"] == "note" and "sudo" in findings["capability"]["fix"]
    assert findings["create_here"]["health"] == "note"
    assert result.code == (0 if result.json()["can_create"] else 1)


def test_demo_without_rights(net, stranger):
    """Nobody can do it, where user namespaces are allowed."""
    if not stranger(net, "doctor", "--json").json()["can_create"]:
        pytest.skip("the kernel of this machine lacks user namespaces for everybody")
    result = stranger(net, "demo")
    assert result.code == 0 and "(without root)" in result.out, result


def test_owner_without_rights(net, stranger):
    """Whom root made owner can use the interface, as it is."""
    net.vnic("up", "tun5", "10.9.0.1/24", "--persist", "--owner", "nobody")
    result = stranger(net, "dump", "tun5", "--keep-state", "-t", "1")
    assert result.code == 0 and "tun5 (TUN, MTU 1500, 10.9.0.1/24)" in result.err, result
    net.vnic("up", "tun6", "10.9.1.1/24", "--persist", "--owner", "0")
    result = stranger(net, "dump", "tun6", "--keep-state", "-t", "1")
    assert result.code == 3 and "tun6" in result.err, result
    assert stranger(net, "down", "tun5").code == 0
    assert net.vnic("down", "tun6").code == 0


def test_up_without_rights(net, stranger):
    result = stranger(net, "up", "tun5", "10.9.0.1/24")
    assert result.code == 3 and "CAP_NET_ADMIN" in result.err, result
