/* SPDX-License-Identifier: Apache-2.0 */
/* Readiness, and the handle for foreign loops. */
#include "contract/contract.h"

namespace contract
{

TEST_P(Contract, WaitTellsWhatIsThere)
{
    open();
    EXPECT_EQ(VNIC_WRITABLE, vnic_wait(d(), VNIC_READABLE | VNIC_WRITABLE, 20000));
    EXPECT_EQ(VNIC_WRITABLE, vnic_wait(d(), VNIC_WRITABLE, VNIC_NOWAIT));
    far_send(packet(100));
    EXPECT_EQ(VNIC_READABLE, vnic_wait(d(), VNIC_READABLE, 20000));
    EXPECT_EQ(VNIC_READABLE | VNIC_WRITABLE, vnic_wait(d(), VNIC_READABLE | VNIC_WRITABLE, 0));
    expect_recv(packet(100));
    EXPECT_EQ(VNIC_EAGAIN, vnic_wait(d(), VNIC_READABLE, VNIC_NOWAIT));
}

TEST_P(Contract, WaitWakesForAPacket)
{
    open();
    int rc = 0;
    Beside waiter([&] { rc = vnic_wait(d(), VNIC_READABLE, VNIC_FOREVER); });
    ASSERT_TRUE(wait_for_waiters(d(), 1));
    far_send(packet(100));
    waiter.join();
    EXPECT_EQ(VNIC_READABLE, rc);
}

TEST_P(Contract, WaitTimesOutAndRejects)
{
    VNIC_COVERS("vnic_wait", "VNIC_EINVAL");
    VNIC_COVERS("vnic_wait", "VNIC_EAGAIN");
    VNIC_COVERS("vnic_wait", "VNIC_ETIMEDOUT");
    open();
    int64_t start = now_ms();
    EXPECT_EQ(VNIC_ETIMEDOUT, vnic_wait(d(), VNIC_READABLE, 50));
    EXPECT_GE(now_ms() - start, 49);
    EXPECT_EQ(VNIC_EAGAIN, vnic_wait(d(), VNIC_READABLE, VNIC_NOWAIT));
    EXPECT_EQ(VNIC_EINVAL, vnic_wait(d(), 0, 0));
    EXPECT_EQ(VNIC_EINVAL, vnic_wait(d(), 4, 0));
    EXPECT_EQ(VNIC_EINVAL, vnic_wait(d(), VNIC_READABLE, -3));
    EXPECT_EQ(VNIC_EINVAL, vnic_wait(nullptr, VNIC_READABLE, 0));
    EXPECT_EQ(0, vnic_set_nonblock(d(), 1));
    EXPECT_EQ(VNIC_EAGAIN, vnic_wait(d(), VNIC_READABLE, VNIC_DEFAULT));
    EXPECT_EQ(VNIC_EINVAL, vnic_set_nonblock(nullptr, 1));
    VNIC_COVERS("vnic_set_nonblock", "VNIC_EINVAL");
}

TEST_P(Contract, WaitIsNotWritableWhileDown)
{
    struct vnic_config cfg = config();
    cfg.up = 0;
    open(cfg);
    EXPECT_EQ(VNIC_ETIMEDOUT, vnic_wait(d(), VNIC_WRITABLE, 20));
    int rc = 0;
    Beside waiter([&] { rc = vnic_wait(d(), VNIC_WRITABLE, 20000); });
    ASSERT_TRUE(wait_for_waiters(d(), 1));
    ASSERT_EQ(0, vnic_set_up(d(), 1, &err)) << err.text;
    waiter.join();
    EXPECT_EQ(VNIC_WRITABLE, rc);
}

/* The wait handle of a handle, or a skip where the system has none. */
#define WAIT_HANDLE_OR_SKIP(var, dev)                                                              \
    intptr_t var = vnic_wait_handle(dev);                                                          \
    if (var == VNIC_ENOTSUP) {                                                                     \
        GTEST_SKIP() << "this system has no handle that stands for several";                       \
    }                                                                                              \
    ASSERT_GE(var, 0)

TEST_P(Contract, WaitHandleFollowsPackets)
{
    VNIC_COVERS("vnic_wait_handle", "VNIC_EINVAL");
    EXPECT_EQ(VNIC_EINVAL, vnic_wait_handle(nullptr));
    open();
    WAIT_HANDLE_OR_SKIP(handle, d());
    EXPECT_EQ(handle, vnic_wait_handle(d()));
    EXPECT_TRUE(becomes_quiet(handle));
    far_send(packet(100));
    far_send(packet(100));
    EXPECT_TRUE(is_signalled(handle, 20000));
    expect_recv(packet(100));
    EXPECT_TRUE(is_signalled(handle, 20000));
    expect_recv(packet(100));
    EXPECT_TRUE(becomes_quiet(handle));
}

TEST_P(Contract, WaitHandleFollowsInterrupts)
{
    open();
    WAIT_HANDLE_OR_SKIP(handle, d());
    for (int i = 0; i < 3; i++) {
        EXPECT_EQ(0, vnic_interrupt(d()));
        EXPECT_TRUE(is_signalled(handle, 20000));
        /* A level: looking does not use it up. */
        EXPECT_TRUE(is_signalled(handle, 20000));
        EXPECT_EQ(0, vnic_clear_interrupt(d()));
        EXPECT_TRUE(becomes_quiet(handle));
    }
    EXPECT_EQ(0, vnic_shutdown(d()));
    EXPECT_TRUE(is_signalled(handle, 20000));
    EXPECT_EQ(0, vnic_clear_interrupt(d()));
    EXPECT_TRUE(is_signalled(handle, 20000));
}

TEST_P(Contract, WaitHandleFollowsTheWakeup)
{
    Wakeup w = make_wakeup();
    struct vnic_config cfg = config();
    cfg.wakeup = w.get();
    open(cfg);
    WAIT_HANDLE_OR_SKIP(handle, d());
    EXPECT_TRUE(becomes_quiet(handle));
    EXPECT_EQ(0, vnic_wakeup_trigger(w.get(), 5));
    EXPECT_TRUE(is_signalled(handle, 20000));
    EXPECT_EQ(0, vnic_wakeup_clear(w.get()));
    EXPECT_TRUE(becomes_quiet(handle));
}

TEST_P(Contract, WaitHandleSeesRemoval)
{
    open();
    WAIT_HANDLE_OR_SKIP(handle, d());
    EXPECT_TRUE(becomes_quiet(handle));
    driver->remove(d());
    EXPECT_TRUE(is_signalled(handle, 20000));
    uint8_t buf[100];
    EXPECT_EQ(VNIC_ECLOSED, vnic_recv_timeout(d(), buf, sizeof buf, 0));
    EXPECT_TRUE(is_signalled(handle, 20000));
}

TEST_P(Contract, WaitHandleWakesAForeignThread)
{
    open();
    WAIT_HANDLE_OR_SKIP(handle, d());
    bool woke = false;
    Beside loop([&] { woke = is_signalled(handle, 20000); });
    far_send(packet(100));
    loop.join();
    EXPECT_TRUE(woke);
}

TEST_P(Contract, WaitHandleDoesNotSignalForRoom)
{
    open();
    WAIT_HANDLE_OR_SKIP(handle, d());
    EXPECT_EQ(VNIC_WRITABLE, vnic_wait(d(), VNIC_WRITABLE, 20000));
    EXPECT_FALSE(is_signalled(handle, 20));
}

TEST_P(Contract, NativeHandleIsThere)
{
    VNIC_COVERS("vnic_native_handle", "VNIC_EINVAL");
    open();
    intptr_t native = vnic_native_handle(d());
    if (inside_backend(d())->native_handle == nullptr) {
        EXPECT_EQ(VNIC_ENOTSUP, native);
        return;
    }
    EXPECT_FALSE(native <= 0 && native >= -25) << native;
    EXPECT_EQ(native, vnic_native_handle(d()));
    EXPECT_EQ(VNIC_EINVAL, vnic_native_handle(nullptr));
}

} /* namespace contract */
