/* SPDX-License-Identifier: Apache-2.0 */
/* DNS settings as text, the form of vnic_set_dns(). */
#ifndef VNIC_CORE_DNS_TEXT_H
#define VNIC_CORE_DNS_TEXT_H

#include "backend.h"

/* Reads "1.1.1.1 fd00::53 search corp.example". *ret is undefined on failure: VNIC_EINVAL, VNIC_EADDR,
 * VNIC_EEXIST. */
int vnic__dns_parse(const char *text, struct vnic__dns *ret, struct vnic_error *err);

/* Whether both say the same: servers and domains in the same order, letters in any case. */
int vnic__dns_same(const struct vnic__dns *a, const struct vnic__dns *b);

#endif
