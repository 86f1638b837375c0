/* SPDX-License-Identifier: Apache-2.0 */
/* Applying settings to an interface, all or nothing. */
#include "apply.h"

#include <string.h>

#include "address_set.h"
#include "alloc.h"
#include "dns_text.h"

/*
 * What may have been changed, in the order of changing; undone in reverse. A change is noted before it
 * is asked for: when the system's answer gets lost, nobody knows whether it was made.
 */
#define CHANGED_LINK_LOCAL 0x01u
#define CHANGED_TX_QUEUE_LEN 0x02u
#define CHANGED_MAC 0x04u
#define CHANGED_ALIAS 0x08u
#define CHANGED_MTU 0x10u
#define CHANGED_ADDRESSES 0x20u
#define CHANGED_UP 0x40u
#define CHANGED_PERSIST 0x80u
#define CHANGED_OWNER 0x100u
#define CHANGED_GROUP 0x200u
#define CHANGED_METRIC 0x400u
#define CHANGED_DNS 0x800u

struct apply_state {
    struct vnic *q;
    const struct vnic__settings *s;
    const struct vnic__netconf *conf;
    struct vnic_info before;          /* valid if asked_info */
    struct vnic__addresses addresses; /* valid if CHANGED_ADDRESSES */
    struct vnic__dns dns;             /* valid if CHANGED_DNS */
    void *kept[VNIC__KEEP_COUNT];     /* of the backend's keep, or NULL */
    uint32_t link_local;              /* valid if CHANGED_LINK_LOCAL */
    uint32_t changed;
};

/* Whether the system has more of it than is told; 1, 0, or why that is not known. */
static int tells_less(struct vnic *q, int what, struct vnic_error *err)
{
    const struct vnic__netconf *conf = q->backend->netconf;

    return conf->keep == NULL ? 0 : conf->keep(q, what, NULL, err);
}

int vnic__must_set(struct vnic *q, int what, uint32_t wanted, uint32_t now, struct vnic_error *err)
{
    if (wanted == VNIC_UNSET) {
        return 0;
    }
    return wanted != now ? 1 : tells_less(q, what, err);
}

/* Before a change of something that the backend keeps. One that was just made goes as a whole. */
static int keep_before(struct apply_state *a, int what, struct vnic_error *err)
{
    int rc = a->q->iface->created || a->conf->keep == NULL
                 ? 0
                 : a->conf->keep(a->q, what, &a->kept[what], err);

    return rc < 0 ? rc : 0;
}

static int apply_mtu(struct apply_state *a, struct vnic_error *err)
{
    uint32_t mtu = a->s->mtu;
    int rc = vnic__must_set(a->q, VNIC__KEEP_MTU, mtu, a->before.mtu, err);

    if (rc <= 0) {
        return rc;
    }
    /* Addresses that are replaced are checked with the configuration. */
    rc = a->s->has_addresses ? 0 : vnic__addresses_check_mtu(a->q, mtu, err);
    rc = rc < 0 ? rc : keep_before(a, VNIC__KEEP_MTU, err);
    if (rc == 0) {
        a->changed |= CHANGED_MTU;
        rc = a->conf->set_mtu(a->q, mtu, err);
    }
    return rc;
}

static int apply_link_local(struct apply_state *a, struct vnic_error *err)
{
    uint32_t mode = 0;
    int rc;

    if ((a->s->flags & VNIC_NO_LINK_LOCAL) == 0) {
        return 0;
    }
    rc = a->conf->get_link_local(a->q, &mode, err);
    if (rc == VNIC_ENOTSUP || (rc == 0 && mode == 0)) {
        /* Without IPv6 there is no link-local address: the wish is fulfilled. */
        return 0;
    }
    if (rc == 0) {
        a->link_local = mode;
        a->changed |= CHANGED_LINK_LOCAL;
        rc = a->conf->set_link_local(a->q, 0, err);
    }
    return rc;
}

static int apply_link(struct apply_state *a, struct vnic_error *err)
{
    const struct vnic__settings *s = a->s;
    int rc = 0;

    if (s->tx_queue_len != VNIC_UNSET && s->tx_queue_len != a->before.tx_queue_len) {
        a->changed |= CHANGED_TX_QUEUE_LEN;
        rc = a->conf->set_tx_queue_len(a->q, s->tx_queue_len, err);
    }
    if (rc == 0 && s->has_mac && memcmp(s->mac, a->before.mac, 6) != 0) {
        a->changed |= CHANGED_MAC;
        rc = a->conf->set_mac(a->q, s->mac, err);
    }
    if (rc == 0 && s->alias != NULL && strcmp(s->alias, a->before.alias) != 0) {
        a->changed |= CHANGED_ALIAS;
        rc = a->conf->set_alias(a->q, s->alias, err);
    }
    return rc < 0 ? rc : apply_mtu(a, err);
}

/* What undoing needs of the addresses. One that was just made goes as a whole. */
static int remember_addresses(struct apply_state *a, struct vnic_error *err)
{
    int rc;

    if (a->q->iface->created || (a->changed & CHANGED_ADDRESSES) ||
        a->conf->list_addresses == NULL) {
        return 0;
    }
    rc = vnic__addresses_read(a->q, &a->addresses, err);
    if (rc == 0) {
        a->changed |= CHANGED_ADDRESSES;
    }
    return rc;
}

static int apply_addresses(struct apply_state *a, struct vnic_error *err)
{
    uint32_t how = VNIC__ADDRESSES_ADD;
    int rc;

    if (a->s->has_addresses && (a->s->flags & VNIC_KEEP_STATE) == 0) {
        how |= VNIC__ADDRESSES_REPLACE;
    }
    if (a->s->flags & VNIC_NO_LINK_LOCAL) {
        how |= VNIC__ADDRESSES_NO_KERNEL;
    }
    if (!a->s->has_addresses && (how == VNIC__ADDRESSES_ADD || a->q->iface->created)) {
        return 0;
    }
    rc = remember_addresses(a, err);
    if (rc < 0) {
        return rc;
    }
    return vnic__addresses_change(a->q, a->s->prefixes, a->s->n_prefixes, how, err);
}

static int apply_up(struct apply_state *a, struct vnic_error *err)
{
    uint32_t is_up = (a->before.flags & VNIC_IF_UP) != 0;
    int rc;

    if (a->s->up == VNIC_UNSET || a->s->up == is_up) {
        return 0;
    }
    /* An interface that goes down, now or when this is undone, loses its IPv6 addresses. */
    rc = remember_addresses(a, err);
    if (rc == 0) {
        a->changed |= CHANGED_UP;
        rc = a->conf->set_up(a->q, a->s->up, err);
    }
    return rc;
}

static int apply_metric(struct apply_state *a, struct vnic_error *err)
{
    uint32_t metric = a->s->metric;
    int rc = vnic__must_set(a->q, VNIC__KEEP_METRIC, metric, a->before.metric, err);

    if (rc <= 0) {
        return rc;
    }
    rc = keep_before(a, VNIC__KEEP_METRIC, err);
    if (rc == 0) {
        a->changed |= CHANGED_METRIC;
        rc = a->conf->set_metric(a->q, metric, err);
    }
    return rc;
}

static int apply_dns(struct apply_state *a, struct vnic_error *err)
{
    const struct vnic__settings *s = a->s;
    int rc;

    if (!s->has_dns) {
        return 0;
    }
    if (!a->q->iface->created) {
        rc = a->conf->get_dns(a->q, &a->dns, err);
        if (rc == 0 && vnic__dns_same(&a->dns, &s->dns)) {
            rc = tells_less(a->q, VNIC__KEEP_DNS, err);
            if (rc == 0) {
                return 0;
            }
        }
        rc = rc < 0 ? rc : keep_before(a, VNIC__KEEP_DNS, err);
        if (rc < 0) {
            return rc;
        }
        a->changed |= CHANGED_DNS;
    }
    return a->conf->set_dns(a->q, &s->dns, err);
}

/* What decides where packets and questions go, before there are addresses: Windows before 10 version 2004 looks
 * at DNS settings in the registry when an address comes, and not later. */
static int apply_routing(struct apply_state *a, struct vnic_error *err)
{
    int rc = apply_metric(a, err);

    return rc < 0 ? rc : apply_dns(a, err);
}

/* Last, because an owner can be replaced but not cleared. */
static int apply_lasting(struct apply_state *a, struct vnic_error *err)
{
    const struct vnic__settings *s = a->s;
    uint32_t persists = (a->before.flags & VNIC_IF_PERSIST) != 0;
    int rc = 0;

    if (s->persist != VNIC_UNSET && s->persist != persists) {
        a->changed |= CHANGED_PERSIST;
        rc = a->conf->set_persist(a->q, s->persist, err);
    }
    if (rc == 0 && s->owner_uid != VNIC_UNSET && s->owner_uid != a->before.owner_uid) {
        rc = a->conf->set_owner(a->q, s->owner_uid, err);
        a->changed |= rc == 0 ? CHANGED_OWNER : 0;
    }
    if (rc == 0 && s->group_gid != VNIC_UNSET && s->group_gid != a->before.group_gid) {
        rc = a->conf->set_group(a->q, s->group_gid, err);
        a->changed |= rc == 0 ? CHANGED_GROUP : 0;
    }
    return rc;
}

static void undo_persist(struct apply_state *a)
{
    if (a->changed & CHANGED_PERSIST) {
        (void)a->conf->set_persist(a->q, (a->before.flags & VNIC_IF_PERSIST) != 0, NULL);
    }
}

static void undo_lasting(struct apply_state *a)
{
    const struct vnic_info *b = &a->before;

    if ((a->changed & CHANGED_GROUP) && b->group_gid != VNIC_UNSET) {
        (void)a->conf->set_group(a->q, b->group_gid, NULL);
    }
    if ((a->changed & CHANGED_OWNER) && b->owner_uid != VNIC_UNSET) {
        (void)a->conf->set_owner(a->q, b->owner_uid, NULL);
    }
    undo_persist(a);
}

/* 1: the backend had kept it, and puts it back. */
static int undo_kept(struct apply_state *a, int what)
{
    if (a->kept[what] == NULL) {
        return 0;
    }
    (void)a->conf->restore(a->q, what, a->kept[what], NULL);
    return 1;
}

/* In reverse order; a step that fails must not keep the others from being undone. */
static void undo_changes(struct apply_state *a)
{
    const struct vnic_info *b = &a->before;

    undo_lasting(a);
    if (a->changed & CHANGED_UP) {
        (void)a->conf->set_up(a->q, (b->flags & VNIC_IF_UP) != 0, NULL);
    }
    if ((a->changed & CHANGED_MTU) && !undo_kept(a, VNIC__KEEP_MTU)) {
        (void)a->conf->set_mtu(a->q, b->mtu, NULL);
    }
    /* After the MTU: IPv6 addresses do not come back below 1280 bytes. */
    if (a->changed & CHANGED_ADDRESSES) {
        vnic__addresses_restore(a->q, &a->addresses);
    }
    if ((a->changed & CHANGED_DNS) && !undo_kept(a, VNIC__KEEP_DNS)) {
        (void)a->conf->set_dns(a->q, &a->dns, NULL);
    }
    if ((a->changed & CHANGED_METRIC) && !undo_kept(a, VNIC__KEEP_METRIC)) {
        (void)a->conf->set_metric(a->q, b->metric, NULL);
    }
    if (a->changed & CHANGED_ALIAS) {
        (void)a->conf->set_alias(a->q, b->alias, NULL);
    }
    if (a->changed & CHANGED_MAC) {
        (void)a->conf->set_mac(a->q, b->mac, NULL);
    }
    if (a->changed & CHANGED_TX_QUEUE_LEN) {
        (void)a->conf->set_tx_queue_len(a->q, b->tx_queue_len, NULL);
    }
    if (a->changed & CHANGED_LINK_LOCAL) {
        (void)a->conf->set_link_local(a->q, a->link_local, NULL);
    }
}

static int has_wishes(const struct vnic__settings *s)
{
    return s->has_mac || s->has_addresses || s->alias != NULL || s->mtu != VNIC_UNSET ||
           s->up != VNIC_UNSET || s->persist != VNIC_UNSET || s->owner_uid != VNIC_UNSET ||
           s->group_gid != VNIC_UNSET || s->tx_queue_len != VNIC_UNSET || s->metric != VNIC_UNSET ||
           s->has_dns || (s->flags & VNIC_NO_LINK_LOCAL) != 0;
}

static int apply_all(struct apply_state *a, struct vnic_error *err)
{
    /* Link-local twice: an MTU that was below 1280 kept IPv6 away; above, it has come with the kernel's
     * defaults. */
    int (*const steps[])(struct apply_state *a, struct vnic_error *err) = {
        apply_link_local, apply_link, apply_link_local, apply_routing,
        apply_addresses,  apply_up,   apply_lasting,
    };
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < sizeof steps / sizeof steps[0]; i++) {
        rc = steps[i](a, err);
    }
    return rc;
}

int vnic__apply(struct vnic *q, const struct vnic__settings *s, struct vnic_error *err)
{
    struct apply_state a = {.q = q, .s = s, .conf = q->backend->netconf};
    int rc;

    if (a.conf == NULL || !has_wishes(s)) {
        return 0;
    }
    if (s->has_mac && q->layer != VNIC_TAP) {
        return vnic__fail(err, VNIC_ENOTSUP, "configure", "mac",
                          "a TUN interface has no MAC address: leave it out");
    }
    rc = a.conf->get_info(q, &a.before, err);
    if (rc == 0) {
        rc = apply_all(&a, err);
    }
    if (rc < 0 && q->iface->created) {
        /* It goes with its handle, unless it was made to stay. */
        undo_persist(&a);
    } else if (rc < 0) {
        undo_changes(&a);
    }
    for (int i = 0; i < VNIC__KEEP_COUNT; i++) {
        vnic__free(a.kept[i]);
    }
    vnic__addresses_free(&a.addresses);
    return rc;
}
