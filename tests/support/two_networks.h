/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two networks, A and B, that only the test's own program connects: a handle in each, and what the
 * kernel counted there.
 */
#ifndef VNIC_TESTS_TWO_NETWORKS_H
#define VNIC_TESTS_TWO_NETWORKS_H

#include <gtest/gtest.h>
#include <stdint.h>

#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "support/netns_fixture.h"
#include "vnic/vnic.h"

namespace wire
{

/* Runs something in a network; the thread is back where it was afterwards. */
void in_network(int nsfd, const std::function<void()> &act);

/* "TcpInCsumErrors" and all the others of a network, as nstat(8) names them. */
std::map<std::string, uint64_t> kernel_counters(int nsfd);

/* Those of now that say that a packet was wrong; "" if none has. */
std::string kernel_complaints(int nsfd);

/* How one end is opened. */
struct End {
    uint32_t offload = VNIC_OFFLOAD_NONE;
    uint32_t flags = 0;
    uint32_t features = VNIC_UNSET;
    uint32_t layer = VNIC_TUN;
    uint32_t mtu = 1500;
    const char *engine = "auto";
};

/* The engines that can run here, to be named one by one. */
std::vector<const char *> engines();

/* Every test has a network A, in which it runs, and a network B. */
class TwoNetworks : public live::NetnsTest
{
  protected:
    void SetUp() override;
    void TearDown() override;

    /*
     * Opens 10.9.0.1 and fd09::1 in A, 10.9.0.2 and fd09::2 in B. With an MTU below 1280 there is no
     * IPv6. The handles end with the test.
     */
    void open_ends(const End &a, const End &b);
    static struct vnic_stats stats_of(vnic *dev);
    static struct vnic_info info_of(vnic *dev);
    /* Warnings that a handle logged, in any order of threads. */
    struct Log {
        std::mutex lock;
        std::vector<std::string> lines;
    };

    int ns_a = -1, ns_b = -1;
    vnic *dev_a = nullptr, *dev_b = nullptr;
    Log log_a, log_b;

  private:
    static vnic *open_end(const End &end, int nsfd, const char *address, Log *log);
};

}

#endif
