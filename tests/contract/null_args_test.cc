/* SPDX-License-Identifier: Apache-2.0 */
/* NULL where an object is expected: VNIC_EINVAL, with the argument's name where there is an error. */
#include "contract/contract.h"
#include "vnic/fake.h"
#include "vnic/packet.h"
#include "vnic/windows.h"

namespace contract
{

struct NullCall {
    const char *name;
    const char *argument; /* in err.field; NULL: the call has no error structure */
    std::function<int(vnic *dev, struct vnic_error *err)> run;
};

using E = struct vnic_error;

static std::vector<NullCall> null_calls()
{
    static struct vnic_info info;
    static struct vnic_stats stats;
    static struct vnic_prefix prefix;
    static vnic *out;
    static vnic_merge *merge;
    static struct vnic_packet packet;
    static struct vnic_iovec iov;
    static const uint16_t *index;
    static const uint8_t mac[6] = {2, 0, 0, 0, 0, 1};
    info.size = sizeof info;
    stats.size = sizeof stats;
    EXPECT_EQ(0, vnic_prefix_parse("10.9.0.1/24", &prefix));
    return {
        {"vnic_open_queue", "dev", [](vnic *, E *e) { return vnic_open_queue(nullptr, &out, e); }},
        {"vnic_open_queue", "ret_dev",
         [](vnic *d, E *e) { return vnic_open_queue(d, nullptr, e); }},
        {"vnic_open_queues", "dev",
         [](vnic *, E *e) { return vnic_open_queues(nullptr, &out, 1, e); }},
        {"vnic_open_queues", "ret_queues",
         [](vnic *d, E *e) { return vnic_open_queues(d, nullptr, 1, e); }},
        {"vnic_layer", nullptr, [](vnic *, E *) { return vnic_layer(nullptr); }},
        {"vnic_recv_size", nullptr, [](vnic *, E *) { return vnic_recv_size(nullptr); }},
        {"vnic_layer", nullptr, [](vnic *, E *) { return vnic_layer(nullptr); }},
        {"vnic_get_info", "dev", [](vnic *, E *e) { return vnic_get_info(nullptr, &info, e); }},
        {"vnic_get_info", "ret_info", [](vnic *d, E *e) { return vnic_get_info(d, nullptr, e); }},
        {"vnic_get_stats", "dev", [](vnic *, E *e) { return vnic_get_stats(nullptr, &stats, e); }},
        {"vnic_get_stats", "ret_stats",
         [](vnic *d, E *e) { return vnic_get_stats(d, nullptr, e); }},
        {"vnic_list", "fn", [](vnic *, E *e) { return vnic_list("fake", nullptr, nullptr, e); }},
        {"vnic_set_up", "dev", [](vnic *, E *e) { return vnic_set_up(nullptr, 1, e); }},
        {"vnic_set_mtu", "dev", [](vnic *, E *e) { return vnic_set_mtu(nullptr, 1500, e); }},
        {"vnic_set_name", "dev", [](vnic *, E *e) { return vnic_set_name(nullptr, "x", e); }},
        {"vnic_set_name", "name", [](vnic *d, E *e) { return vnic_set_name(d, nullptr, e); }},
        {"vnic_set_mac", "dev", [](vnic *, E *e) { return vnic_set_mac(nullptr, mac, e); }},
        {"vnic_set_mac", "mac", [](vnic *d, E *e) { return vnic_set_mac(d, nullptr, e); }},
        {"vnic_set_tx_queue_len", "dev",
         [](vnic *, E *e) { return vnic_set_tx_queue_len(nullptr, 1, e); }},
        {"vnic_set_metric", "dev", [](vnic *, E *e) { return vnic_set_metric(nullptr, 1, e); }},
        {"vnic_set_dns", "dev", [](vnic *, E *e) { return vnic_set_dns(nullptr, "", e); }},
        {"vnic_set_dns", "dns", [](vnic *d, E *e) { return vnic_set_dns(d, nullptr, e); }},
        {"vnic_wintun_probe", "ret_info",
         [](vnic *, E *e) { return vnic_wintun_probe(nullptr, nullptr, e); }},
        {"vnic_set_carrier", "dev", [](vnic *, E *e) { return vnic_set_carrier(nullptr, 1, e); }},
        {"vnic_set_alias", "dev", [](vnic *, E *e) { return vnic_set_alias(nullptr, "x", e); }},
        {"vnic_set_alias", "alias", [](vnic *d, E *e) { return vnic_set_alias(d, nullptr, e); }},
        {"vnic_set_persist", "dev", [](vnic *, E *e) { return vnic_set_persist(nullptr, 1, e); }},
        {"vnic_set_owner", "dev", [](vnic *, E *e) { return vnic_set_owner(nullptr, 1, e); }},
        {"vnic_set_group", "dev", [](vnic *, E *e) { return vnic_set_group(nullptr, 1, e); }},
        {"vnic_add_address", "dev",
         [](vnic *, E *e) { return vnic_add_address(nullptr, &prefix, e); }},
        {"vnic_add_address", "prefix",
         [](vnic *d, E *e) { return vnic_add_address(d, nullptr, e); }},
        {"vnic_remove_address", "dev",
         [](vnic *, E *e) { return vnic_remove_address(nullptr, &prefix, e); }},
        {"vnic_remove_address", "prefix",
         [](vnic *d, E *e) { return vnic_remove_address(d, nullptr, e); }},
        {"vnic_set_addresses", "dev",
         [](vnic *, E *e) { return vnic_set_addresses(nullptr, &prefix, 1, e); }},
        {"vnic_set_addresses", "prefixes",
         [](vnic *d, E *e) { return vnic_set_addresses(d, nullptr, 1, e); }},
        {"vnic_get_addresses", "dev",
         [](vnic *, E *e) { return vnic_get_addresses(nullptr, &prefix, 1, e); }},
        {"vnic_get_addresses", "ret_prefixes",
         [](vnic *d, E *e) { return vnic_get_addresses(d, nullptr, 1, e); }},
        {"vnic_detach_queue", "dev", [](vnic *, E *e) { return vnic_detach_queue(nullptr, e); }},
        {"vnic_attach_queue", "dev", [](vnic *, E *e) { return vnic_attach_queue(nullptr, e); }},
        {"vnic_fake_peer", "dev", [](vnic *, E *e) { return vnic_fake_peer(nullptr, &out, e); }},
        {"vnic_fake_peer", "ret_peer", [](vnic *d, E *e) { return vnic_fake_peer(d, nullptr, e); }},
        {"vnic_fake_remove", nullptr, [](vnic *, E *) { return vnic_fake_remove(nullptr); }},
        {"vnic_merge_create", nullptr,
         [](vnic *, E *) { return vnic_merge_create(nullptr, &merge); }},
        {"vnic_merge_set_rules", nullptr,
         [](vnic *, E *) { return vnic_merge_set_rules(nullptr, nullptr); }},
        {"vnic_merge_plan", nullptr,
         [](vnic *, E *) { return vnic_merge_plan(nullptr, &packet, 1); }},
        {"vnic_merge_members", nullptr,
         [](vnic *, E *) { return vnic_merge_members(nullptr, 0, &index); }},
        {"vnic_merge_gather", nullptr,
         [](vnic *, E *) { return vnic_merge_gather(nullptr, 0, &packet, &iov, 1); }},
        {"vnic_merge_copy", nullptr,
         [](vnic *, E *) { return vnic_merge_copy(nullptr, 0, &packet); }},
    };
}

TEST_P(ContractTun, NullArguments)
{
    VNIC_COVERS("vnic_recv_size vnic_layer", "VNIC_EINVAL");
    VNIC_COVERS("vnic_get_info", "VNIC_EINVAL");
    VNIC_COVERS("vnic_get_stats", "VNIC_EINVAL");
    VNIC_COVERS("vnic_set_up", "VNIC_EINVAL");
    VNIC_COVERS("vnic_set_name", "VNIC_EINVAL");
    VNIC_COVERS("vnic_set_mac", "VNIC_EINVAL");
    VNIC_COVERS("vnic_set_carrier", "VNIC_EINVAL");
    VNIC_COVERS("vnic_set_persist", "VNIC_EINVAL");
    VNIC_COVERS("vnic_set_owner", "VNIC_EINVAL");
    VNIC_COVERS("vnic_set_group", "VNIC_EINVAL");
    VNIC_COVERS("vnic_add_address", "VNIC_EINVAL");
    VNIC_COVERS("vnic_remove_address", "VNIC_EINVAL");
    VNIC_COVERS("vnic_fake_peer", "VNIC_EINVAL");
    VNIC_COVERS("vnic_fake_remove", "VNIC_EINVAL");
    open();
    EXPECT_EQ(static_cast<int>(VNIC_TUN), vnic_layer(d()));
    for (const NullCall &call : null_calls()) {
        std::memset(&err, 0, sizeof err);
        EXPECT_EQ(VNIC_EINVAL, call.run(d(), &err)) << call.name;
        EXPECT_EQ(VNIC_EINVAL, call.run(d(), nullptr)) << call.name;
        if (call.argument != nullptr) {
            EXPECT_STREQ(call.argument, err.field) << call.name;
            EXPECT_EQ(VNIC_EINVAL, err.code) << call.name;
            EXPECT_STRNE("", err.text) << call.name;
        }
    }
}

VNIC_CONTRACT(ContractTun, tun_params);

} /* namespace contract */
