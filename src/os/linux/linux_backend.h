/* SPDX-License-Identifier: Apache-2.0 */
/* The table of the Linux backend. */
#ifndef VNIC_OS_LINUX_LINUX_BACKEND_H
#define VNIC_OS_LINUX_LINUX_BACKEND_H

#include "core/backend.h"
#include "linux_tun.h"

/* The table of the plain engine: a system call for each packet. */
extern const struct vnic__backend vnic__linux_backend;

void vnic__linux_close(struct vnic *q, int keep);
intptr_t vnic__linux_native_handle(struct vnic *q);

/* What does not depend on the engine; the tables differ in the slots for packets. */
#define LINUX_SHARED_SLOTS                                                                         \
    .name = "linux",                                                                               \
    .options = VNIC__OPT_NAME | VNIC__OPT_ADDRESSES | VNIC__OPT_MAC | VNIC__OPT_ALIAS |            \
               VNIC__OPT_NETNS | VNIC__OPT_MTU | VNIC__OPT_UP | VNIC__OPT_PERSIST |                \
               VNIC__OPT_OWNER | VNIC__OPT_GROUP | VNIC__OPT_TX_QUEUE_LEN | VNIC__OPT_IF_INDEX |   \
               VNIC__OPT_SNDBUF | VNIC__OPT_TAP | VNIC__OPT_MULTI_QUEUE | VNIC__OPT_EXCLUSIVE |    \
               VNIC__OPT_NO_LINK_LOCAL | VNIC__OPT_KEEP_HEADER | VNIC__OPT_BORROW |                \
               VNIC__OPT_VNET_HDR | VNIC__OPT_NO_CARRIER | VNIC__OPT_TUN | VNIC__OPT_ENGINE |      \
               VNIC__OPT_OFFLOAD,                                                                  \
    .queue_size = sizeof(struct linux_queue), .iface_size = sizeof(struct linux_iface),            \
    .open = vnic__linux_open, .open_queue = vnic__linux_open_queue, .adopt = vnic__linux_adopt,    \
    .close = vnic__linux_close, .refresh_need = vnic__linux_refresh_need,                          \
    .native_handle = vnic__linux_native_handle, .attach = vnic__linux_attach,                      \
    .list = vnic__linux_list, .netconf = &vnic__linux_netconf

#endif
