/* SPDX-License-Identifier: Apache-2.0 */
/* What an error of rtnetlink means for the operation that met it, as a code and a sentence. */
#ifndef VNIC_OS_LINUX_LINUX_NLERROR_H
#define VNIC_OS_LINUX_LINUX_NLERROR_H

#include "linux_netlink.h"

/* The operations, each with its own reading of the same errno. */
enum linux_nl_op {
    NL_OP_GET_LINK,
    NL_OP_LIST_LINKS,
    NL_OP_LIST_ADDRESSES,
    NL_OP_SET_UP,
    NL_OP_SET_MTU,
    NL_OP_SET_NAME,
    NL_OP_SET_MAC,
    NL_OP_SET_TX_QUEUE_LEN,
    NL_OP_SET_ALIAS,
    NL_OP_SET_LINK_LOCAL,
    NL_OP_SET_PROMOTE,
    NL_OP_ADD_ADDRESS,
    NL_OP_REMOVE_ADDRESS
};

/*
 * Fills err and returns the code. `name` is the interface, `value` what was to be set (NULL: none).
 * The kernel's own sentence, if there is one, is quoted.
 */
int vnic__nl_fail(struct vnic_error *err, enum linux_nl_op op, const char *name, const char *value,
                  const struct linux_nl_result *result);

/* The same for a system call that failed with this errno before there was a request. */
int vnic__nl_fail_errno(struct vnic_error *err, enum linux_nl_op op, const char *name, int error);

#endif
