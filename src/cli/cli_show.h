/* SPDX-License-Identifier: Apache-2.0 */
/* What `list` and `info` have in common. */
#ifndef VNIC_CLI_SHOW_H
#define VNIC_CLI_SHOW_H

#include "vnic/vnic.h"

struct json_object;

/* "up", "up, no carrier" or "down". */
const char *cli_show_state(const struct vnic_info *info);

/* "persistent multi-queue", "-" if there is nothing to say. Returns buf. */
const char *cli_show_flags(const struct vnic_info *info, char *buf, size_t cap);

/* "4"; "single" where the system does not count, as Linux with an interface that can have only one.
 * Returns buf. */
const char *cli_show_queues(const struct vnic_info *info, char *buf, size_t cap);

/* "root", "group kvm", "root and group kvm", "-". Returns buf. */
const char *cli_show_owner(const struct vnic_info *info, char *buf, size_t cap);

/* The members of an interface that both commands print. */
struct json_object *cli_show_json(const struct vnic_info *info);

#endif
