/* SPDX-License-Identifier: Apache-2.0 */
/* Descriptors made elsewhere: every combination of headers, borrowing, and what is not a TUN at all. */
#include "live/live_open.h"

using namespace live;
using packets::Bytes;

namespace
{

class LiveAdopt : public NetnsTest
{
};

Bytes packet_for(uint32_t layer)
{
    Bytes ip = packets::ipv4(17, packets::udp({1, 2, 3, 4, 5}));
    return layer == VNIC_TAP ? packets::ethernet(0x0800, ip) : ip;
}

int adopt_code(intptr_t fd, const vnic_config *cfg, struct vnic_error *err)
{
    vnic *dev = nullptr;
    int rc = vnic_adopt(fd, cfg, &dev, err);

    EXPECT_EQ(nullptr, dev);
    return rc;
}

/* One kind of descriptor: the layer, its flags, and the size and order of a virtio-net header. */
struct Kind {
    unsigned flags;
    int header;
    int little;
    int persist;
};

std::string describe(const Kind &k)
{
    return "flags " + std::to_string(k.flags) + ", header " + std::to_string(k.header) +
           ", little " + std::to_string(k.little) + ", persist " + std::to_string(k.persist);
}

void expect_packets_pass(const Kind &k, uint32_t adopt_flags)
{
    uint32_t layer = k.flags & IFF_TAP ? VNIC_TAP : VNIC_TUN;
    int fd = raw_tun("given", k.flags, 0);
    ASSERT_GE(fd, 0) << strerror(errno);
    if (k.header > 0) {
        ASSERT_TRUE(set_int(fd, TUNSETVNETHDRSZ, k.header));
        ASSERT_TRUE(set_int(fd, TUNSETVNETLE, k.little));
    }
    ASSERT_EQ(0, ioctl(fd, TUNSETPERSIST, k.persist));
    ASSERT_TRUE(set_up("given", true));

    vnic *dev = must_adopt(fd, adopt_flags);
    ASSERT_NE(nullptr, dev);
    struct vnic_info info = {};
    info.size = sizeof info;
    EXPECT_EQ(0, vnic_get_info(dev, &info, nullptr));
    EXPECT_EQ(layer, info.layer);
    EXPECT_EQ((k.flags & IFF_NO_PI) == 0, (info.flags & VNIC_IF_PI) != 0);
    EXPECT_EQ((k.flags & IFF_VNET_HDR) != 0, (info.flags & VNIC_IF_VNET_HDR) != 0);
    EXPECT_EQ((k.flags & IFF_MULTI_QUEUE) != 0, (info.flags & VNIC_IF_MULTI_QUEUE) != 0);

    PacketSocket kernel("given");
    Bytes packet = packet_for(layer);
    uint8_t buf[2048];
    EXPECT_EQ(static_cast<int>(packet.size()), vnic_send(dev, packet.data(), packet.size()));
    EXPECT_EQ(packet, kernel.recv(20000));
    ASSERT_TRUE(kernel.send(packet));
    EXPECT_EQ(static_cast<int>(packet.size()), vnic_recv_timeout(dev, buf, sizeof buf, 20000));
    EXPECT_EQ(0, memcmp(buf, packet.data(), packet.size()));
    EXPECT_EQ(VNIC_ETIMEDOUT, vnic_recv_timeout(dev, buf, sizeof buf, 1));
    if (k.flags & IFF_MULTI_QUEUE) {
        vnic *second = nullptr;
        EXPECT_EQ(0, vnic_open_queue(dev, &second, nullptr));
        EXPECT_EQ(static_cast<int>(packet.size()), vnic_send(second, packet.data(), packet.size()));
        EXPECT_EQ(packet, kernel.recv(20000));
        vnic_close(second);
    }
    vnic_close(dev);
    if (adopt_flags & VNIC_BORROW) {
        EXPECT_EQ(0, fcntl(fd, F_GETFL) & O_NONBLOCK);
        close(fd);
    }
    (void)delete_link("given");
}

TEST_F(LiveAdopt, EveryCombinationOfHeaders)
{
    for (unsigned layer : {IFF_TUN, IFF_TAP}) {
        for (unsigned pi : {0, IFF_NO_PI}) {
            for (unsigned more : {0, IFF_MULTI_QUEUE}) {
                for (uint32_t borrow : {0u, VNIC_BORROW}) {
                    Kind k = {layer | pi | more, 0, 0, borrow ? 1 : 0};
                    SCOPED_TRACE(describe(k));
                    expect_packets_pass(k, borrow);
                    for (int header : {10, 12, 24, 64}) {
                        k.flags |= IFF_VNET_HDR;
                        k.header = header;
                        k.little = header == 12;
                        SCOPED_TRACE(describe(k));
                        expect_packets_pass(k, borrow);
                    }
                }
            }
        }
    }
}

TEST_F(LiveAdopt, HeaderThatIsTooLong)
{
    VNIC_COVERS("vnic_adopt", "VNIC_ENOTSUP");
    int fd = raw_tun("given", IFF_TUN | IFF_NO_PI | IFF_VNET_HDR);
    struct vnic_error err = {};

    ASSERT_TRUE(set_int(fd, TUNSETVNETHDRSZ, 100));
    EXPECT_EQ(VNIC_ENOTSUP, adopt_code(fd, nullptr, &err)) << err.text;
    EXPECT_NE(nullptr, strstr(err.text, "100"));
    close(fd);
}

TEST_F(LiveAdopt, WhatIsNotATun)
{
    VNIC_COVERS("vnic_adopt", "VNIC_EBADFD");
    int fresh = open("/dev/net/tun", O_RDWR | O_CLOEXEC);
    int null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
    int sock = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    int ends[2];
    ASSERT_EQ(0, pipe2(ends, O_CLOEXEC));

    for (int fd : {fresh, null_fd, sock, ends[0], 999, -1, -2}) {
        struct vnic_error err = {};
        int flags = fcntl(fd, F_GETFL);
        EXPECT_EQ(VNIC_EBADFD, adopt_code(fd, nullptr, &err)) << fd << err.text;
        EXPECT_STREQ("native", err.field);
        EXPECT_EQ(flags, fcntl(fd, F_GETFL)) << "a failed adoption changes nothing";
    }
    for (int fd : {fresh, null_fd, sock, ends[0], ends[1]}) {
        EXPECT_EQ(0, close(fd));
    }
}

TEST_F(LiveAdopt, RemovedAndDetachedAreToldApart)
{
    VNIC_COVERS("vnic_adopt", "VNIC_EDETACHED");
    VNIC_COVERS("vnic_adopt", "VNIC_EBADFD");
    int fd = raw_tun("given", IFF_TUN | IFF_NO_PI | IFF_MULTI_QUEUE);
    struct ifreq ifr = {};
    struct vnic_error err = {};

    ifr.ifr_flags = IFF_DETACH_QUEUE;
    ASSERT_EQ(0, ioctl(fd, TUNSETQUEUE, &ifr));
    EXPECT_EQ(VNIC_EDETACHED, adopt_code(fd, nullptr, &err)) << err.text;
    ASSERT_EQ(0, delete_link("given"));
    EXPECT_EQ(VNIC_EBADFD, adopt_code(fd, nullptr, &err)) << err.text;
    close(fd);
}

TEST_F(LiveAdopt, ALayerThatTheDescriptorDoesNotHave)
{
    VNIC_COVERS("vnic_adopt", "VNIC_EKIND");
    int fd = raw_tun("given", IFF_TUN | IFF_NO_PI, 0);
    struct vnic_error err = {};
    Config tap(nullptr, VNIC_TAP);

    EXPECT_EQ(VNIC_EKIND, adopt_code(fd, &tap, &err)) << err.text;
    EXPECT_STREQ("layer", err.field);
    EXPECT_EQ(0, fcntl(fd, F_GETFL) & O_NONBLOCK);
    close(fd);
}

TEST_F(LiveAdopt, AFailureLaterOnGivesTheDescriptorBackAsItWas)
{
    int fd = raw_tun("given", IFF_TUN | IFF_NO_PI, 0);
    Config cfg(nullptr, VNIC_UNSET);
    struct vnic_error err = {};

    ASSERT_EQ(0, fcntl(fd, F_SETFD, 0));
    cfg.mtu = 100;
    cfg.owner_uid = 0xFFFFFFFEu;
    cfg.mac = "02:00:5e:10:00:01"; /* a TUN has none */
    EXPECT_LT(adopt_code(fd, &cfg, &err), 0);
    EXPECT_EQ(0, fcntl(fd, F_GETFL) & O_NONBLOCK);
    EXPECT_EQ(0, fcntl(fd, F_GETFD) & FD_CLOEXEC);
    EXPECT_EQ(1500, mtu_of("given"));
    close(fd);
}

TEST_F(LiveAdopt, NothingOfTheDeviceIsChanged)
{
    int fd = raw_tun("given", IFF_TUN | IFF_NO_PI | IFF_VNET_HDR, 0);
    ASSERT_EQ(0, ioctl(fd, TUNSETOFFLOAD, TUN_F_CSUM | TUN_F_TSO4));
    ASSERT_TRUE(set_int(fd, TUNSETVNETHDRSZ, 12) && set_int(fd, TUNSETSNDBUF, 5000));
    ASSERT_TRUE(set_mtu("given", 1400));
    unsigned flags = flags_of("given");

    vnic *dev = must_adopt(fd, VNIC_BORROW);
    EXPECT_EQ(12, get_int(fd, TUNGETVNETHDRSZ));
    EXPECT_EQ(5000, get_int(fd, TUNGETSNDBUF));
    EXPECT_EQ(1400, mtu_of("given"));
    EXPECT_EQ(flags, flags_of("given")) << "not even up";
    EXPECT_EQ(0u, tun_attributes("given")[IFLA_TUN_PERSIST]);
    vnic_close(dev);
    EXPECT_TRUE(exists("given"));
    close(fd);
}

TEST_F(LiveAdopt, AGsoPacketIsRefusedAndConsumed)
{
    VNIC_COVERS("vnic_recv vnic_recv_timeout vnic_recvv", "VNIC_ENOTSUP");
    /* A packet socket hands a super-packet to the interface with PACKET_VNET_HDR (linux/if_packet.h). */
    const int packet_vnet_hdr = 15, on = 1;
    int sock = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, htons(ETH_P_IP));
    int rc = setsockopt(sock, SOL_PACKET, packet_vnet_hdr, &on, sizeof on);
    if (rc < 0) {
        close(sock);
    }
    VNIC_SKIP_IF_NOT_EMULATED(rc, "PACKET_VNET_HDR");
    ASSERT_EQ(0, rc);
    int fd = raw_tun("given", IFF_TUN | IFF_NO_PI | IFF_VNET_HDR, 0);
    ASSERT_EQ(0, ioctl(fd, TUNSETOFFLOAD, TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6));
    ASSERT_TRUE(set_up("given", true));
    vnic *dev = must_adopt(fd);
    Bytes ip = packets::ipv4(6, packets::tcp(Bytes(4000, 1)));
    /* NEEDS_CSUM, TCPV4, hdr_len 40, gso_size 1000, csum_start 20, csum_offset 16 in native order. */
    uint8_t head[10] = {1, 1};
    const uint16_t numbers[4] = {40, 1000, 20, 16};
    memcpy(head + 2, numbers, sizeof numbers);
    Bytes all(head, head + sizeof head);
    all.insert(all.end(), ip.begin(), ip.end());
    struct sockaddr_ll to = {};
    to.sll_family = AF_PACKET;
    to.sll_protocol = htons(ETH_P_IP);
    to.sll_ifindex = static_cast<int>(if_nametoindex("given"));
    for (int i = 0; i < 6; i++) {
        ASSERT_EQ(static_cast<ssize_t>(all.size()),
                  sendto(sock, all.data(), all.size(), 0, reinterpret_cast<struct sockaddr *>(&to),
                         sizeof to))
            << strerror(errno);
    }
    std::vector<uint8_t> buf(VNIC_MAX_PACKET);
    const struct vnic_iovec halves[2] = {{buf.data(), 1000}, {buf.data() + 1000, 60000}};
    EXPECT_EQ(VNIC_ENOTSUP, vnic_recv(dev, buf.data(), buf.size()));
    EXPECT_EQ(VNIC_ENOTSUP, vnic_recv_timeout(dev, buf.data(), buf.size(), 20000));
    EXPECT_EQ(VNIC_ENOTSUP, vnic_recvv(dev, halves, 2, 20000));
    struct vnic_packet pkts[2] = {};
    EXPECT_EQ(1, vnic_acquire_many(dev, pkts, 1, 20000));
    EXPECT_EQ(VNIC_ENOTSUP, pkts[0].status);
    EXPECT_EQ(0u, pkts[0].len);
    EXPECT_EQ(0, vnic_release_many(dev, pkts, 1));
    for (struct vnic_packet &pkt : pkts) {
        pkt.data = buf.data();
        pkt.cap = VNIC_MAX_PACKET;
        pkt.status = 1;
    }
    EXPECT_EQ(2, vnic_recv_many(dev, pkts, 2, 20000));
    EXPECT_EQ(VNIC_ENOTSUP, pkts[0].status);
    EXPECT_EQ(VNIC_ENOTSUP, pkts[1].status);
    EXPECT_EQ(0u, pkts[1].len);
    EXPECT_EQ(VNIC_EAGAIN, vnic_recv_timeout(dev, buf.data(), buf.size(), 0));
    close(sock);
    vnic_close(dev);
}

TEST_F(LiveAdopt, ReleaseGivesTheDescriptorAway)
{
    vnic *dev = must_open(Config("given"));
    intptr_t fd = -1;

    ASSERT_EQ(0, vnic_release(dev, &fd));
    EXPECT_TRUE(exists("given"));
    dev = must_adopt(static_cast<int>(fd));
    EXPECT_EQ("given", name_of(dev));
    vnic_close(dev);
    EXPECT_FALSE(exists("given"));
    EXPECT_LT(fcntl(static_cast<int>(fd), F_GETFD), 0);
}

TEST_F(LiveAdopt, BorrowedNeverBlocks)
{
    int fd = raw_tun("given", IFF_TUN | IFF_NO_PI, 0);
    ASSERT_TRUE(set_up("given", true));
    vnic *dev = must_adopt(fd, VNIC_BORROW | VNIC_NONBLOCK);
    uint8_t buf[2048];

    EXPECT_EQ(VNIC_EAGAIN, vnic_recv(dev, buf, sizeof buf));
    EXPECT_EQ(VNIC_ETIMEDOUT, vnic_recv_timeout(dev, buf, sizeof buf, 5));
    EXPECT_EQ(0, fcntl(fd, F_GETFL) & O_NONBLOCK);
    ASSERT_TRUE(set_up("given", false));
    Bytes packet = packet_for(VNIC_TUN);
    EXPECT_EQ(VNIC_EDOWN, vnic_send(dev, packet.data(), packet.size()));
    close(fd);
    EXPECT_EQ(VNIC_ECLOSED, vnic_recv(dev, buf, sizeof buf)) << "the lender closed it";
    vnic_close(dev);
}

TEST_F(LiveAdopt, ADescriptorOfAnotherNamespace)
{
    int start = here();
    ASSERT_EQ("", enter_new_network());
    int fd = raw_tun("far", IFF_TUN, 0); /* with packet information, which only rtnetlink tells */
    ASSERT_TRUE(set_up("far", true));
    auto kernel = std::make_unique<PacketSocket>("far");
    ASSERT_TRUE(set_mtu("far", 1300));
    ASSERT_EQ(0, setns(start, CLONE_NEWNET)) << strerror(errno);
    close(start);

    vnic *dev = must_adopt(fd);
    ASSERT_NE(nullptr, dev);
    EXPECT_EQ(1300, vnic_recv_size(dev));
    Bytes packet = packet_for(VNIC_TUN);
    uint8_t buf[2048];
    ASSERT_TRUE(kernel->send(packet));
    EXPECT_EQ(static_cast<int>(packet.size()), vnic_recv_timeout(dev, buf, sizeof buf, 20000));
    EXPECT_EQ(0, memcmp(buf, packet.data(), packet.size()));
    kernel.reset();
    vnic_close(dev);
}

}
