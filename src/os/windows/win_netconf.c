/* SPDX-License-Identifier: Apache-2.0 */
/* The table of the configuration slots, and waiting until there is something to configure. */
#include "win_netconf.h"

#include "core/fail.h"
#include "core/os.h"
#include "win_sys_module.h"

/* ---- What the backend has to know, or alone can do ---------------------------------------------- */

static int win_set_mtu_prepared(struct vnic *q, uint32_t mtu, struct vnic_error *err)
{
    const struct win_link *link = win_iface_of(q)->link;
    int rc = link->prepare_mtu != NULL ? link->prepare_mtu(q, mtu, err) : 0;

    rc = rc < 0 ? rc : vnic__win_set_mtu(q, mtu, err);
    if (rc < 0 && link->unprepare_mtu != NULL) {
        link->unprepare_mtu(q);
    }
    return rc;
}

static int win_tell_address(struct vnic *q, const struct vnic_prefix *p, uint32_t added, int rc,
                            struct vnic_error *err)
{
    const struct win_link *link = win_iface_of(q)->link;

    return rc < 0 || link->address_changed == NULL ? rc : link->address_changed(q, p, added, err);
}

static int win_add_address_told(struct vnic *q, const struct vnic_prefix *p, struct vnic_error *err)
{
    return win_tell_address(q, p, 1, vnic__win_add_address(q, p, err), err);
}

static int win_remove_address_told(struct vnic *q, const struct vnic_prefix *p,
                                   struct vnic_error *err)
{
    return win_tell_address(q, p, 0, vnic__win_remove_address(q, p, err), err);
}

static int win_get_all_stats(struct vnic *q, struct vnic_stats *ret_stats, struct vnic_error *err)
{
    const struct win_link *link = win_iface_of(q)->link;
    int rc = vnic__win_get_stats(q, ret_stats, err);

    if (rc == 0 && link->add_stats != NULL) {
        link->add_stats(q, ret_stats);
    }
    return rc;
}

static int win_set_persist(struct vnic *q, uint32_t on, struct vnic_error *err)
{
    const struct win_link *link = win_iface_of(q)->link;

    return link->set_persist != NULL
               ? link->set_persist(q, on, err)
               : vnic__fail_unsupported(err, "vnic_set_persist", "persist", q->backend->name);
}

const struct vnic__netconf vnic__win_netconf = {
    .get_info = vnic__win_get_info,
    .get_stats = win_get_all_stats,
    .get_name = vnic__win_get_name,
    .set_up = vnic__win_set_up,
    .set_mtu = win_set_mtu_prepared,
    .set_name = vnic__win_set_name,
    .set_mac = vnic__win_set_mac,
    .set_persist = win_set_persist,
    .set_metric = vnic__win_set_metric,
    .set_dns = vnic__win_set_dns,
    .get_dns = vnic__win_get_dns,
    .keep = vnic__win_save,
    .restore = vnic__win_restore_saved,
    .get_link_local = vnic__win_get_link_local,
    .set_link_local = vnic__win_set_link_local,
    .add_address = win_add_address_told,
    .remove_address = win_remove_address_told,
    .list_addresses = vnic__win_list_addresses,
};

/* ---- Waiting ------------------------------------------------------------------------------------ */

/* An adapter whose device was just made is in the IP stack within a second or two; under load and on the
 * first start of a driver it has been seen to take longer. */
#define WIN_INTERFACE_TIMEOUT_MS 15000u

/* IPv6 comes a moment after IPv4, or never when it is disabled. */
#define WIN_SECOND_FAMILY_TIMEOUT_MS 1000u

#define WIN_LOOK_EVERY_MS 10u
#define WIN_NS_PER_MS_OF_WAIT 1000000

static DWORD win_look_for_family(const NET_LUID *luid, ADDRESS_FAMILY family)
{
    MIB_IPINTERFACE_ROW row;
    DWORD os_code = ERROR_NOT_FOUND;

    if (family == AF_UNSPEC || family == AF_INET) {
        os_code = vnic__win_ip_row(luid, AF_INET, &row);
    }
    if ((family == AF_UNSPEC && vnic__win_is_absent(os_code)) || family == AF_INET6) {
        os_code = vnic__win_ip_row(luid, AF_INET6, &row);
    }
    return os_code;
}

/*
 * By looking again and again: NotifyIpInterfaceChange() would call from a thread of the system's, and it
 * takes ten such looks until a person notices.
 */
DWORD vnic__win_wait_family(const NET_LUID *luid, ADDRESS_FAMILY family, uint32_t timeout_ms)
{
    int64_t deadline = vnic__now_ns() + (int64_t)timeout_ms * WIN_NS_PER_MS_OF_WAIT;
    DWORD os_code = win_look_for_family(luid, family);

    /* ERROR_FILE_NOT_FOUND: there is not even the interface; ERROR_NOT_FOUND: it lacks the family. */
    while ((os_code == ERROR_NOT_FOUND || os_code == ERROR_FILE_NOT_FOUND) &&
           vnic__now_ns() < deadline) {
        vnic__sys_sleep_ms(WIN_LOOK_EVERY_MS);
        os_code = win_look_for_family(luid, family);
    }
    return os_code;
}

int vnic__win_wait_interface(struct vnic *q, struct vnic_error *err)
{
    NET_LUID luid = win_luid_of(q);
    DWORD os_code = vnic__win_wait_family(&luid, AF_UNSPEC, WIN_INTERFACE_TIMEOUT_MS);

    if (os_code == ERROR_PROC_NOT_FOUND) {
        return 0; /* Nothing here can be configured that way, so there is nothing to wait for. */
    }
    if (os_code != NO_ERROR) {
        return vnic__win_net_fail(q, err, WIN_NET_WAIT, os_code, NULL);
    }
    (void)vnic__win_wait_family(&luid, AF_INET, WIN_SECOND_FAMILY_TIMEOUT_MS);
    (void)vnic__win_wait_family(&luid, AF_INET6, WIN_SECOND_FAMILY_TIMEOUT_MS);
    return 0;
}
