/* SPDX-License-Identifier: Apache-2.0 */
/* Configuration of an interface: what is set can be read back, and failures change nothing. */
#include <algorithm>

#include "contract/contract.h"

namespace contract
{

static struct vnic_info info_of(vnic *dev)
{
    struct vnic_info info;
    struct vnic_error err;

    std::memset(&info, 0, sizeof info);
    info.size = sizeof info;
    EXPECT_EQ(0, vnic_get_info(dev, &info, &err)) << err.text;
    return info;
}

TEST_P(Contract, InfoTellsWhatWasAsked)
{
    struct vnic_config cfg = config();
    need_names(driver->can_name());
    cfg.name = "asked0";
    cfg.mtu = 1400;
    if (has(VNIC__OPT_ALIAS)) {
        cfg.alias = "what it is for";
    }
    if (has(VNIC__OPT_TX_QUEUE_LEN)) {
        cfg.tx_queue_len = 123;
    }
    cfg.mac = is_tap() ? "02:00:5e:10:00:01" : nullptr;
    open(cfg);
    struct vnic_info info = info_of(d());
    EXPECT_STREQ("asked0", info.name);
    if (has(VNIC__OPT_ALIAS)) {
        EXPECT_STREQ("what it is for", info.alias);
    }
    EXPECT_STREQ(driver->backend(), info.backend);
    EXPECT_EQ(sizeof info, info.size);
    EXPECT_EQ(layer(), info.layer);
    EXPECT_EQ(1400u, info.mtu);
    if (has(VNIC__OPT_TX_QUEUE_LEN)) {
        EXPECT_EQ(123u, info.tx_queue_len);
    }
    EXPECT_NE(0u, info.if_index);
    EXPECT_EQ(1u, info.n_queues);
    EXPECT_EQ(0u, info.n_detached);
    EXPECT_EQ(VNIC_UNSET, info.owner_uid);
    EXPECT_EQ(VNIC_UNSET, info.group_gid);
    bool is_split = GetParam().offload == VNIC_OFFLOAD_SPLIT;
    EXPECT_EQ(is_split ? 10u : 0u, info.vnet_hdr_len);
    EXPECT_EQ(is_split ? VNIC_OFFLOAD_SPLIT : VNIC_OFFLOAD_NONE, info.offload);
    EXPECT_EQ(is_split, info.features != 0);
    EXPECT_EQ(0u, info.refused);
    EXPECT_EQ(VNIC_IF_UP | VNIC_IF_RUNNING | VNIC_IF_CARRIER,
              info.flags & ~(VNIC_IF_VNET_HDR | VNIC_IF_PI));
    const uint8_t mac[6] = {2, 0, 0x5e, 0x10, 0, 1}, none[6] = {};
    EXPECT_EQ(0, std::memcmp(is_tap() ? mac : none, info.mac, 6));
}

TEST_P(Contract, SettersAreReadBack)
{
    need_names(driver->can_rename());
    open();
    ASSERT_EQ(0, vnic_set_mtu(d(), 9000, &err)) << err.text;
    ASSERT_EQ(0, vnic_set_name(d(), "renamed0", &err)) << err.text;
    struct vnic_info info = info_of(d());
    EXPECT_EQ(9000u, info.mtu);
    EXPECT_STREQ("renamed0", info.name);
    /* The same again is fine. */
    EXPECT_EQ(0, vnic_set_mtu(d(), 9000, &err)) << err.text;
    EXPECT_EQ(0, vnic_set_name(d(), "renamed0", &err)) << err.text;
    far_send(packet(100));
    expect_recv(packet(100));
}

TEST_P(Contract, AliasIsReadBackOrRefusedByName)
{
    open();
    if (!has(VNIC__OPT_ALIAS)) {
        EXPECT_EQ(VNIC_ENOTSUP, vnic_set_alias(d(), "text", &err));
        EXPECT_STREQ("alias", err.field);
        return;
    }
    ASSERT_EQ(0, vnic_set_alias(d(), "new text", &err)) << err.text;
    EXPECT_STREQ("new text", info_of(d()).alias);
    ASSERT_EQ(0, vnic_set_alias(d(), "", &err)) << err.text;
    EXPECT_STREQ("", info_of(d()).alias);
    std::string longest(255, 'y');
    ASSERT_EQ(0, vnic_set_alias(d(), longest.c_str(), &err)) << err.text;
    EXPECT_EQ(longest, info_of(d()).alias);
}

TEST_P(Contract, QueueLengthIsReadBackOrRefusedByName)
{
    open();
    if (!has(VNIC__OPT_TX_QUEUE_LEN)) {
        EXPECT_EQ(VNIC_ENOTSUP, vnic_set_tx_queue_len(d(), 55, &err));
        EXPECT_STREQ("tx_queue_len", err.field);
        return;
    }
    ASSERT_EQ(0, vnic_set_tx_queue_len(d(), 55, &err)) << err.text;
    EXPECT_EQ(55u, info_of(d()).tx_queue_len);
}

TEST_P(Contract, UpAndDown)
{
    struct vnic_config cfg = config();
    cfg.up = 0;
    open(cfg);
    EXPECT_FALSE(info_of(d()).flags & (VNIC_IF_UP | VNIC_IF_RUNNING));
    for (int i = 0; i < 2; i++) {
        ASSERT_EQ(0, vnic_set_up(d(), 1, &err)) << err.text;
        ASSERT_EQ(0, vnic_set_up(d(), 1, &err)) << err.text;
        EXPECT_TRUE(info_of(d()).flags & VNIC_IF_UP);
        far_send(packet(100));
        expect_recv(packet(100));
        ASSERT_EQ(0, vnic_set_up(d(), 0, &err)) << err.text;
        EXPECT_FALSE(info_of(d()).flags & VNIC_IF_UP);
        EXPECT_FALSE(driver->send(packet(100)));
    }
}

TEST_P(Contract, CarrierCanBePlugged)
{
    struct vnic_config cfg = config();
    cfg.flags |= VNIC_NO_CARRIER;
    open(cfg);
    EXPECT_FALSE(info_of(d()).flags & (VNIC_IF_CARRIER | VNIC_IF_RUNNING));
    EXPECT_TRUE(info_of(d()).flags & VNIC_IF_UP);
    ASSERT_EQ(0, vnic_set_carrier(d(), 1, &err)) << err.text;
    EXPECT_TRUE(info_of(d()).flags & VNIC_IF_CARRIER);
    ASSERT_EQ(0, vnic_set_carrier(d(), 0, &err)) << err.text;
    EXPECT_FALSE(info_of(d()).flags & VNIC_IF_CARRIER);
}

TEST_P(Contract, MacOfATap)
{
    VNIC_COVERS("vnic_set_mac", "VNIC_EADDR");
    VNIC_COVERS("vnic_set_mac", "VNIC_ENOTSUP");
    open();
    const uint8_t mac[6] = {2, 1, 2, 3, 4, 5}, group[6] = {1, 1, 2, 3, 4, 5}, zero[6] = {};
    if (!is_tap()) {
        EXPECT_EQ(VNIC_ENOTSUP, vnic_set_mac(d(), mac, &err));
        EXPECT_STREQ("mac", err.field);
        return;
    }
    ASSERT_EQ(0, vnic_set_mac(d(), mac, &err)) << err.text;
    EXPECT_EQ(0, std::memcmp(mac, info_of(d()).mac, 6));
    EXPECT_EQ(VNIC_EADDR, vnic_set_mac(d(), group, &err));
    EXPECT_EQ(VNIC_EADDR, vnic_set_mac(d(), zero, &err));
    EXPECT_EQ(0, std::memcmp(mac, info_of(d()).mac, 6));
}

TEST_P(Contract, MtuChangesWhileRunning)
{
    open();
    for (uint32_t mtu : {1280u, 9000u, 1500u, 68u}) {
        ASSERT_EQ(0, vnic_set_mtu(d(), mtu, &err)) << err.text;
        EXPECT_EQ(mtu, info_of(d()).mtu);
        Bytes p = packet(max_len(mtu));
        far_send(p);
        EXPECT_EQ(p, recv(static_cast<size_t>(vnic_recv_size(d()))));
    }
}

/* Whether the kernel has given the interface an address of its own. */
static bool has_kernel_address(vnic *dev)
{
    struct vnic_prefix list[8];
    struct vnic_error err;
    int n = vnic_get_addresses(dev, list, 8, &err);

    EXPECT_GE(n, 0) << err.text;
    return std::any_of(list, list + std::min(n, 8), [](const struct vnic_prefix &p) {
        return (p.flags & VNIC_PREFIX_KERNEL) != 0;
    });
}

TEST_P(Contract, NoLinkLocalOutlivesASmallMtu)
{
    open();
    EXPECT_FALSE(has_kernel_address(d()));
    ASSERT_EQ(0, vnic_set_mtu(d(), 576, &err)) << err.text;
    ASSERT_EQ(0, vnic_set_mtu(d(), 1500, &err)) << err.text;
    EXPECT_FALSE(has_kernel_address(d()));
    ASSERT_EQ(0, vnic_set_up(d(), 0, &err)) << err.text;
    ASSERT_EQ(0, vnic_set_up(d(), 1, &err)) << err.text;
    EXPECT_FALSE(has_kernel_address(d()));
}

TEST_P(Contract, MetricIsReadBackOrRefusedByName)
{
    VNIC_COVERS("vnic_set_metric", "VNIC_EINVAL");
    struct vnic_config cfg = config();
    if (!has(VNIC__OPT_METRIC)) {
        open();
        EXPECT_EQ(VNIC_ENOTSUP, vnic_set_metric(d(), 5, &err));
        EXPECT_STREQ("metric", err.field);
        EXPECT_EQ(VNIC_UNSET, info_of(d()).metric);
        return;
    }
    cfg.metric = 42;
    open(cfg);
    EXPECT_EQ(42u, info_of(d()).metric);
    ASSERT_EQ(0, vnic_set_metric(d(), 5, &err)) << err.text;
    ASSERT_EQ(0, vnic_set_metric(d(), 5, &err)) << err.text;
    EXPECT_EQ(5u, info_of(d()).metric);
    EXPECT_EQ(VNIC_EINVAL, vnic_set_metric(d(), VNIC_UNSET, &err));
    EXPECT_STREQ("metric", err.field);
    ASSERT_EQ(0, vnic_set_metric(d(), 0, &err)) << err.text;
    EXPECT_EQ(0u, info_of(d()).metric);
}

TEST_P(Contract, DnsIsSetOrRefusedByName)
{
    VNIC_COVERS("vnic_set_dns", "VNIC_EINVAL VNIC_EADDR VNIC_EEXIST");
    struct vnic_config cfg = config();
    if (!has(VNIC__OPT_DNS)) {
        open();
        EXPECT_EQ(VNIC_ENOTSUP, vnic_set_dns(d(), "1.1.1.1", &err));
        EXPECT_STREQ("dns", err.field);
        return;
    }
    cfg.dns = "10.0.0.1 search one.example";
    open(cfg);
    for (const char *text : {"10.0.0.1 search one.example", "10.9.0.53 fd09::53 search a.b c.d", "",
                             "search only.example", "fd09::53"}) {
        struct vnic__dns is = {}, wanted = {};
        if (text != std::string("10.0.0.1 search one.example")) {
            ASSERT_EQ(0, vnic_set_dns(d(), text, &err)) << err.text;
        }
        ASSERT_EQ(0, inside_get_dns(d(), &is, &err)) << err.text;
        ASSERT_EQ(0, inside_parse_dns(text, &wanted));
        EXPECT_TRUE(inside_same_dns(&wanted, &is)) << text << ": " << is.search;
    }
    EXPECT_EQ(VNIC_EADDR, vnic_set_dns(d(), "1.1.1", &err));
    EXPECT_STREQ("dns", err.field);
    EXPECT_EQ(VNIC_EEXIST, vnic_set_dns(d(), "1.1.1.1 1.1.1.1", &err));
    EXPECT_EQ(VNIC_EINVAL, vnic_set_dns(d(), "search -", &err));
}

TEST_P(Contract, SettersRejectBadValues)
{
    VNIC_COVERS("vnic_set_mtu", "VNIC_EINVAL");
    VNIC_COVERS("vnic_set_name", "VNIC_ENAME");
    VNIC_COVERS("vnic_set_alias", "VNIC_EINVAL");
    VNIC_COVERS("vnic_set_tx_queue_len", "VNIC_EINVAL");
    open();
    struct vnic_info before = info_of(d());
    EXPECT_EQ(VNIC_EINVAL, vnic_set_mtu(d(), 67, &err));
    EXPECT_EQ(VNIC_EINVAL, vnic_set_mtu(d(), 65536, &err));
    EXPECT_EQ(VNIC_EINVAL, vnic_set_mtu(d(), VNIC_UNSET, &err));
    EXPECT_STREQ("mtu", err.field);
    for (const char *name : {"", "a/b", "a%d", "a:b", "a\nb"}) {
        EXPECT_EQ(VNIC_ENAME, vnic_set_name(d(), name, &err)) << name;
        EXPECT_STREQ("name", err.field);
    }
    /* Where the backend has no rule of its own, that of Unix. */
    if (inside_backend(d())->check_name == nullptr) {
        for (const char *name : {"abcdefghijklmnop", ".", "a b"}) {
            EXPECT_EQ(VNIC_ENAME, vnic_set_name(d(), name, &err)) << name;
        }
    }
    EXPECT_EQ(VNIC_EINVAL, vnic_set_alias(d(), std::string(256, 'x').c_str(), &err));
    EXPECT_EQ(VNIC_EINVAL, vnic_set_tx_queue_len(d(), 1000001, &err));
    struct vnic_info after = info_of(d());
    EXPECT_EQ(0, std::memcmp(&before, &after, sizeof before));
}

TEST_P(Contract, NameFitsOrIsNotWritten)
{
    VNIC_COVERS("vnic_get_name", "VNIC_EMSGSIZE");
    VNIC_COVERS("vnic_get_name", "VNIC_EINVAL");
    struct vnic_config cfg = config();
    need_names(driver->can_name());
    cfg.name = "seven77";
    open(cfg);
    char name[16];
    std::memset(name, 'z', sizeof name);
    EXPECT_EQ(VNIC_EMSGSIZE, vnic_get_name(d(), name, 7));
    EXPECT_EQ(VNIC_EMSGSIZE, vnic_get_name(d(), name, 0));
    EXPECT_EQ('z', name[0]);
    EXPECT_EQ(7, vnic_get_name(d(), name, 8));
    EXPECT_STREQ("seven77", name);
    EXPECT_EQ('z', name[8]);
    EXPECT_EQ(VNIC_EINVAL, vnic_get_name(nullptr, name, 8));
    EXPECT_EQ(VNIC_EINVAL, vnic_get_name(d(), nullptr, 8));
}

TEST_P(Contract, StructuresOfAnotherSize)
{
    VNIC_COVERS("vnic_get_info", "VNIC_EVERSION");
    VNIC_COVERS("vnic_get_stats", "VNIC_EVERSION");
    open();
    struct {
        struct vnic_info info;
        uint64_t newer;
    } i;
    struct {
        struct vnic_stats stats;
        uint64_t newer;
    } s;
    i.newer = s.newer = 42;
    i.info.size = 0;
    EXPECT_EQ(VNIC_EVERSION, vnic_get_info(d(), &i.info, &err));
    EXPECT_STREQ("size", err.field);
    i.info.size = sizeof(size_t);
    EXPECT_EQ(VNIC_EVERSION, vnic_get_info(d(), &i.info, &err));
    s.stats.size = 0;
    EXPECT_EQ(VNIC_EVERSION, vnic_get_stats(d(), &s.stats, &err));
    /* An older one gets what its header has: that of 0.2 ends before the metric. */
    std::memset(&i.info, 0x11, sizeof i.info);
    i.info.size = offsetof(struct vnic_info, metric);
    EXPECT_EQ(0, vnic_get_info(d(), &i.info, &err)) << err.text;
    EXPECT_EQ(offsetof(struct vnic_info, metric), i.info.size);
    EXPECT_EQ(0x11111111u, i.info.metric);
    /* A newer caller gets what this library knows. */
    i.info.size = sizeof i;
    EXPECT_EQ(0, vnic_get_info(d(), &i.info, &err)) << err.text;
    s.stats.size = sizeof s;
    EXPECT_EQ(0, vnic_get_stats(d(), &s.stats, &err)) << err.text;
    EXPECT_EQ(42u, i.newer);
    EXPECT_EQ(42u, s.newer);
}

static struct vnic_prefix prefix(const char *text)
{
    struct vnic_prefix p;

    EXPECT_EQ(0, vnic_prefix_parse(text, &p)) << text;
    return p;
}

/* The addresses that are not the kernel's own, as sorted text. */
static std::vector<std::string> addresses_of(vnic *dev)
{
    struct vnic_prefix list[16];
    struct vnic_error err;
    std::vector<std::string> all;
    int n = vnic_get_addresses(dev, list, 16, &err);

    EXPECT_GE(n, 0) << err.text;
    for (int i = 0; i < n && i < 16; i++) {
        char text[VNIC_PREFIX_TEXT_MAX];
        struct vnic_prefix p = list[i];

        p.flags &= VNIC_PREFIX_PEER;
        std::memset(p.broadcast, 0, sizeof p.broadcast);
        EXPECT_GT(vnic_prefix_format(&p, text, sizeof text), 0);
        if ((list[i].flags & VNIC_PREFIX_KERNEL) == 0) {
            all.emplace_back(text);
        }
    }
    std::sort(all.begin(), all.end());
    return all;
}

using Texts = std::vector<std::string>;

TEST_P(Contract, AddressesFromTextAndTyped)
{
    const struct vnic_prefix typed[] = {prefix("10.9.2.1/24"), prefix("fd09:2::1/64")};
    struct vnic_config cfg = config();
    cfg.addresses = "10.9.0.1/24 fd09::1/64 10.9.1.1/24";
    cfg.prefixes = typed;
    cfg.n_prefixes = 2;
    open(cfg);
    EXPECT_EQ((Texts{"10.9.0.1/24", "10.9.1.1/24", "10.9.2.1/24", "fd09:2::1/64", "fd09::1/64"}),
              addresses_of(d()));
}

TEST_P(Contract, PeersAreKeptOrRefusedByName)
{
    struct vnic_config cfg = config();
    cfg.addresses = "10.9.0.1/24 10.9.1.1/32 peer 10.9.1.2";
    if (is_windows()) {
        EXPECT_EQ(VNIC_ENOTSUP, open_as(cfg, &dev));
        EXPECT_STREQ("addresses", err.field);
        EXPECT_EQ(nullptr, d());
        return;
    }
    open(cfg);
    EXPECT_EQ((Texts{"10.9.0.1/24", "10.9.1.1/32 peer 10.9.1.2"}), addresses_of(d()));
}

TEST_P(Contract, AddressesAreAddedAndRemoved)
{
    VNIC_COVERS("vnic_add_address", "VNIC_EEXIST");
    VNIC_COVERS("vnic_add_address", "VNIC_EADDR");
    VNIC_COVERS("vnic_remove_address", "VNIC_EADDR");
    open();
    struct vnic_prefix four = prefix("10.9.0.1/24"), six = prefix("fd09::1/64");
    struct vnic_prefix multicast = prefix("224.0.0.5/24"), broken = four;
    broken.prefix_len = 77;
    ASSERT_EQ(0, vnic_add_address(d(), &four, &err)) << err.text;
    ASSERT_EQ(0, vnic_add_address(d(), &six, &err)) << err.text;
    EXPECT_EQ(VNIC_EEXIST, vnic_add_address(d(), &four, &err));
    EXPECT_EQ(VNIC_EEXIST, vnic_add_address(d(), &six, &err));
    EXPECT_EQ(VNIC_EADDR, vnic_add_address(d(), &multicast, &err));
    EXPECT_EQ(VNIC_EADDR, vnic_add_address(d(), &broken, &err));
    EXPECT_EQ((Texts{"10.9.0.1/24", "fd09::1/64"}), addresses_of(d()));
    ASSERT_EQ(0, vnic_remove_address(d(), &four, &err)) << err.text;
    EXPECT_EQ(VNIC_EADDR, vnic_remove_address(d(), &four, &err));
    EXPECT_EQ(VNIC_EADDR, vnic_remove_address(d(), &broken, &err));
    ASSERT_EQ(0, vnic_remove_address(d(), &six, &err)) << err.text;
    EXPECT_EQ(Texts{}, addresses_of(d()));
}

TEST_P(Contract, AddressesAreReplaced)
{
    VNIC_COVERS("vnic_set_addresses", "VNIC_EINVAL");
    VNIC_COVERS("vnic_set_addresses", "VNIC_EEXIST");
    VNIC_COVERS("vnic_set_addresses", "VNIC_EADDR");
    struct vnic_config cfg = config();
    cfg.addresses = "10.9.0.1/24 10.9.1.1/24 fd09::1/64";
    open(cfg);
    const struct vnic_prefix want[] = {prefix("10.9.1.1/24"), prefix("fd09::2/64"),
                                       prefix("fd09::1/64")};
    const struct vnic_prefix twice[] = {want[0], want[0]};
    const struct vnic_prefix bad[] = {want[0], prefix("224.0.0.5/24")};
    const Texts wanted = {"10.9.1.1/24", "fd09::1/64", "fd09::2/64"};
    ASSERT_EQ(0, vnic_set_addresses(d(), want, 3, &err)) << err.text;
    EXPECT_EQ(wanted, addresses_of(d()));
    EXPECT_EQ(VNIC_EEXIST, vnic_set_addresses(d(), twice, 2, &err));
    EXPECT_EQ(VNIC_EADDR, vnic_set_addresses(d(), bad, 2, &err));
    EXPECT_EQ(VNIC_EINVAL, vnic_set_addresses(d(), want, -1, &err));
    EXPECT_EQ(VNIC_EINVAL, vnic_set_addresses(d(), nullptr, 1, &err));
    EXPECT_EQ(VNIC_EINVAL, vnic_set_addresses(nullptr, want, 1, &err));
    EXPECT_EQ(wanted, addresses_of(d()));
    ASSERT_EQ(0, vnic_set_addresses(d(), nullptr, 0, &err)) << err.text;
    EXPECT_EQ(Texts{}, addresses_of(d()));
}

TEST_P(Contract, AddressesAreCountedWithoutRoom)
{
    VNIC_COVERS("vnic_get_addresses", "VNIC_EINVAL");
    struct vnic_config cfg = config();
    cfg.addresses = "10.9.0.1/24 10.9.1.1/24";
    open(cfg);
    struct vnic_prefix list[2];
    std::memset(list, 0xAA, sizeof list);
    EXPECT_EQ(2, vnic_get_addresses(d(), nullptr, 0, &err));
    EXPECT_EQ(2, vnic_get_addresses(d(), list, 1, &err));
    EXPECT_EQ(VNIC_IPV4, list[0].family);
    EXPECT_EQ(0xAA, list[1].family);
    EXPECT_EQ(VNIC_EINVAL, vnic_get_addresses(d(), nullptr, 1, &err));
    EXPECT_EQ(VNIC_EINVAL, vnic_get_addresses(d(), list, -1, &err));
    EXPECT_EQ(VNIC_EINVAL, vnic_get_addresses(nullptr, list, 1, &err));
}

TEST_P(Contract, MtuTooSmallForIpv6IsRefused)
{
    struct vnic_config cfg = config();
    cfg.addresses = "fd09::1/64";
    open(cfg);
    EXPECT_EQ(VNIC_EINVAL, vnic_set_mtu(d(), 1279, &err));
    EXPECT_STREQ("mtu", err.field);
    EXPECT_EQ((Texts{"fd09::1/64"}), addresses_of(d()));
    EXPECT_EQ(0, vnic_set_mtu(d(), 1280, &err)) << err.text;
}

TEST_P(Contract, ConfigurationFromManyThreads)
{
    struct vnic_config cfg = config();
    cfg.flags |= has(VNIC__OPT_MULTI_QUEUE) ? VNIC_MULTI_QUEUE : 0;
    open(cfg);
    std::vector<std::unique_ptr<Beside>> threads;
    for (int t = 0; t < 4; t++) {
        threads.push_back(std::make_unique<Beside>([this, t] {
            struct vnic_error e;
            std::string text = "10.9." + std::to_string(t) + ".1/24";
            struct vnic_prefix p = prefix(text.c_str());
            for (int i = 0; i < 20; i++) {
                EXPECT_EQ(0, vnic_add_address(d(), &p, &e)) << e.text;
                EXPECT_EQ(0, vnic_set_mtu(d(), 1300 + static_cast<uint32_t>(t), &e)) << e.text;
                EXPECT_EQ(0, vnic_remove_address(d(), &p, &e)) << e.text;
            }
        }));
    }
    threads.clear();
    EXPECT_EQ(Texts{}, addresses_of(d()));
}

} /* namespace contract */
