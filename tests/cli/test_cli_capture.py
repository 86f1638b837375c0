# SPDX-License-Identifier: Apache-2.0
"""vnic/capture.h as the programs see it that everybody reads captures with."""
import os
import pathlib
import subprocess

import pytest

from conftest import TOOL, need

SAMPLE = pathlib.Path(TOOL).parent / "tests" / "capture_sample"


def run(*command):
    result = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False,
                            env={**os.environ, "TZ": "UTC", "LC_ALL": "C.UTF-8"})
    assert result.returncode == 0, result
    return result.stdout


@pytest.fixture(name="file")
def sample_file(tmp_path):
    assert SAMPLE.exists(), "build the target capture_sample"
    path = tmp_path / "sample.pcapng"
    with open(path, "wb") as out:
        subprocess.run([SAMPLE], stdout=out, check=True)
    return path


def fields(file, *names, only="frame"):
    options = [word for name in names for word in ("-e", name)]
    return [line.split("\t") for line in
            run("tshark", "-n", "-r", file, "-T", "fields", "-Y", only, *options).splitlines()]


def test_tshark_packets(file):
    need("tshark")
    assert fields(file, "frame.interface_name", "frame.interface_id", "frame.len", "frame.cap_len", "ip.src",
                  "udp.dstport") == [["tun-x", "0", "33", "33", "10.9.0.1", "2000"],
                                     ["tun-x", "0", "33", "33", "10.9.0.1", "2000"],
                                     ["tap-y", "1", "47", "20", "", ""]]


def test_tshark_times_have_nanoseconds(file):
    need("tshark")
    assert [row[0] for row in fields(file, "frame.time_epoch")] == [
        "1700000000.123456789", "1700000000.123456790", "1700000001.123456789"]


def test_tshark_directions(file):
    need("tshark")
    # 1 inbound, 2 outbound.
    directions = [row[0] for row in fields(file, "frame.packet_flags_direction")]
    assert [int(d, 0) if d else None for d in directions] == [2, 1, None]


def test_tshark_drop_count(file):
    need("tshark")
    assert "7" in fields(file, "frame.drop_count")[1] or "drop" in run("tshark", "-n", "-r", file, "-V")


def test_tshark_finds_nothing_wrong(file):
    need("tshark")
    assert fields(file, "frame.number", only="_ws.malformed and frame.interface_id == 0") == []
    assert fields(file, "frame.number", only="ip.checksum.status == \"Bad\"") == []


def test_capinfos(file):
    need("capinfos")
    text = run("capinfos", file)
    for words in ("pcapng", "Number of packets:   3", "a machine", "an öperating system", "capture_sample",
                  "Number of interfaces in file: 2", "Name = tun-x", "Description = IP packets", "Name = tap-y",
                  "Time precision = nanoseconds (9)", "Encapsulation = Raw IP", "Encapsulation = Ethernet",
                  "Capture length = 20", "Number of stat entries = 1"):
        assert words in text, (words, text)


def test_tcpdump(tmp_path):
    """Two interfaces: libpcap reads one link type a file, and of several only Ethernet (it compares the
    number in the file with its own, which differ for raw IP). One TUN a file is read by test_cli_dump."""
    need("tcpdump")
    path = tmp_path / "sample.pcapng"
    with open(path, "wb") as out:
        subprocess.run([SAMPLE, "alike"], stdout=out, check=True)
    lines = run("tcpdump", "--nano", "-tt", "-enr", path).splitlines()
    assert [line.split()[0] for line in lines] == [
        "1700000000.123456789", "1700000000.123456790", "1700000001.123456789"]
    assert all("02:00:00:00:00:01 > 02:00:00:00:00:02, ethertype IPv4" in line for line in lines)
    assert all("10.9.0.1.1000 > 10.9.0.2.2000: UDP, length 5" in line for line in lines)
