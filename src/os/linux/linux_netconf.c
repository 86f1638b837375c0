/* SPDX-License-Identifier: Apache-2.0 */
/* The table of the configuration slots. */
#include "linux_link.h"

const struct vnic__netconf vnic__linux_netconf = {
    .get_info = vnic__linux_get_info,
    .get_stats = vnic__linux_get_stats,
    .get_name = vnic__linux_get_name,
    .set_up = vnic__linux_set_up,
    .set_mtu = vnic__linux_set_mtu,
    .set_name = vnic__linux_set_name,
    .set_mac = vnic__linux_set_mac,
    .set_tx_queue_len = vnic__linux_set_tx_queue_len,
    .set_alias = vnic__linux_set_alias,
    .set_carrier = vnic__linux_set_carrier,
    .set_persist = vnic__linux_set_persist,
    .set_owner = vnic__linux_set_owner,
    .set_group = vnic__linux_set_group,
    .get_link_local = vnic__linux_get_link_local,
    .set_link_local = vnic__linux_set_link_local,
    .add_address = vnic__linux_add_address,
    .remove_address = vnic__linux_remove_address,
    .list_addresses = vnic__linux_list_addresses,
};
