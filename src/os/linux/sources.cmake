# SPDX-License-Identifier: Apache-2.0
# The Linux backend. Of the two linux_sys_io files the build takes one (VNIC_SYS_IO).
set(VNIC_LINUX_SOURCES
    linux_adopt.c
    linux_backend.c
    linux_backends.c
    linux_error.c
    linux_io.c
    linux_mtu.c
    linux_netlink.c
    linux_netns.c
    linux_nlerror.c
    linux_nlparse.c
    linux_node.c
    linux_open.c
    linux_queue.c
    linux_signal.c
    linux_signal_wait.c
    linux_state.c
    linux_sys.c
    linux_sys_io_libc.c
    linux_sys_io_raw.c
    linux_wait.c
    linux_where.c
)
