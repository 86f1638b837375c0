/* SPDX-License-Identifier: Apache-2.0 */
/* The addresses of an interface as a set. */
#include "address_set.h"

#include <string.h>

#include "alloc.h"

int vnic__prefix_same(const struct vnic_prefix *a, const struct vnic_prefix *b)
{
    if (a->family != b->family || memcmp(a->addr, b->addr, sizeof a->addr) != 0) {
        return 0;
    }
    if (a->family == VNIC_IPV6) {
        return 1;
    }
    return a->prefix_len == b->prefix_len &&
           (a->flags & VNIC_PREFIX_PEER) == (b->flags & VNIC_PREFIX_PEER) &&
           memcmp(a->peer, b->peer, sizeof a->peer) == 0;
}

/* As above, and an IPv6 address with another length or peer is not what was asked for. */
static int is_as_wanted(const struct vnic_prefix *have, const struct vnic_prefix *want)
{
    return vnic__prefix_same(have, want) && have->prefix_len == want->prefix_len &&
           memcmp(have->peer, want->peer, sizeof have->peer) == 0;
}

static int contains_address(const struct vnic_prefix *list, int n, const struct vnic_prefix *p)
{
    for (int i = 0; i < n; i++) {
        if (is_as_wanted(p, &list[i])) {
            return 1;
        }
    }
    return 0;
}

int vnic__addresses_read(struct vnic *q, struct vnic__addresses *ret, struct vnic_error *err)
{
    const struct vnic__netconf *conf = q->backend->netconf;
    int count = conf->list_addresses(q, NULL, 0, err);

    ret->list = NULL;
    ret->n = 0;
    if (count <= 0) {
        return count;
    }
    /* Addresses may appear from outside between the two calls: what does not fit is asked for again. */
    for (int cap = count + 8;; cap = count + 8) {
        ret->list = vnic__alloc((size_t)cap * sizeof *ret->list);
        if (ret->list == NULL) {
            return vnic__fail_memory(err, "list addresses");
        }
        count = conf->list_addresses(q, ret->list, cap, err);
        if (count <= cap) {
            break;
        }
        vnic__free(ret->list);
    }
    if (count < 0) {
        vnic__addresses_free(ret);
        return count;
    }
    ret->n = count;
    return 0;
}

void vnic__addresses_free(struct vnic__addresses *a)
{
    vnic__free(a->list);
    a->list = NULL;
    a->n = 0;
}

static int remove_unwanted(struct vnic *q, const struct vnic_prefix *want, int n, uint32_t how,
                           struct vnic_error *err)
{
    struct vnic__addresses have;
    int rc = vnic__addresses_read(q, &have, err);

    for (int i = 0; rc == 0 && i < have.n; i++) {
        const struct vnic_prefix *p = &have.list[i];
        uint32_t reason =
            p->flags & VNIC_PREFIX_KERNEL ? VNIC__ADDRESSES_NO_KERNEL : VNIC__ADDRESSES_REPLACE;

        if ((how & reason) == 0 || contains_address(want, n, p)) {
            continue;
        }
        rc = q->backend->netconf->remove_address(q, p, err);
        /* The kernel takes secondary addresses away with their primary one. */
        if (rc == VNIC_EADDR) {
            rc = 0;
        }
    }
    vnic__addresses_free(&have);
    return rc;
}

static int add_missing(struct vnic *q, const struct vnic_prefix *want, int n,
                       struct vnic_error *err)
{
    struct vnic__addresses have;
    int rc = vnic__addresses_read(q, &have, err);

    for (int i = 0; rc == 0 && i < n; i++) {
        if (contains_address(have.list, have.n, &want[i])) {
            continue;
        }
        rc = q->backend->netconf->add_address(q, &want[i], err);
    }
    vnic__addresses_free(&have);
    return rc;
}

static int contains_same(const struct vnic__addresses *have, const struct vnic_prefix *p)
{
    for (int i = 0; i < have->n; i++) {
        if (vnic__prefix_same(&have->list[i], p)) {
            return 1;
        }
    }
    return 0;
}

/*
 * Where IPv6 is disabled adding fails, so it is tried before anything is removed: what comes back after
 * a removal is never quite what it was (lifetimes, labels, routes). IPv6 knows no order of addresses.
 */
static int add_new_ipv6(struct vnic *q, const struct vnic_prefix *want, int n,
                        struct vnic_error *err)
{
    struct vnic__addresses have;
    int rc = vnic__addresses_read(q, &have, err);

    for (int i = 0; rc == 0 && i < n; i++) {
        if (want[i].family == VNIC_IPV6 && !contains_same(&have, &want[i])) {
            rc = q->backend->netconf->add_address(q, &want[i], err);
        }
    }
    vnic__addresses_free(&have);
    return rc;
}

int vnic__addresses_change(struct vnic *q, const struct vnic_prefix *want, int n, uint32_t how,
                           struct vnic_error *err)
{
    int rc = 0;

    if (how != VNIC__ADDRESSES_ADD) {
        rc = add_new_ipv6(q, want, n, err);
        rc = rc < 0 ? rc : remove_unwanted(q, want, n, how, err);
    }
    /* Read again: removing a primary address may have taken one along that is to stay. */
    return rc < 0 ? rc : add_missing(q, want, n, err);
}

/* RFC 8200 section 5: the least that a link with IPv6 carries. */
#define IPV6_MIN_MTU 1280u

int vnic__addresses_check_mtu(struct vnic *q, uint32_t mtu, struct vnic_error *err)
{
    struct vnic__addresses have;
    int rc = 0;

    if (mtu >= IPV6_MIN_MTU || q->backend->netconf->list_addresses == NULL) {
        return 0;
    }
    rc = vnic__addresses_read(q, &have, err);
    for (int i = 0; rc == 0 && i < have.n; i++) {
        if (have.list[i].family == VNIC_IPV6 && !(have.list[i].flags & VNIC_PREFIX_KERNEL)) {
            rc = vnic__fail(err, VNIC_EINVAL, "configure", "mtu",
                            "an MTU of %u would take the IPv6 addresses of the interface away: use "
                            "1280 or more, or remove them first",
                            (unsigned)mtu);
        }
    }
    vnic__addresses_free(&have);
    return rc;
}

static int is_ipv4(const struct vnic_prefix *p)
{
    return p->family == VNIC_IPV4;
}

/* Whether the IPv4 addresses of two lists are the same in the same order. */
static int has_same_order(const struct vnic__addresses *a, const struct vnic__addresses *b)
{
    int i = 0, j = 0;

    for (;; i++, j++) {
        while (i < a->n && !is_ipv4(&a->list[i])) {
            i++;
        }
        while (j < b->n && !is_ipv4(&b->list[j])) {
            j++;
        }
        if (i == a->n || j == b->n) {
            return i == a->n && j == b->n;
        }
        if (!vnic__prefix_same(&a->list[i], &b->list[j])) {
            return 0;
        }
    }
}

/* Which IPv4 address of a subnet is its primary one follows from the order in which they were added. */
static void restore_order(struct vnic *q, const struct vnic__addresses *before)
{
    struct vnic__addresses have;

    if (vnic__addresses_read(q, &have, NULL) < 0) {
        return;
    }
    if (!has_same_order(&have, before)) {
        for (int i = 0; i < have.n; i++) {
            if (is_ipv4(&have.list[i])) {
                (void)q->backend->netconf->remove_address(q, &have.list[i], NULL);
            }
        }
        for (int i = 0; i < before->n; i++) {
            (void)add_missing(q, &before->list[i], 1, NULL);
        }
    }
    vnic__addresses_free(&have);
}

void vnic__addresses_restore(struct vnic *q, const struct vnic__addresses *before)
{
    /* One address that cannot be restored must not keep the others from coming back. */
    (void)remove_unwanted(q, before->list, before->n,
                          VNIC__ADDRESSES_REPLACE | VNIC__ADDRESSES_NO_KERNEL, NULL);
    for (int i = 0; i < before->n; i++) {
        (void)add_missing(q, &before->list[i], 1, NULL);
    }
    restore_order(q, before);
}
