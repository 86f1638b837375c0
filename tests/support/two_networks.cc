/* SPDX-License-Identifier: Apache-2.0 */
#include "support/two_networks.h"

#include <stdio.h>

#include <fstream>
#include <sstream>

#include "support/uring_support.h"

namespace wire
{

void in_network(int nsfd, const std::function<void()> &act)
{
    int home = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);

    ASSERT_EQ(0, setns(nsfd, CLONE_NEWNET)) << strerror(errno);
    act();
    ASSERT_EQ(0, setns(home, CLONE_NEWNET)) << strerror(errno);
    close(home);
}

/* Pairs of lines: "Tcp: RtoAlgorithm …" and "Tcp: 1 …". */
static void read_pairs(const char *path, std::map<std::string, uint64_t> *ret)
{
    std::ifstream file(path);
    std::string names, values;

    while (std::getline(file, names) && std::getline(file, values)) {
        std::istringstream name_in(names), value_in(values);
        std::string prefix, name, value;

        name_in >> prefix;
        value_in >> value;
        prefix.pop_back();
        while (name_in >> name && value_in >> value) {
            (*ret)[prefix + name] = std::strtoull(value.c_str(), nullptr, 10);
        }
    }
}

std::map<std::string, uint64_t> kernel_counters(int nsfd)
{
    std::map<std::string, uint64_t> out;

    in_network(nsfd, [&out] {
        read_pairs("/proc/thread-self/net/snmp", &out);
        read_pairs("/proc/thread-self/net/netstat", &out);
        std::ifstream six("/proc/thread-self/net/snmp6");
        std::string name;
        uint64_t value;
        while (six >> name >> value) {
            out[name] = value;
        }
    });
    return out;
}

std::string kernel_complaints(int nsfd)
{
    std::map<std::string, uint64_t> now = kernel_counters(nsfd);
    std::string out;

    for (const char *name :
         {"IpInHdrErrors", "IpExtInCsumErrors", "TcpInCsumErrors", "UdpInCsumErrors",
          "Ip6InHdrErrors", "Ip6InTruncatedPkts", "Udp6InCsumErrors", "IpExtInTruncatedPkts"}) {
        if (now[name] != 0) {
            out += std::string(name) + " " + std::to_string(now[name]) + " ";
        }
    }
    /* A counter that no kernel has would never complain. */
    for (const char *name : {"IpInHdrErrors", "TcpInCsumErrors", "UdpInCsumErrors"}) {
        EXPECT_EQ(1u, now.count(name)) << name;
    }
    return out;
}

std::vector<const char *> engines()
{
    std::string problem = live::uring_problem();

    if (problem.empty()) {
        return {"plain", "uring"};
    }
    printf("not with the engine uring: %s\n", problem.c_str());
    return {"plain"};
}

void TwoNetworks::SetUp()
{
    NetnsTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) {
        return;
    }
    if (live::is_emulated()) {
        GTEST_SKIP() << "qemu-user does not implement UDP_SEGMENT and PACKET_VNET_HDR";
    }
    live::allow_ipv6();
    ns_a = here();
    ASSERT_EQ("", live::enter_new_network());
    live::allow_ipv6();
    ns_b = here();
    ASSERT_EQ(0, setns(ns_a, CLONE_NEWNET)) << strerror(errno);
}

void TwoNetworks::TearDown()
{
    vnic_close(dev_a);
    vnic_close(dev_b);
    for (int fd : {ns_a, ns_b}) {
        if (fd >= 0) {
            close(fd);
        }
    }
    NetnsTest::TearDown();
}

vnic *TwoNetworks::open_end(const End &end, int nsfd, const char *address, Log *log)
{
    struct vnic_config cfg;
    struct vnic_error err = {};
    vnic *dev = nullptr;

    vnic_config_init(&cfg);
    cfg.addresses = address;
    cfg.netns_fd = nsfd;
    cfg.layer = end.layer;
    cfg.mtu = end.mtu;
    cfg.flags = end.flags | VNIC_NO_LINK_LOCAL;
    cfg.offload = end.offload;
    cfg.features = end.features;
    cfg.engine = end.engine;
    cfg.log = [](void *user, int level, const char *text) {
        auto *to = static_cast<Log *>(user);
        std::lock_guard<std::mutex> guard(to->lock);
        if (level == VNIC_LOG_WARNING) {
            to->lines.emplace_back(text);
        }
    };
    cfg.log_user = log;
    EXPECT_EQ(0, vnic_open(&cfg, &dev, &err)) << err.text;
    if (dev != nullptr && std::string(end.engine) != "auto") {
        EXPECT_STREQ(end.engine, info_of(dev).engine);
    }
    return dev;
}

void TwoNetworks::open_ends(const End &a, const End &b)
{
    bool six = a.mtu >= 1280 && b.mtu >= 1280;

    dev_a = open_end(a, ns_a, six ? "10.9.0.1/24 fd09::1/64" : "10.9.0.1/24", &log_a);
    dev_b = open_end(b, ns_b, six ? "10.9.0.2/24 fd09::2/64" : "10.9.0.2/24", &log_b);
    ASSERT_TRUE(dev_a != nullptr && dev_b != nullptr);
}

struct vnic_stats TwoNetworks::stats_of(vnic *dev)
{
    struct vnic_stats stats = {};
    struct vnic_error err = {};

    stats.size = sizeof stats;
    EXPECT_EQ(0, vnic_get_stats(dev, &stats, &err)) << err.text;
    return stats;
}

struct vnic_info TwoNetworks::info_of(vnic *dev)
{
    struct vnic_info info = {};
    struct vnic_error err = {};

    info.size = sizeof info;
    EXPECT_EQ(0, vnic_get_info(dev, &info, &err)) << err.text;
    return info;
}

}
