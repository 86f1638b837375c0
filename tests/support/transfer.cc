/* SPDX-License-Identifier: Apache-2.0 */
#include "support/transfer.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <vector>

#include "support/two_networks.h"

/* linux/udp.h; C libraries name them late. */
#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103
#endif
#ifndef UDP_GRO
#define UDP_GRO 104
#endif

namespace wire
{

using Bytes = std::vector<uint8_t>;

/* Nothing here takes so long; it ends a test that would hang. */
static constexpr int stuck_ms = 30000;

/* A socket that is closed by itself. */
class Socket
{
  public:
    Socket(int nsfd, int family, int type)
    {
        in_network(nsfd, [this, family, type] {
            fd = ::socket(family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        });
    }
    explicit Socket(int taken) : fd(taken)
    {
    }
    Socket(const Socket &) = delete;
    Socket &operator=(const Socket &) = delete;
    ~Socket()
    {
        if (fd >= 0) {
            ::close(fd);
        }
    }
    bool set(int level, int option, int value) const
    {
        return setsockopt(fd, level, option, &value, sizeof value) == 0;
    }

    int fd = -1;
};

static std::string failed(const char *what)
{
    return std::string(what) + ": " + strerror(errno);
}

/* The address of A (host 1) or B (host 2). */
struct Address {
    Address(int family, int host, int port)
    {
        if (family == AF_INET) {
            auto *in = reinterpret_cast<struct sockaddr_in *>(&storage);
            in->sin_family = AF_INET;
            in->sin_port = htons(static_cast<uint16_t>(port));
            in->sin_addr.s_addr = htonl(0x0a090000u + static_cast<uint32_t>(host));
            len = sizeof *in;
        } else {
            auto *in6 = reinterpret_cast<struct sockaddr_in6 *>(&storage);
            in6->sin6_family = AF_INET6;
            in6->sin6_port = htons(static_cast<uint16_t>(port));
            in6->sin6_addr.s6_addr[0] = 0xfd;
            in6->sin6_addr.s6_addr[1] = 0x09;
            in6->sin6_addr.s6_addr[15] = static_cast<uint8_t>(host);
            len = sizeof *in6;
        }
    }
    struct sockaddr *get()
    {
        return reinterpret_cast<struct sockaddr *>(&storage);
    }

    struct sockaddr_storage storage = {};
    socklen_t len = 0;
};

static Bytes content(uint64_t seed, size_t len)
{
    Bytes out(len);
    uint64_t x = seed * 0x9E3779B97F4A7C15u + 1;

    for (uint8_t &byte : out) {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        byte = static_cast<uint8_t>(x >> 32);
    }
    return out;
}

static bool wait_readable(int fd, int timeout_ms)
{
    struct pollfd pfd = {fd, POLLIN, 0};

    return poll(&pfd, 1, timeout_ms) > 0;
}

std::string wait_for_route(const Route &route)
{
    Socket from(route.ns_a, route.family, SOCK_DGRAM), to(route.ns_b, route.family, SOCK_DGRAM);
    Address at(route.family, 2, 7000);
    uint8_t byte = 1;

    if (bind(to.fd, at.get(), at.len) < 0) {
        return failed("bind");
    }
    for (int i = 0; i < 500; i++) {
        /* Until the address is complete the answer may be that it cannot be reached. */
        (void)sendto(from.fd, &byte, 1, 0, at.get(), at.len);
        if (wait_readable(to.fd, 20)) {
            return "";
        }
    }
    return "no datagram comes through";
}

/* ---- TCP ---------------------------------------------------------------------------------------- */

/* What one end of a connection has to send and to get. */
struct Stream {
    int fd;
    const Bytes &to_send;
    const Bytes &expected;
    size_t sent = 0;
    size_t got = 0;

    bool done() const
    {
        return sent == to_send.size() && got == expected.size();
    }
    std::string send_some()
    {
        ssize_t put = send(fd, to_send.data() + sent, to_send.size() - sent, MSG_NOSIGNAL);

        if (put < 0) {
            return errno == EAGAIN ? "" : failed("send");
        }
        sent += static_cast<size_t>(put);
        return "";
    }
    std::string recv_some()
    {
        uint8_t buf[65536];
        ssize_t n = recv(fd, buf, sizeof buf, 0);

        if (n < 0) {
            return errno == EAGAIN ? "" : failed("recv");
        }
        if (n == 0 || static_cast<size_t>(n) > expected.size() - got) {
            return n == 0 ? "the connection ended early" : "more came than was sent";
        }
        if (memcmp(buf, expected.data() + got, static_cast<size_t>(n)) != 0) {
            return "other bytes came, somewhere behind " + std::to_string(got);
        }
        got += static_cast<size_t>(n);
        return "";
    }
};

/* Both ends in one thread. */
static std::string pump(Stream *a, Stream *b)
{
    std::string problem;

    while (problem.empty() && !(a->done() && b->done())) {
        struct pollfd pfds[2] = {};
        Stream *ends[2] = {a, b};

        for (int i = 0; i < 2; i++) {
            bool more = ends[i]->sent < ends[i]->to_send.size();
            pfds[i].fd = ends[i]->fd;
            pfds[i].events = static_cast<short>(POLLIN | (more ? POLLOUT : 0));
        }
        if (poll(pfds, 2, stuck_ms) <= 0) {
            return "stuck: sent " + std::to_string(a->sent) + " and " + std::to_string(b->sent) +
                   ", got " + std::to_string(b->got) + " and " + std::to_string(a->got);
        }
        for (int i = 0; i < 2 && problem.empty(); i++) {
            if (pfds[i].revents & (POLLIN | POLLHUP | POLLERR)) {
                problem = ends[i]->recv_some();
            }
            if (problem.empty() && (pfds[i].revents & POLLOUT)) {
                problem = ends[i]->send_some();
            }
        }
    }
    return problem;
}

static std::string connect_to(const Socket &from, const Socket &listener, Address *at, int *ret)
{
    if (bind(listener.fd, at->get(), at->len) < 0 || listen(listener.fd, 1) < 0) {
        return failed("listen");
    }
    if (connect(from.fd, at->get(), at->len) < 0 && errno != EINPROGRESS) {
        return failed("connect");
    }
    if (!wait_readable(listener.fd, stuck_ms)) {
        return "no connection came";
    }
    *ret = accept4(listener.fd, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
    return *ret < 0 ? failed("accept") : "";
}

std::string exchange_tcp(const Route &route, size_t bytes_there, size_t bytes_back, bool with_ecn)
{
    for (int nsfd : {route.ns_a, route.ns_b}) {
        in_network(nsfd, [with_ecn] {
            /* Linux ip-sysctl.rst tcp_ecn: 1 asks for it, 2 does not. */
            EXPECT_EQ("", live::write_text("/proc/sys/net/ipv4/tcp_ecn", with_ecn ? "1" : "2"));
        });
    }
    Socket from(route.ns_a, route.family, SOCK_STREAM);
    Socket listener(route.ns_b, route.family, SOCK_STREAM);
    Address at(route.family, 2, 7001);
    int taken = -1;

    (void)listener.set(SOL_SOCKET, SO_REUSEADDR, 1);
    std::string problem = connect_to(from, listener, &at, &taken);
    Socket to(taken);
    if (!problem.empty()) {
        return problem;
    }
    Bytes there = content(bytes_there, bytes_there), back = content(bytes_back + 1, bytes_back);
    Stream a{from.fd, there, back}, b{to.fd, back, there};
    return pump(&a, &b);
}

/* ---- UDP ---------------------------------------------------------------------------------------- */

/* The sink: which numbers have come. */
class Sink
{
  public:
    Sink(const Datagrams &plan, const Bytes &stream, Arrived *arrived)
        : plan_(plan), stream_(stream), arrived_(arrived), seen_(plan.in_lot * plan.lots)
    {
    }
    /* Takes what a socket has; "" or what is wrong. */
    std::string drain(int fd)
    {
        uint8_t buf[65536], control[64];

        for (;;) {
            struct iovec iov = {buf, sizeof buf};
            struct msghdr msg = {};
            msg.msg_iov = &iov;
            msg.msg_iovlen = 1;
            msg.msg_control = control;
            msg.msg_controllen = sizeof control;
            ssize_t n = recvmsg(fd, &msg, 0);
            if (n < 0) {
                return errno == EAGAIN ? "" : failed("recvmsg");
            }
            std::string problem = take_all(buf, static_cast<size_t>(n), segment_of(&msg));
            if (!problem.empty()) {
                return problem;
            }
        }
    }

  private:
    static size_t segment_of(struct msghdr *msg)
    {
        for (struct cmsghdr *c = CMSG_FIRSTHDR(msg); c != nullptr; c = CMSG_NXTHDR(msg, c)) {
            if (c->cmsg_level == SOL_UDP && c->cmsg_type == UDP_GRO) {
                int size;
                memcpy(&size, CMSG_DATA(c), sizeof size);
                return static_cast<size_t>(size);
            }
        }
        return 0;
    }
    std::string take_all(const uint8_t *buf, size_t len, size_t segment)
    {
        std::string problem;

        for (size_t at = 0; at < len && problem.empty(); at += segment) {
            if (segment == 0 || segment >= len) {
                return take(buf, len);
            }
            arrived_->joined++;
            problem = take(buf + at, std::min(segment, len - at));
        }
        return problem;
    }
    std::string take(const uint8_t *data, size_t len)
    {
        uint32_t number;

        if (len < sizeof number) {
            return "a datagram of " + std::to_string(len) + " bytes";
        }
        memcpy(&number, data, sizeof number);
        std::string which = "datagram " + std::to_string(number);
        if (number >= seen_.size()) {
            return which + " was never sent";
        }
        bool is_last = number % plan_.in_lot == plan_.in_lot - 1;
        size_t expected = is_last ? plan_.payload - 7 : plan_.payload;
        if (len != expected || memcmp(data + 4, stream_.data() + number, len - 4) != 0) {
            return which + " has other bytes, or " + std::to_string(len) + " of them";
        }
        if (seen_[number]) {
            return which + " came twice";
        }
        if (!plan_.may_be_lost && number != arrived_->datagrams) {
            return which + " instead of " + std::to_string(arrived_->datagrams);
        }
        seen_[number] = true;
        arrived_->datagrams++;
        return "";
    }

    const Datagrams &plan_;
    const Bytes &stream_;
    Arrived *arrived_;
    std::vector<bool> seen_;
};

static Bytes make_lot(const Datagrams &plan, const Bytes &stream, unsigned lot)
{
    Bytes out;

    for (uint32_t i = 0; i < plan.in_lot; i++) {
        uint32_t number = lot * plan.in_lot + i;
        size_t len = plan.payload - 4 - (i == plan.in_lot - 1 ? 7 : 0);
        const auto *bytes = reinterpret_cast<const uint8_t *>(&number);

        out.insert(out.end(), bytes, bytes + 4);
        out.insert(out.end(), stream.begin() + number, stream.begin() + number + len);
    }
    return out;
}

/* One lot at a time is on its way, so that no queue on it is ever full. */
static std::string run_udp(const Socket &from, const Socket &to, const Datagrams &plan,
                           Arrived *ret)
{
    Bytes stream = content(plan.payload, plan.payload + plan.in_lot * plan.lots);
    Sink sink(plan, stream, ret);
    std::string problem;

    for (unsigned lot = 0; lot < plan.lots && problem.empty(); lot++) {
        Bytes bytes = make_lot(plan, stream, lot);
        if (send(from.fd, bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) {
            return failed("send of a lot");
        }
        bool more = true;
        while (problem.empty() && more) {
            more = wait_readable(to.fd, plan.may_be_lost ? 20 : stuck_ms);
            problem = more ? sink.drain(to.fd) : "";
            if (!plan.may_be_lost && !more) {
                problem = "stuck after " + std::to_string(ret->datagrams) + " datagrams";
            }
            more = more && ret->datagrams < (lot + 1) * plan.in_lot;
        }
    }
    return problem;
}

std::string send_udp(const Route &route, const Datagrams &plan, Arrived *ret)
{
    Socket from(route.ns_a, route.family, SOCK_DGRAM), to(route.ns_b, route.family, SOCK_DGRAM);
    Address at(route.family, 2, 7002);

    if (bind(to.fd, at.get(), at.len) < 0 || connect(from.fd, at.get(), at.len) < 0) {
        return failed("connect");
    }
    if (!from.set(SOL_UDP, UDP_SEGMENT, static_cast<int>(plan.payload)) ||
        !to.set(SOL_UDP, UDP_GRO, 1)) {
        return failed("UDP_SEGMENT and UDP_GRO");
    }
    (void)to.set(SOL_SOCKET, SO_RCVBUFFORCE, 8 << 20);
    (void)from.set(SOL_SOCKET, SO_SNDBUFFORCE, 8 << 20);
    return run_udp(from, to, plan, ret);
}

}
