/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How offload is turned on and off: what the kernel offers and refuses at open, an interface that has been
 * or is being used with or without it, descriptors made elsewhere, and further queues.
 */
#include "live/offload_door.h"
#include "live/offload_fixture.h"
#include "support/super_sender.h"
#include "support/two_networks.h"

using namespace wire;
using live::Config;
using live::must_adopt;
using live::must_fail;
using live::must_open;
using live::raw_tun;

namespace
{

const uint32_t every_feature =
    VNIC_F_CSUM | VNIC_F_TSO4 | VNIC_F_TSO6 | VNIC_F_TSO_ECN | VNIC_F_USO4 | VNIC_F_USO6;

const Flow tcp4 = {4, 6}, tcp6 = {6, 6}, udp4 = {4, 17};

struct Offloaded : Config {
    explicit Offloaded(uint32_t wanted, uint32_t wanted_flags = 0)
        : Config("given", VNIC_TUN, VNIC_NO_LINK_LOCAL | wanted_flags)
    {
        offload = wanted;
    }
};

class OffloadOpen : public wire::OffloadTest
{
  protected:
    bool has_ipv6() const override
    {
        return false;
    }
    void TearDown() override
    {
        door_open();
        OffloadTest::TearDown();
    }
    static uint64_t super_packets(vnic *dev)
    {
        return stats_of(dev).queue_rx_super;
    }
    /* Has the kernel send 8 segments, which the handle must get one by one, without faults. */
    static void expect_segments(vnic *dev, const Flow &flow)
    {
        std::vector<Bytes> expected;
        std::vector<uint8_t> buf(VNIC_MAX_PACKET);
        SuperSender sender("given");

        sender.send(flow, 0, 8000, 1000, &expected);
        for (const Bytes &segment : expected) {
            int len = vnic_recv_timeout(dev, buf.data(), buf.size(), 20000);
            ASSERT_EQ(static_cast<int>(segment.size()), len);
            ASSERT_EQ(segment, Bytes(buf.begin(), buf.begin() + len));
        }
        EXPECT_EQ(VNIC_EAGAIN, vnic_recv_timeout(dev, buf.data(), buf.size(), VNIC_NOWAIT));
    }
    /* The longest packet that a descriptor of the test's own gets of 8 segments. */
    static size_t longest_raw(int fd)
    {
        std::vector<uint8_t> buf(VNIC_MAX_PACKET);
        SuperSender sender("given");
        ssize_t longest = 0, n;

        sender.send(tcp4, 0, 8000, 1000);
        while ((n = read(fd, buf.data(), buf.size())) > 0) {
            longest = std::max(longest, n);
        }
        return static_cast<size_t>(longest);
    }
};

/* ---- What is offered ----------------------------------------------------------------------------- */

TEST_F(OffloadOpen, OnlyWhatIsWantedIsAskedFor)
{
    const struct {
        uint32_t without, left;
        Flow flow; /* of which then no super-packets come */
    } cases[] = {
        {VNIC_F_TSO4, every_feature & ~VNIC_F_TSO4, tcp4},
        {VNIC_F_TSO6, every_feature & ~VNIC_F_TSO6, tcp6},
        {VNIC_F_USO6, every_feature & ~(VNIC_F_USO4 | VNIC_F_USO6), udp4},
        {VNIC_F_USO4, every_feature & ~(VNIC_F_USO4 | VNIC_F_USO6), udp4},
        {VNIC_F_CSUM, 0, tcp4},
        {VNIC_F_TSO_ECN, every_feature & ~VNIC_F_TSO_ECN, {0, 0}},
    };

    for (bool by_kernel : {false, true}) {
        for (const auto &c : cases) {
            SCOPED_TRACE("without " + std::to_string(c.without) + (by_kernel ? ", refused" : ""));
            Offloaded cfg(VNIC_OFFLOAD_SPLIT);
            if (by_kernel) {
                door_refuse_offload(c.without);
            } else {
                cfg.features = every_feature & ~c.without;
            }
            vnic *dev = must_open(cfg);
            ASSERT_NE(nullptr, dev);
            EXPECT_EQ(c.left, info_of(dev).features);
            EXPECT_EQ(0u, info_of(dev).refused);
            for (const Flow &flow : {tcp4, tcp6, udp4}) {
                uint64_t before = super_packets(dev);
                bool is_off = c.left == 0 ||
                              (flow.family == c.flow.family && flow.protocol == c.flow.protocol);
                expect_segments(dev, flow);
                EXPECT_EQ(is_off ? 0u : 1u, super_packets(dev) - before);
            }
            vnic_close(dev);
            door_open();
        }
    }
}

/* Every other answer than "unknown" means that something is wrong. */
TEST_F(OffloadOpen, AFailureOfAnotherKindIsOne)
{
    Offloaded cfg(VNIC_OFFLOAD_SPLIT);

    door_fail_offload(EPERM);
    struct vnic_error err = must_fail(cfg);
    EXPECT_EQ(EPERM, err.os_code);
    door_open();
    EXPECT_FALSE(live::exists("given"));
}

/* ---- Kernels by their version -------------------------------------------------------------------- */

/* Super-packets that 100 datagrams become, which are sent together. */
uint64_t merges_of_a_hundred(vnic *dev)
{
    std::vector<Bytes> bytes;
    std::vector<struct vnic_packet> pkts(100);
    struct vnic_stats stats = {};

    for (size_t i = 0; i < 100; i++) {
        bytes.push_back(packet_of(udp4, i * 100, 100));
        pkts[i].data = bytes[i].data();
        pkts[i].len = static_cast<uint32_t>(bytes[i].size());
    }
    EXPECT_EQ(100, vnic_send_many(dev, pkts.data(), 100, VNIC_FOREVER));
    stats.size = sizeof stats;
    EXPECT_EQ(0, vnic_get_stats(dev, &stats, nullptr));
    EXPECT_EQ(0u, stats.queue_tx_refused);
    return stats.queue_tx_super;
}

/* What a kernel spoils without a word is known by its version, and so is how many datagrams it takes. */
TEST_F(OffloadOpen, KernelsThatAreKnownForSomething)
{
    const uint32_t without_uso = every_feature & ~(VNIC_F_USO4 | VNIC_F_USO6);
    const struct {
        const char *release;
        uint32_t features;
        uint64_t merges;
    } kernels[] = {
        {"", without_uso, 0},
        {"no number", without_uso, 0},
        {"5.10.0-30", without_uso, 0},
        {"6.1.140", without_uso, 0},
        {"6.2.0-rc3", every_feature, 2},
        {"6.8.12-generic", every_feature, 2},
        {"6.9.0", every_feature, 1},
        {"6.18.44", every_feature, 1},
        {"7.0.0", without_uso, 0},
        {"7.0-rc1", without_uso, 0},
        {"7.1.4", without_uso, 0},
        {"7.1.5", every_feature, 1},
        {"7.2", every_feature, 1},
        {"10.0.1", every_feature, 1},
    };

    for (const auto &kernel : kernels) {
        SCOPED_TRACE(kernel.release);
        std::vector<std::string> lines;
        Offloaded cfg(VNIC_OFFLOAD_SPLIT);
        cfg.log_user = &lines;
        cfg.log = [](void *user, int, const char *text) {
            static_cast<std::vector<std::string> *>(user)->emplace_back(text);
        };
        door_kernel(kernel.release);
        vnic *dev = must_open(cfg);
        ASSERT_NE(nullptr, dev);
        EXPECT_EQ(kernel.features, info_of(dev).features);
        EXPECT_EQ(kernel.merges, merges_of_a_hundred(dev));
        EXPECT_EQ(kernel.features == every_feature, lines.empty());
        expect_segments(dev, udp4);
        EXPECT_EQ(1u, super_packets(dev)) << "receiving them is another thing";
        vnic_close(dev);
    }
}

/* ---- One after the other ------------------------------------------------------------------------- */

TEST_F(OffloadOpen, APersistentInterfaceIsLeftWithout)
{
    for (bool has_second : {false, true}) {
        SCOPED_TRACE(has_second);
        uint32_t flags = has_second ? VNIC_MULTI_QUEUE : 0;
        unsigned raw_flags = has_second ? IFF_MULTI_QUEUE : 0;
        Offloaded with(VNIC_OFFLOAD_SPLIT, flags), without(VNIC_OFFLOAD_NONE, flags);

        with.persist = 1;
        vnic *dev = must_open(with), *second = nullptr;
        ASSERT_NE(nullptr, dev);
        expect_segments(dev, tcp4);
        EXPECT_EQ(1u, super_packets(dev));
        if (has_second) {
            ASSERT_EQ(0, vnic_open_queue(dev, &second, nullptr));
        }
        vnic_close(dev);
        vnic_close(second);

        int fd = raw_tun("given", IFF_TUN | IFF_NO_PI | raw_flags);
        ASSERT_GE(fd, 0) << strerror(errno);
        EXPECT_EQ(1040u, longest_raw(fd)) << "somebody else gets what he cannot understand";
        close(fd);

        dev = must_open(without);
        ASSERT_NE(nullptr, dev);
        expect_segments(dev, tcp4);
        EXPECT_EQ(0u, super_packets(dev));
        EXPECT_EQ(0, vnic_set_persist(dev, 0, nullptr));
        vnic_close(dev);
        EXPECT_FALSE(live::exists("given"));
    }
}

/* Who left offloads on and is gone does not matter. */
TEST_F(OffloadOpen, WhatSomebodyLeftOnIsTurnedOff)
{
    int fd = raw_tun("given", IFF_TUN | IFF_NO_PI | IFF_VNET_HDR);

    ASSERT_GE(fd, 0) << strerror(errno);
    ASSERT_EQ(0, ioctl(fd, TUNSETPERSIST, 1));
    ASSERT_EQ(0, ioctl(fd, TUNSETOFFLOAD, TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6));
    close(fd);
    vnic *dev = must_open(Offloaded(VNIC_OFFLOAD_NONE));
    ASSERT_NE(nullptr, dev);
    expect_segments(dev, tcp4);
    vnic_close(dev);

    Offloaded some(VNIC_OFFLOAD_SPLIT);
    some.features = VNIC_F_CSUM | VNIC_F_TSO6;
    dev = must_open(some);
    ASSERT_NE(nullptr, dev);
    expect_segments(dev, tcp4);
    EXPECT_EQ(0u, super_packets(dev));
    expect_segments(dev, tcp6);
    EXPECT_EQ(1u, super_packets(dev));
    vnic_close(dev);
}

/* ---- One beside the other ------------------------------------------------------------------------ */

TEST_F(OffloadOpen, BesideAnotherWithOffload)
{
    VNIC_COVERS("vnic_open", "VNIC_EBUSY");
    vnic *first = must_open(Offloaded(VNIC_OFFLOAD_SPLIT, VNIC_MULTI_QUEUE));
    ASSERT_NE(nullptr, first);
    struct vnic_error err =
        must_fail(Offloaded(VNIC_OFFLOAD_NONE, VNIC_MULTI_QUEUE | VNIC_VNET_HDR));
    EXPECT_EQ(VNIC_EBUSY, err.code) << err.text;
    EXPECT_STREQ("offload", err.field);

    vnic *second = must_open(Offloaded(VNIC_OFFLOAD_SPLIT, VNIC_MULTI_QUEUE));
    ASSERT_NE(nullptr, second);
    vnic_close(first);
    /* The kernel sends all to the one that is left. */
    expect_segments(second, tcp4);
    vnic_close(second);
}

TEST_F(OffloadOpen, FurtherQueuesDoAsTheFirst)
{
    for (uint32_t offload : {VNIC_OFFLOAD_SPLIT, VNIC_OFFLOAD_RAW}) {
        Offloaded cfg(offload, VNIC_MULTI_QUEUE);
        cfg.features = VNIC_F_CSUM | VNIC_F_TSO4;
        vnic *first = must_open(cfg), *second = nullptr;
        ASSERT_NE(nullptr, first);
        ASSERT_EQ(0, vnic_open_queue(first, &second, nullptr));
        EXPECT_EQ(offload, info_of(second).offload);
        EXPECT_EQ(cfg.features, info_of(second).features);
        vnic_close(first);
        if (offload == VNIC_OFFLOAD_SPLIT) {
            expect_segments(second, tcp4);
        } else {
            std::vector<uint8_t> buf(VNIC_MAX_PACKET);
            struct vnic_packet p = {};
            SuperSender sender("given");
            sender.send(tcp4, 0, 8000, 1000);
            p.data = buf.data();
            p.cap = VNIC_MAX_PACKET;
            EXPECT_EQ(1, vnic_recv_many(second, &p, 1, 20000));
            EXPECT_EQ(VNIC_GSO_TCPV4, p.gso_type);
        }
        EXPECT_EQ(1u, super_packets(second)) << "the first one's end turned offloads off";
        vnic_close(second);
    }
}

/* ---- Descriptors made elsewhere ------------------------------------------------------------------ */

TEST_F(OffloadOpen, AdoptedWithOffload)
{
    for (unsigned pi : {0, IFF_NO_PI}) {
        int fd = raw_tun("given", IFF_TUN | IFF_VNET_HDR | pi);
        ASSERT_GE(fd, 0) << strerror(errno);
        ASSERT_EQ(0, ioctl(fd, TUNSETOFFLOAD, TUN_F_CSUM | TUN_F_TSO4));
        ASSERT_TRUE(live::set_int(fd, TUNSETVNETHDRSZ, 12));
        Config cfg(nullptr, VNIC_UNSET);
        struct vnic_error err = {};
        vnic *dev = nullptr;

        cfg.offload = VNIC_OFFLOAD_SPLIT;
        cfg.up = 1;
        ASSERT_EQ(0, vnic_adopt(fd, &cfg, &dev, &err)) << err.text;
        EXPECT_EQ(VNIC_OFFLOAD_SPLIT, info_of(dev).offload);
        expect_segments(dev, tcp4);
        EXPECT_EQ(1u, super_packets(dev));
        expect_segments(dev, tcp6);
        EXPECT_EQ(1u, super_packets(dev)) << "nothing of the device is changed";
        vnic_close(dev);
    }
}

TEST_F(OffloadOpen, AdoptedWithoutTheHeaderThatItNeeds)
{
    VNIC_COVERS("vnic_adopt", "VNIC_ENOTSUP");
    int fd = raw_tun("given", IFF_TUN | IFF_NO_PI, 0);
    ASSERT_GE(fd, 0) << strerror(errno);
    for (uint32_t offload : {VNIC_OFFLOAD_SPLIT, VNIC_OFFLOAD_RAW}) {
        Config cfg(nullptr, VNIC_UNSET);
        struct vnic_error err = {};
        vnic *dev = nullptr;

        cfg.offload = offload;
        EXPECT_EQ(VNIC_ENOTSUP, vnic_adopt(fd, &cfg, &dev, &err));
        EXPECT_STREQ("offload", err.field) << err.text;
        EXPECT_EQ(nullptr, dev);
        EXPECT_EQ(0, fcntl(fd, F_GETFL) & O_NONBLOCK) << "it is as it was";
    }
    vnic *dev = must_adopt(fd);
    vnic_close(dev);
}

}
