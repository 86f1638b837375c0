/* SPDX-License-Identifier: Apache-2.0 */
/* The interface is deleted from outside. */
#include "contract/contract.h"

namespace contract
{

TEST_P(Contract, RemovalEndsEveryCall)
{
    VNIC_COVERS("vnic_get_info", "VNIC_ECLOSED");
    VNIC_COVERS("vnic_get_name", "VNIC_ECLOSED");
    VNIC_COVERS("vnic_get_stats", "VNIC_ECLOSED");
    VNIC_COVERS("vnic_set_up", "VNIC_ECLOSED");
    VNIC_COVERS("vnic_set_mtu", "VNIC_ECLOSED");
    VNIC_COVERS("vnic_set_name", "VNIC_ECLOSED");
    VNIC_COVERS("vnic_set_mac", "VNIC_ECLOSED");
    VNIC_COVERS("vnic_set_alias", "VNIC_ECLOSED");
    VNIC_COVERS("vnic_set_metric vnic_set_dns", "VNIC_ECLOSED");
    VNIC_COVERS("vnic_set_carrier", "VNIC_ECLOSED");
    VNIC_COVERS("vnic_set_tx_queue_len", "VNIC_ECLOSED");
    VNIC_COVERS("vnic_add_address", "VNIC_ECLOSED");
    VNIC_COVERS("vnic_remove_address", "VNIC_ECLOSED");
    VNIC_COVERS("vnic_set_addresses", "VNIC_ECLOSED");
    VNIC_COVERS("vnic_get_addresses", "VNIC_ECLOSED");
    VNIC_COVERS("vnic_set_persist", "VNIC_ECLOSED");
    VNIC_COVERS("vnic_set_owner", "VNIC_ECLOSED");
    VNIC_COVERS("vnic_set_group", "VNIC_ECLOSED");
    open();
    uint8_t buf[2048];
    char name[VNIC_NAME_SIZE];
    struct vnic_info info;
    struct vnic_stats stats;
    struct vnic_prefix prefix;
    const uint8_t mac[6] = {2, 0, 0, 0, 0, 7};
    Bytes p = packet(100);
    info.size = sizeof info;
    stats.size = sizeof stats;
    ASSERT_EQ(0, vnic_prefix_parse("10.9.0.1/24", &prefix));
    driver->remove(d());
    for (int round = 0; round < 2; round++) {
        EXPECT_EQ(VNIC_ECLOSED, vnic_recv(d(), buf, sizeof buf));
        EXPECT_EQ(VNIC_ECLOSED, vnic_send(d(), p.data(), p.size()));
        EXPECT_EQ(VNIC_ECLOSED, vnic_wait(d(), VNIC_READABLE | VNIC_WRITABLE, 20000));
        EXPECT_EQ(VNIC_ECLOSED, vnic_recv_size(d()));
        EXPECT_EQ(VNIC_ECLOSED, vnic_get_info(d(), &info, &err));
        EXPECT_EQ(VNIC_ECLOSED, vnic_get_name(d(), name, sizeof name));
        EXPECT_EQ(VNIC_ECLOSED, vnic_get_stats(d(), &stats, &err));
        EXPECT_EQ(VNIC_ECLOSED, vnic_set_up(d(), 0, &err));
        EXPECT_EQ(VNIC_ECLOSED, vnic_set_mtu(d(), 1400, &err));
        EXPECT_EQ(VNIC_ECLOSED, vnic_set_name(d(), "other", &err));
        if (has(VNIC__OPT_ALIAS)) {
            EXPECT_EQ(VNIC_ECLOSED, vnic_set_alias(d(), "text", &err));
        }
        if (has(VNIC__OPT_NO_CARRIER)) {
            EXPECT_EQ(VNIC_ECLOSED, vnic_set_carrier(d(), 0, &err));
        }
        if (has(VNIC__OPT_TX_QUEUE_LEN)) {
            EXPECT_EQ(VNIC_ECLOSED, vnic_set_tx_queue_len(d(), 77, &err));
        }
        EXPECT_EQ(VNIC_ECLOSED, vnic_add_address(d(), &prefix, &err));
        EXPECT_EQ(VNIC_ECLOSED, vnic_remove_address(d(), &prefix, &err));
        EXPECT_EQ(VNIC_ECLOSED, vnic_set_addresses(d(), &prefix, 1, &err));
        EXPECT_EQ(VNIC_ECLOSED, vnic_get_addresses(d(), &prefix, 1, &err));
        if (is_tap()) {
            EXPECT_EQ(VNIC_ECLOSED, vnic_set_mac(d(), mac, &err));
        }
        if (has(VNIC__OPT_METRIC)) {
            EXPECT_EQ(VNIC_ECLOSED, vnic_set_metric(d(), 9, &err));
        }
        if (has(VNIC__OPT_DNS)) {
            EXPECT_EQ(VNIC_ECLOSED, vnic_set_dns(d(), "10.9.0.53", &err));
        }
        if (has(VNIC__OPT_OWNER)) {
            EXPECT_EQ(VNIC_ECLOSED, vnic_set_persist(d(), 1, &err));
            EXPECT_EQ(VNIC_ECLOSED, vnic_set_owner(d(), 1, &err));
            EXPECT_EQ(VNIC_ECLOSED, vnic_set_group(d(), 1, &err));
        }
        EXPECT_EQ(VNIC_ECLOSED, err.code);
        EXPECT_STRNE("", err.text);
    }
}

TEST_P(Contract, RemovalWakesBlockedCalls)
{
    for (int wait = 0; wait < 2; wait++) {
        open();
        int rc = 0;
        Beside blocked([&] {
            uint8_t buf[100];
            rc = wait ? vnic_wait(d(), VNIC_READABLE, VNIC_FOREVER)
                      : vnic_recv(d(), buf, sizeof buf);
        });
        ASSERT_TRUE(wait_for_waiters(d(), 1));
        driver->remove(d());
        blocked.join();
        EXPECT_EQ(VNIC_ECLOSED, rc);
        TearDown();
        SetUp();
    }
}

TEST_P(Contract, RemovalEndsEveryQueue)
{
    struct vnic_config cfg = config();
    cfg.flags |= VNIC_MULTI_QUEUE;
    open(cfg);
    vnic *raw = nullptr;
    uint8_t buf[100];
    ASSERT_EQ(0, vnic_open_queue(d(), &raw, &err)) << err.text;
    Handle second(raw);
    int rc = 0;
    Beside blocked([&] { rc = vnic_recv(second.get(), buf, sizeof buf); });
    ASSERT_TRUE(wait_for_waiters(second.get(), 1));
    driver->remove(d());
    blocked.join();
    EXPECT_EQ(VNIC_ECLOSED, rc);
    EXPECT_EQ(VNIC_ECLOSED, vnic_recv(d(), buf, sizeof buf));
    VNIC_COVERS("vnic_open_queue", "VNIC_ECLOSED");
    EXPECT_EQ(VNIC_ECLOSED, vnic_open_queue(d(), &raw, &err));
    EXPECT_EQ(nullptr, raw);
}

} /* namespace contract */
