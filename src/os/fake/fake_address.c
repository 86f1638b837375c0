/* SPDX-License-Identifier: Apache-2.0 */
/* The addresses of the interface: an array that grows. */
#include "fake_pair.h"

#include <string.h>

#include "core/alloc.h"
#include "core/fail.h"

/*
 * The rule of Linux: an IPv6 address exists once, an IPv4 address once with the same length and peer
 * (net/ipv4/devinet.c __inet_insert_ifa(), net/ipv6/addrconf.c ipv6_chk_same_addr()).
 */
static int is_same_address(const struct vnic_prefix *a, const struct vnic_prefix *b)
{
    uint16_t peer = VNIC_PREFIX_PEER;

    if (a->family != b->family || memcmp(a->addr, b->addr, sizeof a->addr) != 0) {
        return 0;
    }
    return a->family == VNIC_IPV6 ||
           (a->prefix_len == b->prefix_len && (a->flags & peer) == (b->flags & peer) &&
            memcmp(a->peer, b->peer, sizeof a->peer) == 0);
}

static int grow_addresses(struct vnic__fake_pair *pair)
{
    int cap = pair->cap_addresses > 0 ? 2 * pair->cap_addresses : 4;
    struct vnic_prefix *more = vnic__alloc((size_t)cap * sizeof *more);

    if (more == NULL) {
        return VNIC_ENOMEM;
    }
    if (pair->n_addresses > 0) {
        memcpy(more, pair->addresses, (size_t)pair->n_addresses * sizeof *more);
    }
    vnic__free(pair->addresses);
    pair->addresses = more;
    pair->cap_addresses = cap;
    return 0;
}

int vnic__fake_add_address(struct vnic *q, const struct vnic_prefix *p, struct vnic_error *err)
{
    struct vnic__fake_pair *pair = vnic__fake_port_of(q)->pair;
    int rc = vnic__fake_lock_to_change(q, "vnic_add_address", err);

    if (rc < 0) {
        return rc;
    }
    for (int i = 0; i < pair->n_addresses && rc == 0; i++) {
        if (is_same_address(&pair->addresses[i], p)) {
            rc = vnic__fail(err, VNIC_EEXIST, "vnic_add_address", "prefix",
                            "the interface has this address already");
        }
    }
    if (rc == 0 && pair->n_addresses == pair->cap_addresses && grow_addresses(pair) < 0) {
        rc = vnic__fail_memory(err, "vnic_add_address");
    }
    if (rc == 0) {
        pair->addresses[pair->n_addresses++] = *p;
    }
    vnic__mutex_unlock(&pair->lock);
    return rc;
}

int vnic__fake_remove_address(struct vnic *q, const struct vnic_prefix *p, struct vnic_error *err)
{
    struct vnic__fake_pair *pair = vnic__fake_port_of(q)->pair;
    int i = 0;
    int rc = vnic__fake_lock_to_change(q, "vnic_remove_address", err);

    if (rc < 0) {
        return rc;
    }
    while (i < pair->n_addresses &&
           (pair->addresses[i].family != p->family ||
            pair->addresses[i].prefix_len != p->prefix_len ||
            memcmp(pair->addresses[i].addr, p->addr, sizeof p->addr) != 0)) {
        i++;
    }
    if (i < pair->n_addresses) {
        pair->n_addresses--;
        memmove(&pair->addresses[i], &pair->addresses[i + 1],
                (size_t)(pair->n_addresses - i) * sizeof pair->addresses[0]);
    } else {
        rc = vnic__fail(err, VNIC_EADDR, "vnic_remove_address", "prefix",
                        "the interface does not have this address");
    }
    vnic__mutex_unlock(&pair->lock);
    return rc;
}

int vnic__fake_list_addresses(struct vnic *q, struct vnic_prefix *ret, int cap,
                              struct vnic_error *err)
{
    struct vnic__fake_pair *pair = vnic__fake_port_of(q)->pair;
    int n;

    vnic__mutex_lock(&pair->lock);
    n = pair->removed ? VNIC_ECLOSED : pair->n_addresses;
    for (int i = 0; i < n && i < cap; i++) {
        ret[i] = pair->addresses[i];
    }
    vnic__mutex_unlock(&pair->lock);
    return n >= 0 ? n : vnic__fail(err, n, "vnic_get_addresses", NULL, "the interface was removed");
}
