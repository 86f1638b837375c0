/* SPDX-License-Identifier: Apache-2.0 */
/* Opening: what is refused before anything is made, and what the error says. */
#include <algorithm>

#include "contract/contract.h"

namespace contract
{

/* Terminated texts, the code, the operation: what every filled error has. */
static void expect_error(const struct vnic_error &err, int code, const char *field)
{
    ASSERT_NE(nullptr, std::memchr(err.text, 0, sizeof err.text));
    ASSERT_NE(nullptr, std::memchr(err.field, 0, sizeof err.field));
    ASSERT_NE(nullptr, std::memchr(err.operation, 0, sizeof err.operation));
    EXPECT_EQ(code, err.code) << err.text;
    EXPECT_STREQ(field, err.field) << err.text;
    EXPECT_NE('\0', err.operation[0]);
    EXPECT_NE('\0', err.text[0]);
    EXPECT_EQ(0u, err.reserved);
}

struct BadMember {
    const char *what;
    std::function<void(struct vnic_config &)> set;
    int code;
    const char *field;
    const char *quotes;     /* must be found in the text */
    bool only_unix = false; /* other systems have another rule */
};

static const struct vnic_prefix bad_prefix = {9, 24, 0, 0, {10}, {}, {}, 0};

static std::vector<BadMember> bad_members()
{
    using C = struct vnic_config;
    return {
        {"unknown backend", [](C &c) { c.backend = "windos"; }, VNIC_EINVAL, "backend", "windos"},
        {"unknown layer", [](C &c) { c.layer = 3; }, VNIC_EINVAL, "layer", "3"},
        {"layer 0", [](C &c) { c.layer = 0; }, VNIC_EINVAL, "layer", "0"},
        {"unknown flag", [](C &c) { c.flags |= 0x40000000u; }, VNIC_EINVAL, "flags", "0x40000000"},
        {"borrow", [](C &c) { c.flags |= VNIC_BORROW; }, VNIC_EINVAL, "VNIC_BORROW", "adopt"},
        {"offload", [](C &c) { c.offload = 7; }, VNIC_EINVAL, "offload", "7"},
        {"unknown feature",
         [](C &c) {
             c.offload = VNIC_OFFLOAD_RAW;
             c.features = 0x10;
         },
         VNIC_EINVAL, "features", "0x10"},
        {"features alone", [](C &c) { c.features = VNIC_F_CSUM; }, VNIC_EINVAL, "features",
         "offload"},
        {"partial checksums alone", [](C &c) { c.flags |= VNIC_PARTIAL_CHECKSUMS; }, VNIC_EINVAL,
         "VNIC_PARTIAL_CHECKSUMS", "offload"},
        {"offload with headers kept",
         [](C &c) {
             c.offload = VNIC_OFFLOAD_SPLIT;
             c.flags |= VNIC_KEEP_HEADER;
         },
         VNIC_ENOTSUP, "VNIC_KEEP_HEADER", "offload"},
        {"engine", [](C &c) { c.engine = "warp"; }, VNIC_EINVAL, "engine", "warp"},
        {"mtu too small", [](C &c) { c.mtu = 67; }, VNIC_EINVAL, "mtu", "67"},
        {"mtu 0", [](C &c) { c.mtu = 0; }, VNIC_EINVAL, "mtu", "0"},
        {"mtu too large", [](C &c) { c.mtu = 65536; }, VNIC_EINVAL, "mtu", "65536"},
        {"mtu too small for IPv6",
         [](C &c) {
             c.mtu = 1279;
             c.addresses = "fd09::1/64";
         },
         VNIC_EINVAL, "mtu", "1280"},
        {"up", [](C &c) { c.up = 2; }, VNIC_EINVAL, "up", "2"},
        {"txqlen", [](C &c) { c.tx_queue_len = 1000001; }, VNIC_EINVAL, "tx_queue_len", "1000001"},
        {"name empty", [](C &c) { c.name = ""; }, VNIC_ENAME, "name", "name"},
        {"name too long", [](C &c) { c.name = "abcdefghijklmnop"; }, VNIC_ENAME, "name",
         "abcdefghijklmnop", true},
        {"name with a slash", [](C &c) { c.name = "a/b"; }, VNIC_ENAME, "name", "a/b"},
        {"name with a space", [](C &c) { c.name = "a b"; }, VNIC_ENAME, "name", "a b", true},
        {"name .", [](C &c) { c.name = "."; }, VNIC_ENAME, "name", ".", true},
        {"name ..", [](C &c) { c.name = ".."; }, VNIC_ENAME, "name", "..", true},
        {"name with two patterns", [](C &c) { c.name = "a%d%d"; }, VNIC_ENAME, "name", "a%d%d"},
        {"name with another format", [](C &c) { c.name = "a%s"; }, VNIC_ENAME, "name", "a%s"},
        {"bad address", [](C &c) { c.addresses = "10.9.0.1/24 10.9.0.300/24"; }, VNIC_EADDR,
         "addresses", "10.9.0.300/24"},
        {"no prefix length of IPv4", [](C &c) { c.addresses = "10.9.0.1/33"; }, VNIC_EADDR,
         "addresses", "10.9.0.1/33"},
        {"multicast", [](C &c) { c.addresses = "224.0.0.1/24"; }, VNIC_EADDR, "addresses",
         "224.0.0.1"},
        {"duplicate", [](C &c) { c.addresses = "10.9.0.1/24 10.9.0.1/24"; }, VNIC_EEXIST,
         "addresses", "10.9.0.1/24"},
        {"bad typed prefix",
         [](C &c) {
             c.prefixes = &bad_prefix;
             c.n_prefixes = 1;
         },
         VNIC_EADDR, "addresses", "9"},
        {"typed prefixes not counted", [](C &c) { c.prefixes = &bad_prefix; }, VNIC_EINVAL,
         "n_prefixes", "how many"},
        {"typed prefixes NULL", [](C &c) { c.n_prefixes = 1; }, VNIC_EINVAL, "prefixes",
         "prefixes"},
        {"alias too long",
         [](C &c) {
             static const std::string text(256, 'x');
             c.alias = text.c_str();
         },
         VNIC_EINVAL, "alias", "256"},
        {"size 0", [](C &c) { c.size = 0; }, VNIC_EVERSION, "size", "0"},
        {"size smaller", [](C &c) { c.size = 8; }, VNIC_EVERSION, "size", "8"},
        {"size larger", [](C &c) { c.size = sizeof c + 8; }, VNIC_EVERSION, "size", "header"},
    };
}

TEST_P(ContractPlain, BadMembersAreRefusedByName)
{
    VNIC_COVERS("vnic_open", "VNIC_EINVAL");
    VNIC_COVERS("vnic_open", "VNIC_EADDR");
    VNIC_COVERS("vnic_open", "VNIC_EEXIST");
    VNIC_COVERS("vnic_open", "VNIC_ENAME");
    VNIC_COVERS("vnic_open", "VNIC_ENOTSUP");
    VNIC_COVERS("vnic_open", "VNIC_EVERSION");
    VNIC_COVERS("vnic_config_check", "VNIC_EINVAL");
    VNIC_COVERS("vnic_config_check", "VNIC_EADDR");
    VNIC_COVERS("vnic_config_check", "VNIC_EEXIST");
    VNIC_COVERS("vnic_config_check", "VNIC_ENAME");
    VNIC_COVERS("vnic_config_check", "VNIC_ENOTSUP");
    VNIC_COVERS("vnic_config_check", "VNIC_EVERSION");
    for (const BadMember &bad : bad_members()) {
        SCOPED_TRACE(bad.what);
        /* A rule of the backend's own for names, or no such text at all. */
        if ((bad.only_unix && inside_find_backend(driver->backend())->check_name != nullptr) ||
            (std::string(bad.field) == "alias" && !has(VNIC__OPT_ALIAS))) {
            continue;
        }
        struct vnic_config cfg = config();
        bad.set(cfg);
        vnic *raw = reinterpret_cast<vnic *>(&cfg);
        std::memset(&err, 0xFF, sizeof err);
        EXPECT_EQ(bad.code, vnic_config_check(&cfg, &err));
        ASSERT_NO_FATAL_FAILURE(expect_error(err, bad.code, bad.field));
        EXPECT_NE(nullptr, std::strstr(err.text, bad.quotes)) << err.text;
        std::memset(&err, 0xFF, sizeof err);
        EXPECT_EQ(bad.code, vnic_open(&cfg, &raw, &err));
        ASSERT_NO_FATAL_FAILURE(expect_error(err, bad.code, bad.field));
        EXPECT_EQ(nullptr, raw);
        /* Without a place for the error, the same code. */
        EXPECT_EQ(bad.code, vnic_open(&cfg, &raw, nullptr));
        EXPECT_EQ(bad.code, vnic_config_check(&cfg, nullptr));
    }
}

TEST_P(Contract, BadMacIsRefusedByName)
{
    for (const char *mac :
         {"02:00:5e:10:00", "zz:00:00:00:00:01", "01:00:5e:00:00:01", "00:00:00:00:00:00", ""}) {
        struct vnic_config cfg = config();
        cfg.mac = mac;
        EXPECT_EQ(is_tap() ? VNIC_EADDR : VNIC_ENOTSUP, vnic_config_check(&cfg, &err)) << mac;
        expect_error(err, is_tap() ? VNIC_EADDR : VNIC_ENOTSUP, "mac");
    }
}

TEST_P(ContractPlain, GoodMembersAreAccepted)
{
    struct vnic_config cfg = config();
    need(has(VNIC__OPT_ALIAS) && has(VNIC__OPT_MULTI_QUEUE), "all that Unix has");
    cfg.name = "vnic%d";
    cfg.addresses = "10.9.0.1/24, fd09::1/64 10.9.1.1/32 peer 10.9.1.2";
    cfg.alias = "a text with spaces";
    cfg.mtu = 1280;
    cfg.up = 0;
    cfg.tx_queue_len = 0;
    cfg.flags = VNIC_NONBLOCK | VNIC_MULTI_QUEUE | VNIC_EXCLUSIVE | VNIC_KEEP_STATE |
                VNIC_NO_LINK_LOCAL | VNIC_KEEP_HEADER;
    if (is_tap()) {
        cfg.mac = "02:00:5e:10:00:01";
    }
    EXPECT_EQ(0, vnic_config_check(&cfg, &err)) << err.text;
    open(cfg);
    char name[VNIC_NAME_SIZE];
    EXPECT_EQ(5, vnic_get_name(d(), name, sizeof name));
    EXPECT_STREQ("vnic0", name);
}

TEST_P(Contract, OpenWithNothingSetGivesATunThatIsUp)
{
    struct vnic_config cfg;
    vnic_config_init(&cfg);
    cfg.backend = driver->backend();
    open(cfg);
    struct vnic_info info;
    info.size = sizeof info;
    ASSERT_EQ(0, vnic_get_info(d(), &info, &err)) << err.text;
    EXPECT_EQ(VNIC_TUN, info.layer);
    EXPECT_TRUE(info.flags & VNIC_IF_UP);
    EXPECT_STRNE("", info.name);
    EXPECT_STREQ(driver->backend(), info.backend);
}

TEST_P(Contract, OpenNeedsAPlaceForTheHandle)
{
    struct vnic_config cfg = config();
    EXPECT_EQ(VNIC_EINVAL, vnic_open(&cfg, nullptr, &err));
    expect_error(err, VNIC_EINVAL, "ret_dev");
}

TEST_P(Contract, ErrorIsFilledOnFailureOnly)
{
    struct vnic_config cfg = config();
    struct vnic_error before;
    std::memset(&err, 0x5A, sizeof err);
    before = err;
    ASSERT_EQ(0, vnic_config_check(&cfg, &err));
    open(cfg);
    ASSERT_EQ(0, vnic_set_mtu(d(), 1400, &err));
    EXPECT_EQ(0, std::memcmp(&before, &err, sizeof err));
}

TEST_P(Contract, OpenCopiesItsArguments)
{
    std::string name = "copied0", alias = "old text", addresses = "10.9.0.1/24";
    struct vnic_config cfg = config();
    need_names(driver->can_name());
    cfg.name = name.c_str();
    cfg.alias = has(VNIC__OPT_ALIAS) ? alias.c_str() : nullptr;
    cfg.addresses = addresses.c_str();
    open(cfg);
    name.assign(7, 'x');
    alias.assign(8, 'x');
    addresses.assign(11, 'x');
    std::memset(&cfg, 0xFF, sizeof cfg);
    struct vnic_info info;
    info.size = sizeof info;
    ASSERT_EQ(0, vnic_get_info(d(), &info, &err)) << err.text;
    EXPECT_STREQ("copied0", info.name);
    /* Without the option the system may have a text of its own. */
    if (has(VNIC__OPT_ALIAS)) {
        EXPECT_STREQ("old text", info.alias);
    }
}

TEST_P(Contract, ManyInterfacesAtOnce)
{
    std::vector<Handle> all(20);
    for (Handle &h : all) {
        ASSERT_EQ(0, open_as(config(), &h)) << err.text;
    }
    for (Handle &h : all) {
        EXPECT_EQ(0, vnic_set_mtu(h.get(), 1400, &err)) << err.text;
    }
}

/* What a system does not have, it refuses by name. */
TEST(NullBackend, RefusesEverythingByName)
{
    struct vnic_error err;
    struct vnic_config cfg;
    vnic *raw = nullptr;
    VNIC_COVERS("vnic_adopt", "VNIC_ENOTSUP");
    VNIC_COVERS("vnic_list", "VNIC_ENOTSUP");
    vnic_config_init(&cfg);
    cfg.backend = "null";
    EXPECT_EQ(VNIC_ENOTSUP, vnic_open(&cfg, &raw, &err));
    EXPECT_STRNE("", err.field);
    vnic_config_init(&cfg);
    cfg.backend = "null";
    EXPECT_EQ(VNIC_ENOTSUP, vnic_adopt(3, &cfg, &raw, &err));
    EXPECT_EQ(VNIC_ENOTSUP,
              vnic_list("null", [](void *, const struct vnic_info *) { return 0; }, nullptr, &err));
    const struct {
        const char *field;
        void (*set)(struct vnic_config &c);
    } options[] = {
        {"name", [](struct vnic_config &c) { c.name = "x"; }},
        {"addresses", [](struct vnic_config &c) { c.addresses = "10.0.0.1/8"; }},
        {"mac", [](struct vnic_config &c) { c.layer = VNIC_TAP, c.mac = "02:00:00:00:00:01"; }},
        {"alias", [](struct vnic_config &c) { c.alias = "x"; }},
        {"wintun_path", [](struct vnic_config &c) { c.wintun_path = "C:\\x\\wintun.dll"; }},
        {"adapter_guid",
         [](struct vnic_config &c) { c.adapter_guid = "{6ba7b810-9dad-11d1-80b4-00c04fd430c8}"; }},
        {"description", [](struct vnic_config &c) { c.description = "x"; }},
        {"hardware_id", [](struct vnic_config &c) { c.hardware_id = "tap0901"; }},
        {"ring_capacity", [](struct vnic_config &c) { c.ring_capacity = 0x400000; }},
        {"metric", [](struct vnic_config &c) { c.metric = 5; }},
        {"dns", [](struct vnic_config &c) { c.dns = "1.1.1.1"; }},
        {"netns", [](struct vnic_config &c) { c.netns = "/x"; }},
        {"netns_fd", [](struct vnic_config &c) { c.netns_fd = 0; }},
        {"mtu", [](struct vnic_config &c) { c.mtu = 1500; }},
        {"up", [](struct vnic_config &c) { c.up = 1; }},
        {"persist", [](struct vnic_config &c) { c.persist = 0; }},
        {"owner_uid", [](struct vnic_config &c) { c.owner_uid = 0; }},
        {"group_gid", [](struct vnic_config &c) { c.group_gid = 0; }},
        {"tx_queue_len", [](struct vnic_config &c) { c.tx_queue_len = 1; }},
        {"if_index", [](struct vnic_config &c) { c.if_index = 5; }},
        {"sndbuf", [](struct vnic_config &c) { c.sndbuf = 5; }},
        {"VNIC_MULTI_QUEUE", [](struct vnic_config &c) { c.flags = VNIC_MULTI_QUEUE; }},
        {"VNIC_EXCLUSIVE", [](struct vnic_config &c) { c.flags = VNIC_EXCLUSIVE; }},
        {"VNIC_NO_LINK_LOCAL", [](struct vnic_config &c) { c.flags = VNIC_NO_LINK_LOCAL; }},
        {"VNIC_KEEP_HEADER", [](struct vnic_config &c) { c.flags = VNIC_KEEP_HEADER; }},
        {"VNIC_VNET_HDR", [](struct vnic_config &c) { c.flags = VNIC_VNET_HDR; }},
        {"VNIC_NO_CARRIER", [](struct vnic_config &c) { c.flags = VNIC_NO_CARRIER; }},
    };
    /* As a backend that makes TUN and TAP but has no option at all. */
    for (const auto &option : options) {
        vnic_config_init(&cfg);
        cfg.backend = "null";
        option.set(cfg);
        EXPECT_EQ(VNIC_ENOTSUP, vnic_open(&cfg, &raw, &err)) << option.field;
        EXPECT_EQ(VNIC_ENOTSUP, err.code);
        EXPECT_TRUE(std::string(err.field) == option.field || std::string(err.field) == "layer")
            << err.field << " for " << option.field;
    }
}

TEST(Backends, AreListed)
{
    VNIC_COVERS("vnic_list", "VNIC_EINVAL");
    const char *const *names = vnic_backends();
    std::vector<std::string> all;
    struct vnic_error err;
    for (; *names != nullptr; names++) {
        all.emplace_back(*names);
    }
    EXPECT_EQ(1, std::count(all.begin(), all.end(), "fake"));
    EXPECT_EQ(1, std::count(all.begin(), all.end(), "null"));
    EXPECT_EQ(VNIC_EINVAL, vnic_list("fake", nullptr, nullptr, &err));
    EXPECT_EQ(
        VNIC_EINVAL,
        vnic_list("windos", [](void *, const struct vnic_info *) { return 0; }, nullptr, &err));
    EXPECT_STREQ("backend", err.field);
}

} /* namespace contract */
