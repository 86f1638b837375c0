/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a backend answers reaches the caller as it is: the fake backend's handle gets a table whose
 * slots fail on command. So the codes that only a system gives (rights, memory, descriptors) are
 * provoked on every system.
 */
#include <gtest/gtest.h>

#include <cstring>
#include <functional>
#include <vector>

#include "support/covers.h"
#include "support/inside.h"
#include "vnic/vnic.h"

extern "C" {
#include "core/fail.h"
}

namespace
{

int given; /* what the slots answer */

int fail_with_error(struct vnic_error *err)
{
    return vnic__fail(err, given, "slot", "field", "the slot answers %d", given);
}

using Q = struct vnic *;
using E = struct vnic_error;

class BackendCodes : public ::testing::Test
{
  protected:
    void SetUp() override
    {
        struct vnic_config cfg;

        vnic_config_init(&cfg);
        cfg.backend = "fake";
        cfg.layer = VNIC_TAP;
        cfg.flags = VNIC_MULTI_QUEUE;
        ASSERT_EQ(0, vnic_open(&cfg, &dev, nullptr));
        own = inside_backend(dev);
        table = *own;
        conf = *own->netconf;
        table.netconf = &conf;
        inside_use_backend(dev, &table);
    }
    void TearDown() override
    {
        inside_use_backend(dev, own);
        vnic_close(dev);
    }

    /* A call, and how its slot is made to fail. */
    struct Call {
        const char *name;
        std::function<int(E *err)> run;
    };
    void expect_codes(const std::vector<Call> &calls, const std::vector<int> &codes)
    {
        for (const Call &call : calls) {
            for (int code : codes) {
                E err;

                given = code;
                std::memset(&err, 0, sizeof err);
                EXPECT_EQ(code, call.run(&err)) << call.name;
                EXPECT_EQ(code, call.run(nullptr)) << call.name;
                EXPECT_EQ(code, err.code) << call.name;
                EXPECT_STRNE("", err.text) << call.name;
            }
        }
    }

    vnic *dev = nullptr;
    const struct vnic__backend *own = nullptr;
    struct vnic__backend table;
    struct vnic__netconf conf;
    uint8_t buf[256] = {};
};

TEST_F(BackendCodes, OfReading)
{
    VNIC_COVERS("vnic_recv vnic_recv_timeout vnic_recvv vnic_recv_many vnic_acquire_many",
                "VNIC_EOS");
    struct vnic_iovec iov = {buf, sizeof buf};
    struct vnic_packet pkt = {};
    pkt.data = buf;
    pkt.cap = sizeof buf;
    table.read = [](Q, const struct vnic_iovec *, int, uint32_t *) { return VNIC_EOS + 0; };
    EXPECT_EQ(VNIC_EOS, vnic_recv(dev, buf, sizeof buf));
    EXPECT_EQ(VNIC_EOS, vnic_recv_timeout(dev, buf, sizeof buf, 100));
    EXPECT_EQ(VNIC_EOS, vnic_recvv(dev, &iov, 1, 100));
    EXPECT_EQ(VNIC_EOS, vnic_recv_many(dev, &pkt, 1, 100));
    EXPECT_EQ(VNIC_EOS, vnic_acquire_many(dev, &pkt, 1, 100));
    EXPECT_FALSE(inside_views_are_out(dev));
}

TEST_F(BackendCodes, OfWriting)
{
    VNIC_COVERS("vnic_send vnic_send_timeout vnic_sendv vnic_send_many vnic_commit_many",
                "VNIC_ENOMEM VNIC_EOS");
    struct vnic_iovec iov = {buf, 100};
    struct vnic_packet pkt[2] = {}, view = {};
    pkt[0].data = pkt[1].data = buf;
    pkt[0].len = pkt[1].len = view.len = 100;
    ASSERT_EQ(1, vnic_reserve_many(dev, &view, 1, 0));
    table.write = [](Q, const struct vnic_iovec *, int) { return given; };
    for (int code : {VNIC_ENOMEM, VNIC_EOS}) {
        given = code;
        EXPECT_EQ(code, vnic_send(dev, buf, 100));
        EXPECT_EQ(code, vnic_send_timeout(dev, buf, 100, 100));
        EXPECT_EQ(code, vnic_sendv(dev, &iov, 1, 100));
        EXPECT_EQ(code, vnic_send_many(dev, pkt, 2, 100));
        EXPECT_EQ(code, pkt[0].status);
        EXPECT_EQ(VNIC_EAGAIN, pkt[1].status);
        EXPECT_EQ(code, vnic_commit_many(dev, &view, 1, 100));
        EXPECT_EQ(code, view.status);
    }
    /* What could not be committed is still there. */
    EXPECT_EQ(0, vnic_release_many(dev, &view, 1));
}

TEST_F(BackendCodes, OfWaiting)
{
    VNIC_COVERS("vnic_wait", "VNIC_EOS");
    VNIC_COVERS("vnic_wait_handle", "VNIC_ENOMEM VNIC_EMFILE VNIC_EOS");
    table.wait = [](Q, int, int64_t) { return VNIC_EOS + 0; };
    table.wait_handle = [](Q, intptr_t *) { return given; };
    EXPECT_EQ(VNIC_EOS, vnic_wait(dev, VNIC_READABLE, 100));
    EXPECT_EQ(VNIC_EOS, vnic_recv(dev, buf, sizeof buf));
    for (int code : {VNIC_ENOMEM, VNIC_EMFILE, VNIC_EOS, VNIC_ENOTSUP}) {
        given = code;
        EXPECT_EQ(code, vnic_wait_handle(dev));
    }
}

TEST_F(BackendCodes, OfASpuriousWakeUp)
{
    static int wakes;
    wakes = 0;
    table.wait = [](Q, int, int64_t) { return ++wakes < 50 ? 0 : VNIC_EOS + 0; };
    EXPECT_EQ(VNIC_EOS, vnic_recv(dev, buf, sizeof buf));
    EXPECT_EQ(50, wakes);
}

TEST_F(BackendCodes, OfQueues)
{
    VNIC_COVERS("vnic_open_queue vnic_open_queues", "VNIC_EPERM VNIC_ENOMEM VNIC_EMFILE VNIC_EOS");
    VNIC_COVERS("vnic_detach_queue", "VNIC_EPERM VNIC_EOS");
    VNIC_COVERS("vnic_attach_queue", "VNIC_EPERM VNIC_EOS VNIC_ELIMIT");
    table.open_queue = [](Q, Q, E *err) { return fail_with_error(err); };
    table.detach = [](Q, E *err) { return fail_with_error(err); };
    table.attach = [](Q, E *err) { return fail_with_error(err); };
    expect_codes({{"vnic_open_queue",
                   [this](E *err) {
                       vnic *raw = dev;
                       int rc = vnic_open_queue(dev, &raw, err);
                       EXPECT_EQ(nullptr, raw);
                       return rc;
                   }},
                  {"vnic_open_queues",
                   [this](E *err) {
                       vnic *raw[2] = {dev, dev};
                       int rc = vnic_open_queues(dev, raw, 2, err);
                       EXPECT_TRUE(raw[0] == nullptr && raw[1] == nullptr);
                       return rc;
                   }}},
                 {VNIC_EPERM, VNIC_ENOMEM, VNIC_EMFILE, VNIC_ELIMIT, VNIC_EOS});
    expect_codes({{"vnic_detach_queue", [this](E *err) { return vnic_detach_queue(dev, err); }}},
                 {VNIC_EPERM, VNIC_EOS});
    /* A failed detach leaves the queue as it was. */
    EXPECT_EQ(VNIC_EAGAIN, vnic_recv_timeout(dev, buf, sizeof buf, 0));
    table.detach = own->detach;
    ASSERT_EQ(0, vnic_detach_queue(dev, nullptr));
    expect_codes({{"vnic_attach_queue", [this](E *err) { return vnic_attach_queue(dev, err); }}},
                 {VNIC_EPERM, VNIC_ELIMIT, VNIC_EOS});
    EXPECT_EQ(VNIC_EDETACHED, vnic_recv_timeout(dev, buf, sizeof buf, 0));
    table.attach = own->attach;
    EXPECT_EQ(0, vnic_attach_queue(dev, nullptr));
}

const std::vector<int> system_codes = {VNIC_EPERM,  VNIC_ENOTSUP, VNIC_ECLOSED,
                                       VNIC_ENOMEM, VNIC_EMFILE,  VNIC_EOS};

TEST_F(BackendCodes, OfAsking)
{
    VNIC_COVERS("vnic_get_info vnic_get_stats vnic_get_addresses",
                "VNIC_EPERM VNIC_ENOTSUP VNIC_ENOMEM VNIC_EMFILE VNIC_EOS");
    VNIC_COVERS("vnic_get_name", "VNIC_ENOTSUP VNIC_EOS");
    struct vnic_info info;
    struct vnic_stats stats;
    info.size = sizeof info;
    stats.size = sizeof stats;
    conf.get_info = [](Q, struct vnic_info *, E *err) { return fail_with_error(err); };
    conf.get_stats = [](Q, struct vnic_stats *, E *err) { return fail_with_error(err); };
    conf.get_name = [](Q, char *, E *err) { return fail_with_error(err); };
    conf.list_addresses = [](Q, struct vnic_prefix *, int, E *err) { return fail_with_error(err); };
    expect_codes(
        {{"vnic_get_info", [&](E *err) { return vnic_get_info(dev, &info, err); }},
         {"vnic_get_stats", [&](E *err) { return vnic_get_stats(dev, &stats, err); }},
         {"vnic_get_addresses", [&](E *err) { return vnic_get_addresses(dev, nullptr, 0, err); }}},
        system_codes);
    for (int code : {VNIC_ENOTSUP, VNIC_ECLOSED, VNIC_EOS}) {
        char name[VNIC_NAME_SIZE] = "kept";
        given = code;
        EXPECT_EQ(code, vnic_get_name(dev, name, sizeof name));
        EXPECT_STREQ("kept", name);
    }
}

TEST_F(BackendCodes, OfSetting)
{
    VNIC_COVERS("vnic_set_up vnic_set_mtu vnic_set_name vnic_set_mac vnic_set_tx_queue_len "
                "vnic_set_alias vnic_set_metric vnic_set_dns vnic_add_address vnic_remove_address",
                "VNIC_EPERM VNIC_ENOTSUP VNIC_ENOMEM VNIC_EMFILE VNIC_EOS");
    VNIC_COVERS("vnic_set_name", "VNIC_EEXIST VNIC_EBUSY");
    struct vnic_prefix prefix;
    const uint8_t mac[6] = {2, 9, 9, 9, 9, 9};
    ASSERT_EQ(0, vnic_prefix_parse("10.9.0.1/24", &prefix));
    conf.set_up = [](Q, uint32_t, E *err) { return fail_with_error(err); };
    conf.set_mtu = [](Q, uint32_t, E *err) { return fail_with_error(err); };
    conf.set_name = [](Q, const char *, E *err) { return fail_with_error(err); };
    conf.set_mac = [](Q, const uint8_t *, E *err) { return fail_with_error(err); };
    conf.set_tx_queue_len = [](Q, uint32_t, E *err) { return fail_with_error(err); };
    conf.set_alias = [](Q, const char *, E *err) { return fail_with_error(err); };
    conf.set_metric = [](Q, uint32_t, E *err) { return fail_with_error(err); };
    conf.set_dns = [](Q, const struct vnic__dns *, E *err) { return fail_with_error(err); };
    conf.add_address = [](Q, const struct vnic_prefix *, E *err) { return fail_with_error(err); };
    conf.remove_address = [](Q, const struct vnic_prefix *, E *err) {
        return fail_with_error(err);
    };
    expect_codes(
        {{"vnic_set_up", [&](E *err) { return vnic_set_up(dev, 0, err); }},
         {"vnic_set_mtu", [&](E *err) { return vnic_set_mtu(dev, 1400, err); }},
         {"vnic_set_name", [&](E *err) { return vnic_set_name(dev, "other", err); }},
         {"vnic_set_mac", [&](E *err) { return vnic_set_mac(dev, mac, err); }},
         {"vnic_set_tx_queue_len", [&](E *err) { return vnic_set_tx_queue_len(dev, 7, err); }},
         {"vnic_set_alias", [&](E *err) { return vnic_set_alias(dev, "text", err); }},
         {"vnic_set_metric", [&](E *err) { return vnic_set_metric(dev, 5, err); }},
         {"vnic_set_dns", [&](E *err) { return vnic_set_dns(dev, "1.1.1.1", err); }},
         {"vnic_add_address", [&](E *err) { return vnic_add_address(dev, &prefix, err); }},
         {"vnic_remove_address", [&](E *err) { return vnic_remove_address(dev, &prefix, err); }}},
        system_codes);
    expect_codes({{"vnic_set_name", [&](E *err) { return vnic_set_name(dev, "other", err); }}},
                 {VNIC_EEXIST, VNIC_EBUSY});
    /* What is so already needs no right: the slot is not asked. */
    given = VNIC_EPERM;
    EXPECT_EQ(0, vnic_set_up(dev, 1, nullptr));
    EXPECT_EQ(0, vnic_set_mtu(dev, 1500, nullptr));
    EXPECT_EQ(0, vnic_set_name(dev, "fake0", nullptr));
    EXPECT_EQ(0, vnic_set_alias(dev, "", nullptr));
    EXPECT_EQ(0, vnic_set_tx_queue_len(dev, 500, nullptr));
    EXPECT_EQ(0, vnic_set_metric(dev, 0, nullptr));
}

TEST_F(BackendCodes, OfTheDescriptor)
{
    VNIC_COVERS("vnic_set_carrier vnic_set_persist vnic_set_owner vnic_set_group", "VNIC_EOS");
    VNIC_COVERS("vnic_set_persist vnic_set_owner vnic_set_group", "VNIC_EDETACHED");
    VNIC_COVERS("vnic_set_owner vnic_set_group", "VNIC_EINVAL");
    conf.set_carrier = [](Q, uint32_t, E *err) { return fail_with_error(err); };
    conf.set_persist = [](Q, uint32_t, E *err) { return fail_with_error(err); };
    conf.set_owner = [](Q, uint32_t, E *err) { return fail_with_error(err); };
    conf.set_group = [](Q, uint32_t, E *err) { return fail_with_error(err); };
    const std::vector<Call> calls = {
        {"vnic_set_carrier", [&](E *err) { return vnic_set_carrier(dev, 0, err); }},
        {"vnic_set_persist", [&](E *err) { return vnic_set_persist(dev, 1, err); }},
        {"vnic_set_owner", [&](E *err) { return vnic_set_owner(dev, 5, err); }},
        {"vnic_set_group", [&](E *err) { return vnic_set_group(dev, 5, err); }}};
    expect_codes(calls, {VNIC_EOS, VNIC_ECLOSED, VNIC_EINVAL});
    ASSERT_EQ(0, vnic_detach_queue(dev, nullptr));
    /* Without asking: the descriptor of a detached queue reaches no interface. */
    for (const Call &call : calls) {
        E err;
        given = 0;
        EXPECT_EQ(VNIC_EDETACHED, call.run(&err)) << call.name;
        EXPECT_EQ(VNIC_EDETACHED, err.code);
    }
}

TEST_F(BackendCodes, OfReplacingAddresses)
{
    VNIC_COVERS("vnic_set_addresses", "VNIC_EPERM VNIC_ENOTSUP VNIC_ENOMEM VNIC_EMFILE VNIC_EOS");
    struct vnic_prefix old[2], want[2], now[4];
    ASSERT_EQ(0, vnic_prefix_parse("10.9.0.1/24", &old[0]));
    ASSERT_EQ(0, vnic_prefix_parse("fd09::1/64", &old[1]));
    ASSERT_EQ(0, vnic_prefix_parse("10.9.1.1/24", &want[0]));
    ASSERT_EQ(0, vnic_prefix_parse("10.9.2.1/24", &want[1]));
    ASSERT_EQ(0, vnic_set_addresses(dev, old, 2, nullptr));
    static const struct vnic__netconf *real;
    real = own->netconf;
    /* The second address fails after the first was added and the old ones went. */
    conf.add_address = [](Q q, const struct vnic_prefix *p, E *err) {
        return p->addr[2] == 2 ? fail_with_error(err) : real->add_address(q, p, err);
    };
    expect_codes(
        {{"vnic_set_addresses", [&](E *err) { return vnic_set_addresses(dev, want, 2, err); }}},
        system_codes);
    ASSERT_EQ(2, vnic_get_addresses(dev, now, 4, nullptr));
    for (const struct vnic_prefix &p : old) {
        EXPECT_TRUE(vnic_prefix_equal(&p, &now[0]) == 1 || vnic_prefix_equal(&p, &now[1]) == 1);
    }
}

TEST_F(BackendCodes, OfMissingSlots)
{
    VNIC_COVERS("vnic_set_carrier", "VNIC_ENOTSUP");
    VNIC_COVERS("vnic_native_handle vnic_release", "VNIC_ENOTSUP");
    struct vnic_info info;
    struct vnic_stats stats;
    struct vnic_prefix prefix;
    const uint8_t mac[6] = {2, 9, 9, 9, 9, 9};
    intptr_t native = -7;
    char name[VNIC_NAME_SIZE];
    info.size = sizeof info;
    stats.size = sizeof stats;
    ASSERT_EQ(0, vnic_prefix_parse("10.9.0.1/24", &prefix));
    const std::vector<Call> calls = {
        {"vnic_get_info", [&](E *err) { return vnic_get_info(dev, &info, err); }},
        {"vnic_get_stats", [&](E *err) { return vnic_get_stats(dev, &stats, err); }},
        {"vnic_set_up", [&](E *err) { return vnic_set_up(dev, 0, err); }},
        {"vnic_set_mtu", [&](E *err) { return vnic_set_mtu(dev, 1400, err); }},
        {"vnic_set_name", [&](E *err) { return vnic_set_name(dev, "other", err); }},
        {"vnic_set_mac", [&](E *err) { return vnic_set_mac(dev, mac, err); }},
        {"vnic_set_alias", [&](E *err) { return vnic_set_alias(dev, "text", err); }},
        {"vnic_set_tx_queue_len", [&](E *err) { return vnic_set_tx_queue_len(dev, 7, err); }},
        {"vnic_set_metric", [&](E *err) { return vnic_set_metric(dev, 5, err); }},
        {"vnic_set_dns", [&](E *err) { return vnic_set_dns(dev, "", err); }},
        {"vnic_set_carrier", [&](E *err) { return vnic_set_carrier(dev, 0, err); }},
        {"vnic_set_persist", [&](E *err) { return vnic_set_persist(dev, 1, err); }},
        {"vnic_set_owner", [&](E *err) { return vnic_set_owner(dev, 5, err); }},
        {"vnic_set_group", [&](E *err) { return vnic_set_group(dev, 5, err); }},
        {"vnic_add_address", [&](E *err) { return vnic_add_address(dev, &prefix, err); }},
        {"vnic_remove_address", [&](E *err) { return vnic_remove_address(dev, &prefix, err); }},
        {"vnic_set_addresses", [&](E *err) { return vnic_set_addresses(dev, &prefix, 1, err); }},
        {"vnic_get_addresses", [&](E *err) { return vnic_get_addresses(dev, nullptr, 0, err); }},
    };
    table.netconf = nullptr;
    table.native_handle = nullptr;
    expect_codes(calls, {VNIC_ENOTSUP});
    EXPECT_EQ(VNIC_ENOTSUP, vnic_get_name(dev, name, sizeof name));
    EXPECT_EQ(VNIC_ENOTSUP, vnic_native_handle(dev));
    EXPECT_EQ(VNIC_ENOTSUP, vnic_release(dev, &native));
    EXPECT_EQ(-7, native);
}

/* A backend that cannot tell a removal from something else must not be believed at once. */
TEST_F(BackendCodes, OfARemovalThatIsNone)
{
    static int reads;
    reads = 0;
    table.wait = [](Q, int, int64_t) { return VNIC_READABLE + 0; };
    table.read = [](Q, const struct vnic_iovec *iov, int, uint32_t *) {
        if (++reads < 3) {
            return VNIC_ECLOSED + 0;
        }
        static_cast<uint8_t *>(iov[0].base)[0] = 0x45;
        return 1;
    };
    EXPECT_EQ(1, vnic_recv(dev, buf, sizeof buf));
    EXPECT_EQ(3, reads);
}

} /* namespace */
