/* SPDX-License-Identifier: Apache-2.0 */
#include "support_sweep.h"

namespace model
{

vnic_prefix prefix(const char *text)
{
    vnic_prefix p;
    EXPECT_EQ(vnic_prefix_parse(text, &p), 0);
    return p;
}

void ModelSweep::sweep_settings()
{
    auto nothing = [] {};
    sweep("get_info", "vnic_get_info", nothing, [this](vnic_error *err) {
        vnic_info info;
        info.size = sizeof info;
        return vnic_get_info(dev_, &info, err);
    });
    sweep("get_stats", "vnic_get_stats", nothing, [this](vnic_error *err) {
        vnic_stats stats;
        stats.size = sizeof stats;
        return vnic_get_stats(dev_, &stats, err);
    });
    sweep("set_mtu", "vnic_set_mtu", nothing,
          [this](vnic_error *err) { return vnic_set_mtu(dev_, 1400, err); });
    sweep("set_metric", "vnic_set_metric", nothing,
          [this](vnic_error *err) { return vnic_set_metric(dev_, 5, err); });
    sweep("set_dns", "vnic_set_dns", nothing, [this](vnic_error *err) {
        return vnic_set_dns(dev_, "1.1.1.1 fd00::53 search corp.example", err);
    });
    sweep("set_name", "vnic_set_name", nothing,
          [this](vnic_error *err) { return vnic_set_name(dev_, "fault1", err); });
    sweep("set_up, down", "vnic_set_up", nothing,
          [this](vnic_error *err) { return vnic_set_up(dev_, 0, err); });
    sweep(
        "set_up, up", "vnic_set_up", [this] { ASSERT_EQ(0, vnic_set_up(dev_, 0, nullptr)); },
        [this](vnic_error *err) { return vnic_set_up(dev_, 1, err); });
}

void ModelSweep::sweep_addresses()
{
    auto have_some = [this] {
        const vnic_prefix some[] = {prefix("10.9.0.1/24"), prefix("10.8.0.1/24"),
                                    prefix("fd09::1/64")};
        ASSERT_EQ(0, vnic_set_addresses(dev_, some, 3, nullptr));
    };
    sweep("add_address", "vnic_add_address", have_some, [this](vnic_error *err) {
        vnic_prefix other = prefix("10.7.0.1/24");
        return vnic_add_address(dev_, &other, err);
    });
    sweep("remove_address", "vnic_remove_address", have_some, [this](vnic_error *err) {
        vnic_prefix there = prefix("10.8.0.1/24");
        return vnic_remove_address(dev_, &there, err);
    });
    sweep("set_addresses", "vnic_set_addresses", have_some, [this](vnic_error *err) {
        const vnic_prefix other[] = {prefix("10.9.0.1/24"), prefix("10.6.0.1/16"),
                                     prefix("fd06::1/64")};
        return vnic_set_addresses(dev_, other, 3, err);
    });
    sweep("get_addresses", "vnic_get_addresses", have_some, [this](vnic_error *err) {
        vnic_prefix found[8];
        int rc = vnic_get_addresses(dev_, found, 8, err);
        return rc < 0 ? rc : 0;
    });
}

void ModelSweep::sweep_waiting()
{
    sweep(
        "wait_handle", "vnic_wait_handle", [] {},
        [this](vnic_error *) {
            intptr_t handle = vnic_wait_handle(dev_);
            return handle < 0 ? static_cast<int>(handle) : 0;
        },
        false);
    sweep(
        "wait, nothing comes", "vnic_wait", [] {},
        [this](vnic_error *) {
            int rc = vnic_wait(dev_, VNIC_READABLE, 1);
            return rc == VNIC_ETIMEDOUT || rc > 0 ? 0 : rc;
        },
        false);
    sweep(
        "close with a wait handle", "vnic_shutdown",
        [this] { ASSERT_NE(-1, vnic_wait_handle(dev_)); },
        [this](vnic_error *) {
            (void)vnic_shutdown(dev_);
            vnic_close(dev_);
            dev_ = nullptr;
            return 0;
        },
        false);
}

void ModelSweep::sweep_packets(const Bytes &packet)
{
    sweep(
        "recv", "vnic_recv_timeout", [this, packet] { give(packet); },
        [this](vnic_error *) {
            uint8_t buf[2000];
            int rc = vnic_recv_timeout(dev_, buf, sizeof buf, 1000);
            return rc > 0 ? 0 : rc;
        },
        false);
    sweep(
        "recv_many", "vnic_recv_many",
        [this, packet] {
            give(packet);
            give(packet);
        },
        [this](vnic_error *) {
            uint8_t buf[2][2000];
            vnic_packet packets[2] = {};
            for (int n = 0; n < 2; n++) {
                packets[n].data = buf[n];
                packets[n].cap = sizeof buf[n];
            }
            int rc = vnic_recv_many(dev_, packets, 2, 1000);
            return rc > 0 ? 0 : rc;
        },
        false);
    sweep(
        "acquire and release", "vnic_acquire_many", [this, packet] { give(packet); },
        [this](vnic_error *) {
            vnic_packet view = {};
            int rc = vnic_acquire_many(dev_, &view, 1, 1000);
            return rc < 0 ? rc : vnic_release_many(dev_, &view, 1);
        },
        false);
    sweep(
        "send", "vnic_send_timeout", [] {},
        [this, packet](vnic_error *) {
            int rc = vnic_send_timeout(dev_, packet.data(), packet.size(), 1000);
            drain();
            return rc > 0 ? 0 : rc;
        },
        false);
}

}
