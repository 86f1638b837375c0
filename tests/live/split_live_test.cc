/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Splitting against the kernel's own: super-packets that are written to a TUN with all offloads are
 * forwarded to one without, where they arrive as segments. The library makes the same bytes of them.
 */
#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/if_tun.h>
#include <linux/ipv6.h>
#include <poll.h>

#include <random>

#include "support/live_net.h"
#include "support/netns_fixture.h"
#include "support/packets.h"
#include "vnic/packet.h"

using namespace packets;

namespace
{

const Bytes net4_in = hex("0a 09 01 02"), net4_out = hex("0a 09 02 02");
const Bytes net6_in = hex("fd09 0001 0000 0000 0000 0000 0000 0002");
const Bytes net6_out = hex("fd09 0002 0000 0000 0000 0000 0000 0002");

/* struct virtio_net_hdr; the header of linux/virtio_net.h is no C++. */
struct VnetHeader {
    uint8_t flags = 0; /* 1: the checksum is partial */
    uint8_t gso_type = 0;
    uint16_t hdr_len = 0;
    uint16_t gso_size = 0;
    uint16_t csum_start = 0;
    uint16_t csum_offset = 0;
};

/* A super-packet as it is written, and how it is to be split. */
struct Super {
    Bytes bytes;
    VnetHeader head;
};

bool add_address4(const std::string &name, const Bytes &host)
{
    struct ifreq ifr = live::request_for(name);
    auto *in = reinterpret_cast<struct sockaddr_in *>(&ifr.ifr_addr);

    in->sin_family = AF_INET;
    memcpy(&in->sin_addr, host.data(), 4);
    reinterpret_cast<uint8_t *>(&in->sin_addr)[3] = 1;
    if (live::if_ioctl(SIOCSIFADDR, &ifr) < 0) {
        return false;
    }
    in->sin_addr.s_addr = htonl(0xFFFFFF00);
    return live::if_ioctl(SIOCSIFNETMASK, &ifr) == 0;
}

bool add_address6(const std::string &name, const Bytes &host)
{
    /* Valgrind takes every SIOCSIFADDR for IPv4's, which reads more. */
    union {
        struct ifreq larger;
        struct in6_ifreq six;
    } request;
    int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    memset(&request, 0, sizeof request);
    memcpy(&request.six.ifr6_addr, host.data(), 16);
    request.six.ifr6_addr.s6_addr[15] = 1;
    request.six.ifr6_prefixlen = 64;
    request.six.ifr6_ifindex = static_cast<int>(if_nametoindex(name.c_str()));
    int rc = ioctl(fd, SIOCSIFADDR, &request);
    close(fd);
    return rc == 0;
}

/* The partial checksum of layer 4: the pseudo header's sum. */
Bytes with_partial_sum(Bytes l4, size_t field, uint8_t proto, const Bytes &src, const Bytes &dst)
{
    Bytes pseudo = src + dst + Bytes{0, proto, 0, 0};
    put16(pseudo, pseudo.size() - 2, static_cast<uint32_t>(l4.size()));
    put16(l4, field, naive_sum(pseudo.data(), pseudo.size()));
    return l4;
}

/* Makes super-packets of every kind that the kernel splits. */
class Maker
{
  public:
    explicit Maker(bool with_udp) : with_udp_(with_udp)
    {
    }

    Super make()
    {
        bool six = number(0, 1) == 0, udp = with_udp_ && number(0, 2) == 0;
        bool full = !udp && number(0, 4) == 0;
        const Bytes &src = six ? net6_in : net4_in, &dst = six ? net6_out : net4_out;
        uint8_t proto = udp ? 17 : 6;
        size_t field = udp ? 6 : 16;
        Bytes l4 = (udp ? udp_header() : tcp_header()) + payload();
        put16(l4, udp ? 4 : 14, static_cast<uint32_t>(l4.size()));
        l4 = full ? with_l4_sum(l4, field, proto, src, dst)
                  : with_partial_sum(l4, field, proto, src, dst);
        Super s;
        size_t l4_len = l4.size();
        s.bytes = six ? over_ipv6(proto, l4) : over_ipv4(proto, l4);
        s.head.gso_type = static_cast<uint8_t>(udp   ? VNIC_GSO_UDP_L4
                                               : six ? VNIC_GSO_TCPV6
                                                     : VNIC_GSO_TCPV4);
        if (!udp && number(0, 2) == 0) {
            s.head.gso_type |= VNIC_GSO_ECN;
        }
        s.head.gso_size = size_;
        if (!full) {
            s.head.flags = 1;
            s.head.csum_start = static_cast<uint16_t>(s.bytes.size() - l4_len);
            s.head.csum_offset = static_cast<uint16_t>(field);
        }
        return s;
    }

  private:
    uint32_t number(uint32_t from, uint32_t to)
    {
        return std::uniform_int_distribution<uint32_t>(from, to)(random_);
    }

    uint8_t byte()
    {
        return static_cast<uint8_t>(number(0, 255));
    }

    /* More than one segment, and no more than any kernel takes of UDP. */
    Bytes payload()
    {
        static const uint32_t sizes[] = {1, 7, 100, 536, 1208, 1448, 8000};
        size_ = static_cast<uint16_t>(number(0, 1) == 0 ? sizes[number(0, 6)] : number(1, 8000));
        uint32_t most = std::min<uint32_t>(64, 64000 / size_);
        Bytes p(number(size_ + 1u, std::max<uint32_t>(2, most) * size_));
        uint8_t fixed = byte();
        bool noise = number(0, 2) != 0;
        for (uint8_t &b : p) {
            b = noise ? byte() : fixed;
        }
        return p;
    }

    Bytes udp_header()
    {
        return hex("03e8 07d0 0000 0000");
    }

    /* Any flags, near the end of the sequence numbers or not. */
    Bytes tcp_header()
    {
        Bytes h = hex("03e8 07d0 ffffff00 00000002 5018 ffff 0000 0000");
        if (number(0, 1) == 0) {
            h[4] = byte();
        }
        h[13] = byte();
        if (number(0, 1) == 0) {
            h[12] = 0x80;
            h = h + hex("01 01 08 0a") + Bytes{byte(), 2, 3, 4, 5, 6, 7, 8};
        }
        return h;
    }

    Bytes over_ipv4(uint8_t proto, const Bytes &l4)
    {
        Bytes options = number(0, 2) == 0 ? hex("01 01 01 00") : Bytes();
        Bytes b = ipv4(proto, l4, net4_in, net4_out, options, number(0, 1) == 0 ? 0x4000 : 0);
        put16(b, 4, number(0, 1) == 0 ? 0xFFF0 : number(0, 0xFFFF));
        put16(b, 10, 0);
        put16(b, 10,
              naive_checksum(Bytes(b.begin(), b.begin() + 20 + static_cast<long>(options.size()))));
        return b;
    }

    Bytes over_ipv6(uint8_t proto, const Bytes &l4)
    {
        Bytes options = Bytes{proto, 0, 1, 4, 0, 0, 0, 0};
        switch (number(0, 2)) {
        case 0:
            return ipv6(proto, l4, net6_in, net6_out);
        case 1:
            return ipv6(60, options + l4, net6_in, net6_out);
        default:
            return ipv6(0, Bytes{60, 0, 1, 4, 0, 0, 0, 0} + options + l4, net6_in, net6_out);
        }
    }

    std::mt19937 random_{20260401};
    uint16_t size_ = 1;
    bool with_udp_;
};

/* As the library splits it when one router has passed it on. */
std::vector<Bytes> split(Super s)
{
    std::vector<Bytes> out;
    vnic_packet packet = {}, segment = {};
    vnic_split split;
    Bytes buffer(9000);

    s.bytes[s.bytes[0] >> 4 == 4 ? 8 : 7]--;
    packet.data = s.bytes.data();
    packet.len = static_cast<uint32_t>(s.bytes.size());
    packet.gso_type = s.head.gso_type;
    packet.gso_size = s.head.gso_size;
    packet.csum = s.head.flags != 0 ? VNIC_CSUM_PARTIAL : VNIC_CSUM_UNKNOWN;
    packet.csum_start = s.head.csum_start;
    packet.csum_offset = s.head.csum_offset;
    EXPECT_GT(vnic_split_begin(&split, &packet, VNIC_TUN, 0), 1);
    segment.data = buffer.data();
    segment.cap = static_cast<uint32_t>(buffer.size());
    while (vnic_split_copy(&split, &segment) == 1) {
        out.emplace_back(buffer.begin(), buffer.begin() + segment.len);
    }
    return out;
}

class LiveSplit : public live::NetnsTest
{
  protected:
    void TearDown() override
    {
        for (int fd : {in_, out_}) {
            if (fd >= 0) {
                close(fd);
            }
        }
        NetnsTest::TearDown();
    }

    /* Two devices, and a kernel that passes packets on from the first to the second. */
    void make_network()
    {
        live::allow_ipv6();
        ASSERT_EQ(live::write_text("/proc/sys/net/ipv6/conf/default/accept_dad", "0"), "");
        ASSERT_EQ(live::write_text("/proc/sys/net/ipv4/ip_forward", "1"), "");
        in_ = live::raw_tun("in0", IFF_TUN | IFF_NO_PI | IFF_VNET_HDR);
        out_ = live::raw_tun("out0", IFF_TUN | IFF_NO_PI);
        ASSERT_GE(in_, 0) << strerror(errno);
        ASSERT_GE(out_, 0) << strerror(errno);
        ASSERT_EQ(live::write_text("/proc/sys/net/ipv4/conf/all/rp_filter", "0"), "");
        ASSERT_EQ(live::write_text("/proc/sys/net/ipv4/conf/in0/rp_filter", "0"), "");
        ASSERT_EQ(live::write_text("/proc/sys/net/ipv6/conf/all/forwarding", "1"), "");
        ASSERT_TRUE(live::set_mtu("out0", 9000));
        ASSERT_TRUE(add_address4("in0", net4_in) && add_address4("out0", net4_out));
        ASSERT_TRUE(live::set_up("in0", true) && live::set_up("out0", true));
        ASSERT_TRUE(add_address6("in0", net6_in) && add_address6("out0", net6_out));
    }

    bool offload(unsigned features)
    {
        return ioctl(in_, TUNSETOFFLOAD, static_cast<unsigned long>(features)) == 0;
    }

    bool put(const Super &s)
    {
        Bytes all(sizeof s.head);
        memcpy(all.data(), &s.head, sizeof s.head);
        all = all + s.bytes;
        return write(in_, all.data(), all.size()) == static_cast<ssize_t>(all.size());
    }

    /* The next packet that comes from where the super-packets come from; empty: none does. */
    Bytes get()
    {
        Bytes b(9000);
        struct pollfd pfd = {out_, POLLIN, 0};
        while (poll(&pfd, 1, 20000) > 0) {
            ssize_t got = read(out_, b.data(), b.size());
            bool six = b[0] >> 4 == 6;
            const Bytes &src = six ? net6_in : net4_in;
            if (got > 0 && std::equal(src.begin(), src.end(), b.begin() + (six ? 8 : 12))) {
                b.resize(static_cast<size_t>(got));
                return b;
            }
        }
        return {};
    }

    int in_ = -1, out_ = -1;
};

}

TEST_F(LiveSplit, AsTheKernel)
{
    const unsigned tcp = TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6 | TUN_F_TSO_ECN;
    ASSERT_NO_FATAL_FAILURE(make_network());
    bool udp = offload(tcp | VNIC_F_USO4 | VNIC_F_USO6);
    if (!udp) {
        VNIC_SKIP_IF_NOT_EMULATED(-1, "TUNSETOFFLOAD");
        std::cout << "this kernel has no UDP segmentation offload: TCP only\n";
        ASSERT_TRUE(offload(tcp)) << strerror(errno);
    }
    Maker maker(udp);
    for (int i = 0; i < 300; i++) {
        SCOPED_TRACE(i);
        Super s = maker.make();
        ASSERT_TRUE(put(s)) << strerror(errno);
        for (const Bytes &segment : split(s)) {
            ASSERT_EQ(get(), segment);
        }
    }
}
