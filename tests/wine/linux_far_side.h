/* SPDX-License-Identifier: Apache-2.0 */
/* A packet socket on the Linux interface behind a test driver: what the kernel does, in Windows code. */
#ifndef VNIC_TESTS_LINUX_FAR_SIDE_H
#define VNIC_TESTS_LINUX_FAR_SIDE_H

#include <cstdint>
#include <vector>

#include "wine/linux_calls.h"

namespace wine
{

using Bytes = std::vector<uint8_t>;

class FarSide
{
  public:
    ~FarSide()
    {
        end();
    }
    /* false: there is no such interface, or no right to. */
    bool begin(int index)
    {
        int room = 16 << 20;

        ifindex = index;
        fd = lx_socket(LX_AF_PACKET, LX_SOCK_RAW, lx_htons(LX_ETH_P_ALL));
        if (fd < 0) {
            return false;
        }
        /* Room for what a test sends before it looks; a wish, which needs root to be granted. */
        (void)lx_call(LX_SETSOCKOPT, fd, LX_SOL_SOCKET, LX_SO_RCVBUFFORCE,
                      reinterpret_cast<intptr_t>(&room), sizeof room, 0);
        lx_sockaddr_ll at = address(LX_ETH_P_ALL);
        return lx_call3(LX_BIND, fd, reinterpret_cast<intptr_t>(&at), sizeof at) == 0;
    }
    void end()
    {
        if (fd >= 0) {
            lx_close(fd);
        }
        fd = -1;
    }
    /* Sends to the interface, so that its user receives it. */
    bool send(const Bytes &packet)
    {
        uint16_t type = packet[0] >> 4 == 6 ? LX_ETH_P_IPV6 : LX_ETH_P_IP;
        lx_sockaddr_ll to = address(type);

        /* Going down leaves an error in the socket, which the next call reports: ask twice. */
        for (int i = 0; i < 2; i++) {
            if (lx_call(LX_SENDTO, fd, reinterpret_cast<intptr_t>(packet.data()),
                        static_cast<intptr_t>(packet.size()), 0, reinterpret_cast<intptr_t>(&to),
                        sizeof to) == static_cast<intptr_t>(packet.size())) {
                return true;
            }
        }
        return false;
    }
    /* The next packet that the interface's user sent; empty when none came in time. */
    Bytes recv(int timeout_ms)
    {
        Bytes buf(70000);

        for (;;) {
            lx_pollfd pfd = {fd, LX_POLLIN, 0};
            lx_sockaddr_ll from;
            int32_t len = sizeof from;

            int ready = lx_poll(&pfd, 1, timeout_ms);
            if (ready == -LX_EINTR) {
                continue;
            }
            if (ready <= 0) {
                return {};
            }
            intptr_t got =
                lx_call(LX_RECVFROM, fd, reinterpret_cast<intptr_t>(buf.data()),
                        static_cast<intptr_t>(buf.size()), LX_MSG_DONTWAIT,
                        reinterpret_cast<intptr_t>(&from), reinterpret_cast<intptr_t>(&len));
            /* What the kernel sends to the interface is seen here too. */
            if (got > 0 && from.pkttype != LX_PACKET_OUTGOING) {
                buf.resize(static_cast<size_t>(got));
                return buf;
            }
        }
    }

  private:
    lx_sockaddr_ll address(uint16_t type) const
    {
        lx_sockaddr_ll a = {};

        a.family = LX_AF_PACKET;
        a.protocol = lx_htons(type);
        a.ifindex = ifindex;
        return a;
    }

    int fd = -1;
    int ifindex = 0;
};

} /* namespace wine */

#endif
