/* SPDX-License-Identifier: Apache-2.0 */
/* Hears every change of an address in the namespace where it was made, as `ip monitor address` does. */
#ifndef VNIC_TESTS_ADDR_MONITOR_H
#define VNIC_TESTS_ADDR_MONITOR_H

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <linux/if_addr.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>
#include <vector>

class AddrMonitor
{
  public:
    AddrMonitor()
    {
        struct sockaddr_nl self = {};
        self.nl_family = AF_NETLINK;
        self.nl_groups = RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR;
        fd_ = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);
        EXPECT_EQ(bind(fd_, reinterpret_cast<struct sockaddr *>(&self), sizeof self), 0);
    }
    ~AddrMonitor()
    {
        close(fd_);
    }
    AddrMonitor(const AddrMonitor &) = delete;
    AddrMonitor &operator=(const AddrMonitor &) = delete;

    /*
     * What happened since the last time, "add 10.9.0.1" or "del fd09::1", up to the event named `last`
     * and what follows it within 100 ms. The kernel reports an IPv6 address when its work queue
     * comes to it, so the events of an earlier call must be waited for before the next one.
     */
    std::vector<std::string> events_until(const std::string &last)
    {
        std::vector<std::string> out;
        bool seen = last.empty();
        struct pollfd pfd = {fd_, POLLIN, 0};
        while (poll(&pfd, 1, seen ? 100 : 20000) > 0) {
            for (const std::string &event : read_events()) {
                seen |= event == last;
                out.push_back(event);
            }
        }
        EXPECT_TRUE(seen) << "no event: " << last;
        return out;
    }

  private:
    int fd_ = -1;

    std::vector<std::string> read_events()
    {
        std::vector<std::string> out;
        alignas(struct nlmsghdr) char buf[16384];
        for (ssize_t n; (n = recv(fd_, buf, sizeof buf, 0)) > 0;) {
            auto left = static_cast<size_t>(n);
            for (auto *msg = reinterpret_cast<struct nlmsghdr *>(buf); NLMSG_OK(msg, left);
                 msg = NLMSG_NEXT(msg, left)) {
                out.push_back((msg->nlmsg_type == RTM_NEWADDR ? "add " : "del ") + address(msg));
            }
        }
        return out;
    }

    static std::string address(struct nlmsghdr *msg)
    {
        auto *head = static_cast<struct ifaddrmsg *>(NLMSG_DATA(msg));
        auto left = static_cast<unsigned>(IFA_PAYLOAD(msg));
        std::string found;
        for (auto *rta = IFA_RTA(head); RTA_OK(rta, left); rta = RTA_NEXT(rta, left)) {
            char text[INET6_ADDRSTRLEN];
            if (rta->rta_type == IFA_LOCAL || (rta->rta_type == IFA_ADDRESS && found.empty())) {
                found = inet_ntop(head->ifa_family, RTA_DATA(rta), text, sizeof text);
            }
        }
        return found;
    }
};

#endif
