/* SPDX-License-Identifier: Apache-2.0 */
/* Packets: what is too long for its buffer, an interface that is down, one that is removed. */
#include "live/live_open.h"

#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <memory>
#include <thread>

using namespace live;
using packets::Bytes;

namespace
{

class LiveIo : public NetnsTest
{
};

/* A packet of exactly `total` bytes that tells its length (IP) or does not (another EtherType). */
Bytes packet_of(uint32_t layer, bool ip, size_t total)
{
    size_t head = layer == VNIC_TAP ? 14 : 0;

    if (!ip) {
        return packets::ethernet(0x88B5, Bytes(total - head, 0x5A));
    }
    Bytes p = packets::ipv4(17, packets::udp(Bytes(total - head - 28, 0x5A)));
    return layer == VNIC_TAP ? packets::ethernet(0x0800, p) : p;
}

/* One case of the truncation matrix. */
struct Cut {
    uint32_t layer;
    bool ip;
    uint32_t flags;
    bool pieces;
};

std::string describe(const Cut &c)
{
    return std::string(c.layer == VNIC_TAP ? "TAP" : "TUN") + (c.ip ? ", IP" : ", other") +
           ", flags " + std::to_string(c.flags) + (c.pieces ? ", in pieces" : "");
}

/* Receives into exactly `cap` bytes; the bytes behind them must stay untouched. */
int recv_into(vnic *dev, size_t cap, bool pieces, Bytes *ret = nullptr)
{
    Bytes buf(cap + 8, 0xEE);
    int rc;

    if (pieces) {
        struct vnic_iovec iov[3] = {
            {buf.data(), 5}, {buf.data() + 5, 0}, {buf.data() + 5, cap - 5}};
        rc = vnic_recvv(dev, iov, 3, 20000);
    } else {
        rc = vnic_recv_timeout(dev, buf.data(), cap, 20000);
    }
    for (size_t i = cap; i < buf.size(); i++) {
        EXPECT_EQ(0xEE, buf[i]) << "written behind the buffer";
    }
    if (ret != nullptr && rc > 0) {
        ret->assign(buf.begin(), buf.begin() + rc);
    }
    return rc;
}

uint16_t type_of(const Cut &c)
{
    return c.ip ? 0x0800 : 0x88B5;
}

/* Buffers of every size around a packet's, at the MTU that the library knows and at one raised outside. */
void expect_no_silent_cut(const Cut &c, bool raise_outside)
{
    vnic *dev = must_open(Config("cut", c.layer, c.flags | VNIC_NONBLOCK));
    ASSERT_NE(nullptr, dev);
    int kept = c.flags & VNIC_KEEP_HEADER ? 4 : 0;
    PacketSocket kernel("cut");
    uint64_t cuts = 0;

    if (raise_outside) {
        ASSERT_TRUE(set_mtu("cut", 9000));
    }
    for (size_t total : {60u, 700u, 1499u, 1500u, 1514u, 2000u, 8000u}) {
        size_t mtu = raise_outside ? 9000 : 1500;
        if (total > mtu + (c.layer == VNIC_TAP ? 14 : 0)) {
            continue;
        }
        Bytes packet = packet_of(c.layer, c.ip, total);
        for (int delta : {-30, -5, -4, -1, 0, 1, 4, 100}) {
            size_t cap = total + static_cast<size_t>(kept) + static_cast<size_t>(delta);
            SCOPED_TRACE("packet " + std::to_string(total) + ", buffer " + std::to_string(cap));
            ASSERT_TRUE(kernel.send(packet, type_of(c))) << strerror(errno);
            Bytes got;
            int rc = recv_into(dev, cap, c.pieces, &got);
            if (delta < 0) {
                EXPECT_EQ(VNIC_EMSGSIZE, rc);
                cuts++;
            } else {
                ASSERT_EQ(static_cast<int>(total) + kept, rc);
                EXPECT_EQ(packet, Bytes(got.begin() + kept, got.end()));
            }
            uint8_t none;
            EXPECT_EQ(VNIC_EAGAIN, vnic_recv_timeout(dev, &none, 1, 0)) << "it was consumed";
        }
    }
    struct vnic_stats stats = {};
    stats.size = sizeof stats;
    EXPECT_EQ(0, vnic_get_stats(dev, &stats, nullptr));
    EXPECT_EQ(cuts, stats.queue_rx_cut);
    vnic_close(dev);
}

TEST_F(LiveIo, NoPacketIsCutInSilence)
{
    VNIC_COVERS("vnic_recv_timeout", "VNIC_EMSGSIZE");
    VNIC_COVERS("vnic_recvv", "VNIC_EMSGSIZE");
    for (uint32_t layer : {VNIC_TUN, VNIC_TAP}) {
        for (bool ip : {true, false}) {
            if (layer == VNIC_TUN && !ip) {
                continue; /* a packet socket gives a TUN IP packets only */
            }
            for (uint32_t flags :
                 {0u, VNIC_KEEP_HEADER, VNIC_VNET_HDR, VNIC_KEEP_HEADER | VNIC_VNET_HDR}) {
                for (bool pieces : {false, true}) {
                    Cut c = {layer, ip, flags, pieces};
                    SCOPED_TRACE(describe(c));
                    expect_no_silent_cut(c, false);
                }
            }
        }
    }
}

TEST_F(LiveIo, NoIpPacketIsCutInSilenceAfterTheMtuWasRaisedOutside)
{
    for (uint32_t layer : {VNIC_TUN, VNIC_TAP}) {
        for (uint32_t flags : {0u, VNIC_KEEP_HEADER, VNIC_VNET_HDR}) {
            for (bool pieces : {false, true}) {
                Cut c = {layer, true, flags, pieces};
                SCOPED_TRACE(describe(c));
                expect_no_silent_cut(c, true);
            }
        }
    }
}

TEST_F(LiveIo, AFrameThatTellsNoLengthAfterTheMtuWasRaisedOutside)
{
    vnic *dev = must_open(Config("cut", VNIC_TAP));
    PacketSocket kernel("cut");
    Bytes longer = packet_of(VNIC_TAP, false, 4000), exact = packet_of(VNIC_TAP, false, 2000);

    ASSERT_TRUE(set_mtu("cut", 9000));
    ASSERT_TRUE(kernel.send(longer, 0x88B5) && kernel.send(exact, 0x88B5) &&
                kernel.send(exact, 0x88B5));
    EXPECT_EQ(VNIC_EMSGSIZE, recv_into(dev, 2000, false))
        << "filled exactly, and the MTU no longer fits";
    EXPECT_EQ(2000, recv_into(dev, 2000, false)) << "from now on it is known exactly";
    EXPECT_EQ(VNIC_EMSGSIZE, recv_into(dev, 1999, false));
    vnic_close(dev);
}

TEST_F(LiveIo, PacketsOfALargerMtuThatAreQueuedStill)
{
    if (!emulator_problem().empty()) {
        GTEST_SKIP() << emulator_problem();
    }
    vnic *dev = must_open(Config("cut", VNIC_TAP));
    PacketSocket kernel("cut");

    ASSERT_EQ(0, vnic_set_mtu(dev, 9000, nullptr));
    ASSERT_TRUE(kernel.send(packet_of(VNIC_TAP, false, 4000), 0x88B5));
    ASSERT_EQ(0, vnic_set_mtu(dev, 1500, nullptr));
    EXPECT_EQ(1500 + 18, vnic_recv_size(dev));
    EXPECT_EQ(VNIC_EMSGSIZE, recv_into(dev, 1518, false));
    vnic_close(dev);
}

TEST_F(LiveIo, RecvSizeFollowsTheMtu)
{
    if (!emulator_problem().empty()) {
        GTEST_SKIP() << emulator_problem();
    }
    for (uint32_t layer : {VNIC_TUN, VNIC_TAP}) {
        for (uint32_t flags : {0u, VNIC_KEEP_HEADER, VNIC_VNET_HDR}) {
            vnic *dev = must_open(Config("size", layer, flags));
            int more = (layer == VNIC_TAP ? 18 : 0) + (flags == VNIC_KEEP_HEADER ? 4 : 0);
            EXPECT_EQ(1500 + more, vnic_recv_size(dev));
            EXPECT_EQ(0, vnic_set_mtu(dev, 68, nullptr));
            EXPECT_EQ(68 + more, vnic_recv_size(dev));
            ASSERT_TRUE(set_mtu("size", 9000));
            EXPECT_EQ(9000 + more, vnic_recv_size(dev)) << "also when it was changed outside";
            int most = layer == VNIC_TAP ? 65521 : 65535;
            EXPECT_EQ(0, vnic_set_mtu(dev, static_cast<uint32_t>(most), nullptr));
            EXPECT_EQ(most + more, vnic_recv_size(dev));
            vnic_close(dev);
        }
    }
}

TEST_F(LiveIo, TheLargestPacket)
{
    if (!emulator_problem().empty()) {
        GTEST_SKIP() << emulator_problem();
    }
    std::vector<uint8_t> buf(VNIC_MAX_PACKET);
    Config cfg("big");
    cfg.mtu = 65535;
    vnic *dev = must_open(cfg);
    PacketSocket kernel("big");
    Bytes packet = packet_of(VNIC_TUN, true, 65535);

    ASSERT_TRUE(kernel.send(packet)) << strerror(errno);
    EXPECT_EQ(65535, vnic_recv_timeout(dev, buf.data(), 65535, 20000));
    EXPECT_EQ(0, memcmp(buf.data(), packet.data(), packet.size()));
    EXPECT_EQ(65535, vnic_send(dev, packet.data(), packet.size()));
    EXPECT_EQ(packet, kernel.recv(20000));
    VNIC_COVERS("vnic_send", "VNIC_EMSGSIZE");
    EXPECT_EQ(VNIC_EMSGSIZE, vnic_send(dev, buf.data(), 65536));
    vnic_close(dev);
}

TEST_F(LiveIo, WhatIsNotAPacket)
{
    VNIC_COVERS("vnic_send", "VNIC_EINVAL");
    vnic *tun = must_open(Config("l3")), *tap = must_open(Config("l2", VNIC_TAP));
    const Bytes junk(100, 0x00);

    EXPECT_EQ(VNIC_EINVAL, vnic_send(tun, junk.data(), junk.size()));
    EXPECT_EQ(VNIC_EINVAL, vnic_send(tun, junk.data(), 1));
    EXPECT_EQ(VNIC_EINVAL, vnic_send(tap, junk.data(), 13));
    EXPECT_EQ(100, vnic_send(tap, junk.data(), junk.size()));
    vnic_close(tun);
    vnic_close(tap);
}

TEST_F(LiveIo, AnInterfaceThatIsDown)
{
    VNIC_COVERS("vnic_send", "VNIC_EDOWN");
    Config cfg("down");
    cfg.up = 0;
    vnic *dev = must_open(cfg);
    Bytes packet = packet_of(VNIC_TUN, true, 100);

    EXPECT_EQ(VNIC_EDOWN, vnic_send(dev, packet.data(), packet.size()));
    EXPECT_EQ(VNIC_ETIMEDOUT, vnic_wait(dev, VNIC_WRITABLE, 5)) << "down is never writable";
    EXPECT_EQ(0, vnic_set_up(dev, 1, nullptr));
    EXPECT_EQ(VNIC_WRITABLE, vnic_wait(dev, VNIC_WRITABLE, 20000));
    EXPECT_EQ(100, vnic_send(dev, packet.data(), packet.size()));
    vnic_close(dev);
}

/* ---- Removal ------------------------------------------------------------------------------------ */

TEST_F(LiveIo, RemovalEndsWhatIsBlockedAndWhatComesLater)
{
    VNIC_COVERS("vnic_recv", "VNIC_ECLOSED");
    VNIC_COVERS("vnic_send", "VNIC_ECLOSED");
    VNIC_COVERS("vnic_wait", "VNIC_ECLOSED");
    for (uint32_t layer : {VNIC_TUN, VNIC_TAP}) {
        vnic *dev = must_open(Config("gone", layer));
        std::atomic<int> received{1};
        std::thread reader([&] {
            uint8_t buf[2048];
            received = vnic_recv(dev, buf, sizeof buf);
        });
        usleep(50000);
        EXPECT_EQ(1, received);
        ASSERT_EQ(0, delete_link("gone"));
        reader.join();
        EXPECT_EQ(VNIC_ECLOSED, received);

        Bytes packet = packet_of(layer, true, 100);
        EXPECT_EQ(VNIC_ECLOSED, vnic_send(dev, packet.data(), packet.size()));
        EXPECT_EQ(VNIC_ECLOSED, vnic_recv(dev, packet.data(), packet.size()));
        EXPECT_EQ(VNIC_ECLOSED, vnic_wait(dev, VNIC_READABLE | VNIC_WRITABLE, 20000));
        EXPECT_EQ(VNIC_ECLOSED, vnic_recv_size(dev));
        vnic_close(dev);
    }
}

TEST_F(LiveIo, RemovalWakesThoseWhoOnlyWait)
{
    vnic *dev = must_open(Config("gone"));
    std::atomic<int> waited{1};
    std::thread waiter(
        [&] { waited = vnic_wait(dev, VNIC_WRITABLE | VNIC_READABLE, VNIC_FOREVER); });
    waiter.join();
    EXPECT_EQ(VNIC_WRITABLE, waited);
    std::thread second([&] { waited = vnic_wait(dev, VNIC_READABLE, VNIC_FOREVER); });
    usleep(50000);
    ASSERT_EQ(0, delete_link("gone"));
    second.join();
    EXPECT_EQ(VNIC_ECLOSED, waited);
    vnic_close(dev);
}

TEST_F(LiveIo, RemovalSignalsTheWaitHandle)
{
    vnic *dev = must_open(Config("gone", VNIC_TUN, VNIC_NONBLOCK));
    struct pollfd pfd = {static_cast<int>(vnic_wait_handle(dev)), POLLIN, 0};
    uint8_t buf[2048];

    ASSERT_GE(pfd.fd, 0);
    EXPECT_EQ(0, poll(&pfd, 1, 0));
    ASSERT_EQ(0, delete_link("gone"));
    EXPECT_EQ(1, poll(&pfd, 1, 20000));
    EXPECT_EQ(VNIC_ECLOSED, vnic_recv(dev, buf, sizeof buf));
    vnic_close(dev);
}

TEST_F(LiveIo, ABorrowedDescriptorSeesRemovalToo)
{
    int fd = raw_tun("gone", IFF_TUN | IFF_NO_PI, 0);
    ASSERT_TRUE(set_up("gone", true));
    vnic *dev = must_adopt(fd, VNIC_BORROW);
    std::atomic<int> received{1};
    std::thread reader([&] {
        uint8_t buf[2048];
        received = vnic_recv(dev, buf, sizeof buf);
    });
    usleep(50000);
    ASSERT_EQ(0, delete_link("gone"));
    reader.join();
    EXPECT_EQ(VNIC_ECLOSED, received);
    vnic_close(dev);
    close(fd);
}

/* With less the kernel would never say that there is room, although there is: a wait without end. */
TEST_F(LiveIo, TheSmallestSndbufIsWritable)
{
    Config cfg("given", VNIC_TUN, VNIC_NO_LINK_LOCAL);
    cfg.sndbuf = 3;
    EXPECT_STREQ("sndbuf", must_fail(cfg).field);
    cfg.sndbuf = 4;
    vnic *dev = must_open(cfg);
    EXPECT_EQ(VNIC_WRITABLE, vnic_wait(dev, VNIC_WRITABLE, 20000));
    vnic_close(dev);
}

static int run_in_child(void (*act)(vnic *dev), vnic *dev)
{
    int status = -1;
    pid_t child = fork();

    if (child == 0) {
        act(dev);
        _exit(0);
    }
    waitpid(child, &status, 0);
    return status;
}

/* The child shares the signals of the handle; the parent must not spin on what it left there. */
TEST_F(LiveIo, WhatAChildDoesToItsCopyDoesNotMakeTheParentSpin)
{
    struct vnic_config cfg;
    vnic_config_init(&cfg);
    cfg.flags = VNIC_NO_LINK_LOCAL; /* so that no packet comes by itself */
    vnic *dev = nullptr;
    ASSERT_EQ(0, vnic_open(&cfg, &dev, nullptr));
    struct pollfd handle = {static_cast<int>(vnic_wait_handle(dev)), POLLIN, 0};
    ASSERT_EQ(0, poll(&handle, 1, 0));
    ASSERT_EQ(0, run_in_child(vnic_close, dev));
    EXPECT_EQ(0, poll(&handle, 1, 0)) << "nobody was blocked, so a close has nobody to wake";
    ASSERT_EQ(0, run_in_child([](vnic *copy) { (void)vnic_shutdown(copy); }, dev));
    EXPECT_EQ(1, poll(&handle, 1, 0)) << "the child has set the signal that both share";
    uint8_t buf[2048];
    EXPECT_EQ(VNIC_ETIMEDOUT, vnic_recv_timeout(dev, buf, sizeof buf, 20));
    EXPECT_EQ(0, poll(&handle, 1, 0)) << "and the parent's wait has cleared it";
    vnic_close(dev);
}

}
