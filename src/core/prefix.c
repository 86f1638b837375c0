/* SPDX-License-Identifier: Apache-2.0 */
#include "vnic/prefix.h"

#include <string.h>

#include "inet_text.h"
#include "vnic/error.h"

_Static_assert(sizeof(struct vnic_prefix) == 64, "the layout is part of the ABI");

#define KNOWN_PREFIX_FLAGS                                                                         \
    (VNIC_PREFIX_PEER | VNIC_PREFIX_BROADCAST | VNIC_PREFIX_NO_BROADCAST | VNIC_PREFIX_KERNEL)

static unsigned prefix_bits(const struct vnic_prefix *p)
{
    return p->family == VNIC_IPV4 ? 32 : 128;
}

/* Whether the bytes of a member that do not belong to the address are 0; all of them if unused. */
static int is_padded(const uint8_t *bytes, size_t used)
{
    for (size_t i = used; i < 16; i++) {
        if (bytes[i] != 0) {
            return 0;
        }
    }
    return 1;
}

int vnic_prefix_check(const struct vnic_prefix *prefix)
{
    const uint16_t broadcasts = VNIC_PREFIX_BROADCAST | VNIC_PREFIX_NO_BROADCAST;
    size_t len;

    if (prefix == NULL) {
        return VNIC_EINVAL;
    }
    if ((prefix->family != VNIC_IPV4 && prefix->family != VNIC_IPV6) ||
        prefix->prefix_len > prefix_bits(prefix) || (prefix->flags & ~KNOWN_PREFIX_FLAGS) != 0 ||
        prefix->reserved != 0 || prefix->reserved2 != 0) {
        return VNIC_EADDR;
    }
    len = prefix_bits(prefix) / 8;
    if (!is_padded(prefix->addr, len) ||
        !is_padded(prefix->peer, (prefix->flags & VNIC_PREFIX_PEER) != 0 ? len : 0) ||
        !is_padded(prefix->broadcast, (prefix->flags & VNIC_PREFIX_BROADCAST) != 0 ? len : 0)) {
        return VNIC_EADDR;
    }
    if ((prefix->flags & broadcasts) == broadcasts ||
        (prefix->family == VNIC_IPV6 && (prefix->flags & broadcasts) != 0) ||
        (prefix->prefix_len >= 31 && (prefix->flags & VNIC_PREFIX_BROADCAST) != 0)) {
        return VNIC_EADDR;
    }
    return VNIC_OK;
}

int vnic_prefix_is_assignable(const struct vnic_prefix *prefix)
{
    int rc = vnic_prefix_check(prefix);

    if (rc != VNIC_OK) {
        return rc;
    }
    if (is_padded(prefix->addr, 0)) {
        return 0;
    }
    if (prefix->family == VNIC_IPV6) {
        return prefix->addr[0] != 0xFF;
    }
    /* 224.0.0.0/4 is multicast, 255.255.255.255 the limited broadcast. */
    return prefix->addr[0] >> 4 != 14 && memcmp(prefix->addr, "\xFF\xFF\xFF\xFF", 4) != 0;
}

int vnic_prefix_equal(const struct vnic_prefix *a, const struct vnic_prefix *b)
{
    if (a == NULL || b == NULL) {
        return VNIC_EINVAL;
    }
    return a->family == b->family && a->prefix_len == b->prefix_len &&
           ((a->flags ^ b->flags) & ~VNIC_PREFIX_KERNEL) == 0 &&
           memcmp(a->addr, b->addr, 16) == 0 && memcmp(a->peer, b->peer, 16) == 0 &&
           memcmp(a->broadcast, b->broadcast, 16) == 0;
}

/* Whether the first bits of two addresses are the same. */
static int same_bits(const uint8_t *a, const uint8_t *b, unsigned bits)
{
    unsigned rest = bits % 8;

    return memcmp(a, b, bits / 8) == 0 &&
           (rest == 0 || (a[bits / 8] ^ b[bits / 8]) >> (8 - rest) == 0);
}

int vnic_prefix_contains(const struct vnic_prefix *net, const struct vnic_prefix *inner)
{
    int rc = vnic_prefix_check(net);

    if (rc == VNIC_OK) {
        rc = vnic_prefix_check(inner);
    }
    if (rc != VNIC_OK) {
        return rc;
    }
    return net->family == inner->family && net->prefix_len <= inner->prefix_len &&
           same_bits(net->addr, inner->addr, net->prefix_len);
}

int vnic_prefix_network(const struct vnic_prefix *prefix, struct vnic_prefix *ret)
{
    return vnic_prefix_host(prefix, 0, ret);
}

int vnic_prefix_host(const struct vnic_prefix *net, uint64_t index, struct vnic_prefix *ret)
{
    struct vnic_prefix out;
    unsigned host_bits, bytes;
    int rc = ret == NULL ? VNIC_EINVAL : vnic_prefix_check(net);

    if (rc != VNIC_OK) {
        return rc;
    }
    bytes = prefix_bits(net) / 8;
    host_bits = prefix_bits(net) - net->prefix_len;
    if (host_bits < 64 && index >> host_bits != 0) {
        return VNIC_EADDR;
    }
    memset(&out, 0, sizeof out);
    out.family = net->family;
    out.prefix_len = net->prefix_len;
    /* From the last byte on: host bits from the number, the others from the network. */
    for (unsigned i = 0; i < bytes; i++) {
        unsigned host = host_bits > i * 8 ? host_bits - i * 8 : 0;
        uint8_t mask = (uint8_t)(host >= 8 ? 0 : 0xFFu << host);
        uint8_t part = (uint8_t)(i < 8 ? index >> (i * 8) : 0);

        out.addr[bytes - 1 - i] = (uint8_t)((net->addr[bytes - 1 - i] & mask) | part);
    }
    *ret = out;
    return VNIC_OK;
}

int vnic_prefix_broadcast(const struct vnic_prefix *prefix, uint8_t *ret)
{
    int rc = ret == NULL ? VNIC_EINVAL : vnic_prefix_check(prefix);

    if (rc != VNIC_OK) {
        return rc;
    }
    if (prefix->family != VNIC_IPV4 || prefix->prefix_len >= 31 ||
        (prefix->flags & VNIC_PREFIX_NO_BROADCAST) != 0) {
        return 0;
    }
    if ((prefix->flags & VNIC_PREFIX_BROADCAST) != 0) {
        memcpy(ret, prefix->broadcast, 4);
        return 1;
    }
    for (unsigned i = 0; i < 4; i++) {
        unsigned net = prefix->prefix_len > i * 8 ? prefix->prefix_len - i * 8 : 0;

        ret[i] = (uint8_t)(prefix->addr[i] | (net >= 8 ? 0 : 0xFFu >> net));
    }
    return 1;
}

static size_t format_address(uint8_t family, const uint8_t *addr, char *buf)
{
    return family == VNIC_IPV4 ? vnic__ipv4_format(addr, buf) : vnic__ipv6_format(addr, buf);
}

static size_t append_text(char *buf, const char *text)
{
    size_t n = strlen(text);

    memcpy(buf, text, n);
    return n;
}

int vnic_prefix_format(const struct vnic_prefix *prefix, char *buf, size_t cap)
{
    char text[VNIC_PREFIX_TEXT_MAX];
    size_t n;
    int rc = buf == NULL ? VNIC_EINVAL : vnic_prefix_check(prefix);

    if (rc != VNIC_OK) {
        return rc;
    }
    n = format_address(prefix->family, prefix->addr, text);
    text[n++] = '/';
    n += vnic__decimal_format(prefix->prefix_len, text + n);
    if ((prefix->flags & VNIC_PREFIX_PEER) != 0) {
        n += append_text(text + n, " peer ");
        n += format_address(prefix->family, prefix->peer, text + n);
    }
    if ((prefix->flags & VNIC_PREFIX_BROADCAST) != 0) {
        n += append_text(text + n, " broadcast ");
        n += format_address(prefix->family, prefix->broadcast, text + n);
    }
    if ((prefix->flags & VNIC_PREFIX_NO_BROADCAST) != 0) {
        n += append_text(text + n, " broadcast none");
    }
    if (n >= cap) {
        return VNIC_EMSGSIZE;
    }
    memcpy(buf, text, n);
    buf[n] = '\0';
    return (int)n;
}
