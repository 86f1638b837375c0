/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Super-packets taken by all receiving calls in turn, at random, while views of them are out, are written
 * to in all of their room, and are released in any order: nothing is lost, doubled or out of order, and no
 * view ever changes but by who has it. The seed is printed; VNIC_MIXED_SEED repeats a run.
 */
#include <stdlib.h>

#include <random>

#include "live/offload_fixture.h"
#include "support/super_sender.h"
#include "support/two_networks.h"

using namespace wire;

namespace
{

/* A view that is out, and what lies in it from its headroom on. */
struct Lent {
    struct vnic_packet view;
    Bytes content;
    size_t from; /* of view.data - view.headroom: where `content` begins */
};

class OffloadMixed : public wire::OffloadTest, public ::testing::WithParamInterface<const char *>
{
  protected:
    void SetUp() override
    {
        OffloadTest::SetUp();
        if (IsSkipped()) {
            return;
        }
        const char *wish = getenv("VNIC_MIXED_SEED");
        uint32_t seed = wish != nullptr ? static_cast<uint32_t>(strtoul(wish, nullptr, 0))
                                        : std::random_device{}();
        printf("seed: VNIC_MIXED_SEED=%u\n", seed);
        dice.seed(seed);
    }
    void TearDown() override
    {
        vnic_close(dev);
        OffloadTest::TearDown();
    }

    size_t below(size_t n)
    {
        return dice() % n;
    }

    void send_super(SuperSender *sender)
    {
        static const Flow flows[] = {{4, 6}, {6, 6}, {4, 17}, {6, 17}};
        const Flow &flow = flows[below(4)];
        size_t gso = below(3) == 0 ? 1 + below(100) : 300 + below(1100);
        size_t len = 1 + below(std::min<size_t>(60000, gso * 60));

        sender->send(flow, below(100000), len, len <= gso ? 0 : gso, &expected);
    }

    /* The next packet in order is this one. */
    void expect_next(const uint8_t *data, int len)
    {
        ASSERT_LT(taken, expected.size()) << "more came than was sent";
        ASSERT_EQ(expected[taken], Bytes(data, data + len)) << "packet " << taken;
        taken++;
    }

    void acquire()
    {
        std::vector<struct vnic_packet> views(1 + below(20));
        int n = vnic_acquire_many(dev, views.data(), static_cast<int>(views.size()), VNIC_NOWAIT);

        ASSERT_TRUE(n > 0 || n == VNIC_EAGAIN || n == VNIC_ENOBUFS) << n;
        for (int i = 0; i < n; i++) {
            const struct vnic_packet &v = views[static_cast<size_t>(i)];
            ASSERT_EQ(0, v.status);
            expect_next(v.data, static_cast<int>(v.len));
            out.push_back({v, Bytes(v.data, v.data + v.len), v.headroom});
        }
    }

    void receive_many()
    {
        std::vector<Bytes> memory(1 + below(10), Bytes(2000));
        std::vector<struct vnic_packet> pkts(memory.size());

        for (size_t i = 0; i < pkts.size(); i++) {
            pkts[i] = {};
            pkts[i].data = memory[i].data();
            pkts[i].cap = 2000;
        }
        int n = vnic_recv_many(dev, pkts.data(), static_cast<int>(pkts.size()), VNIC_NOWAIT);
        ASSERT_TRUE(n > 0 || n == VNIC_EAGAIN) << n;
        for (int i = 0; i < n; i++) {
            ASSERT_EQ(0, pkts[static_cast<size_t>(i)].status);
            expect_next(pkts[static_cast<size_t>(i)].data,
                        static_cast<int>(pkts[static_cast<size_t>(i)].len));
        }
    }

    void receive_one()
    {
        Bytes memory(2000);
        const size_t cut = 1 + below(90);
        const struct vnic_iovec iov[2] = {{memory.data(), cut}, {memory.data() + cut, 2000 - cut}};
        int n = below(2) == 0 ? vnic_recv(dev, memory.data(), memory.size())
                              : vnic_recvv(dev, iov, 2, VNIC_NOWAIT);

        ASSERT_TRUE(n > 0 || n == VNIC_EAGAIN) << n;
        if (n > 0) {
            expect_next(memory.data(), n);
        }
    }

    /* Writes to all that a view allows. */
    void scribble()
    {
        if (!out.empty()) {
            Lent &l = out[below(out.size())];
            uint8_t *start = l.view.data - l.view.headroom;

            l.content.assign(size_t{l.view.headroom} + l.view.cap, static_cast<uint8_t>(dice()));
            l.from = 0;
            memcpy(start, l.content.data(), l.content.size());
        }
    }

    void release()
    {
        for (size_t n = out.empty() ? 0 : below(1 + out.size()); n > 0; n--) {
            size_t i = below(out.size());
            ASSERT_EQ(0, vnic_release_many(dev, &out[i].view, 1));
            out.erase(out.begin() + static_cast<long>(i));
        }
    }

    /* Every view has what its owner has seen or written. */
    void check_views(const char *after)
    {
        for (const Lent &l : out) {
            const uint8_t *start = l.view.data - l.view.headroom + l.from;
            ASSERT_EQ(0, memcmp(start, l.content.data(), l.content.size()))
                << "a view of " << l.view.len << " bytes was changed by: " << after;
        }
    }

    void step(SuperSender *sender)
    {
        size_t kind = below(12);
        const char *what = kind == 0   ? "sending"
                           : kind < 5  ? "acquire_many"
                           : kind == 5 ? "recv_many"
                           : kind == 6 ? "recv"
                           : kind < 11 ? "writing"
                                       : "releasing";

        if (expected.size() - taken < 200 && kind == 0) {
            send_super(sender);
        } else if (kind < 5) {
            acquire();
        } else if (kind == 5) {
            receive_many();
        } else if (kind == 6) {
            receive_one();
        } else if (kind < 11) {
            scribble();
        } else {
            release();
        }
        if (!HasFatalFailure()) {
            check_views(what);
        }
    }

    vnic *dev = nullptr;
    std::mt19937 dice;
    std::vector<Bytes> expected;
    size_t taken = 0;
    std::vector<Lent> out;
};

std::string engine_of(const ::testing::TestParamInfo<const char *> &engine)
{
    return engine.param;
}

INSTANTIATE_TEST_SUITE_P(engine, OffloadMixed, ::testing::ValuesIn(engines()), engine_of);

TEST_P(OffloadMixed, EverySegmentOnceInOrderAndNoViewTouched)
{
    live::Config cfg("given", VNIC_TUN, VNIC_NO_LINK_LOCAL | VNIC_NONBLOCK);

    cfg.offload = VNIC_OFFLOAD_SPLIT;
    cfg.engine = GetParam();
    dev = live::must_open(cfg);
    ASSERT_NE(nullptr, dev);
    SuperSender sender("given");
    for (int i = 0; i < 4000 && !HasFailure(); i++) {
        SCOPED_TRACE("step " + std::to_string(i));
        step(&sender);
    }
    while (!HasFailure() && !out.empty()) {
        release();
    }
    for (int i = 0; i < 10000 && !HasFailure() && taken < expected.size(); i++) {
        receive_many();
    }
    EXPECT_EQ(expected.size(), taken);
    EXPECT_GT(taken, 2000u);
}

}
