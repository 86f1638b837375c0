/* SPDX-License-Identifier: Apache-2.0 */
/* Interrupt, shared wakeup, shutdown and close: before, while and after waiting. */
#include "contract/contract.h"

namespace contract
{

/* Every call that receives, sends or waits; each returns its code. */
struct Call {
    const char *name;
    std::function<int(vnic *)> run;
};

static uint8_t scratch[2048];

static std::vector<Call> packet_calls(const Bytes &p)
{
    return {
        {"vnic_recv", [](vnic *v) { return vnic_recv(v, scratch, sizeof scratch); }},
        {"vnic_recv_timeout",
         [](vnic *v) { return vnic_recv_timeout(v, scratch, sizeof scratch, 30000); }},
        {"vnic_recvv",
         [](vnic *v) {
             const struct vnic_iovec iov = {scratch, sizeof scratch};
             return vnic_recvv(v, &iov, 1, VNIC_FOREVER);
         }},
        {"vnic_recv_many",
         [](vnic *v) {
             struct vnic_packet pkt = {};
             pkt.data = scratch;
             pkt.cap = sizeof scratch;
             return vnic_recv_many(v, &pkt, 1, VNIC_FOREVER);
         }},
        {"vnic_acquire_many",
         [](vnic *v) {
             struct vnic_packet pkt = {};
             return vnic_acquire_many(v, &pkt, 1, VNIC_FOREVER);
         }},
        {"vnic_wait", [](vnic *v) { return vnic_wait(v, VNIC_READABLE, VNIC_FOREVER); }},
        {"vnic_send", [&p](vnic *v) { return vnic_send(v, p.data(), p.size()); }},
        {"vnic_send_timeout",
         [&p](vnic *v) { return vnic_send_timeout(v, p.data(), p.size(), 30000); }},
        {"vnic_sendv",
         [&p](vnic *v) {
             const struct vnic_iovec iov = {const_cast<uint8_t *>(p.data()), p.size()};
             return vnic_sendv(v, &iov, 1, VNIC_FOREVER);
         }},
        {"vnic_send_many",
         [&p](vnic *v) {
             struct vnic_packet pkt = {};
             pkt.data = const_cast<uint8_t *>(p.data());
             pkt.len = static_cast<uint32_t>(p.size());
             return vnic_send_many(v, &pkt, 1, VNIC_FOREVER);
         }},
        {"vnic_reserve_many",
         [&p](vnic *v) {
             struct vnic_packet pkt = {};
             pkt.len = static_cast<uint32_t>(p.size());
             return vnic_reserve_many(v, &pkt, 1, VNIC_FOREVER);
         }},
    };
}

/* Every one gives the code, although packets are queued and there is room. */
static void expect_all(vnic *dev, const Bytes &p, int code)
{
    for (const Call &call : packet_calls(p)) {
        EXPECT_EQ(code, call.run(dev)) << call.name;
    }
}

/* A commit needs something reserved before the handle was stopped. */
static struct vnic_packet reserve_one(vnic *dev, const Bytes &p)
{
    struct vnic_packet pkt = {};

    pkt.len = static_cast<uint32_t>(p.size());
    EXPECT_EQ(1, vnic_reserve_many(dev, &pkt, 1, 20000));
    if (pkt.data != nullptr) {
        std::memcpy(pkt.data, p.data(), p.size());
    }
    return pkt;
}

TEST_P(Contract, InterruptStopsEveryCallUntilCleared)
{
    VNIC_COVERS("vnic_recv", "VNIC_EINTERRUPTED");
    VNIC_COVERS("vnic_recv_timeout", "VNIC_EINTERRUPTED");
    VNIC_COVERS("vnic_recvv", "VNIC_EINTERRUPTED");
    VNIC_COVERS("vnic_recv_many", "VNIC_EINTERRUPTED");
    VNIC_COVERS("vnic_acquire_many", "VNIC_EINTERRUPTED");
    VNIC_COVERS("vnic_wait", "VNIC_EINTERRUPTED");
    VNIC_COVERS("vnic_send", "VNIC_EINTERRUPTED");
    VNIC_COVERS("vnic_send_timeout", "VNIC_EINTERRUPTED");
    VNIC_COVERS("vnic_sendv", "VNIC_EINTERRUPTED");
    VNIC_COVERS("vnic_send_many", "VNIC_EINTERRUPTED");
    VNIC_COVERS("vnic_reserve_many", "VNIC_EINTERRUPTED");
    VNIC_COVERS("vnic_commit_many", "VNIC_EINTERRUPTED");
    open();
    Bytes p = packet(100);
    far_send(p);
    struct vnic_packet pkt = reserve_one(d(), p);
    EXPECT_EQ(0, vnic_interrupt(d()));
    EXPECT_EQ(0, vnic_interrupt(d()));
    expect_all(d(), p, VNIC_EINTERRUPTED);
    EXPECT_EQ(VNIC_EINTERRUPTED, vnic_commit_many(d(), &pkt, 1, 0));
    EXPECT_EQ(0, vnic_clear_interrupt(d()));
    EXPECT_EQ(0, vnic_clear_interrupt(d()));
    /* The packet stayed queued, and nothing of what was refused was sent. */
    expect_recv(p);
    EXPECT_EQ(1, vnic_commit_many(d(), &pkt, 1, 20000));
    expect_far(p);
    EXPECT_TRUE(driver->recv(20).empty());
}

TEST_P(Contract, ShutdownEndsEveryCallForGood)
{
    VNIC_COVERS("vnic_recv", "VNIC_ECLOSED");
    VNIC_COVERS("vnic_recv_timeout", "VNIC_ECLOSED");
    VNIC_COVERS("vnic_recvv", "VNIC_ECLOSED");
    VNIC_COVERS("vnic_recv_many", "VNIC_ECLOSED");
    VNIC_COVERS("vnic_acquire_many", "VNIC_ECLOSED");
    VNIC_COVERS("vnic_wait", "VNIC_ECLOSED");
    VNIC_COVERS("vnic_send", "VNIC_ECLOSED");
    VNIC_COVERS("vnic_send_timeout", "VNIC_ECLOSED");
    VNIC_COVERS("vnic_sendv", "VNIC_ECLOSED");
    VNIC_COVERS("vnic_send_many", "VNIC_ECLOSED");
    VNIC_COVERS("vnic_reserve_many", "VNIC_ECLOSED");
    VNIC_COVERS("vnic_commit_many", "VNIC_ECLOSED");
    VNIC_COVERS("vnic_recv_size", "VNIC_ECLOSED");
    open();
    Bytes p = packet(100);
    far_send(p);
    struct vnic_packet pkt = reserve_one(d(), p);
    EXPECT_EQ(0, vnic_shutdown(d()));
    EXPECT_EQ(0, vnic_shutdown(d()));
    expect_all(d(), p, VNIC_ECLOSED);
    EXPECT_EQ(VNIC_ECLOSED, vnic_commit_many(d(), &pkt, 1, 0));
    EXPECT_EQ(VNIC_ECLOSED, vnic_recv_size(d()));
    /* Stronger than an interrupt, and not cleared with it. */
    EXPECT_EQ(0, vnic_interrupt(d()));
    EXPECT_EQ(VNIC_ECLOSED, vnic_recv(d(), scratch, sizeof scratch));
    EXPECT_EQ(0, vnic_clear_interrupt(d()));
    expect_all(d(), p, VNIC_ECLOSED);
    /* Views can be given back, and the interface still answers. */
    EXPECT_EQ(0, vnic_release_many(d(), &pkt, 1));
    EXPECT_EQ(0, vnic_set_mtu(d(), 1400, &err)) << err.text;
}

/* What ends a blocked call, and the code that it ends with. */
struct Stopper {
    const char *name;
    int (*stop)(vnic *dev);
    int code;
};

static const Stopper stoppers[] = {
    {"interrupt", vnic_interrupt, VNIC_EINTERRUPTED},
    {"shutdown", vnic_shutdown, VNIC_ECLOSED},
    {"shutdown_all", vnic_shutdown_all, VNIC_ECLOSED},
};

TEST_P(Contract, BlockedCallsAreStopped)
{
    Bytes p = packet(100);
    std::vector<Call> calls = packet_calls(p);

    for (const Stopper &s : stoppers) {
        for (size_t i = 0; i < 6; i++) {
            SCOPED_TRACE(std::string(s.name) + " " + calls[i].name);
            Handle fresh;
            ASSERT_EQ(0, open_as(config(), &fresh)) << err.text;
            int rc = 0;
            Beside blocked([&] { rc = calls[i].run(fresh.get()); });
            ASSERT_TRUE(wait_for_waiters(fresh.get(), 1));
            EXPECT_EQ(0, s.stop(fresh.get()));
            blocked.join();
            EXPECT_EQ(s.code, rc);
        }
    }
}

TEST_P(Contract, InterruptBeforeWaitingIsFound)
{
    open();
    EXPECT_EQ(0, vnic_interrupt(d()));
    int64_t start = now_ms();
    EXPECT_EQ(VNIC_EINTERRUPTED, vnic_recv_timeout(d(), scratch, sizeof scratch, 30000));
    EXPECT_LT(now_ms() - start, 20000);
    EXPECT_EQ(0, vnic_clear_interrupt(d()));
    EXPECT_EQ(VNIC_EAGAIN, vnic_recv_timeout(d(), scratch, sizeof scratch, 0));
}

TEST_P(Contract, InterruptStopsSenderAndReceiver)
{
    open();
    int rc[2] = {0, 0};
    Beside reader([&] { rc[0] = vnic_recv(d(), scratch, sizeof scratch); });
    Beside waiter([&] { rc[1] = vnic_wait(d(), VNIC_READABLE, VNIC_FOREVER); });
    ASSERT_TRUE(wait_for_waiters(d(), 2));
    EXPECT_EQ(0, vnic_interrupt(d()));
    reader.join();
    waiter.join();
    EXPECT_EQ(VNIC_EINTERRUPTED, rc[0]);
    EXPECT_EQ(VNIC_EINTERRUPTED, rc[1]);
}

TEST_P(Contract, InterruptIsOwnCodeAndNeedsNoLock)
{
    VNIC_COVERS("vnic_interrupt", "VNIC_EINVAL");
    VNIC_COVERS("vnic_clear_interrupt", "VNIC_EINVAL");
    VNIC_COVERS("vnic_shutdown", "VNIC_EINVAL");
    VNIC_COVERS("vnic_shutdown_all", "VNIC_EINVAL");
    EXPECT_EQ(VNIC_EINVAL, vnic_interrupt(nullptr));
    EXPECT_EQ(VNIC_EINVAL, vnic_clear_interrupt(nullptr));
    EXPECT_EQ(VNIC_EINVAL, vnic_shutdown(nullptr));
    EXPECT_EQ(VNIC_EINVAL, vnic_shutdown_all(nullptr));
}

TEST_P(Contract, WakeupStopsEveryHandleThatHasIt)
{
    Wakeup w = make_wakeup();
    struct vnic_config cfg = config();
    Handle one, two, other;
    cfg.wakeup = w.get();
    ASSERT_EQ(0, open_as(cfg, &one)) << err.text;
    ASSERT_EQ(0, open_as(cfg, &two)) << err.text;
    ASSERT_EQ(0, open_as(config(), &other)) << err.text;
    int rc[2] = {0, 0};
    Beside a([&] { rc[0] = vnic_recv(one.get(), scratch, sizeof scratch); });
    Beside b([&] { rc[1] = vnic_wait(two.get(), VNIC_READABLE, VNIC_FOREVER); });
    ASSERT_TRUE(wait_for_waiters(one.get(), 1));
    ASSERT_TRUE(wait_for_waiters(two.get(), 1));
    EXPECT_EQ(0u, vnic_wakeup_value(w.get()));
    EXPECT_EQ(0, vnic_wakeup_trigger(w.get(), 77));
    a.join();
    b.join();
    EXPECT_EQ(VNIC_EINTERRUPTED, rc[0]);
    EXPECT_EQ(VNIC_EINTERRUPTED, rc[1]);
    EXPECT_EQ(77u, vnic_wakeup_value(w.get()));
    /* The first value stays, a handle's own clear does not end it, and others are not concerned. */
    EXPECT_EQ(1, vnic_wakeup_trigger(w.get(), 78));
    EXPECT_EQ(77u, vnic_wakeup_value(w.get()));
    EXPECT_EQ(0, vnic_clear_interrupt(one.get()));
    EXPECT_EQ(VNIC_EINTERRUPTED, vnic_recv_timeout(one.get(), scratch, sizeof scratch, 0));
    EXPECT_EQ(VNIC_EAGAIN, vnic_recv_timeout(other.get(), scratch, sizeof scratch, 0));
    EXPECT_EQ(0, vnic_wakeup_clear(w.get()));
    EXPECT_EQ(0u, vnic_wakeup_value(w.get()));
    EXPECT_EQ(VNIC_EAGAIN, vnic_recv_timeout(one.get(), scratch, sizeof scratch, 0));
    EXPECT_EQ(VNIC_EAGAIN, vnic_recv_timeout(two.get(), scratch, sizeof scratch, 0));
}

TEST_P(Contract, WakeupTriggeredBeforeOpenIsFound)
{
    Wakeup w = make_wakeup();
    struct vnic_config cfg = config();
    cfg.wakeup = w.get();
    EXPECT_EQ(0, vnic_wakeup_trigger(w.get(), 1));
    open(cfg);
    EXPECT_EQ(VNIC_EINTERRUPTED, vnic_recv(d(), scratch, sizeof scratch));
}

TEST_P(Contract, WakeupLivesAsLongAsItsHandles)
{
    Wakeup w = make_wakeup();
    struct vnic_config cfg = config();
    cfg.wakeup = w.get();
    open(cfg);
    w.reset();
    EXPECT_EQ(VNIC_EAGAIN, vnic_recv_timeout(d(), scratch, sizeof scratch, 0));
    far_send(packet(100));
    expect_recv(packet(100));
}

TEST_P(Contract, WakeupRejectsBadArguments)
{
    VNIC_COVERS("vnic_wakeup_create", "VNIC_EINVAL");
    VNIC_COVERS("vnic_wakeup_trigger", "VNIC_EINVAL");
    VNIC_COVERS("vnic_wakeup_clear", "VNIC_EINVAL");
    Wakeup w = make_wakeup();
    EXPECT_EQ(VNIC_EINVAL, vnic_wakeup_create(nullptr, &err));
    EXPECT_STREQ("ret_wakeup", err.field);
    EXPECT_EQ(VNIC_EINVAL, vnic_wakeup_trigger(nullptr, 1));
    EXPECT_EQ(VNIC_EINVAL, vnic_wakeup_trigger(w.get(), 0));
    EXPECT_EQ(VNIC_EINVAL, vnic_wakeup_clear(nullptr));
    EXPECT_EQ(0u, vnic_wakeup_value(nullptr));
    vnic_wakeup_destroy(nullptr);
}

TEST_P(Contract, CloseEndsBlockedCallsAndReturns)
{
    for (const Call &call : {packet_calls({})[0], packet_calls({})[4], packet_calls({})[5]}) {
        SCOPED_TRACE(call.name);
        vnic *raw = nullptr;
        struct vnic_config cfg = config();
        ASSERT_EQ(0, vnic_open(&cfg, &raw, &err)) << err.text;
        int rc = 0;
        Beside blocked([&] { rc = call.run(raw); });
        ASSERT_TRUE(wait_for_waiters(raw, 1));
        vnic_close(raw);
        blocked.join();
        EXPECT_EQ(VNIC_ECLOSED, rc);
    }
}

TEST_P(Contract, ReleaseEndsBlockedCallsAndReturns)
{
    need_adopt();
    vnic *raw = nullptr;
    struct vnic_config cfg = config();
    ASSERT_EQ(0, vnic_open(&cfg, &raw, &err)) << err.text;
    int rc = 0;
    intptr_t native = -1;
    Beside blocked([&] { rc = vnic_recv(raw, scratch, sizeof scratch); });
    ASSERT_TRUE(wait_for_waiters(raw, 1));
    ASSERT_EQ(0, vnic_release(raw, &native));
    blocked.join();
    EXPECT_EQ(VNIC_ECLOSED, rc);
    vnic_config_init(&cfg);
    cfg.backend = driver->backend();
    cfg.engine = driver->engine();
    ASSERT_EQ(0, vnic_adopt(native, &cfg, &raw, &err)) << err.text;
    dev.reset(raw);
    EXPECT_EQ(VNIC_EAGAIN, vnic_recv_timeout(d(), scratch, sizeof scratch, 0));
}

TEST_P(Contract, CloseAllowsNull)
{
    vnic_close(nullptr);
}

} /* namespace contract */
