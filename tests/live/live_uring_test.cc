/* SPDX-License-Identifier: Apache-2.0 */
/* What the io_uring engine has that others have not: reading ahead, its buffers, batches. */
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include <atomic>
#include <thread>

#include "live/live_open.h"
#include "support/uring_support.h"

using namespace live;

namespace
{

/* More than the ring has buffers, less than the kernel queues (500). */
const uint32_t MANY = 300;

class LiveUring : public NetnsTest
{
  protected:
    void SetUp() override
    {
        NetnsTest::SetUp();
        std::string why = uring_problem();
        if (!IsSkipped() && !why.empty()) {
            GTEST_SKIP() << why;
        }
    }
    void TearDown() override
    {
        vnic_close(dev);
        NetnsTest::TearDown();
    }
    void open(uint32_t flags = 0)
    {
        dev = must_open(config(flags));
        ASSERT_NE(nullptr, dev);
    }
    static Config config(uint32_t flags = 0)
    {
        Config cfg("ring0", VNIC_TUN, VNIC_NO_LINK_LOCAL | flags);
        cfg.engine = "uring";
        return cfg;
    }
    static Bytes numbered(uint32_t i)
    {
        Bytes payload = {uint8_t(i >> 24), uint8_t(i >> 16), uint8_t(i >> 8), uint8_t(i)};

        payload.resize(20 + i % 1000);
        return packets::ipv4(253, payload);
    }
    int recv(int timeout_ms = 20000)
    {
        return vnic_recv_timeout(dev, buf, sizeof buf, timeout_ms);
    }
    void expect_recv(uint32_t i)
    {
        Bytes want = numbered(i);
        int got = recv();

        ASSERT_EQ(static_cast<int>(want.size()), got) << i;
        EXPECT_EQ(0, memcmp(want.data(), buf, want.size())) << i;
    }

    vnic *dev = nullptr;
    uint8_t buf[2048];
};

TEST_F(LiveUring, PacketsBeyondTheBuffersStayInOrder)
{
    open();
    PacketSocket kernel("ring0");
    EXPECT_EQ(VNIC_EAGAIN, recv(0)) << "now the ring reads ahead";
    for (int round = 0; round < 3; round++) {
        for (uint32_t i = 0; i < MANY; i++) {
            ASSERT_TRUE(kernel.send(numbered(i)));
        }
        for (uint32_t i = 0; i < MANY; i++) {
            expect_recv(i);
        }
        EXPECT_EQ(VNIC_EAGAIN, recv(0));
    }
}

TEST_F(LiveUring, WhatWasReadAheadIsGivenBeforeTheRemoval)
{
    open();
    PacketSocket kernel("ring0");
    EXPECT_EQ(VNIC_EAGAIN, recv(0));
    for (uint32_t i = 0; i < 3; i++) {
        ASSERT_TRUE(kernel.send(numbered(i)));
    }
    expect_recv(0);
    ASSERT_EQ(0, delete_link("ring0"));
    expect_recv(1);
    /* Sending has ended at once, though there is something to be received. */
    packets::Bytes p = numbered(0);
    EXPECT_EQ(VNIC_ECLOSED, vnic_wait(dev, VNIC_WRITABLE, VNIC_FOREVER));
    EXPECT_EQ(VNIC_ECLOSED, vnic_send_timeout(dev, p.data(), p.size(), VNIC_FOREVER));
    EXPECT_EQ(VNIC_READABLE, vnic_wait(dev, VNIC_READABLE | VNIC_WRITABLE, VNIC_FOREVER));
    expect_recv(2);
    EXPECT_EQ(VNIC_ECLOSED, recv());
    EXPECT_EQ(VNIC_ECLOSED, vnic_wait(dev, VNIC_READABLE, 0));
}

TEST_F(LiveUring, AnInterruptKeepsWhatWasReadAhead)
{
    open();
    PacketSocket kernel("ring0");
    EXPECT_EQ(VNIC_EAGAIN, recv(0));
    for (uint32_t i = 0; i < 3; i++) {
        ASSERT_TRUE(kernel.send(numbered(i)));
    }
    expect_recv(0);
    EXPECT_EQ(0, vnic_interrupt(dev));
    EXPECT_EQ(VNIC_EINTERRUPTED, recv());
    EXPECT_EQ(0, vnic_clear_interrupt(dev));
    expect_recv(1);
    expect_recv(2);
}

TEST_F(LiveUring, TheWaitHandleIsALevelWhilePacketsAreHeld)
{
    open(VNIC_NONBLOCK);
    PacketSocket kernel("ring0");
    struct pollfd handle = {static_cast<int>(vnic_wait_handle(dev)), POLLIN, 0};
    ASSERT_GE(handle.fd, 0);
    EXPECT_EQ(0, poll(&handle, 1, 0));
    ASSERT_TRUE(kernel.send(numbered(0)));
    ASSERT_TRUE(kernel.send(numbered(1)));
    for (uint32_t i = 0; i < 2; i++) {
        EXPECT_EQ(1, poll(&handle, 1, 20000));
        expect_recv(i);
    }
    EXPECT_EQ(0, poll(&handle, 1, 0));
    EXPECT_EQ(VNIC_EAGAIN, recv(0));
    ASSERT_TRUE(kernel.send(numbered(2)));
    EXPECT_EQ(1, poll(&handle, 1, 20000));
}

/* While all buffers are lent packets still come by read(2), and the ring goes on with the first one back. */
TEST_F(LiveUring, AllBuffersLent)
{
    open(VNIC_NONBLOCK);
    PacketSocket kernel("ring0");
    struct pollfd handle = {static_cast<int>(vnic_wait_handle(dev)), POLLIN, 0};
    std::vector<struct vnic_packet> views(128);
    for (uint32_t i = 0; i < 140; i++) {
        ASSERT_TRUE(kernel.send(numbered(i)));
    }
    int got = 0;
    while (got < 128) {
        int n = vnic_acquire_many(dev, &views[static_cast<size_t>(got)], 128 - got, 20000);
        ASSERT_GE(n, 1) << vnic_error_name(n);
        got += n;
    }
    for (uint32_t i = 0; i < 128; i++) {
        Bytes want = numbered(i);
        ASSERT_EQ(want, Bytes(views[i].data, views[i].data + views[i].len)) << i;
        EXPECT_EQ(256, views[i].headroom);
        EXPECT_GE(views[i].cap, views[i].len + 256);
    }
    for (uint32_t i = 128; i < 140; i++) {
        expect_recv(i);
    }
    EXPECT_EQ(VNIC_EAGAIN, recv(0));
    /* From another thread, in another order. */
    std::thread([&] {
        for (size_t i = 128; i-- > 0;) {
            EXPECT_EQ(0, vnic_release_many(dev, &views[i], 1));
            EXPECT_EQ(VNIC_EINVAL, vnic_release_many(dev, &views[i], 1)) << "twice";
        }
    }).join();
    EXPECT_EQ(0, poll(&handle, 1, 0));
    ASSERT_TRUE(kernel.send(numbered(7)));
    EXPECT_EQ(1, poll(&handle, 1, 20000));
    expect_recv(7);
}

TEST_F(LiveUring, AViewIsCommittedWithoutACopy)
{
    open();
    PacketSocket kernel("ring0");
    struct vnic_packet view = {};
    ASSERT_TRUE(kernel.send(numbered(5)));
    ASSERT_EQ(1, vnic_acquire_many(dev, &view, 1, 20000));
    uint8_t *where = view.data;
    EXPECT_EQ(1, vnic_commit_many(dev, &view, 1, 20000));
    EXPECT_EQ(0u, view.token);
    EXPECT_EQ(numbered(5), kernel.recv(20000));
    EXPECT_NE(nullptr, where);
}

/* The kernel reads in the thread that asked for it, and stops with it. */
TEST_F(LiveUring, EachPacketInAThreadOfItsOwn)
{
    open();
    PacketSocket kernel("ring0");
    for (uint32_t i = 0; i < 100; i++) {
        ASSERT_TRUE(kernel.send(numbered(i)));
    }
    for (uint32_t i = 0; i < 100; i++) {
        std::thread([&] { expect_recv(i); }).join();
    }
}

TEST_F(LiveUring, ThreadsTakeTurns)
{
    open();
    PacketSocket kernel("ring0");
    std::atomic<uint32_t> turn{0};
    auto play = [&](uint32_t parity) {
        for (uint32_t i = parity; i < 60; i += 2) {
            while (turn != i) {
                std::this_thread::yield();
            }
            expect_recv(i);
            turn = i + 1;
        }
    };
    std::thread even([&] { play(0); }), odd([&] { play(1); });
    for (uint32_t i = 0; i < 60; i++) {
        ASSERT_TRUE(kernel.send(numbered(i)));
    }
    even.join();
    odd.join();
}

/* Whoever reads last may be alive and busy elsewhere: closing takes the interface away all the same. */
TEST_F(LiveUring, ClosedFromAnotherThreadItIsGone)
{
    std::atomic<bool> has_read{false}, may_end{false};
    open();
    std::thread reader([&] {
        EXPECT_EQ(VNIC_ETIMEDOUT, recv(1));
        has_read = true;
        while (!may_end) {
            usleep(1000);
        }
    });
    while (!has_read) {
        usleep(1000);
    }
    vnic_close(dev);
    dev = nullptr;
    EXPECT_FALSE(exists("ring0"));
    may_end = true;
    reader.join();
}

TEST_F(LiveUring, AReleasedDescriptorWorksAndTheLossIsTold)
{
    std::string lines;
    Config cfg = config();
    cfg.log_user = &lines;
    cfg.log = [](void *user, int, const char *text) { *static_cast<std::string *>(user) += text; };
    dev = must_open(cfg);
    PacketSocket kernel("ring0");
    EXPECT_EQ(VNIC_EAGAIN, recv(0));
    for (uint32_t i = 0; i < 3; i++) {
        ASSERT_TRUE(kernel.send(numbered(i)));
    }
    expect_recv(0);
    intptr_t native = -1;
    ASSERT_EQ(0, vnic_release(dev, &native));
    EXPECT_NE(std::string::npos, lines.find("2 packets")) << lines;
    ASSERT_TRUE(kernel.send(numbered(9)));
    dev = must_adopt(static_cast<int>(native), 0);
    expect_recv(9);
}

TEST_F(LiveUring, AChildThatClosesItsCopyDoesNotHarm)
{
    open();
    PacketSocket kernel("ring0");
    EXPECT_EQ(VNIC_EAGAIN, recv(0));
    ASSERT_TRUE(kernel.send(numbered(0)));
    pid_t child = fork();
    if (child == 0) {
        vnic_close(dev);
        _exit(0);
    }
    int status = -1;
    waitpid(child, &status, 0);
    EXPECT_EQ(0, status);
    ASSERT_TRUE(kernel.send(numbered(1)));
    expect_recv(0);
    expect_recv(1);
}

/* ---- Batches ------------------------------------------------------------------------------------ */

class LiveUringBatch : public LiveUring
{
  protected:
    void make(uint32_t n)
    {
        for (uint32_t i = 0; i < n; i++) {
            memory.push_back(numbered(i));
        }
        pkts.resize(n);
        for (uint32_t i = 0; i < n; i++) {
            pkts[i] = {};
            pkts[i].data = memory[i].data();
            pkts[i].len = static_cast<uint32_t>(memory[i].size());
        }
    }
    std::vector<Bytes> memory;
    std::vector<struct vnic_packet> pkts;
};

TEST_F(LiveUringBatch, KeepsItsOrderAroundABadPacket)
{
    open();
    PacketSocket kernel("ring0");
    make(200);
    memory[77][0] = 0x15; /* IP version 1: the kernel refuses it */
    ASSERT_EQ(199, vnic_send_many(dev, pkts.data(), 200, 20000));
    for (uint32_t i = 0; i < 200; i++) {
        EXPECT_EQ(i == 77 ? VNIC_EINVAL : 0, pkts[i].status) << i;
        if (i != 77) {
            ASSERT_EQ(numbered(i), kernel.recv(20000)) << i;
        }
    }
    struct vnic_stats stats;
    stats.size = sizeof stats;
    ASSERT_EQ(0, vnic_get_stats(dev, &stats, nullptr));
    EXPECT_EQ(199u, stats.queue_tx_packets);
}

TEST_F(LiveUringBatch, KeepsItsOrderWithAFiniteSendBuffer)
{
    Config cfg = config(VNIC_NONBLOCK);
    cfg.sndbuf = 20000;
    dev = must_open(cfg);
    PacketSocket kernel("ring0");
    make(200);
    uint32_t from = 0;
    for (int tries = 0; from < 200 && tries < 10000; tries++) {
        int rc = vnic_send_many(dev, &pkts[from], static_cast<int>(200 - from), 100);
        ASSERT_TRUE(rc > 0 || rc == VNIC_EAGAIN || rc == VNIC_ETIMEDOUT) << vnic_error_name(rc);
        uint32_t sent = 0;
        while (from + sent < 200 && pkts[from + sent].status == 0) {
            sent++;
        }
        EXPECT_EQ(rc > 0 ? static_cast<uint32_t>(rc) : 0, sent) << "only the first ones went";
        from += sent;
    }
    for (uint32_t i = 0; i < 200; i++) {
        ASSERT_EQ(numbered(i), kernel.recv(20000)) << i;
    }
}

TEST_F(LiveUringBatch, StopsWhereTheInterfaceIsDown)
{
    open();
    make(10);
    ASSERT_TRUE(set_up("ring0", false));
    EXPECT_EQ(VNIC_EDOWN, vnic_send_many(dev, pkts.data(), 10, 100));
    EXPECT_EQ(VNIC_EDOWN, pkts[0].status);
    for (uint32_t i = 1; i < 10; i++) {
        EXPECT_EQ(VNIC_EAGAIN, pkts[i].status) << i;
    }
    EXPECT_EQ(10, vnic_packets_unsent(pkts.data(), 10));
    ASSERT_TRUE(set_up("ring0", true));
    EXPECT_EQ(10, vnic_send_many(dev, pkts.data(), 10, 20000));
    ASSERT_EQ(0, delete_link("ring0"));
    EXPECT_EQ(VNIC_ECLOSED, vnic_send_many(dev, pkts.data(), 10, 20000));
}

/* One receiver beside one sender, while a third thread interrupts both. */
TEST_F(LiveUringBatch, ReceiverBesideSender)
{
    Config cfg = config();
    cfg.tx_queue_len = 4000; /* room for all that the source sends */
    dev = must_open(cfg);
    PacketSocket kernel("ring0");
    make(64);
    std::atomic<bool> done{false};
    std::atomic<uint32_t> sent{0};
    std::thread sender([&] {
        while (!done) {
            int rc = vnic_send_many(dev, pkts.data(), 64, 100);
            EXPECT_TRUE(rc > 0 || rc == VNIC_EINTERRUPTED) << vnic_error_name(rc);
            sent += rc > 0;
        }
    });
    std::thread disturber([&] {
        while (!done) {
            vnic_interrupt(dev);
            vnic_clear_interrupt(dev);
            usleep(100);
        }
    });
    std::thread source([&] {
        for (uint32_t i = 0; i < 3000; i++) {
            ASSERT_TRUE(kernel.send(numbered(i)));
            if (i % 100 == 99) {
                usleep(500); /* so that the receiver waits at times */
            }
        }
    });
    for (uint32_t next = 0; next < 3000 && !HasFailure();) {
        struct vnic_packet views[16] = {};
        int n = vnic_acquire_many(dev, views, 16, 20000);
        ASSERT_TRUE(n > 0 || n == VNIC_EINTERRUPTED) << vnic_error_name(n) << " at " << next;
        for (int i = 0; i < n; i++) {
            EXPECT_EQ(numbered(next), Bytes(views[i].data, views[i].data + views[i].len)) << next;
            next++;
        }
        EXPECT_EQ(0, vnic_release_many(dev, views, n > 0 ? n : 0));
    }
    done = true;
    sender.join();
    disturber.join();
    source.join();
    EXPECT_GT(sent, 0u);
}

/* As containers do it; where there is no io_uring anyway, this may fail. */
void forbid_io_uring()
{
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_io_uring_setup, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog filter = {sizeof code / sizeof code[0], code};

    (void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    (void)prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter);
}

/* ---- Which engine ------------------------------------------------------------------------------- */

class LiveEngine : public NetnsTest
{
  protected:
    static struct vnic_info info_of(const char *engine)
    {
        struct vnic_info info = {};
        Config cfg("given", VNIC_TUN, VNIC_UNSET);
        cfg.engine = engine;
        vnic *dev = must_open(cfg);
        info.size = sizeof info;
        EXPECT_EQ(0, vnic_get_info(dev, &info, nullptr));
        vnic_close(dev);
        return info;
    }
};

TEST_F(LiveEngine, IsTold)
{
    for (const char *engine : {(const char *)nullptr, "auto", "plain"}) {
        struct vnic_info info = info_of(engine);
        EXPECT_STREQ("plain", info.engine);
        EXPECT_STRNE("", info.engine_reason);
    }
    if (uring_problem().empty()) {
        EXPECT_STREQ("uring", info_of("uring").engine);
    }
}

TEST_F(LiveEngine, IsRefusedWhereItCannotBe)
{
    VNIC_COVERS("vnic_open", "VNIC_ENOTSUP");
    bool is_possible = uring_problem().empty();
    pid_t child = fork();
    if (child == 0) {
        forbid_io_uring();
        Config cfg("given");
        cfg.engine = "uring";
        struct vnic_error err = must_fail(cfg);
        EXPECT_EQ(VNIC_ENOTSUP, err.code);
        EXPECT_STREQ("engine", err.field);
        EXPECT_TRUE(!is_possible || strstr(err.text, "filter") != nullptr) << err.text;
        EXPECT_FALSE(exists("given"));
        cfg.engine = "auto";
        vnic_close(must_open(cfg));
        _exit(HasFailure());
    }
    int status = -1;
    waitpid(child, &status, 0);
    EXPECT_EQ(0, status);
}

TEST_F(LiveEngine, NoneReadsAheadFromABorrowedDescriptor)
{
    int fd = raw_tun("given", IFF_TUN | IFF_NO_PI);
    Config cfg(nullptr, VNIC_UNSET, VNIC_BORROW);
    struct vnic_error err = {};
    vnic *dev = nullptr;
    cfg.engine = "uring";
    EXPECT_EQ(VNIC_ENOTSUP, vnic_adopt(fd, &cfg, &dev, &err));
    EXPECT_STREQ("engine", err.field);
    close(fd);
}

}
