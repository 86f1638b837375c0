/* SPDX-License-Identifier: Apache-2.0 */
/* What the two backends of Windows take and what they refuse by name: the table of docs/platforms/windows.md. */
#include <gtest/gtest.h>

#include <cstring>
#include <string>

#include "vnic/vnic.h"

namespace
{

using C = struct vnic_config;

/* Who takes an option. */
constexpr unsigned kWintun = 1;
constexpr unsigned kTap = 2;
constexpr unsigned kTapAsTun = 4;
constexpr unsigned kTaps = kTap | kTapAsTun;
constexpr unsigned kAll = kWintun | kTaps;

const struct vnic_prefix prefix = {VNIC_IPV4, 24, 0, 0, {10, 9, 0, 1}, {}, {}, 0};

struct Option {
    const char *field;
    unsigned taken_by;
    void (*set)(C &c);
};

const Option options[] = {
    {"name", kAll, [](C &c) { c.name = "tun%d"; }},
    {"addresses", kAll, [](C &c) { c.addresses = "10.9.0.1/24 fd09::1/64"; }},
    {"prefixes", kAll, [](C &c) { c.prefixes = &prefix, c.n_prefixes = 1; }},
    {"mtu", kAll, [](C &c) { c.mtu = 1400; }},
    {"up", kAll, [](C &c) { c.up = 0; }},
    {"metric", kAll, [](C &c) { c.metric = 5; }},
    {"dns", kAll, [](C &c) { c.dns = "1.1.1.1 search corp.example"; }},
    {"description", kAll, [](C &c) { c.description = "x"; }},
    {"VNIC_EXCLUSIVE", kAll, [](C &c) { c.flags = VNIC_EXCLUSIVE; }},
    {"VNIC_NONBLOCK", kAll, [](C &c) { c.flags = VNIC_NONBLOCK; }},
    {"VNIC_KEEP_STATE", kAll, [](C &c) { c.flags = VNIC_KEEP_STATE; }},
    {"VNIC_NO_LINK_LOCAL", kAll, [](C &c) { c.flags = VNIC_NO_LINK_LOCAL; }},
    {"engine", kAll, [](C &c) { c.engine = "auto"; }},
    {"offload", kAll, [](C &c) { c.offload = VNIC_OFFLOAD_NONE; }},

    {"wintun_path", kWintun, [](C &c) { c.wintun_path = "C:\\x\\wintun.dll"; }},
    {"adapter_guid", kWintun,
     [](C &c) { c.adapter_guid = "{6ba7b810-9dad-11d1-80b4-00c04fd430c8}"; }},
    {"ring_capacity", kWintun, [](C &c) { c.ring_capacity = 0x20000; }},

    {"mac", kTap, [](C &c) { c.mac = "02:00:5e:10:00:01"; }},
    {"persist", kTaps, [](C &c) { c.persist = 1; }},
    {"persist", kTaps, [](C &c) { c.persist = 0; }},
    {"hardware_id", kTaps, [](C &c) { c.hardware_id = "root\\tap0901"; }},

    {"alias", 0, [](C &c) { c.alias = "x"; }},
    {"netns", 0, [](C &c) { c.netns = "/run/netns/x"; }},
    {"netns_fd", 0, [](C &c) { c.netns_fd = 3; }},
    {"owner_uid", 0, [](C &c) { c.owner_uid = 0; }},
    {"group_gid", 0, [](C &c) { c.group_gid = 0; }},
    {"tx_queue_len", 0, [](C &c) { c.tx_queue_len = 500; }},
    {"if_index", 0, [](C &c) { c.if_index = 77; }},
    {"sndbuf", 0, [](C &c) { c.sndbuf = 100000; }},
    {"offload", 0, [](C &c) { c.offload = VNIC_OFFLOAD_RAW; }},
    {"offload", 0, [](C &c) { c.offload = VNIC_OFFLOAD_SPLIT, c.features = VNIC_F_CSUM; }},
    {"engine", 0, [](C &c) { c.engine = "plain"; }},
    {"VNIC_MULTI_QUEUE", 0, [](C &c) { c.flags = VNIC_MULTI_QUEUE; }},
    {"VNIC_VNET_HDR", 0, [](C &c) { c.flags = VNIC_VNET_HDR; }},
    {"VNIC_NO_CARRIER", 0, [](C &c) { c.flags = VNIC_NO_CARRIER; }},
    {"VNIC_KEEP_HEADER", 0, [](C &c) { c.flags = VNIC_KEEP_HEADER; }},
};

struct Use {
    unsigned who;
    const char *backend;
    uint32_t layer;
};

const Use uses[] = {
    {kWintun, "wintun", VNIC_TUN},
    {kTap, "tap-windows6", VNIC_TAP},
    {kTapAsTun, "tap-windows6", VNIC_TUN},
    /* Without a name the layer chooses. */
    {kWintun, nullptr, VNIC_TUN},
    {kTap, nullptr, VNIC_TAP},
};

C config_of(const Use &use)
{
    C cfg;

    vnic_config_init(&cfg);
    cfg.backend = use.backend;
    cfg.layer = use.layer;
    return cfg;
}

std::string text_of(const Use &use, const Option &option)
{
    return std::string(use.backend == nullptr ? "by layer" : use.backend) + " " +
           std::to_string(use.layer) + ", " + option.field;
}

} /* namespace */

TEST(WindowsOptions, AreTakenOrRefusedByName)
{
    for (const Use &use : uses) {
        for (const Option &option : options) {
            C cfg = config_of(use);
            struct vnic_error err;

            std::memset(&err, 0, sizeof err);
            option.set(cfg);
            SCOPED_TRACE(text_of(use, option));
            if ((option.taken_by & use.who) != 0) {
                EXPECT_EQ(0, vnic_config_check(&cfg, &err)) << err.text;
                continue;
            }
            EXPECT_EQ(VNIC_ENOTSUP, vnic_config_check(&cfg, &err)) << err.text;
            EXPECT_STREQ(option.field, err.field);
            EXPECT_STRNE("", err.text);
        }
    }
}

TEST(WindowsOptions, LayersThatABackendLacks)
{
    Use tap_on_wintun = {0, "wintun", VNIC_TAP};
    C cfg = config_of(tap_on_wintun);
    struct vnic_error err;

    EXPECT_EQ(VNIC_ENOTSUP, vnic_config_check(&cfg, &err));
    EXPECT_STREQ("layer", err.field);
}

/* A descriptor that somebody else made: neither driver has one to hand on. */
TEST(WindowsOptions, NothingIsAdopted)
{
    for (const char *backend : {"wintun", "tap-windows6"}) {
        C cfg;
        struct vnic_error err;
        vnic *dev = nullptr;

        vnic_config_init(&cfg);
        cfg.backend = backend;
        EXPECT_EQ(VNIC_ENOTSUP, vnic_adopt(3, &cfg, &dev, &err)) << err.text;
        EXPECT_EQ(nullptr, dev);
    }
}
