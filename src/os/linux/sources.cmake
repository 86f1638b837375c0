# SPDX-License-Identifier: Apache-2.0
# The Linux backend. Of the two linux_sys_io files the build takes one (VNIC_SYS_IO).
set(VNIC_LINUX_SOURCES
    linux_addr.c
    linux_fdconf.c
    linux_info.c
    linux_link.c
    linux_list.c
    linux_netconf.c
)
