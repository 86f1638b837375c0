/* SPDX-License-Identifier: Apache-2.0 */
#include "fault_state.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/ipv6.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sched.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <set>
#include <sstream>
#include <thread>
#include <vector>

#include "fault_alloc.h"

/* Linux include/uapi/linux/if.h; that header and net/if.h cannot be included together. */
#ifndef IFF_LOWER_UP
#define IFF_LOWER_UP 0x10000
#endif

namespace fault
{
namespace
{

using Lines = std::vector<std::string>;

std::string hex(const void *data, size_t len)
{
    std::string text;
    char two[3];
    for (size_t i = 0; i < len; i++) {
        snprintf(two, sizeof two, "%02x", static_cast<const uint8_t *>(data)[i]);
        text += two;
    }
    return text;
}

/* What a link tells of itself besides numbers that count, and besides the kernel's later afterthoughts. */
const std::set<int> link_attributes = {
    IFLA_ADDRESS, IFLA_BROADCAST, IFLA_IFNAME,      IFLA_MTU,           IFLA_TXQLEN,  IFLA_IFALIAS,
    IFLA_GROUP,   IFLA_LINKINFO,  IFLA_PROMISCUITY, IFLA_NUM_TX_QUEUES, IFLA_MIN_MTU, IFLA_MAX_MTU,
};

/*
 * A TUN that comes up for the first time gets another mode of link-local addresses, and keeps it when
 * it is down again: Linux net/ipv6/addrconf.c addrconf_dev_config(). Both are the kernel's own choice.
 */
void forget_mode(struct rtattr *a)
{
    auto *value = static_cast<uint8_t *>(RTA_DATA(a));
    if ((a->rta_type & NLA_TYPE_MASK) == IFLA_INET6_CONF)
        value += DEVCONF_ADDR_GEN_MODE * sizeof(int32_t);
    if (*value == IN6_ADDR_GEN_MODE_RANDOM)
        *value = IN6_ADDR_GEN_MODE_EUI64;
}

/* IFLA_AF_SPEC: the mode of link-local addresses and the sysctls of the interface. */
std::string family_settings(const struct rtattr *spec)
{
    std::string text;
    int left = RTA_PAYLOAD(spec);
    for (auto *af = static_cast<struct rtattr *>(RTA_DATA(spec)); RTA_OK(af, left);
         af = RTA_NEXT(af, left)) {
        int inner = RTA_PAYLOAD(af);
        for (auto *a = static_cast<struct rtattr *>(RTA_DATA(af)); RTA_OK(a, inner);
             a = RTA_NEXT(a, inner)) {
            int kind = a->rta_type & NLA_TYPE_MASK;
            if (af->rta_type == AF_INET6 &&
                (kind == IFLA_INET6_ADDR_GEN_MODE || kind == IFLA_INET6_CONF)) {
                forget_mode(a);
                text += " inet6." + std::to_string(kind) + "=" + hex(RTA_DATA(a), RTA_PAYLOAD(a));
            }
            if (af->rta_type == AF_INET && kind == IFLA_INET_CONF)
                text += " inet=" + hex(RTA_DATA(a), RTA_PAYLOAD(a));
        }
    }
    return text;
}

std::string describe_link(struct nlmsghdr *msg)
{
    auto *info = static_cast<struct ifinfomsg *>(NLMSG_DATA(msg));
    std::string name, text;
    int left = IFLA_PAYLOAD(msg);
    for (auto *a = IFLA_RTA(info); RTA_OK(a, left); a = RTA_NEXT(a, left)) {
        int kind = a->rta_type & NLA_TYPE_MASK;
        if (kind == IFLA_IFNAME)
            name = static_cast<const char *>(RTA_DATA(a));
        else if (kind == IFLA_AF_SPEC)
            text += family_settings(a);
        else if (link_attributes.count(kind))
            text += " " + std::to_string(kind) + "=" + hex(RTA_DATA(a), RTA_PAYLOAD(a));
    }
    unsigned flags = info->ifi_flags & ~static_cast<unsigned>(IFF_RUNNING | IFF_LOWER_UP);
    return "link " + name + " index " + std::to_string(info->ifi_index) + " flags " +
           std::to_string(flags) + text;
}

std::string describe_address(struct nlmsghdr *msg)
{
    auto *info = static_cast<struct ifaddrmsg *>(NLMSG_DATA(msg));
    std::string text;
    int left = IFA_PAYLOAD(msg);
    for (auto *a = IFA_RTA(info); RTA_OK(a, left); a = RTA_NEXT(a, left)) {
        if (a->rta_type == IFA_CACHEINFO) {
            /* The two lifetimes; behind them are timestamps. */
            text += " life=" + hex(RTA_DATA(a), 8);
            continue;
        }
        std::string value = hex(RTA_DATA(a), RTA_PAYLOAD(a));
        if (a->rta_type == IFA_FLAGS) {
            uint32_t flags;
            memcpy(&flags, RTA_DATA(a), sizeof flags);
            flags &= ~static_cast<uint32_t>(IFA_F_TENTATIVE | IFA_F_OPTIMISTIC | IFA_F_DADFAILED);
            /* A link-local address of the kernel's own comes back, but nobody can ask for these two
             * marks: Linux net/ipv6/addrconf.c inet6_rtm_newaddr(). */
            if (info->ifa_scope == RT_SCOPE_LINK)
                flags &= ~static_cast<uint32_t>(IFA_F_STABLE_PRIVACY | IFA_F_NODAD);
            value = std::to_string(flags);
        }
        text += " " + std::to_string(a->rta_type) + "=" + value;
    }
    return "address of " + std::to_string(info->ifa_index) + " family " +
           std::to_string(info->ifa_family) + " len " + std::to_string(info->ifa_prefixlen) +
           " scope " + std::to_string(info->ifa_scope) + text;
}

/* One dump; false when it was disturbed or failed and has to be asked for again. */
bool dump(int sock, uint16_t type, Lines *ret)
{
    struct {
        struct nlmsghdr head;
        struct ifinfomsg body;
    } request = {};
    static uint32_t seq;
    static char room[1 << 18];
    request.head.nlmsg_len = sizeof request;
    request.head.nlmsg_type = type;
    request.head.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
    request.head.nlmsg_seq = ++seq;
    if (send(sock, &request, sizeof request, 0) < 0)
        return false;
    for (;;) {
        ssize_t got = recv(sock, room, sizeof room, 0);
        if (got <= 0)
            return false;
        auto left = static_cast<unsigned>(got);
        for (auto *msg = reinterpret_cast<struct nlmsghdr *>(room); NLMSG_OK(msg, left);
             msg = NLMSG_NEXT(msg, left)) {
            if (msg->nlmsg_seq != seq)
                continue;
            if (msg->nlmsg_type == NLMSG_DONE)
                return true;
            if (msg->nlmsg_type == NLMSG_ERROR || (msg->nlmsg_flags & NLM_F_DUMP_INTR))
                return false;
            ret->push_back(type == RTM_GETLINK ? describe_link(msg) : describe_address(msg));
        }
    }
}

std::string join(Lines lines)
{
    std::string text;
    std::sort(lines.begin(), lines.end());
    for (const auto &line : lines)
        text += line + "\n";
    return text;
}

int count_entries(const char *path)
{
    DIR *dir = opendir(path);
    int n = 0;
    while (dir != nullptr && readdir(dir) != nullptr)
        n++;
    if (dir != nullptr)
        closedir(dir);
    return n - 2;
}

bool write_file(const char *path, const std::string &text)
{
    std::ofstream file(path);
    file << text;
    file.close();
    return !file.fail();
}

/* Rights over network namespaces: root has them, others get them in a user namespace of their own. */
bool get_rights()
{
    unsigned uid = getuid(), gid = getgid();
    if (unshare(CLONE_NEWNET) == 0)
        return true;
    if (unshare(CLONE_NEWUSER | CLONE_NEWNET) < 0)
        return false;
    return write_file("/proc/self/setgroups", "deny") &&
           write_file("/proc/self/uid_map", "0 " + std::to_string(uid) + " 1\n") &&
           write_file("/proc/self/gid_map", "0 " + std::to_string(gid) + " 1\n");
}

}

std::string list_links(int sock)
{
    for (int tries = 0; tries < 20; tries++) {
        Lines lines;
        if (dump(sock, RTM_GETLINK, &lines) && dump(sock, RTM_GETADDR, &lines))
            return join(lines);
    }
    ADD_FAILURE() << "no undisturbed list of interfaces";
    return "";
}

std::string list_holdings()
{
    /* ThreadSanitizer starts a thread of its own beside the first one, and that one stays. */
    static const bool has_started_one = (std::thread([] {}).join(), true);
    (void)has_started_one;
    Lines lines;
    DIR *dir = opendir("/proc/self/fd");
    for (struct dirent *e; dir != nullptr && (e = readdir(dir)) != nullptr;) {
        char target[256] = "";
        std::string path = std::string("/proc/self/fd/") + e->d_name;
        if (readlink(path.c_str(), target, sizeof target - 1) < 0 || atoi(e->d_name) == dirfd(dir))
            continue;
        lines.push_back("descriptor " + std::string(e->d_name) + " " + target);
    }
    if (dir != nullptr)
        closedir(dir);
    lines.push_back("threads " + std::to_string(count_entries("/proc/self/task")));
    lines.push_back("blocks " + std::to_string(fault_alloc_live()));
    return join(lines);
}

void Namespaces::SetUp()
{
    if (!get_rights())
        GTEST_SKIP() << "no right to make a network namespace (needs root, or user namespaces)";
    int probe = open("/dev/net/tun", O_RDWR | O_CLOEXEC);
    if (probe < 0)
        GTEST_SKIP() << "/dev/net/tun cannot be opened: " << strerror(errno);
    close(probe);
    here_ = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
    sock_here_ = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
    ASSERT_EQ(unshare(CLONE_NEWNET), 0);
    there_ = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
    sock_there_ = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
    ASSERT_GE(here_, 0);
    ASSERT_GE(sock_here_, 0);
    ASSERT_GE(there_, 0);
    ASSERT_GE(sock_there_, 0);
    enter(here_);
}

void Namespaces::TearDown()
{
    for (int fd : {here_, there_, sock_here_, sock_there_})
        if (fd >= 0)
            close(fd);
}

void Namespaces::enter(int nsfd)
{
    ASSERT_EQ(setns(nsfd, CLONE_NEWNET), 0);
}

std::string Namespaces::links() const
{
    return list_links(sock_here_) + "there:\n" + list_links(sock_there_);
}

}
