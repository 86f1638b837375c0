/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What live tests ask and tell the kernel without the library's help: interfaces by ioctl and
 * rtnetlink, raw /dev/net/tun descriptors, and packets through a packet socket.
 */
#ifndef VNIC_TESTS_LIVE_NET_H
#define VNIC_TESTS_LIVE_NET_H

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_ether.h>
#include <linux/if_link.h>
#include <linux/if_tun.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netpacket/packet.h>
#include <poll.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <map>
#include <string>
#include <vector>

namespace live
{

using Bytes = std::vector<uint8_t>;

/* ---- Interfaces by ioctl ------------------------------------------------------------------------ */

inline struct ifreq request_for(const std::string &name)
{
    struct ifreq ifr = {};

    name.copy(ifr.ifr_name, IFNAMSIZ - 1);
    return ifr;
}

/* The result of an interface ioctl in the namespace of now; the request is filled. */
inline int if_ioctl(unsigned long request, struct ifreq *ifr)
{
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    int rc = ioctl(fd, request, ifr);
    int saved = errno;

    close(fd);
    errno = saved;
    return rc;
}

inline bool exists(const std::string &name)
{
    return if_nametoindex(name.c_str()) != 0;
}

inline int mtu_of(const std::string &name)
{
    struct ifreq ifr = request_for(name);
    return if_ioctl(SIOCGIFMTU, &ifr) == 0 ? ifr.ifr_mtu : -1;
}

inline bool set_mtu(const std::string &name, int mtu)
{
    struct ifreq ifr = request_for(name);
    ifr.ifr_mtu = mtu;
    return if_ioctl(SIOCSIFMTU, &ifr) == 0;
}

inline unsigned flags_of(const std::string &name)
{
    struct ifreq ifr = request_for(name);
    return if_ioctl(SIOCGIFFLAGS, &ifr) == 0 ? static_cast<unsigned short>(ifr.ifr_flags) : 0u;
}

inline bool set_up(const std::string &name, bool up)
{
    struct ifreq ifr = request_for(name);
    unsigned flags = flags_of(name);
    ifr.ifr_flags =
        static_cast<short>(up ? flags | IFF_UP : flags & ~static_cast<unsigned>(IFF_UP));
    return if_ioctl(SIOCSIFFLAGS, &ifr) == 0;
}

inline bool rename_to(const std::string &name, const std::string &other)
{
    struct ifreq ifr = request_for(name);
    other.copy(ifr.ifr_newname, IFNAMSIZ - 1);
    return if_ioctl(SIOCSIFNAME, &ifr) == 0;
}

/* ---- rtnetlink ---------------------------------------------------------------------------------- */

struct LinkRequest {
    struct nlmsghdr head;
    struct ifinfomsg link;
    char attributes[128];
};

inline void add_attribute(LinkRequest *r, uint16_t type, const void *data, size_t len)
{
    auto *at = reinterpret_cast<struct rtattr *>(reinterpret_cast<char *>(r) +
                                                 NLMSG_ALIGN(r->head.nlmsg_len));

    at->rta_type = type;
    at->rta_len = static_cast<uint16_t>(RTA_LENGTH(len));
    memcpy(RTA_DATA(at), data, len);
    r->head.nlmsg_len = NLMSG_ALIGN(r->head.nlmsg_len) + RTA_ALIGN(at->rta_len);
}

inline LinkRequest link_request(uint16_t type, const std::string &name)
{
    LinkRequest r = {};

    r.head.nlmsg_len = NLMSG_LENGTH(sizeof r.link);
    r.head.nlmsg_type = type;
    r.head.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
    r.link.ifi_index = static_cast<int>(if_nametoindex(name.c_str()));
    return r;
}

/* Sends a request and returns the first answer (empty: none). */
inline Bytes ask(const LinkRequest &r)
{
    Bytes reply(32768);
    int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
    ssize_t got =
        send(fd, &r, r.head.nlmsg_len, 0) < 0 ? -1 : recv(fd, reply.data(), reply.size(), 0);

    close(fd);
    reply.resize(got > 0 ? static_cast<size_t>(got) : 0);
    return reply;
}

/* 0, or the errno that the kernel answered with. */
inline int verdict(const LinkRequest &r)
{
    Bytes reply = ask(r);
    int code = EIO;

    if (reply.size() >= NLMSG_HDRLEN + sizeof code) {
        memcpy(&code, reply.data() + NLMSG_HDRLEN, sizeof code);
    }
    return -code;
}

inline int delete_link(const std::string &name)
{
    return verdict(link_request(RTM_DELLINK, name));
}

inline int move_link(const std::string &name, int nsfd)
{
    LinkRequest r = link_request(RTM_NEWLINK, name);
    add_attribute(&r, IFLA_NET_NS_FD, &nsfd, sizeof nsfd);
    return verdict(r);
}

/* The IFLA_TUN_… attributes of an interface by number; one byte or four, as the kernel has them. */
inline std::map<int, uint32_t> tun_attributes(const std::string &name)
{
    LinkRequest r = link_request(RTM_GETLINK, name);
    r.head.nlmsg_flags = NLM_F_REQUEST;
    Bytes reply = ask(r);
    std::map<int, uint32_t> out;
    auto *head = reinterpret_cast<struct nlmsghdr *>(reply.data());

    if (reply.size() < NLMSG_SPACE(sizeof(struct ifinfomsg)) || head->nlmsg_type != RTM_NEWLINK) {
        return out;
    }
    auto *at =
        reinterpret_cast<struct rtattr *>(reply.data() + NLMSG_SPACE(sizeof(struct ifinfomsg)));
    int left = static_cast<int>(head->nlmsg_len - NLMSG_SPACE(sizeof(struct ifinfomsg)));
    for (; RTA_OK(at, left); at = RTA_NEXT(at, left)) {
        if ((at->rta_type & NLA_TYPE_MASK) != IFLA_LINKINFO) {
            continue;
        }
        int inner = static_cast<int>(RTA_PAYLOAD(at));
        auto *info = static_cast<struct rtattr *>(RTA_DATA(at));
        for (; RTA_OK(info, inner); info = RTA_NEXT(info, inner)) {
            if ((info->rta_type & NLA_TYPE_MASK) != IFLA_INFO_DATA) {
                continue;
            }
            int rest = static_cast<int>(RTA_PAYLOAD(info));
            auto *data = static_cast<struct rtattr *>(RTA_DATA(info));
            for (; RTA_OK(data, rest); data = RTA_NEXT(data, rest)) {
                uint32_t value = 0;
                memcpy(&value, RTA_DATA(data), RTA_PAYLOAD(data) < 4 ? 1 : 4);
                if (RTA_PAYLOAD(data) < 4) {
                    value = *static_cast<uint8_t *>(RTA_DATA(data));
                }
                out[data->rta_type & NLA_TYPE_MASK] = value;
            }
        }
    }
    return out;
}

/* ---- /dev/net/tun without the library ----------------------------------------------------------- */

/* Attaches or creates; the descriptor, or -1 with errno. */
inline int raw_tun(const std::string &name, unsigned flags, int open_flags = O_NONBLOCK)
{
    int fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC | open_flags);
    struct ifreq ifr = request_for(name);

    ifr.ifr_flags = static_cast<short>(flags);
    if (fd >= 0 && ioctl(fd, TUNSETIFF, &ifr) < 0) {
        int saved = errno;
        close(fd);
        errno = saved;
        return -1;
    }
    return fd;
}

/* Makes a persistent interface that nobody has open. */
inline bool make_persistent(const std::string &name, unsigned flags)
{
    int fd = raw_tun(name, flags);
    bool ok = fd >= 0 && ioctl(fd, TUNSETPERSIST, 1) == 0;

    if (fd >= 0) {
        close(fd);
    }
    return ok;
}

inline int get_int(int fd, unsigned long request)
{
    int value = -1;
    return ioctl(fd, request, &value) == 0 ? value : -1;
}

inline bool set_int(int fd, unsigned long request, int value)
{
    return ioctl(fd, request, &value) == 0;
}

/* ---- Packets ------------------------------------------------------------------------------------ */

/* The kernel's side of an interface. */
class PacketSocket
{
  public:
    explicit PacketSocket(const std::string &name) : index(if_nametoindex(name.c_str()))
    {
        fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, htons(ETH_P_ALL));
        struct sockaddr_ll at = address(ETH_P_ALL);
        if (fd >= 0 && bind(fd, reinterpret_cast<struct sockaddr *>(&at), sizeof at) < 0) {
            close(fd);
            fd = -1;
        }
    }
    PacketSocket(const PacketSocket &) = delete;
    PacketSocket &operator=(const PacketSocket &) = delete;
    ~PacketSocket()
    {
        if (fd >= 0) {
            close(fd);
        }
    }

    /* Sends to the interface, so that its user receives it. */
    bool send(const Bytes &packet, uint16_t type = ETH_P_IP)
    {
        struct sockaddr_ll to = address(type);
        return sendto(fd, packet.data(), packet.size(), 0, reinterpret_cast<struct sockaddr *>(&to),
                      sizeof to) == static_cast<ssize_t>(packet.size());
    }

    /* The next packet that the interface's user sent; empty after timeout_ms. */
    Bytes recv(int timeout_ms)
    {
        Bytes buf(70000);
        struct pollfd pfd = {fd, POLLIN, 0};

        while (poll(&pfd, 1, timeout_ms) > 0) {
            struct sockaddr_ll from;
            socklen_t len = sizeof from;
            ssize_t got = recvfrom(fd, buf.data(), buf.size(), MSG_DONTWAIT,
                                   reinterpret_cast<struct sockaddr *>(&from), &len);
            if (got >= 0 && from.sll_pkttype != PACKET_OUTGOING) {
                buf.resize(static_cast<size_t>(got));
                return buf;
            }
        }
        return {};
    }

  private:
    struct sockaddr_ll address(uint16_t type) const
    {
        struct sockaddr_ll a = {};

        a.sll_family = AF_PACKET;
        a.sll_protocol = htons(type);
        a.sll_ifindex = static_cast<int>(index);
        return a;
    }

    int fd;
    unsigned index;
};

}

#endif
