/* SPDX-License-Identifier: Apache-2.0 */
#include <gtest/gtest.h>

#include "support/packets.h"

extern "C" {
#include "core/claimed_len.h"
}

using namespace packets;

TEST(ClaimedLen, Ip)
{
    const Bytes four = ipv4(17, udp(Bytes(100))), six = ipv6(17, udp(Bytes(100), v6_a, v6_b));
    EXPECT_EQ(vnic__ip_claimed_len(four.data(), four.size()), 128);
    EXPECT_EQ(vnic__ip_claimed_len(four.data(), 4), 128);
    EXPECT_EQ(vnic__ip_claimed_len(six.data(), six.size()), 148);
    EXPECT_EQ(vnic__ip_claimed_len(six.data(), VNIC__CLAIM_PEEK_IP), 148);
    EXPECT_EQ(vnic__ip_claimed_len(ipv6(59, {}).data(), 40), 40);
    EXPECT_EQ(vnic__ip_claimed_len(ipv4(59, {}).data(), 20), 20);
}

TEST(ClaimedLen, UnknownLengths)
{
    const Bytes four = ipv4(17, udp({})), six = ipv6(17, udp({}, v6_a, v6_b));
    EXPECT_EQ(vnic__ip_claimed_len(nullptr, 0), -1);
    EXPECT_EQ(vnic__ip_claimed_len(four.data(), 3), -1);
    EXPECT_EQ(vnic__ip_claimed_len(six.data(), 6), -1);
    EXPECT_EQ(vnic__ip_claimed_len(hex("4500 0000").data(), 4), -1);
    EXPECT_EQ(vnic__ip_claimed_len(hex("4500 0013").data(), 4), -1);
    EXPECT_EQ(vnic__ip_claimed_len(hex("5500 0100 0000 00").data(), 7), -1);
    EXPECT_EQ(vnic__ip_claimed_len(hex("6000 0000 0000 00 40").data(), 8), -1) << "jumbogram";
}

TEST(ClaimedLen, Ethernet)
{
    const Bytes inner = ipv4(17, udp(Bytes(10)));
    const Bytes six = ipv6(17, udp(Bytes(10), v6_a, v6_b));
    const Bytes qinq = hex("88a8 0007 8100 2005");
    const Bytes arp = hex("0001 0800 06 04 0001") + Bytes(20);
    struct {
        const char *name;
        Bytes frame;
        int64_t len;
    } cases[] = {
        {"IPv4", ethernet(0x0800, inner), 14 + 38},
        {"IPv6", ethernet(0x86DD, six), 14 + 58},
        {"padding", ethernet(0x0800, inner) + Bytes(8), 14 + 38},
        {"tag", ethernet(0x0800, inner, hex("8100 0001")), 18 + 38},
        {"two tags", ethernet(0x86DD, six, qinq), 22 + 58},
        {"ARP", ethernet(0x0806, arp), 14 + 28},
        {"tagged ARP", ethernet(0x0806, arp, qinq), 22 + 28},
        {"three tags", ethernet(0x0800, inner, qinq + hex("8100 0001")), -1},
        {"other type", ethernet(0x88CC, inner), -1},
        {"802.3 length", ethernet(0x0026, inner), -1},
    };
    for (const auto &c : cases) {
        EXPECT_EQ(vnic__eth_claimed_len(c.frame.data(), c.frame.size()), c.len) << c.name;
        if (c.len > 0) {
            EXPECT_EQ(vnic__eth_claimed_len(c.frame.data(), VNIC__CLAIM_PEEK_ETH), c.len) << c.name;
        }
    }
    const Bytes frame = ethernet(0x0800, inner, hex("8100 0001"));
    for (size_t len = 0; len < 22; len++) {
        EXPECT_EQ(vnic__eth_claimed_len(frame.data(), len), -1) << len;
    }
    const Bytes a = ethernet(0x0806, arp);
    EXPECT_EQ(vnic__eth_claimed_len(a.data(), 19), -1);
    EXPECT_EQ(vnic__eth_claimed_len(a.data(), 20), 42);
}
