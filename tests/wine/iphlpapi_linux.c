/* SPDX-License-Identifier: Apache-2.0 */
/* The Linux side of the test iphlpapi.dll. */
#include <stdlib.h>
#include <string.h>

#include "iphlpapi_double.h"

/* linux/rtnetlink.h, linux/if_addr.h, asm-generic/errno.h */
#define LX_RTM_NEWADDR 20
#define LX_RTM_DELADDR 21
#define LX_NLM_F_EXCL 0x200
#define LX_NLM_F_CREATE 0x400
#define LX_IFA_ADDRESS 1
#define LX_IFA_LOCAL 2
#define LX_IFA_FLAGS 8
#define LX_IFA_F_NODAD 0x02
#define LX_AF_INET6 10
#define LX_NETLINK_ROUTE 0
#define LX_ENOMEM 12
#define LX_EEXIST 17
#define LX_EINVAL 22
#define LX_EOPNOTSUPP 95
#define LX_EADDRNOTAVAIL 99

DWORD iphlp_error_of(int rc)
{
    switch (-rc) {
    case 0:
        return NO_ERROR;
    case LX_EPERM:
    case LX_EACCES:
        return ERROR_ACCESS_DENIED;
    case LX_EEXIST:
        return ERROR_OBJECT_ALREADY_EXISTS;
    case LX_ENODEV:
        return ERROR_FILE_NOT_FOUND;
    case LX_EADDRNOTAVAIL:
        return ERROR_NOT_FOUND;
    case LX_ENOMEM:
        return ERROR_NOT_ENOUGH_MEMORY;
    case LX_EOPNOTSUPP:
        return ERROR_NOT_SUPPORTED;
    default:
        return ERROR_INVALID_PARAMETER;
    }
}

/* Wine's interface numbers are those of Linux. */
int iphlp_interface(const NET_LUID *luid, char *ret_name)
{
    char name[LX_IFNAMSIZ];
    NET_IFINDEX index = 0;

    if (ConvertInterfaceLuidToIndex(luid, &index) != NO_ERROR || lx_if_name((int)index, name) < 0) {
        return 0;
    }
    if (ret_name != NULL) {
        memcpy(ret_name, name, sizeof name);
    }
    return (int)index;
}

/* ---- Addresses ---------------------------------------------------------------------------------- */

/* A request about an address: struct nlmsghdr, struct ifaddrmsg, attributes. */
struct iphlp_request {
    uint32_t len;
    uint16_t type;
    uint16_t flags;
    uint32_t seq;
    uint32_t pid;
    uint8_t family;
    uint8_t prefix_len;
    uint8_t address_flags;
    uint8_t scope;
    uint32_t ifindex;
    uint8_t attributes[64];
};

static void iphlp_put(struct iphlp_request *r, uint16_t type, const void *data, uint16_t len)
{
    uint8_t *at = (uint8_t *)r + r->len;
    uint16_t head[2] = {(uint16_t)(4 + len), type};

    memcpy(at, head, sizeof head);
    memcpy(at + sizeof head, data, len);
    r->len += 4u + ((len + 3u) & ~3u);
}

static int iphlp_ask(const struct iphlp_request *r)
{
    int32_t reply[512];
    intptr_t got;
    int fd = lx_socket(LX_AF_NETLINK, LX_SOCK_RAW, LX_NETLINK_ROUTE);

    if (fd < 0) {
        return fd;
    }
    got = lx_write(fd, r, r->len);
    if (got >= 0) {
        got = lx_read(fd, reply, sizeof reply);
    }
    lx_close(fd);
    /* The code stands behind the sixteen bytes of the answer's head. */
    return got < 20 ? (got < 0 ? (int)got : -LX_EBADFD) : reply[4];
}

int iphlp_address(int ifindex, const MIB_UNICASTIPADDRESS_ROW *row, int add, int detect)
{
    struct iphlp_request r;
    int is_v4 = row->Address.si_family == AF_INET;
    const void *address = is_v4 ? (const void *)&row->Address.Ipv4.sin_addr
                                : (const void *)&row->Address.Ipv6.sin6_addr;
    uint32_t flags = LX_IFA_F_NODAD;

    memset(&r, 0, sizeof r);
    r.len = (uint32_t)offsetof(struct iphlp_request, attributes);
    r.type = add ? LX_RTM_NEWADDR : LX_RTM_DELADDR;
    r.flags = LX_NLM_F_REQUEST | LX_NLM_F_ACK | (add ? LX_NLM_F_CREATE | LX_NLM_F_EXCL : 0);
    r.family = is_v4 ? LX_AF_INET : LX_AF_INET6;
    r.prefix_len = row->OnLinkPrefixLength;
    r.ifindex = (uint32_t)ifindex;
    iphlp_put(&r, LX_IFA_LOCAL, address, is_v4 ? 4 : 16);
    iphlp_put(&r, LX_IFA_ADDRESS, address, is_v4 ? 4 : 16);
    if (add && !is_v4 && !detect) {
        iphlp_put(&r, LX_IFA_FLAGS, &flags, sizeof flags);
    }
    return iphlp_ask(&r);
}

/* ---- Settings ----------------------------------------------------------------------------------- */

static int iphlp_open_conf6(const char *ifname, const char *setting, int flags)
{
    char path[128] = "/proc/sys/net/ipv6/conf/";

    strcat(strcat(strcat(path, ifname), "/"), setting);
    return lx_open(path, flags);
}

long iphlp_read_conf6(const char *ifname, const char *setting)
{
    char text[32] = "";
    int fd = iphlp_open_conf6(ifname, setting, LX_O_RDONLY);
    intptr_t got;

    if (fd < 0) {
        return fd;
    }
    got = lx_read(fd, text, sizeof text - 1);
    lx_close(fd);
    return got <= 0 ? -LX_EBADFD : strtol(text, NULL, 10);
}

int iphlp_write_conf6(const char *ifname, const char *setting, long value)
{
    char text[32];
    int fd = iphlp_open_conf6(ifname, setting, LX_O_WRONLY);
    intptr_t put;

    if (fd < 0) {
        return fd;
    }
    (void)ltoa(value, text, 10);
    put = lx_write(fd, text, strlen(text));
    lx_close(fd);
    return put < 0 ? (int)put : 0;
}

long iphlp_read_mtu(const char *ifname)
{
    struct lx_ifreq r = lx_request(ifname);
    int rc = lx_if_ioctl(LX_SIOCGIFMTU, &r);

    return rc < 0 ? rc : r.u.number;
}

int iphlp_write_mtu(const char *ifname, long mtu)
{
    struct lx_ifreq r = lx_request(ifname);

    r.u.number = (int32_t)mtu;
    return lx_if_ioctl(LX_SIOCSIFMTU, &r);
}
