/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A handle that has nothing but Windows' configuration: the public calls about an interface work on it,
 * those about packets do not. So configuration is tested without any driver.
 */
#ifndef VNIC_TESTS_NETCONF_HANDLE_H
#define VNIC_TESTS_NETCONF_HANDLE_H

#include "vnic/vnic.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What stands for the backend: how it brings the flow of packets up or down. */
struct netconf_link {
    int (*set_up)(void *user, uint32_t up); /* 0 or a code; NULL: nothing to do */
    void *user;
};

/* created: 1 when the interface counts as made by the handle. Ended with netconf_free(). */
vnic *netconf_new(uint64_t luid, const void *guid, uint32_t layer, uint32_t created,
                  const struct netconf_link *link);
void netconf_free(vnic *dev);

/* Slots and functions that have no public call of their own. */
int netconf_wait(vnic *dev, struct vnic_error *ret_err);
int netconf_get_link_local(vnic *dev, uint32_t *ret_mode, struct vnic_error *ret_err);
int netconf_set_link_local(vnic *dev, uint32_t mode, struct vnic_error *ret_err);
/* "1.1.1.1 fd00::53 search a.example,b.example", in the order in which the system has it. */
int netconf_get_dns(vnic *dev, char *ret_text, size_t cap, struct vnic_error *ret_err);
int netconf_list(uint32_t layer, int (*fn)(void *user, const struct vnic_info *info), void *user,
                 struct vnic_error *ret_err);

#ifdef __cplusplus
}
#endif

#endif
