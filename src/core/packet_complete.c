/* SPDX-License-Identifier: Apache-2.0 */
#include "vnic/packet.h"

int vnic_packet_complete(struct vnic_packet *packet)
{
    int rc;

    if (packet == NULL || packet->data == NULL || packet->gso_type != VNIC_GSO_NONE) {
        return VNIC_EINVAL;
    }
    if (packet->csum != VNIC_CSUM_PARTIAL) {
        return VNIC_OK;
    }
    rc = vnic_checksum_complete(packet->data, packet->len, packet->csum_start, packet->csum_offset);
    if (rc != VNIC_OK) {
        /* There the length is the caller's; here it is one of the packet's own numbers. */
        return VNIC_EINVAL;
    }
    packet->csum = VNIC_CSUM_VALID;
    return VNIC_OK;
}
