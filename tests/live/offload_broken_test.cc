/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Transfers over a kernel that stops taking one kind of super-packet in the middle of them, or from the
 * start (VNIC_WIRE=all).
 */
#include <stdlib.h>
#include <sys/socket.h>

#include "live/offload_door.h"
#include "support/forwarder.h"
#include "support/transfer.h"
#include "support/two_networks.h"

using namespace wire;

namespace
{

struct Break {
    uint32_t door, feature;
    int family;
    bool is_tcp;
};

const Break breaks[] = {
    {VNIC_GSO_TCPV4, VNIC_F_TSO4, AF_INET, true},
    {VNIC_GSO_TCPV6, VNIC_F_TSO6, AF_INET6, true},
    {VNIC_GSO_UDP_L4, VNIC_F_USO4 | VNIC_F_USO6, AF_INET, false},
    {VNIC_GSO_UDP_L4, VNIC_F_USO4 | VNIC_F_USO6, AF_INET6, false},
};

class OffloadBroken : public TwoNetworks
{
  protected:
    void TearDown() override
    {
        door_open();
        TwoNetworks::TearDown();
    }
    void transfer(const Break &what)
    {
        Route route = {ns_a, ns_b, what.family};
        Datagrams plan;
        Arrived arrived;

        plan.lots = 30;
        ASSERT_EQ("", wait_for_route(route));
        if (what.is_tcp) {
            ASSERT_EQ("", exchange_tcp(route, 1500000, 1500000));
        } else {
            ASSERT_EQ("", send_udp(route, plan, &arrived));
        }
    }
    /* Each handle finds out for itself, once. */
    static unsigned check(vnic *dev, TwoNetworks::Log *log, uint32_t feature)
    {
        uint64_t refused = stats_of(dev).queue_tx_refused;
        std::lock_guard<std::mutex> guard(log->lock);

        EXPECT_LE(refused, 1u);
        EXPECT_EQ(refused == 0 ? 0u : feature, info_of(dev).refused);
        EXPECT_EQ(refused, log->lines.size()) << (log->lines.empty() ? "" : log->lines.front());
        log->lines.clear();
        return static_cast<unsigned>(refused);
    }
    void break_at(uint32_t k, const Break &what, uint32_t offload, Way way, const char *engine)
    {
        End end;

        SCOPED_TRACE("write " + std::to_string(k) + " of kind " + std::to_string(what.door) +
                     ", offload " + std::to_string(offload) + ", " + engine);
        end.offload = offload;
        end.engine = engine;
        door_open();
        open_ends(end, end);
        ASSERT_FALSE(HasFatalFailure());
        {
            Forwarder forwarder(dev_a, dev_b, way);
            door_refuse(what.door, k, UINT32_MAX);
            transfer(what);
            unsigned refused = check(dev_a, &log_a, what.feature);
            refused += check(dev_b, &log_b, what.feature);
            EXPECT_GE(refused, 1u) << "there were " << door_seen();
            forwarder.stop();
            EXPECT_EQ(0u, forwarder.there().failed) << forwarder.there().why;
            EXPECT_EQ(0u, forwarder.back().failed) << forwarder.back().why;
        }
        vnic_close(dev_a);
        vnic_close(dev_b);
        dev_a = dev_b = nullptr;
    }
};

TEST_F(OffloadBroken, TransfersGoOnAsIfNothingHadHappened)
{
    const char *wish = getenv("VNIC_WIRE");
    bool is_everything = wish != nullptr && std::string(wish) == "all";

    for (const char *engine : engines()) {
        for (const Break &what : breaks) {
            break_at(20, what, VNIC_OFFLOAD_SPLIT, Way::copied, engine);
            break_at(9, what, VNIC_OFFLOAD_RAW, Way::views, engine);
            if (is_everything) {
                break_at(1, what, VNIC_OFFLOAD_SPLIT, Way::views, engine);
                break_at(1, what, VNIC_OFFLOAD_RAW, Way::copied, engine);
            }
        }
    }
    /* What is lost or overtaken makes others wait in the queue of those that came too early. */
    for (int nsfd : {ns_a, ns_b}) {
        EXPECT_EQ(0u, kernel_counters(nsfd)["TcpExtTCPOFOQueue"]);
        EXPECT_EQ("", kernel_complaints(nsfd));
    }
}

}
