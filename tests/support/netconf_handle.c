/* SPDX-License-Identifier: Apache-2.0 */
#include "support/netconf_handle.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/device.h"
#include "core/inet_text.h"
#include "os/windows/win_netconf.h"
#include "os/windows/win_text.h"

/* Everything that the calls of configuration look at. */
struct netconf_all {
    struct vnic q; /* first: the handle is this */
    struct vnic__iface iface;
    struct win_iface win;
    struct netconf_link link;
};

static int handle_set_up(struct vnic *q, uint32_t up, struct vnic_error *err)
{
    struct netconf_all *all = (struct netconf_all *)q;
    int rc = all->link.set_up != NULL ? all->link.set_up(all->link.user, up) : 0;

    if (rc < 0) {
        return vnic__fail(err, rc, "set_up", "up", "the link of the test says no");
    }
    atomic_store(&all->win.up, up);
    return 0;
}

static void handle_add_info(struct vnic *q, struct vnic_info *info)
{
    (void)q;
    (void)snprintf(info->driver_version, sizeof info->driver_version, "9.9");
}

static const struct win_link handle_link = {.set_up = handle_set_up, .add_info = handle_add_info};

static const struct vnic__backend handle_backend = {
    .name = "wintun",
    .options = VNIC__OPT_METRIC | VNIC__OPT_DNS,
    .check_name = vnic__win_name_check,
    .name_rule = "as on Windows",
    .netconf = &vnic__win_netconf,
};

vnic *netconf_new(uint64_t luid, const void *guid, uint32_t layer, uint32_t created,
                  const struct netconf_link *link)
{
    struct netconf_all *all = calloc(1, sizeof *all);

    if (all == NULL) {
        abort();
    }
    all->q.backend = all->iface.backend = &handle_backend;
    all->q.iface = &all->iface;
    all->q.layer = all->iface.layer = layer;
    all->iface.priv = &all->win;
    all->iface.created = created;
    all->win.luid = luid;
    memcpy(&all->win.guid, guid, sizeof all->win.guid);
    all->win.link = &handle_link;
    if (link != NULL) {
        all->link = *link;
    }
    vnic__mutex_init(&all->iface.lock);
    return &all->q;
}

void netconf_free(vnic *dev)
{
    vnic__mutex_destroy(&dev->iface->lock);
    free(dev);
}

int netconf_wait(vnic *dev, struct vnic_error *ret_err)
{
    return vnic__win_wait_interface(dev, ret_err);
}

int netconf_get_link_local(vnic *dev, uint32_t *ret_mode, struct vnic_error *ret_err)
{
    return vnic__win_netconf.get_link_local(dev, ret_mode, ret_err);
}

int netconf_set_link_local(vnic *dev, uint32_t mode, struct vnic_error *ret_err)
{
    return vnic__win_netconf.set_link_local(dev, mode, ret_err);
}

int netconf_get_dns(vnic *dev, char *ret_text, size_t cap, struct vnic_error *ret_err)
{
    struct vnic__dns dns;
    size_t used = 0;
    int rc = vnic__win_netconf.get_dns(dev, &dns, ret_err);

    ret_text[0] = '\0';
    for (int i = 0; rc == 0 && i < dns.n_servers; i++) {
        char text[VNIC__INET_TEXT_MAX + 1];
        const struct vnic__dns_server *s = &dns.servers[i];
        size_t len = s->family == VNIC_IPV4 ? vnic__ipv4_format(s->addr, text)
                                            : vnic__ipv6_format(s->addr, text);

        used += (size_t)snprintf(ret_text + used, cap - used, "%s%.*s", i > 0 ? " " : "", (int)len,
                                 text);
    }
    if (rc == 0 && dns.search[0] != '\0') {
        (void)snprintf(ret_text + used, cap - used, "%ssearch %s", used > 0 ? " " : "", dns.search);
    }
    return rc;
}

int netconf_list(uint32_t layer, int (*fn)(void *user, const struct vnic_info *info), void *user,
                 struct vnic_error *ret_err)
{
    return layer == VNIC_TUN ? vnic__win_list_wintun(fn, user, ret_err)
                             : vnic__win_list_tap(fn, user, ret_err);
}
