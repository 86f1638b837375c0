/* SPDX-License-Identifier: Apache-2.0 */
/* What a handle needs for offload, and the fields of a packet from and to its link header. */
#include "offload.h"

#include <string.h>

#include "alloc.h"
#include "pool.h"

static int has_vnet_header(const struct vnic *q)
{
    return q->frame.kind == VNIC__LINK_VNET || q->frame.kind == VNIC__LINK_PI_VNET;
}

int vnic__offload_begin(struct vnic *q, struct vnic_error *err)
{
    struct vnic__offload *off;

    if (q->iface->offload == VNIC_OFFLOAD_NONE) {
        return 0;
    }
    if (!has_vnet_header(q)) {
        return vnic__fail(err, VNIC_ENOTSUP, "open", "offload",
                          "the descriptor carries no virtio-net headers, which offload needs: make "
                          "it with IFF_VNET_HDR, or leave offload out");
    }
    off = vnic__alloc(sizeof *off);
    if (off == NULL) {
        return vnic__fail_memory(err, "open");
    }
    off->buffer = -1;
    off->side = -1;
    q->offload = off;
    if (q->iface->offload == VNIC_OFFLOAD_SPLIT) {
        off->own = vnic__alloc(VNIC__BUFFER_LEN);
        if (off->own == NULL || vnic__offload_ready_merge(q) < 0) {
            return vnic__fail_memory(err, "open");
        }
    }
    return 0;
}

void vnic__offload_end(struct vnic *q)
{
    struct vnic__offload *off = q->offload;

    if (off == NULL) {
        return;
    }
    vnic_merge_destroy(off->merge);
    vnic__free(off->own);
    if (atomic_load(&off->has_signal)) {
        vnic__signal_destroy(&off->signal);
    }
    vnic__free(off);
    q->offload = NULL;
}

void vnic__offload_fields(const struct vnic__frame_meta *meta, struct vnic_packet *ret)
{
    ret->gso_type = meta->gso_type;
    ret->gso_size = meta->gso_size;
    ret->hdr_len = meta->hdr_len;
    ret->csum_start = 0;
    ret->csum_offset = 0;
    ret->csum = VNIC_CSUM_UNKNOWN;
    if (meta->vnet_flags & VNIC__VNET_NEEDS_CSUM) {
        ret->csum = VNIC_CSUM_PARTIAL;
        ret->csum_start = meta->csum_start;
        ret->csum_offset = meta->csum_offset;
    } else if (meta->vnet_flags & VNIC__VNET_DATA_VALID) {
        ret->csum = VNIC_CSUM_VALID;
    }
    ret->hash = meta->hash;
    ret->outer_th = meta->outer_th_offset;
    ret->inner_nh = meta->inner_nh_offset;
    ret->vlan_tci = 0;
}

/* A checksum that is known to be right needs no word to Linux, which looks at NEEDS_CSUM alone (Linux
 * include/linux/virtio_net.h virtio_net_hdr_to_skb()). */
void vnic__offload_meta(const struct vnic_packet *packet, struct vnic__frame_meta *ret)
{
    memset(ret, 0, sizeof *ret);
    ret->gso_type = packet->gso_type;
    ret->gso_size = packet->gso_size;
    ret->hdr_len = packet->hdr_len;
    if (packet->csum == VNIC_CSUM_PARTIAL) {
        ret->vnet_flags = VNIC__VNET_NEEDS_CSUM;
        ret->csum_start = packet->csum_start;
        ret->csum_offset = packet->csum_offset;
    }
    ret->outer_th_offset = packet->outer_th;
    ret->inner_nh_offset = packet->inner_nh;
}

void vnic__offload_copy_fields(const struct vnic_packet *from, struct vnic_packet *to)
{
    to->gso_type = from->gso_type;
    to->gso_size = from->gso_size;
    to->hdr_len = from->hdr_len;
    to->csum = from->csum;
    to->csum_start = from->csum_start;
    to->csum_offset = from->csum_offset;
    to->hash = from->hash;
    to->outer_th = from->outer_th;
    to->inner_nh = from->inner_nh;
    to->vlan_tci = from->vlan_tci;
}

static uint64_t counted(const _Atomic uint64_t *counter)
{
    return atomic_load_explicit(counter, memory_order_relaxed);
}

void vnic__offload_stats(const struct vnic *q, struct vnic_stats *stats)
{
    const struct vnic__offload *off = q->offload;

    if (off == NULL) {
        return;
    }
    stats->queue_rx_super = counted(&off->rx_super);
    stats->queue_rx_bad = counted(&off->rx_bad);
    stats->queue_tx_super = counted(&off->tx_super);
    stats->queue_tx_merged = counted(&off->tx_merged);
    stats->queue_tx_split = counted(&off->tx_split);
    stats->queue_tx_refused = counted(&off->tx_refused);
}

void vnic__offload_info(const struct vnic *q, struct vnic_info *info)
{
    info->offload = q->iface->offload;
    if (q->offload != NULL) {
        info->features = atomic_load(&q->iface->features);
        info->refused = atomic_load(&q->iface->refused);
    }
}
