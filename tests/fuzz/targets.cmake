# SPDX-License-Identifier: Apache-2.0
# The fuzz targets: vnic_add_fuzz(<name> <source>…), paths relative to this directory. Each has a
# folder corpus/<name>, whose files are replayed as an ordinary test in every build.
vnic_add_fuzz(prefix fuzz_prefix.c)
vnic_add_fuzz(prefix_list fuzz_prefix_list.c)
vnic_add_fuzz(names fuzz_names.c)
vnic_add_fuzz(frame fuzz_frame.c)
vnic_add_fuzz(packet fuzz_packet.c)
vnic_add_fuzz(split fuzz_split.c)
vnic_add_fuzz(split_forms fuzz_split_forms.c)
vnic_add_fuzz(merge fuzz_merge.c)
# Netlink exists on Linux only; the other targets are core and build everywhere.
if(CMAKE_SYSTEM_NAME STREQUAL "Linux")
    vnic_add_fuzz(netlink fuzz_netlink.c)
endif()
