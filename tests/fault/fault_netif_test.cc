/* SPDX-License-Identifier: Apache-2.0 */
/* The sweep over what is read and set of an interface on Linux. */
#include <cstring>

#include "fault_state.h"
#include "fault_sweep.h"
#include "support/covers.h"

namespace
{

class NetifSweep : public fault::Namespaces
{
  protected:
    void open(uint32_t layer, intptr_t netns_fd = -1)
    {
        vnic_config cfg;
        vnic_error err;
        vnic_config_init(&cfg);
        cfg.backend = "linux";
        cfg.name = "fault0";
        cfg.layer = layer;
        cfg.netns_fd = netns_fd;
        cfg.addresses = "10.9.0.1/24 10.9.0.7/24 fd09::1/64";
        ASSERT_EQ(vnic_open(&cfg, &dev_, &err), 0) << err.text;
    }

    void close()
    {
        (void)vnic_set_persist(dev_, 0, nullptr);
        vnic_close(dev_);
        dev_ = nullptr;
    }

    /* A call whose failure leaves all as it was, if it is not the answer that got lost. */
    void sweep(const char *function, std::function<int(vnic_error *)> act,
               uint32_t layer = VNIC_TUN, bool explains = true)
    {
        fault::sweep_all({function, function, [this, layer] { open(layer); }, std::move(act),
                          [this] { close(); }, explains, [this] { return links(); }, true});
    }

    vnic *dev_ = nullptr;
};

vnic_prefix prefix(const char *text)
{
    vnic_prefix p;
    EXPECT_EQ(vnic_prefix_parse(text, &p), 0);
    return p;
}

TEST_F(NetifSweep, Reading)
{
    sweep("vnic_get_info", [this](vnic_error *err) {
        vnic_info info;
        info.size = sizeof info;
        return vnic_get_info(dev_, &info, err);
    });
    sweep("vnic_get_stats", [this](vnic_error *err) {
        vnic_stats stats;
        stats.size = sizeof stats;
        return vnic_get_stats(dev_, &stats, err);
    });
    sweep("vnic_get_addresses", [this](vnic_error *err) {
        vnic_prefix got[8];
        return vnic_get_addresses(dev_, got, 8, err);
    });
    sweep(
        "vnic_get_name",
        [this](vnic_error *) {
            char name[VNIC_NAME_SIZE];
            return vnic_get_name(dev_, name, sizeof name);
        },
        VNIC_TUN, false);
    sweep("vnic_recv_size", [this](vnic_error *) { return vnic_recv_size(dev_); }, VNIC_TUN, false);
}

TEST_F(NetifSweep, List)
{
    sweep("vnic_list", [](vnic_error *err) {
        int seen = 0;
        int n = vnic_list(
            "linux",
            [](void *user, const vnic_info *) {
                ++*static_cast<int *>(user);
                return 0;
            },
            &seen, err);
        EXPECT_EQ(n < 0 ? 0 : n, seen) << "told of interfaces though it failed, or the reverse";
        return n;
    });
    VNIC_COVERS("vnic_list", "VNIC_ENOMEM VNIC_EOS VNIC_EPERM");
    fault::expect_provoked("vnic_list", "VNIC_ENOMEM VNIC_EOS VNIC_EPERM");
}

TEST_F(NetifSweep, LinkSetters)
{
    static const uint8_t mac[6] = {2, 0, 0x5e, 0x10, 0, 7};
    sweep("vnic_set_up", [this](vnic_error *err) { return vnic_set_up(dev_, 0, err); });
    sweep("vnic_set_mtu", [this](vnic_error *err) { return vnic_set_mtu(dev_, 1400, err); });
    sweep("vnic_set_name", [this](vnic_error *err) { return vnic_set_name(dev_, "fault7", err); });
    sweep(
        "vnic_set_mac", [this](vnic_error *err) { return vnic_set_mac(dev_, mac, err); }, VNIC_TAP);
    sweep("vnic_set_tx_queue_len",
          [this](vnic_error *err) { return vnic_set_tx_queue_len(dev_, 77, err); });
    sweep("vnic_set_alias", [this](vnic_error *err) { return vnic_set_alias(dev_, "other", err); });
}

TEST_F(NetifSweep, DescriptorSetters)
{
    sweep("vnic_set_carrier", [this](vnic_error *err) { return vnic_set_carrier(dev_, 0, err); });
    sweep("vnic_set_persist", [this](vnic_error *err) { return vnic_set_persist(dev_, 1, err); });
    sweep("vnic_set_owner", [this](vnic_error *err) { return vnic_set_owner(dev_, 0, err); });
    sweep("vnic_set_group", [this](vnic_error *err) { return vnic_set_group(dev_, 0, err); });
}

TEST_F(NetifSweep, Addresses)
{
    vnic_prefix there = prefix("10.9.0.1/24"), other = prefix("fd08::1/64");
    sweep("vnic_add_address", [&](vnic_error *err) { return vnic_add_address(dev_, &other, err); });
    sweep("vnic_remove_address",
          [&](vnic_error *err) { return vnic_remove_address(dev_, &there, err); });
}

/* All or nothing, lost answers included. */
TEST_F(NetifSweep, AddressesAsASet)
{
    vnic_prefix set[] = {prefix("10.9.0.7/24"), prefix("10.8.0.1/32 peer 10.8.0.2"),
                         prefix("fd08::1/64")};
    fault::sweep_all({"vnic_set_addresses", "vnic_set_addresses", [this] { open(VNIC_TUN); },
                      [&](vnic_error *err) { return vnic_set_addresses(dev_, set, 3, err); },
                      [this] { close(); }, true, [this] { return links(); }});
}

/* The handle's interface is elsewhere: a helper thread makes the socket. */
TEST_F(NetifSweep, InAnotherNamespace)
{
    fault::sweep_all({"set_mtu in another namespace", "vnic_set_mtu",
                      [this] { open(VNIC_TUN, there_); },
                      [this](vnic_error *err) { return vnic_set_mtu(dev_, 1400, err); },
                      [this] { close(); }, true, [this] { return links(); }, true});
}

}
