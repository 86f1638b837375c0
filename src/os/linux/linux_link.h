/* SPDX-License-Identifier: Apache-2.0 */
/* The configuration slots, by file. Each does what backend.h says of it. [lock] */
#ifndef VNIC_OS_LINUX_LINUX_LINK_H
#define VNIC_OS_LINUX_LINUX_LINK_H

#include "linux_where.h"

/* ---- linux_info.c ------------------------------------------------------------------------------- */

/* Fills all of *ret but `size` with what rtnetlink told. */
void vnic__linux_fill_info(const struct linux_nl_link *link, struct vnic_info *ret);

int vnic__linux_get_info(struct vnic *q, struct vnic_info *ret_info, struct vnic_error *err);
int vnic__linux_get_stats(struct vnic *q, struct vnic_stats *ret_stats, struct vnic_error *err);
int vnic__linux_get_name(struct vnic *q, char *ret_name, struct vnic_error *err);

/* ---- linux_link.c ------------------------------------------------------------------------------- */

int vnic__linux_set_up(struct vnic *q, uint32_t up, struct vnic_error *err);
int vnic__linux_set_mtu(struct vnic *q, uint32_t mtu, struct vnic_error *err);
int vnic__linux_set_name(struct vnic *q, const char *name, struct vnic_error *err);
int vnic__linux_set_mac(struct vnic *q, const uint8_t *mac, struct vnic_error *err);
int vnic__linux_set_tx_queue_len(struct vnic *q, uint32_t packets, struct vnic_error *err);
int vnic__linux_set_alias(struct vnic *q, const char *alias, struct vnic_error *err);
int vnic__linux_get_link_local(struct vnic *q, uint32_t *ret_mode, struct vnic_error *err);
int vnic__linux_set_link_local(struct vnic *q, uint32_t mode, struct vnic_error *err);

/*
 * Sets the interface's promote_secondaries, so that removing an IPv4 address does not take its
 * secondary ones along.
 */
int vnic__linux_set_promote(struct vnic *q, struct linux_where *at, uint32_t on,
                            struct linux_nl_result *ret);

/* ---- linux_fdconf.c ----------------------------------------------------------------------------- */

int vnic__linux_set_carrier(struct vnic *q, uint32_t on, struct vnic_error *err);
int vnic__linux_set_persist(struct vnic *q, uint32_t on, struct vnic_error *err);
int vnic__linux_set_owner(struct vnic *q, uint32_t uid, struct vnic_error *err);
int vnic__linux_set_group(struct vnic *q, uint32_t gid, struct vnic_error *err);

/* ---- linux_addr.c ------------------------------------------------------------------------------- */

int vnic__linux_add_address(struct vnic *q, const struct vnic_prefix *p, struct vnic_error *err);
int vnic__linux_remove_address(struct vnic *q, const struct vnic_prefix *p, struct vnic_error *err);
int vnic__linux_list_addresses(struct vnic *q, struct vnic_prefix *ret, int cap,
                               struct vnic_error *err);

#endif
