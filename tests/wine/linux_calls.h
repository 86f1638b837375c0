/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Raw Linux system calls from Windows code. Wine runs a program's instructions on the processor itself,
 * so `syscall` reaches the Linux kernel: that is how the test drivers here are real interfaces. Wine 8
 * lets it pass; where one does not, raw_calls.exe says so first and nothing that needs it is started.
 *
 * x86_64 only. Results are those of the kernel: a negative errno, or the value. Structures and numbers are
 * the kernel's (include/uapi), written down here because mingw has none of its headers.
 */
#ifndef VNIC_TESTS_LINUX_CALLS_H
#define VNIC_TESTS_LINUX_CALLS_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* arch/x86/entry/syscalls/syscall_64.tbl */
#define LX_READ 0
#define LX_WRITE 1
#define LX_OPEN 2
#define LX_CLOSE 3
#define LX_POLL 7
#define LX_IOCTL 16
#define LX_GETPID 39
#define LX_SOCKET 41
#define LX_SENDTO 44
#define LX_RECVFROM 45
#define LX_BIND 49
#define LX_SETSOCKOPT 54
#define LX_EVENTFD2 290

#define LX_EPERM 1
#define LX_EINTR 4
#define LX_EAGAIN 11
#define LX_EACCES 13
#define LX_ENODEV 19
#define LX_EBADFD 77

#define LX_O_RDONLY 0
#define LX_O_WRONLY 1
#define LX_O_RDWR 2
#define LX_O_NONBLOCK 04000
#define LX_O_CLOEXEC 02000000

#define LX_POLLIN 1
#define LX_POLLERR 8

#define LX_AF_INET 2
#define LX_AF_NETLINK 16
#define LX_AF_PACKET 17
#define LX_SOCK_DGRAM 2
#define LX_SOCK_RAW 3
#define LX_SOCK_CLOEXEC 02000000
#define LX_MSG_DONTWAIT 0x40
#define LX_SOL_SOCKET 1
#define LX_SO_RCVBUFFORCE 33
#define LX_PACKET_OUTGOING 4
#define LX_ETH_P_ALL 0x0003
#define LX_ETH_P_IP 0x0800
#define LX_ETH_P_IPV6 0x86DD

/* linux/if_tun.h */
#define LX_TUNSETIFF 0x400454ca
#define LX_TUNSETQUEUE 0x400454d9
#define LX_IFF_TUN 0x0001
#define LX_IFF_TAP 0x0002
#define LX_IFF_MULTI_QUEUE 0x0100
#define LX_IFF_DETACH_QUEUE 0x0400
#define LX_IFF_NO_PI 0x1000

/* linux/sockios.h, linux/if.h */
#define LX_SIOCGIFNAME 0x8910
#define LX_SIOCGIFFLAGS 0x8913
#define LX_SIOCSIFFLAGS 0x8914
#define LX_SIOCGIFMTU 0x8921
#define LX_SIOCSIFMTU 0x8922
#define LX_SIOCSIFNAME 0x8923
#define LX_SIOCSIFHWADDR 0x8924
#define LX_SIOCGIFHWADDR 0x8927
#define LX_SIOCGIFINDEX 0x8933
#define LX_IFF_UP 0x1
#define LX_IFNAMSIZ 16

/* linux/rtnetlink.h, linux/netlink.h */
#define LX_RTM_DELLINK 17
#define LX_NLM_F_REQUEST 1
#define LX_NLM_F_ACK 4

struct lx_ifreq {
    char name[LX_IFNAMSIZ];
    union {
        char text[LX_IFNAMSIZ];
        int16_t flags;
        int32_t number;
        uint8_t bytes[24];
    } u;
};

struct lx_pollfd {
    int fd;
    int16_t events;
    int16_t revents;
};

struct lx_sockaddr_ll {
    uint16_t family;
    uint16_t protocol; /* network order */
    int32_t ifindex;
    uint16_t hatype;
    uint8_t pkttype;
    uint8_t halen;
    uint8_t addr[8];
};

static inline intptr_t lx_call(intptr_t number, intptr_t a, intptr_t b, intptr_t c, intptr_t d,
                               intptr_t e, intptr_t f)
{
    intptr_t result;

    /* The fourth to sixth argument go into registers that the constraints have no letters for. */
    __asm__ volatile("movq %[d], %%r10\n\tmovq %[e], %%r8\n\tmovq %[f], %%r9\n\tsyscall"
                     : "=a"(result)
                     : "a"(number), "D"(a), "S"(b), "d"(c), [d] "rm"(d), [e] "rm"(e), [f] "rm"(f)
                     : "rcx", "r8", "r9", "r10", "r11", "memory");
    return result;
}

static inline intptr_t lx_call3(intptr_t number, intptr_t a, intptr_t b, intptr_t c)
{
    return lx_call(number, a, b, c, 0, 0, 0);
}

static inline int lx_open(const char *path, int flags)
{
    return (int)lx_call3(LX_OPEN, (intptr_t)path, flags | LX_O_CLOEXEC, 0);
}

static inline void lx_close(int fd)
{
    (void)lx_call3(LX_CLOSE, fd, 0, 0);
}

static inline intptr_t lx_read(int fd, void *buf, size_t cap)
{
    return lx_call3(LX_READ, fd, (intptr_t)buf, (intptr_t)cap);
}

static inline intptr_t lx_write(int fd, const void *data, size_t len)
{
    return lx_call3(LX_WRITE, fd, (intptr_t)data, (intptr_t)len);
}

static inline int lx_poll(struct lx_pollfd *fds, int n, int timeout_ms)
{
    return (int)lx_call3(LX_POLL, (intptr_t)fds, n, timeout_ms);
}

static inline int lx_ioctl(int fd, uint32_t request, void *arg)
{
    return (int)lx_call3(LX_IOCTL, fd, (intptr_t)request, (intptr_t)arg);
}

static inline int lx_socket(int domain, int type, int protocol)
{
    return (int)lx_call3(LX_SOCKET, domain, type | LX_SOCK_CLOEXEC, protocol);
}

static inline int lx_eventfd(void)
{
    return (int)lx_call3(LX_EVENTFD2, 0, LX_O_NONBLOCK | LX_O_CLOEXEC, 0);
}

static inline uint16_t lx_htons(uint16_t v)
{
    return (uint16_t)(v << 8 | v >> 8);
}

static inline void lx_fill(void *to, const void *from, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        ((uint8_t *)to)[i] = from != NULL ? ((const uint8_t *)from)[i] : 0;
    }
}

static inline struct lx_ifreq lx_request(const char *ifname)
{
    struct lx_ifreq r;

    lx_fill(&r, NULL, sizeof r);
    for (int i = 0; i < LX_IFNAMSIZ - 1 && ifname[i] != '\0'; i++) {
        r.name[i] = ifname[i];
    }
    return r;
}

/* An interface ioctl, on a socket of its own: 0, or a negative errno. */
static inline int lx_if_ioctl(uint32_t request, struct lx_ifreq *r)
{
    int fd = lx_socket(LX_AF_INET, LX_SOCK_DGRAM, 0);
    int rc = fd < 0 ? fd : lx_ioctl(fd, request, r);

    if (fd >= 0) {
        lx_close(fd);
    }
    return rc;
}

/* The number of an interface, or a negative errno. */
static inline int lx_if_index(const char *ifname)
{
    struct lx_ifreq r = lx_request(ifname);
    int rc = lx_if_ioctl(LX_SIOCGIFINDEX, &r);

    return rc < 0 ? rc : r.u.number;
}

/* The name that an interface has now: 0, or a negative errno when it is gone. */
static inline int lx_if_name(int ifindex, char *ret_ifname)
{
    struct lx_ifreq r = lx_request("");
    int rc;

    r.u.number = ifindex;
    rc = lx_if_ioctl(LX_SIOCGIFNAME, &r);
    if (rc >= 0) {
        lx_fill(ret_ifname, r.name, LX_IFNAMSIZ);
    }
    return rc;
}

static inline int lx_if_rename(const char *ifname, const char *other)
{
    struct lx_ifreq r = lx_request(ifname), to = lx_request(other);

    lx_fill(r.u.text, to.name, LX_IFNAMSIZ);
    return lx_if_ioctl(LX_SIOCSIFNAME, &r);
}

static inline int lx_if_set_up(const char *ifname, int up)
{
    struct lx_ifreq r = lx_request(ifname);
    int rc = lx_if_ioctl(LX_SIOCGIFFLAGS, &r);

    if (rc < 0) {
        return rc;
    }
    r.u.flags = (int16_t)(up ? r.u.flags | LX_IFF_UP : r.u.flags & ~LX_IFF_UP);
    return lx_if_ioctl(LX_SIOCSIFFLAGS, &r);
}

/* Opens a queue of a TUN or TAP, which is made if there is none: a descriptor, or a negative errno. */
static inline int lx_tun_open(const char *ifname, int flags)
{
    struct lx_ifreq r = lx_request(ifname);
    int fd = lx_open("/dev/net/tun", LX_O_RDWR | LX_O_NONBLOCK);
    int rc;

    if (fd < 0) {
        return fd;
    }
    r.u.flags = (int16_t)(flags | LX_IFF_NO_PI);
    rc = lx_ioctl(fd, LX_TUNSETIFF, &r);
    if (rc < 0) {
        lx_close(fd);
        return rc;
    }
    return fd;
}

/* Deletes an interface, whoever has it open: 0, or a negative errno. */
static inline int lx_if_delete(int ifindex)
{
    struct {
        uint32_t len;
        uint16_t type;
        uint16_t flags;
        uint32_t seq;
        uint32_t pid;
        uint8_t family;
        uint8_t pad;
        uint16_t link_type;
        int32_t ifindex;
        uint32_t link_flags;
        uint32_t change;
    } request;
    int32_t reply[256];
    intptr_t got;
    int fd = lx_socket(LX_AF_NETLINK, LX_SOCK_RAW, 0);

    if (fd < 0) {
        return fd;
    }
    lx_fill(&request, NULL, sizeof request);
    request.len = sizeof request;
    request.type = LX_RTM_DELLINK;
    request.flags = LX_NLM_F_REQUEST | LX_NLM_F_ACK;
    request.ifindex = ifindex;
    got = lx_write(fd, &request, sizeof request);
    if (got >= 0) {
        got = lx_read(fd, reply, sizeof reply);
    }
    lx_close(fd);
    /* The code stands behind the sixteen bytes of the answer's head. */
    return got < 20 ? (got < 0 ? (int)got : -LX_EBADFD) : reply[4];
}

#ifdef __cplusplus
}
#endif

#endif
