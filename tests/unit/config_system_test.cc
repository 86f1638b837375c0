/* SPDX-License-Identifier: Apache-2.0 */
/* Members that one family of systems has: what is wrong with them shows everywhere. */
#include <gtest/gtest.h>

#include <cstring>
#include <string>

#include "vnic/vnic.h"

extern "C" {
#include "core/backends.h"
#include "core/config.h"
}

namespace
{

class ConfigSystem : public ::testing::Test
{
  protected:
    void SetUp() override
    {
        vnic_config_init(&cfg);
        std::memset(&s, 0, sizeof s);
        std::memset(&err, 0, sizeof err);
    }
    void expect_bad(int code, const char *field)
    {
        EXPECT_EQ(code, vnic__config_system(&cfg, &s, &err));
        EXPECT_EQ(code, vnic__config_system(&cfg, &s, nullptr));
        EXPECT_STREQ(field, err.field);
        EXPECT_STRNE("", err.text);
    }

    struct vnic_config cfg;
    struct vnic__settings s;
    struct vnic_error err;
};

TEST_F(ConfigSystem, NothingSet)
{
    EXPECT_EQ(0, vnic__config_system(&cfg, &s, &err)) << err.text;
    EXPECT_EQ(VNIC_UNSET, s.ring_capacity);
    EXPECT_EQ(VNIC_UNSET, s.metric);
    EXPECT_EQ(0u, s.has_dns);
    EXPECT_EQ(nullptr, s.wintun_path);
}

TEST_F(ConfigSystem, AllSet)
{
    cfg.wintun_path = "C:\\Program Files\\\xc3\xbc\\wintun.dll";
    cfg.adapter_guid = "{6BA7B810-9dad-11d1-80b4-00c04fd430c8}";
    cfg.description = "A tunnel";
    cfg.hardware_id = "root\\tap0901";
    cfg.ring_capacity = 0x20000;
    cfg.metric = 0;
    cfg.dns = "1.1.1.1 search corp.example";
    EXPECT_EQ(0, vnic__config_system(&cfg, &s, &err)) << err.text;
    EXPECT_STREQ(cfg.wintun_path, s.wintun_path);
    EXPECT_STREQ(cfg.adapter_guid, s.adapter_guid);
    EXPECT_STREQ("A tunnel", s.description);
    EXPECT_STREQ("root\\tap0901", s.hardware_id);
    EXPECT_EQ(0x20000u, s.ring_capacity);
    EXPECT_EQ(0u, s.metric);
    EXPECT_EQ(1u, s.has_dns);
    EXPECT_EQ(1, s.dns.n_servers);
    EXPECT_STREQ("corp.example", s.dns.search);
    cfg.dns = "";
    EXPECT_EQ(0, vnic__config_system(&cfg, &s, &err)) << err.text;
    EXPECT_EQ(1u, s.has_dns);
    EXPECT_EQ(0, s.dns.n_servers);
}

TEST_F(ConfigSystem, RingIsAPowerOfTwo)
{
    for (uint32_t bytes = 0x20000; bytes <= 0x4000000; bytes *= 2) {
        cfg.ring_capacity = bytes;
        EXPECT_EQ(0, vnic__config_system(&cfg, &s, &err)) << err.text;
    }
    for (uint32_t bytes :
         {0u, 1u, 0x10000u, 0x1ffffu, 0x20001u, 0x30000u, 0x4000001u, 0x8000000u}) {
        cfg.ring_capacity = bytes;
        expect_bad(VNIC_EINVAL, "ring_capacity");
    }
}

TEST_F(ConfigSystem, Metric)
{
    cfg.metric = 2147483647;
    EXPECT_EQ(0, vnic__config_system(&cfg, &s, &err)) << err.text;
    cfg.metric = 2147483648u;
    expect_bad(VNIC_EINVAL, "metric");
}

TEST_F(ConfigSystem, Guid)
{
    cfg.adapter_guid = "6ba7b810-9dad-11d1-80b4-00c04fd430c8";
    EXPECT_EQ(0, vnic__config_system(&cfg, &s, &err)) << err.text;
    for (const char *bad :
         {"", "{}", "6ba7b810-9dad-11d1-80b4-00c04fd430c", "6ba7b810-9dad-11d1-80b4-00c04fd430c88",
          "{6ba7b810-9dad-11d1-80b4-00c04fd430c8", "6ba7b810-9dad-11d1-80b4-00c04fd430c8}",
          "(6ba7b810-9dad-11d1-80b4-00c04fd430c8)", "6ba7b810_9dad-11d1-80b4-00c04fd430c8",
          "6ba7b8109-dad-11d1-80b4-00c04fd430c8", "gba7b810-9dad-11d1-80b4-00c04fd430c8",
          "{00000000-0000-0000-0000-000000000000}"}) {
        cfg.adapter_guid = bad;
        expect_bad(VNIC_EINVAL, "adapter_guid");
    }
}

TEST_F(ConfigSystem, Texts)
{
    const std::string longest(127, 'x'), too_long(128, 'x'), id199(199, 'x'), id200(200, 'x');
    cfg.description = longest.c_str();
    cfg.hardware_id = id199.c_str();
    EXPECT_EQ(0, vnic__config_system(&cfg, &s, &err)) << err.text;
    for (const char *bad : {"", "a\nb", "a\x7f", "\xc3", too_long.c_str()}) {
        cfg.description = bad;
        expect_bad(VNIC_EINVAL, "description");
    }
    cfg.description = nullptr;
    for (const char *bad : {"", "a b", "a,b", "\xc3\xa9", "a\tb", id200.c_str()}) {
        cfg.hardware_id = bad;
        expect_bad(VNIC_EINVAL, "hardware_id");
    }
    cfg.hardware_id = nullptr;
    for (const char *bad : {"", "C:\\\xff"}) {
        cfg.wintun_path = bad;
        expect_bad(VNIC_EINVAL, "wintun_path");
    }
    cfg.wintun_path = nullptr;
    cfg.dns = "nonsense";
    expect_bad(VNIC_EADDR, "dns");
}

/* Never one that only stands for an interface, unless the system has no other at all. */
TEST(DefaultBackend, IsTheFirstOfTheSystemsThatHasTheLayer)
{
    for (uint32_t layer : {VNIC_TUN, VNIC_TAP, VNIC_UNSET}) {
        uint64_t option = layer == VNIC_TAP ? VNIC__OPT_TAP : VNIC__OPT_TUN;
        std::string wanted = vnic_backends()[0];
        for (const char *const *name = vnic_backends(); *name != nullptr; name++) {
            bool real = std::strcmp(*name, "fake") != 0 && std::strcmp(*name, "null") != 0;
            if (real && (vnic__find_backend(*name, layer, nullptr)->options & option) != 0) {
                wanted = *name;
                break;
            }
        }
        EXPECT_EQ(wanted, vnic__find_backend(nullptr, layer, nullptr)->name);
        EXPECT_NE(wanted, "fake");
    }
    const struct vnic__backend *tun = vnic__find_backend(nullptr, VNIC_TUN, nullptr);
    const struct vnic__backend *tap = vnic__find_backend(nullptr, VNIC_TAP, nullptr);
    if (std::strcmp(tun->name, "wintun") == 0) {
        EXPECT_STREQ("tap-windows6", tap->name);
    } else {
        EXPECT_EQ(tun, tap);
    }
}

} /* namespace */
