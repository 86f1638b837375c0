/* SPDX-License-Identifier: Apache-2.0 */
#include <gtest/gtest.h>

#include <cstring>
#include <random>
#include <string>

#include "support/packets.h"

extern "C" {
#include "core/inet_text.h"
}

using namespace packets;

static std::string format6(const Bytes &addr)
{
    char buf[VNIC__INET_TEXT_MAX];
    return std::string(buf, vnic__ipv6_format(addr.data(), buf));
}

struct AddressCase {
    const char *text;
    const char *canonical; /* nullptr: not an address */
};

/* RFC 4291 section 2.2, RFC 5952 sections 1, 4 and 5, and what is not an address. */
static const AddressCase v6_cases[] = {
    {"2001:db8:0:0:8:800:200c:417a", "2001:db8::8:800:200c:417a"},
    {"2001:DB8:0:0:8:800:200C:417A", "2001:db8::8:800:200c:417a"},
    {"FF01::101", "ff01::101"},
    {"::1", "::1"},
    {"::", "::"},
    {"1::", "1::"},
    {"0:0:0:0:0:0:13.1.68.3", "::d01:4403"},
    {"::13.1.68.3", "::d01:4403"},
    {"::FFFF:129.144.52.38", "::ffff:129.144.52.38"},
    {"::ffff:8190:3426", "::ffff:129.144.52.38"},
    {"64:ff9b::192.0.2.33", "64:ff9b::c000:221"},
    {"2001:db8::0:1", "2001:db8::1"},
    {"2001:0db8::0001", "2001:db8::1"},
    {"2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"},
    {"2001:0:0:1:0:0:0:1", "2001:0:0:1::1"},
    {"2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"},
    {"1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"},
    {"::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"},
    {"1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"},
    {"0:0:1::", "0:0:1::"},
    {"1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304"},
    {"", nullptr},
    {":", nullptr},
    {":::", nullptr},
    {"1", nullptr},
    {"1:", nullptr},
    {":1", nullptr},
    {"1:2:3:4:5:6:7", nullptr},
    {"1:2:3:4:5:6:7:8:9", nullptr},
    {"1:2:3:4:5:6:7:8:", nullptr},
    {"1:2:3:4:5:6:7:8::", nullptr},
    {"::1:2:3:4:5:6:7:8", nullptr},
    {"1::2::3", nullptr},
    {"::1::2", nullptr},
    {"1:::2", nullptr},
    {"12345::", nullptr},
    {"g::", nullptr},
    {"::1.2.3", nullptr},
    {"::1.2.3.256", nullptr},
    {"::1.2.3.4:5", nullptr},
    {"1:2:3:4:5:6:7:1.2.3.4", nullptr},
    {"::1%eth0", nullptr},
    {"1 ::", nullptr},
    {"10.9.0.1", nullptr},
};

TEST(InetText, Ipv6)
{
    for (const AddressCase &c : v6_cases) {
        Bytes addr(16);
        int ok = vnic__ipv6_parse(c.text, strlen(c.text), addr.data());
        EXPECT_EQ(ok, c.canonical != nullptr) << c.text;
        if (ok && c.canonical != nullptr) {
            EXPECT_EQ(format6(addr), c.canonical) << c.text;
        }
    }
}

static const AddressCase text4_cases[] = {
    {"0.0.0.0", "0.0.0.0"},
    {"10.9.0.1", "10.9.0.1"},
    {"255.255.255.255", "255.255.255.255"},
    {"", nullptr},
    {"1.2.3", nullptr},
    {"1.2.3.4.5", nullptr},
    {"1.2.3.256", nullptr},
    {"1.2.3.04", nullptr},
    {"01.2.3.4", nullptr},
    {"1.2.3.", nullptr},
    {".1.2.3", nullptr},
    {"1..2.3", nullptr},
    {"1.2.3.4 ", nullptr},
    {"+1.2.3.4", nullptr},
    {"0x1.2.3.4", nullptr},
    {"1.2.3.100000", nullptr},
    {"1.2.3.99999999999999", nullptr},
};

TEST(InetText, Ipv4)
{
    for (const AddressCase &c : text4_cases) {
        uint8_t addr[4];
        int ok = vnic__ipv4_parse(c.text, strlen(c.text), addr);
        EXPECT_EQ(ok, c.canonical != nullptr) << c.text;
        if (ok && c.canonical != nullptr) {
            char buf[VNIC__INET_TEXT_MAX];
            EXPECT_EQ(std::string(buf, vnic__ipv4_format(addr, buf)), c.canonical);
        }
    }
}

TEST(InetText, FormatAndParseAreInverse)
{
    std::mt19937 random(5);
    for (int round = 0; round < 20000; round++) {
        Bytes addr(16), again(16, 0xEE);
        for (size_t i = 0; i < 16; i++) {
            addr[i] = random() % 3 == 0 ? static_cast<uint8_t>(random()) : 0;
        }
        std::string text = format6(addr);
        ASSERT_TRUE(vnic__ipv6_parse(text.data(), text.size(), again.data())) << text;
        ASSERT_EQ(addr, again) << text;
    }
}

TEST(InetText, Decimal)
{
    EXPECT_EQ(vnic__decimal_parse("0", 1, 9), 0);
    EXPECT_EQ(vnic__decimal_parse("65535", 5, 65535), 65535);
    EXPECT_EQ(vnic__decimal_parse("65536", 5, 65535), -1);
    EXPECT_EQ(vnic__decimal_parse("000001", 6, 9), -1);
    EXPECT_EQ(vnic__decimal_parse("-1", 2, 9), -1);
    EXPECT_EQ(vnic__decimal_parse("", 0, 9), -1);
    char buf[10];
    EXPECT_EQ(std::string(buf, vnic__decimal_format(0, buf)), "0");
    EXPECT_EQ(std::string(buf, vnic__decimal_format(UINT32_MAX, buf)), "4294967295");
}
