# SPDX-License-Identifier: Apache-2.0
# The files of the core, the same on every system. One name a line, in alphabetical order.
set(VNIC_CORE_SOURCES
    alloc.c
    capture.c
    capture_block.c
    checksum.c
    checksum_packet.c
    claimed_len.c
    frame.c
    ifname.c
    inet_text.c
    mac.c
    packet_echo.c
    packet_neigh.c
    packet_parse.c
    prefix.c
    prefix_parse.c)
