/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * Checksums of a packet that has been parsed, for the files that answer packets.
 */
#ifndef VNIC_CORE_CHECKSUM_PACKET_H
#define VNIC_CORE_CHECKSUM_PACKET_H

#include <stdint.h>

#include "vnic/packet.h"

/** VNIC_SUM_… of a packet that vnic_parse() found good. */
int vnic__checksum_check(const uint8_t *data, const struct vnic_parsed *parsed);

/** Store all checksums of a packet that vnic_parse() found good. */
void vnic__checksum_store(uint8_t *data, const struct vnic_parsed *parsed);

#endif
