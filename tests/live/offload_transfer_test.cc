/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TCP and UDP between two networks through every mode, compared byte by byte; the kernel's own counters
 * say whether any packet was wrong. VNIC_WIRE=all runs all combinations, else a choice of them.
 */
#include <stdlib.h>
#include <sys/socket.h>

#include "support/forwarder.h"
#include "support/transfer.h"
#include "support/two_networks.h"

using namespace wire;

namespace
{

enum class Mode { none, split, partial, raw };

struct Case {
    Mode a, b;
    Way way;
    uint32_t layer;
    uint32_t mtu;
    bool is_bad; /* the network loses packets and changes their order */
    const char *engine;
};

const char *text_of(Mode mode)
{
    static const char *const names[] = {"none", "split", "partial", "raw"};
    return names[static_cast<int>(mode)];
}

std::string name_of(const ::testing::TestParamInfo<Case> &info)
{
    static const char *const ways[] = {"single", "copied", "views"};
    const Case &c = info.param;

    return std::string(text_of(c.a)) + "_" + text_of(c.b) + "_" + ways[static_cast<int>(c.way)] +
           (c.layer == VNIC_TUN ? "_tun" : "_tap") + std::to_string(c.mtu) +
           (c.is_bad ? "_bad" : "") + "_" + c.engine;
}

void PrintTo(const Case &c, std::ostream *out)
{
    *out << text_of(c.a) << " " << text_of(c.b);
}

/* The longest that Linux allows a TAP is 14 bytes less. */
uint32_t largest(uint32_t layer)
{
    return layer == VNIC_TUN ? 65535 : 65521;
}

bool is_everything()
{
    const char *wish = getenv("VNIC_WIRE");
    return wish != nullptr && std::string(wish) == "all";
}

const std::pair<Mode, Mode> all_modes[] = {
    {Mode::none, Mode::none}, {Mode::split, Mode::split}, {Mode::partial, Mode::partial},
    {Mode::raw, Mode::raw},   {Mode::raw, Mode::split},   {Mode::partial, Mode::raw},
    {Mode::split, Mode::none}};

/* Good networks: everything. Bad ones, where transfers take time: each mode on three links. */
std::vector<Case> all_of(const char *engine)
{
    static const std::pair<uint32_t, uint32_t> bad_links[] = {
        {VNIC_TUN, 576}, {VNIC_TAP, 1280}, {VNIC_TUN, 1500}};
    std::vector<Case> out;

    for (const auto &[a, b] : all_modes) {
        for (uint32_t layer : {VNIC_TUN, VNIC_TAP}) {
            for (uint32_t mtu : {576u, 1280u, 1500u, 9000u, largest(layer)}) {
                out.push_back({a, b, Way::copied, layer, mtu, false, engine});
                out.push_back({a, b, Way::views, layer, mtu, false, engine});
            }
            if (a != Mode::raw && b != Mode::raw) {
                out.push_back({a, b, Way::single, layer, 1500, false, engine});
            }
        }
        for (const auto &[layer, mtu] : bad_links) {
            out.push_back({a, b, mtu == 1500 ? Way::copied : Way::views, layer, mtu, true, engine});
        }
    }
    return out;
}

/* Every value of every column at least once. */
std::vector<Case> choice_of(const char *engine)
{
    return {
        {Mode::none, Mode::none, Way::single, VNIC_TUN, 1500, false, engine},
        {Mode::none, Mode::none, Way::copied, VNIC_TAP, 1500, false, engine},
        {Mode::split, Mode::split, Way::copied, VNIC_TUN, 1500, false, engine},
        {Mode::split, Mode::split, Way::views, VNIC_TUN, 576, true, engine},
        {Mode::split, Mode::split, Way::single, VNIC_TAP, 1500, true, engine},
        {Mode::split, Mode::split, Way::views, VNIC_TAP, 9000, false, engine},
        {Mode::partial, Mode::partial, Way::views, VNIC_TUN, 1500, false, engine},
        {Mode::partial, Mode::partial, Way::copied, VNIC_TAP, 1280, true, engine},
        {Mode::partial, Mode::partial, Way::single, VNIC_TUN, 1280, false, engine},
        {Mode::raw, Mode::raw, Way::views, VNIC_TUN, 1500, false, engine},
        {Mode::raw, Mode::raw, Way::copied, VNIC_TAP, 9000, true, engine},
        {Mode::raw, Mode::split, Way::views, VNIC_TUN, 1500, false, engine},
        {Mode::partial, Mode::raw, Way::copied, VNIC_TUN, 1280, false, engine},
        {Mode::split, Mode::none, Way::copied, VNIC_TUN, 65535, false, engine},
    };
}

std::vector<Case> cases()
{
    std::vector<Case> out;

    for (const char *engine : engines()) {
        std::vector<Case> some = is_everything() ? all_of(engine) : choice_of(engine);
        out.insert(out.end(), some.begin(), some.end());
    }
    return out;
}

uint32_t offload_of(Mode mode)
{
    return mode == Mode::none  ? VNIC_OFFLOAD_NONE
           : mode == Mode::raw ? VNIC_OFFLOAD_RAW
                               : VNIC_OFFLOAD_SPLIT;
}

class OffloadTransfer : public TwoNetworks, public ::testing::WithParamInterface<Case>
{
  protected:
    static End end_of(Mode mode)
    {
        const Case &c = GetParam();
        End end;

        end.offload = offload_of(mode);
        end.flags = mode == Mode::partial ? VNIC_PARTIAL_CHECKSUMS : 0;
        end.layer = c.layer;
        end.mtu = c.mtu;
        end.engine = c.engine;
        return end;
    }

    void transfer(int family) const
    {
        const Case &c = GetParam();
        Route route = {ns_a, ns_b, family};
        size_t bytes = c.is_bad ? 300000 : 1500000;
        Datagrams plan;
        Arrived arrived;

        SCOPED_TRACE(family == AF_INET ? "IPv4" : "IPv6");
        ASSERT_EQ("", wait_for_route(route));
        ASSERT_EQ("", exchange_tcp(route, bytes, bytes / 2));
        plan.payload = c.mtu <= 1500 ? c.mtu - (family == AF_INET ? 28 : 48) : 1400;
        plan.lots = 8;
        plan.may_be_lost = c.is_bad;
        ASSERT_EQ("", send_udp(route, plan, &arrived));
        /* Three of a hundred are lost, alone or as a super-packet of forty. */
        EXPECT_GE(arrived.datagrams, plan.in_lot);
        if (expects_merges() && !c.is_bad) {
            EXPECT_GT(arrived.joined, 0u) << "no super-packet of UDP came to the sink";
        }
    }

    /* Whether B gets super-packets: such as A gave, or merged ones. */
    static bool expects_merges()
    {
        const Case &c = GetParam();
        return c.way != Way::single && (c.b == Mode::raw ? c.a == Mode::raw : c.b != Mode::none);
    }

    /* What a handle must have seen, so that the test has tested what it says. */
    static void check(vnic *dev, Mode mode, Mode other, const std::string &which)
    {
        struct vnic_stats stats = stats_of(dev);
        bool has_super = mode != Mode::none;

        SCOPED_TRACE(which);
        EXPECT_EQ(has_super, stats.queue_rx_super > 0) << stats.queue_rx_super;
        EXPECT_EQ(0u, stats.queue_rx_bad);
        EXPECT_EQ(0u, stats.queue_rx_cut);
        EXPECT_EQ(0u, stats.queue_tx_refused);
        EXPECT_EQ(0u, stats.queue_tx_split);
        EXPECT_EQ(0u, info_of(dev).refused);
        if (GetParam().way == Way::single || mode == Mode::none) {
            EXPECT_EQ(0u, stats.queue_tx_super);
        } else if (other == Mode::raw || mode != Mode::raw) {
            EXPECT_GT(stats.queue_tx_super, 0u);
        }
        if (GetParam().way != Way::single && mode != Mode::none && mode != Mode::raw &&
            other != Mode::raw) {
            EXPECT_GT(stats.queue_tx_merged, stats.queue_tx_super);
        }
    }
};

TEST_P(OffloadTransfer, ContentIsEqualAndNoPacketWrong)
{
    const Case &c = GetParam();
    Trouble trouble;

    open_ends(end_of(c.a), end_of(c.b));
    if (HasFatalFailure()) {
        return;
    }
    trouble.lost = c.is_bad ? 10 : 0;
    trouble.swapped = c.is_bad ? 30 : 0;
    Forwarder forwarder(dev_a, dev_b, c.way, trouble);
    for (int family : {AF_INET, AF_INET6}) {
        if (family == AF_INET || c.mtu >= 1280) {
            transfer(family);
        }
    }
    /* Read before the end, which the kernel's side of the handles does not survive. */
    if (!HasFailure()) {
        check(dev_a, c.a, c.b, "A");
        check(dev_b, c.b, c.a, "B");
    }
    forwarder.stop();
    EXPECT_EQ(0u, forwarder.there().failed) << forwarder.there().why;
    EXPECT_EQ(0u, forwarder.back().failed) << forwarder.back().why;
    EXPECT_EQ("", kernel_complaints(ns_a));
    EXPECT_EQ("", kernel_complaints(ns_b));
}

INSTANTIATE_TEST_SUITE_P(way, OffloadTransfer, ::testing::ValuesIn(cases()), name_of);

}
