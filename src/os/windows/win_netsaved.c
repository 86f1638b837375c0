/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What get_info and get_dns cannot tell: core has one MTU and one metric for an interface, Windows one for each
 * of its families, and DNS settings as text that anybody may have written.
 */
#include <string.h>

#include "core/alloc.h"
#include "core/fail.h"
#include "win_netdns.h"

/* One setting of both families. */
struct win_saved_number {
    int present[2];
    uint32_t value[2]; /* metric: 0 is automatic */
};

static const ADDRESS_FAMILY win_saved_families[2] = {AF_INET, AF_INET6};

static uint32_t win_number_of(const MIB_IPINTERFACE_ROW *row, int what)
{
    if (what == VNIC__KEEP_MTU) {
        return row->NlMtu;
    }
    return row->UseAutomaticMetric ? 0 : row->Metric;
}

static DWORD win_read_number(const NET_LUID *luid, int what, struct win_saved_number *ret)
{
    MIB_IPINTERFACE_ROW row;

    memset(ret, 0, sizeof *ret);
    for (int i = 0; i < 2; i++) {
        DWORD os_code = vnic__win_ip_row(luid, win_saved_families[i], &row);

        ret->present[i] = os_code == NO_ERROR;
        if (os_code == NO_ERROR) {
            ret->value[i] = win_number_of(&row, what);
        } else if (!vnic__win_is_absent(os_code) && os_code != ERROR_PROC_NOT_FOUND) {
            return os_code;
        }
    }
    return NO_ERROR;
}

/* IPv6 does not go below 1280 bytes: that is no other MTU than a smaller one of IPv4. */
static int win_differs(const struct win_saved_number *n, int what)
{
    if (!n->present[0] || !n->present[1] || n->value[0] == n->value[1]) {
        return 0;
    }
    return what != VNIC__KEEP_MTU || n->value[1] != WIN_IPV6_MIN_MTU ||
           n->value[0] > WIN_IPV6_MIN_MTU;
}

static int win_save_number(struct vnic *q, int what, void **ret_kept, struct vnic_error *err)
{
    NET_LUID luid = win_luid_of(q);
    struct win_saved_number now;
    DWORD os_code = win_read_number(&luid, what, &now);

    if (os_code != NO_ERROR) {
        return vnic__win_net_fail(q, err, WIN_NET_LOOK_FAMILY, os_code, NULL);
    }
    if (ret_kept != NULL) {
        *ret_kept = vnic__alloc(sizeof now);
        if (*ret_kept == NULL) {
            return vnic__fail_memory(err, "configure");
        }
        memcpy(*ret_kept, &now, sizeof now);
    }
    return win_differs(&now, what);
}

static void win_put_number(MIB_IPINTERFACE_ROW *row, int what, uint32_t value)
{
    if (what == VNIC__KEEP_MTU) {
        row->NlMtu = value;
    } else {
        row->UseAutomaticMetric = value == 0;
        row->Metric = value;
    }
}

/* Each family as far as it goes. */
static int win_restore_number(struct vnic *q, int what, const struct win_saved_number *kept,
                              struct vnic_error *err)
{
    NET_LUID luid = win_luid_of(q);
    MIB_IPINTERFACE_ROW row;
    int rc = 0;

    for (int i = 0; i < 2; i++) {
        DWORD os_code;

        if (!kept->present[i]) {
            continue;
        }
        os_code = vnic__win_ip_row(&luid, win_saved_families[i], &row);
        if (os_code == NO_ERROR && win_number_of(&row, what) != kept->value[i]) {
            win_put_number(&row, what, kept->value[i]);
            os_code = vnic__win_ip_set(&row);
        }
        if (os_code != NO_ERROR) {
            rc = vnic__win_net_fail(q, err,
                                    what == VNIC__KEEP_MTU ? WIN_NET_SET_MTU : WIN_NET_SET_METRIC,
                                    os_code, NULL);
        }
    }
    return rc;
}

int vnic__win_save(struct vnic *q, int what, void **ret_kept, struct vnic_error *err)
{
    return what == VNIC__KEEP_DNS ? vnic__win_keep_dns(q, ret_kept, err)
                                  : win_save_number(q, what, ret_kept, err);
}

int vnic__win_restore_saved(struct vnic *q, int what, const void *kept, struct vnic_error *err)
{
    return what == VNIC__KEEP_DNS ? vnic__win_restore_dns(q, kept, err)
                                  : win_restore_number(q, what, kept, err);
}
