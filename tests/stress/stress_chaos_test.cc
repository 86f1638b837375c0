/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Everything at once: readers, writers, interrupts, wakeups, detaching, configuration, shutdown,
 * removal and close at random times. Only codes that the header allows may come out, every thread
 * ends, and sanitizers see the rest.
 */
#include <atomic>
#include <cstdlib>
#include <random>

#include "contract/contract.h"

namespace contract
{

static uint32_t env_number(const char *name, uint32_t otherwise)
{
    const char *text = std::getenv(name);

    return text != nullptr ? static_cast<uint32_t>(std::strtoul(text, nullptr, 0)) : otherwise;
}

class StressChaos : public Contract
{
  protected:
    void SetUp() override
    {
        Contract::SetUp();
        seed = env_number("VNIC_STRESS_SEED", std::random_device{}());
        std::printf("seed: VNIC_STRESS_SEED=%u\n", seed);
    }
    uint32_t seed = 0;
};

using Random = std::minstd_rand;

/* Codes that may come from a call at any time of the chaos. */
static bool is_expected(int rc)
{
    switch (rc) {
    case VNIC_EAGAIN:
    case VNIC_ETIMEDOUT:
    case VNIC_EINTERRUPTED:
    case VNIC_EDETACHED:
    case VNIC_EDOWN:
    case VNIC_ECLOSED:
    case VNIC_EMSGSIZE:
        return true;
    default:
        return rc >= 0;
    }
}

static int receive_somehow(vnic *q, Random &random)
{
    uint8_t buf[2048];
    struct vnic_packet pkts[4] = {};
    struct vnic_iovec iov[2] = {{buf, 100}, {buf + 100, 1900}};
    int timeout = static_cast<int>(random() % 4);
    int rc;

    switch (random() % 6) {
    case 0:
        return vnic_recv(q, buf, sizeof buf);
    case 1:
        return vnic_recv_timeout(q, buf, random() % 2 ? sizeof buf : 50, timeout);
    case 2:
        return vnic_recvv(q, iov, 2, timeout);
    case 3:
        for (int i = 0; i < 4; i++) {
            pkts[i].data = buf + 500 * i;
            pkts[i].cap = 500;
        }
        return vnic_recv_many(q, pkts, 4, timeout);
    case 4:
        rc = vnic_acquire_many(q, pkts, 4, timeout);
        if (rc > 0) {
            EXPECT_EQ(0, vnic_release_many(q, pkts, rc));
        }
        return rc;
    default:
        return vnic_wait(q, VNIC_READABLE, timeout);
    }
}

static int send_somehow(vnic *q, Random &random, const Bytes &p)
{
    struct vnic_packet pkts[3] = {};
    int timeout = static_cast<int>(random() % 4);
    int rc;

    switch (random() % 4) {
    case 0:
        return vnic_send_timeout(q, p.data(), p.size(), timeout);
    case 1:
        for (struct vnic_packet &pkt : pkts) {
            pkt.data = const_cast<uint8_t *>(p.data());
            pkt.len = static_cast<uint32_t>(p.size());
        }
        return vnic_send_many(q, pkts, 3, timeout);
    case 2:
        pkts[0].len = static_cast<uint32_t>(p.size());
        rc = vnic_reserve_many(q, pkts, 1, timeout);
        if (rc != 1) {
            return rc;
        }
        std::memcpy(pkts[0].data, p.data(), p.size());
        rc = vnic_commit_many(q, pkts, 1, timeout);
        if (rc < 0) {
            EXPECT_EQ(0, vnic_release_many(q, pkts, 1));
        }
        return rc;
    default:
        return vnic_wait(q, VNIC_WRITABLE, timeout);
    }
}

/* Runs until the call says that the handle is closed. */
static void until_closed(const std::function<int()> &call)
{
    int rc;

    do {
        rc = call();
        if (!is_expected(rc)) {
            ADD_FAILURE() << rc << " " << vnic_error_name(rc);
        }
    } while (rc != VNIC_ECLOSED);
}

static void disturb(vnic *dev, vnic *second, vnic_wakeup *wakeup, Random &random)
{
    struct vnic_prefix prefix;

    switch (random() % 10) {
    case 0:
        vnic_interrupt(random() % 2 ? dev : second);
        break;
    case 1:
    case 2:
        vnic_clear_interrupt(dev);
        vnic_clear_interrupt(second);
        break;
    case 3:
        vnic_wakeup_trigger(wakeup, 1 + random() % 9);
        std::this_thread::yield();
        vnic_wakeup_clear(wakeup);
        break;
    case 4:
        (void)vnic_detach_queue(second, nullptr);
        break;
    case 5:
    case 6:
        (void)vnic_attach_queue(second, nullptr);
        break;
    case 7:
        (void)vnic_set_mtu(dev, 1300 + random() % 400, nullptr);
        break;
    case 8:
        (void)vnic_set_up(second, random() % 4 != 0, nullptr);
        break;
    default:
        (void)vnic_prefix_parse("10.9.0.1/24", &prefix);
        (void)vnic_add_address(dev, &prefix, nullptr);
        (void)vnic_remove_address(dev, &prefix, nullptr);
        (void)vnic_recv_size(dev);
        (void)vnic_wait_handle(second);
        break;
    }
}

TEST_P(StressChaos, EverythingAtOnce)
{
    Random random(seed);
    int64_t end = now_ms() + env_number("VNIC_STRESS_MS", 3000);
    int round = 0;

    for (; now_ms() < end || round == 0; round++) {
        Wakeup w = make_wakeup();
        struct vnic_config cfg = config();
        cfg.flags |= VNIC_MULTI_QUEUE;
        cfg.wakeup = w.get();
        cfg.tx_queue_len = 20;
        open(cfg);
        ASSERT_FALSE(HasFailure());
        vnic *raw = nullptr;
        ASSERT_EQ(0, vnic_open_queue(d(), &raw, &err)) << err.text;
        Handle second(raw);
        std::atomic<bool> over{false};
        std::vector<std::unique_ptr<Beside>> threads;
        Bytes p = packet(200, random());
        for (vnic *q : {d(), second.get()}) {
            uint32_t s = random();
            threads.push_back(std::make_unique<Beside>([q, s] {
                Random mine(s);
                until_closed([&] { return receive_somehow(q, mine); });
            }));
            threads.push_back(std::make_unique<Beside>([q, s, &p] {
                Random mine(s + 1);
                until_closed([&] { return send_somehow(q, mine, p); });
            }));
        }
        threads.push_back(std::make_unique<Beside>([&] {
            for (uint32_t flow = 0; !over; flow++) {
                (void)driver->send(packet(100, flow));
            }
        }));
        threads.push_back(std::make_unique<Beside>([&] {
            while (!over) {
                (void)driver->recv(1);
            }
        }));
        int64_t stop_at = now_ms() + 5 + random() % 40;
        while (now_ms() < stop_at) {
            disturb(d(), second.get(), w.get(), random);
        }
        /* A detached queue does not hear of a removal: only the shutdown ends it. */
        if (random() % 3 == 0) {
            driver->remove(d());
        }
        EXPECT_EQ(0, random() % 2 ? vnic_shutdown_all(d()) : vnic_shutdown(d()));
        EXPECT_EQ(0, vnic_shutdown(second.get()));
        over = true;
        threads.clear();
        second.reset();
        dev.reset();
        driver = GetParam().make();
        ASSERT_EQ("", driver->begin());
    }
    std::printf("%d rounds\n", round);
}

TEST_P(StressChaos, CloseUnderBlockedCalls)
{
    Random random(seed);
    int64_t end = now_ms() + env_number("VNIC_STRESS_MS", 3000) / 2;
    int round = 0;

    for (; now_ms() < end || round == 0; round++) {
        struct vnic_config cfg = config();
        vnic *raw = nullptr;
        ASSERT_EQ(0, vnic_open(&cfg, &raw, &err)) << err.text;
        int rc[2] = {0, 0};
        uint32_t how = random() % 4;
        Beside reader([&] {
            uint8_t buf[2048];
            struct vnic_packet pkt = {};
            pkt.data = buf;
            pkt.cap = sizeof buf;
            rc[0] = how == 0   ? vnic_recv(raw, buf, sizeof buf)
                    : how == 1 ? vnic_recv_many(raw, &pkt, 1, VNIC_FOREVER)
                    : how == 2 ? vnic_acquire_many(raw, &pkt, 1, VNIC_FOREVER)
                               : vnic_wait(raw, VNIC_READABLE, 60000);
        });
        Beside other([&] { rc[1] = vnic_wait(raw, VNIC_READABLE, VNIC_FOREVER); });
        /* A batch is registered as a whole, and once more while it waits. */
        ASSERT_TRUE(wait_for_waiters(raw, how == 1 || how == 2 ? 3 : 2));
        vnic_close(raw);
        reader.join();
        other.join();
        EXPECT_EQ(VNIC_ECLOSED, rc[0]);
        EXPECT_EQ(VNIC_ECLOSED, rc[1]);
    }
    std::printf("%d rounds\n", round);
}

TEST_P(StressChaos, ManyQueues)
{
    struct vnic_config cfg = config();
    cfg.flags |= VNIC_MULTI_QUEUE;
    cfg.tx_queue_len = 2000;
    open(cfg);
    std::vector<Handle> queues;
    vnic *raw = nullptr;
    int rc = 0;
    while (queues.size() < 255 && (rc = vnic_open_queue(d(), &raw, &err)) == 0) {
        queues.emplace_back(raw);
    }
    if (rc == VNIC_EMFILE) {
        GTEST_SKIP() << "this machine allows too few descriptors for 256 queues";
    }
    ASSERT_EQ(0, rc) << err.text;
    const int flows = 1500;
    for (uint32_t flow = 0; flow < flows; flow++) {
        ASSERT_TRUE(driver->send(packet(100, flow)));
    }
    std::atomic<int> got{0}, used{0};
    queues.push_back(std::move(dev));
    /* Four threads share the queues; each queue has one receiver. */
    std::vector<std::unique_ptr<Beside>> threads;
    for (size_t t = 0; t < 4; t++) {
        threads.push_back(std::make_unique<Beside>([&, t] {
            uint8_t buf[2048];
            for (size_t i = t; i < queues.size(); i += 4) {
                int here = 0;
                while (vnic_recv_timeout(queues[i].get(), buf, sizeof buf, 0) == 100) {
                    here++;
                }
                got += here;
                used += here > 0;
            }
        }));
    }
    threads.clear();
    EXPECT_EQ(flows, got);
    EXPECT_GT(used, 100);
    /* One call ends them all. */
    Beside reader([&] {
        uint8_t buf[2048];
        EXPECT_EQ(VNIC_ECLOSED, vnic_recv(queues[200].get(), buf, sizeof buf));
    });
    ASSERT_TRUE(wait_for_waiters(queues[200].get(), 1));
    EXPECT_EQ(0, vnic_shutdown_all(queues[3].get()));
}

VNIC_CONTRACT(StressChaos, tun_params);

} /* namespace contract */
