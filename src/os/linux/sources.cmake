# SPDX-License-Identifier: Apache-2.0
# The Linux backend. Of the two linux_sys_io files the build takes one (VNIC_SYS_IO).
set(VNIC_LINUX_SOURCES
    linux_signal_wait.c
    linux_sys.c
    linux_sys_io_libc.c
    linux_sys_io_raw.c
)
