/* SPDX-License-Identifier: Apache-2.0 */
/* The far side of the Linux backend is the kernel, through a packet socket on the interface. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_ether.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netpacket/packet.h>
#include <poll.h>
#include <sched.h>
#include <sys/socket.h>
#include <unistd.h>

#include "contract/contract.h"
#include "support/netns_fixture.h"
#include "support/uring_support.h"

namespace contract
{

class LinuxDriver : public Driver
{
  public:
    ~LinuxDriver() override
    {
        if (sock >= 0) {
            close(sock);
        }
    }
    std::string begin() override
    {
        /* Each test gets a network of its own; without root, inside a user namespace. */
        int flags = geteuid() == 0 ? CLONE_NEWNET : CLONE_NEWNET | CLONE_NEWUSER;

        if (unshare(flags) < 0) {
            return std::string("no network namespace: unshare: ") + strerror(errno);
        }
        int fd = ::open("/dev/net/tun", O_RDWR | O_CLOEXEC);
        if (fd < 0) {
            return std::string("no TUN driver: /dev/net/tun: ") + strerror(errno);
        }
        close(fd);
        return live::emulator_problem();
    }
    const char *backend() const override
    {
        return "linux";
    }
    void attach(vnic *dev) override
    {
        char name[VNIC_NAME_SIZE];

        ASSERT_GT(vnic_get_name(dev, name, sizeof name), 0);
        index = if_nametoindex(name);
        ASSERT_NE(0u, index) << name;
        sock = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, htons(ETH_P_ALL));
        ASSERT_GE(sock, 0) << strerror(errno);
        /* Room for what a test sends before it looks; a wish, which needs root to be granted. */
        int room = 16 << 20;
        (void)setsockopt(sock, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof room);
        struct sockaddr_ll at = address(ETH_P_ALL);
        ASSERT_EQ(0, bind(sock, reinterpret_cast<struct sockaddr *>(&at), sizeof at))
            << strerror(errno);
    }
    void detach() override
    {
        close(sock);
        sock = -1;
    }
    bool send(const Bytes &packet) override
    {
        uint16_t type = packet[0] >> 4 == 6 ? ETH_P_IPV6 : ETH_P_IP;
        struct sockaddr_ll to = address(type);

        /* Going down leaves an error in the socket, which the next call reports: ask twice. */
        for (int i = 0; i < 2; i++) {
            if (sendto(sock, packet.data(), packet.size(), 0,
                       reinterpret_cast<struct sockaddr *>(&to),
                       sizeof to) == static_cast<ssize_t>(packet.size())) {
                return true;
            }
        }
        return false;
    }
    Bytes recv(int timeout_ms) override
    {
        int64_t end = now_ms() + timeout_ms;

        for (;;) {
            Bytes buf(VNIC_MAX_PACKET);
            struct sockaddr_ll from;
            socklen_t len = sizeof from;
            struct pollfd fd = {sock, POLLIN, 0};
            int64_t left = end - now_ms();

            if (poll(&fd, 1, left > 0 ? static_cast<int>(left) : 0) <= 0) {
                return {};
            }
            ssize_t got = recvfrom(sock, buf.data(), buf.size(), MSG_DONTWAIT,
                                   reinterpret_cast<struct sockaddr *>(&from), &len);
            /* What the kernel sends to the interface is seen here too. */
            if (got > 0 && from.sll_pkttype != PACKET_OUTGOING) {
                buf.resize(static_cast<size_t>(got));
                return buf;
            }
        }
    }
    void remove(vnic *) override
    {
        struct {
            struct nlmsghdr head;
            struct ifinfomsg link;
        } request = {};
        char reply[512];
        int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);

        ASSERT_GE(fd, 0);
        request.head.nlmsg_len = sizeof request;
        request.head.nlmsg_type = RTM_DELLINK;
        request.head.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
        request.link.ifi_index = static_cast<int>(index);
        ASSERT_EQ(static_cast<ssize_t>(sizeof request), ::send(fd, &request, sizeof request, 0));
        ASSERT_GE(::recv(fd, reply, sizeof reply, 0), static_cast<ssize_t>(NLMSG_HDRLEN + 4));
        int code;
        memcpy(&code, reply + NLMSG_HDRLEN, sizeof code);
        ASSERT_EQ(0, code);
        close(fd);
    }
    bool is_real() const override
    {
        return true;
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

    int sock = -1;
    unsigned index = 0;
};

/* The same kernel, with packets moved by io_uring. */
class LinuxUringDriver : public LinuxDriver
{
  public:
    std::string begin() override
    {
        std::string why = LinuxDriver::begin();

        return why.empty() ? live::uring_problem() : why;
    }
    const char *engine() const override
    {
        return "uring";
    }
};

std::unique_ptr<Driver> make_linux_uring_driver()
{
    return std::make_unique<LinuxUringDriver>();
}

std::unique_ptr<Driver> make_linux_driver()
{
    return std::make_unique<LinuxDriver>();
}

} /* namespace contract */
