/* SPDX-License-Identifier: Apache-2.0 */
#include "vnic/mac.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>

#include "support/covers.h"
#include "vnic/error.h"

TEST(Mac, ParseAndFormat)
{
    const char *good[][2] = {
        {"02:00:5e:10:00:01", "02:00:5e:10:00:01"},
        {"02-00-5E-10-00-fF", "02:00:5e:10:00:ff"},
        {"00:00:00:00:00:00", "00:00:00:00:00:00"},
        {"ff:ff:ff:ff:ff:ff", "ff:ff:ff:ff:ff:ff"},
    };
    for (const auto &c : good) {
        uint8_t mac[6];
        char buf[VNIC_MAC_TEXT_MAX];
        ASSERT_EQ(vnic_mac_parse(c[0], mac), VNIC_OK) << c[0];
        ASSERT_EQ(vnic_mac_format(mac, buf, sizeof buf), 17);
        EXPECT_STREQ(buf, c[1]);
    }
}

TEST(Mac, TextsThatAreNone)
{
    VNIC_COVERS("vnic_mac_parse", "VNIC_EADDR");
    const char *bad[] = {"",
                         "0",
                         "02",
                         "02:",
                         "02:00:5e:10:00",
                         "02:00:5e:10:00:",
                         "02:00:5e:10:00:1",
                         "02:00:5e:10:00:01:",
                         "02:00:5e:10:00:011",
                         "02:00:5e-10:00:01",
                         "02.00.5e.10.00.01",
                         "0200.5e10.0001",
                         "02005e100001",
                         "2:0:5e:10:0:1",
                         " 02:00:5e:10:00:01",
                         "02:00:5e:10:00:01 ",
                         "0g:00:5e:10:00:01",
                         "02::5e:10:00:01"};
    for (const char *text : bad) {
        uint8_t mac[6] = {9, 9, 9, 9, 9, 9};
        /* On the heap, so that AddressSanitizer sees a read behind a short text. */
        char *heap = strdup(text);
        EXPECT_EQ(vnic_mac_parse(heap, mac), VNIC_EADDR) << text;
        EXPECT_EQ(mac[0], 9);
        free(heap);
    }
}

TEST(Mac, BadArguments)
{
    VNIC_COVERS("vnic_mac_parse", "VNIC_EINVAL");
    VNIC_COVERS("vnic_mac_format", "VNIC_EINVAL");
    VNIC_COVERS("vnic_mac_format", "VNIC_EMSGSIZE");
    VNIC_COVERS("vnic_mac_is_unicast", "VNIC_EINVAL");
    uint8_t mac[6] = {2};
    char buf[VNIC_MAC_TEXT_MAX];
    EXPECT_EQ(vnic_mac_parse(nullptr, mac), VNIC_EINVAL);
    EXPECT_EQ(vnic_mac_parse("02:00:5e:10:00:01", nullptr), VNIC_EINVAL);
    EXPECT_EQ(vnic_mac_format(nullptr, buf, sizeof buf), VNIC_EINVAL);
    EXPECT_EQ(vnic_mac_format(mac, nullptr, sizeof buf), VNIC_EINVAL);
    EXPECT_EQ(vnic_mac_format(mac, buf, sizeof buf - 1), VNIC_EMSGSIZE);
    EXPECT_EQ(vnic_mac_is_unicast(nullptr), VNIC_EINVAL);
}

TEST(Mac, Unicast)
{
    const uint8_t local[6] = {2}, global[6] = {0, 0, 0x5e, 0, 0, 1}, zero[6] = {0};
    const uint8_t multicast[6] = {1, 0, 0x5e, 0, 0, 1};
    const uint8_t broadcast[6] = {255, 255, 255, 255, 255, 255};
    EXPECT_EQ(vnic_mac_is_unicast(local), 1);
    EXPECT_EQ(vnic_mac_is_unicast(global), 1);
    EXPECT_EQ(vnic_mac_is_unicast(zero), 0);
    for (int i = 0; i < 6; i++) {
        uint8_t one[6] = {0};
        one[i] = 2;
        EXPECT_EQ(vnic_mac_is_unicast(one), 1) << i;
    }
    EXPECT_EQ(vnic_mac_is_unicast(multicast), 0);
    EXPECT_EQ(vnic_mac_is_unicast(broadcast), 0);
}
