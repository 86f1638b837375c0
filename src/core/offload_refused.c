/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a system refuses. Kernels have rejected super-packets that were right (Linux stable 6.6.44 and
 * its sisters of July 2024), so a refusal is answered by sending the same packet in parts. Only if that
 * works, which shows that our own checks of the packet passed and that the interface takes packets, is
 * the feature blamed, and not used any more.
 */
#include <string.h>

#include "io.h"
#include "io_wait.h"
#include "offload.h"

int vnic__offload_is_refusal(int code)
{
    return code == VNIC_EINVAL || code == VNIC_EMSGSIZE || code == VNIC_ENOTSUP;
}

uint32_t vnic__offload_feature(const struct vnic_packet *p)
{
    switch (p->gso_type) {
    case VNIC_GSO_NONE:
        return p->csum == VNIC_CSUM_PARTIAL ? VNIC_F_CSUM : 0;
    case VNIC_GSO_TCPV4:
        return VNIC_F_TSO4;
    case VNIC_GSO_TCPV6:
        return VNIC_F_TSO6;
    case VNIC_GSO_TCPV4 | VNIC_GSO_ECN:
    case VNIC_GSO_TCPV6 | VNIC_GSO_ECN:
        return VNIC_F_TSO_ECN;
    case VNIC_GSO_UDP_L4:
        /* One type for both families; the system takes both or none. */
        return VNIC_F_USO4 | VNIC_F_USO6;
    default:
        return 0;
    }
}

#define UDP_HEADER 8u
#define ETHERNET_HEADER 14u

/*
 * Packets that are right, or at least can be sent in parts, and that Linux takes from nobody, so that
 * refusing them says nothing about it: the size which means something else (GSO_BY_FRAGS), a complete
 * checksum (which it only allows for TCP, and not with a VLAN tag), too many datagrams
 * (include/linux/virtio_net.h virtio_net_hdr_to_skb()), and a partial checksum within the Ethernet header
 * (drivers/net/tun.c tun_get_user() takes its end for that of the headers).
 */
static int is_taken_by_none(const struct vnic *q, const struct vnic_packet *p)
{
    uint32_t start = p->csum_start;

    if (q->layer == VNIC_TAP && p->csum == VNIC_CSUM_PARTIAL &&
        start + p->csum_offset + 2 < ETHERNET_HEADER) {
        return 1;
    }
    if (p->gso_type == VNIC_GSO_NONE) {
        return 0;
    }
    if (p->csum != VNIC_CSUM_PARTIAL || p->gso_size == UINT16_MAX) {
        return 1;
    }
    return p->gso_type == VNIC_GSO_UDP_L4 &&
           p->len > start + UDP_HEADER + (uint32_t)p->gso_size * q->iface->udp_segments;
}

int vnic__offload_needs_parts(const struct vnic *q, const struct vnic_packet *p, uint32_t feature)
{
    uint32_t features = atomic_load_explicit(&q->iface->features, memory_order_relaxed);

    return (features & feature) != feature || is_taken_by_none(q, p);
}

static const char *feature_name(uint32_t feature)
{
    switch (feature) {
    case VNIC_F_CSUM:
        return "partial checksums";
    case VNIC_F_TSO4:
        return "TCP segmentation over IPv4";
    case VNIC_F_TSO6:
        return "TCP segmentation over IPv6";
    case VNIC_F_TSO_ECN:
        return "TCP segmentation with ECN";
    default:
        return "UDP segmentation";
    }
}

void vnic__offload_blame(struct vnic *q, uint32_t feature)
{
    uint32_t before = atomic_fetch_and(&q->iface->features, ~feature);

    if ((before & feature) != 0) {
        (void)atomic_fetch_or(&q->iface->refused, feature);
        vnic__log(q->iface, VNIC_LOG_WARNING,
                  "the system refuses %s that it offered: packets are sent one by one from now on",
                  feature_name(feature));
    }
}

/* A part that an interrupt must not keep from going where the ones before it went, if there is room. */
static int send_interrupted(struct vnic *q, const struct vnic_packet *segment,
                            const struct vnic_iovec *iov, int n)
{
    int rc;

    vnic__offload_meta(segment, &q->offload->meta);
    rc = vnic__offload_write(q, iov, n);
    memset(&q->offload->meta, 0, sizeof q->offload->meta);
    if (rc > 0) {
        vnic__count_packet(&q->tx, rc);
    }
    return rc;
}

/*
 * One part. The first one may find no room within the deadline; the others wait for it, because nobody
 * could say later which of them are missing.
 */
static int send_part(struct vnic *q, const struct vnic_packet *segment,
                     const struct vnic_iovec *iov, int is_first, int64_t deadline)
{
    int n = iov[1].len > 0 ? 2 : 1;
    int rc =
        vnic__offload_send_fields(q, segment, iov, n, is_first ? deadline : VNIC__DEADLINE_NEVER);

    return rc == VNIC_EINTERRUPTED && !is_first ? send_interrupted(q, segment, iov, n) : rc;
}

int vnic__offload_send_parts(struct vnic *q, const struct vnic_packet *p, int64_t deadline)
{
    struct vnic_packet segment = {0};
    struct vnic_iovec iov[2];
    struct vnic_split split;
    uint8_t hdr[VNIC_SPLIT_HDR_MAX];
    struct vnic__frame_meta meta;
    int total, rc;

    /* What a guest says wrongly is refused, also where splitting would not need it. */
    vnic__offload_meta(p, &meta);
    rc = vnic__frame_check(&meta, p->len);
    if (rc < 0) {
        return rc;
    }
    total = vnic_split_begin(&split, p, q->layer, 0);
    rc = total;
    for (int i = 0; rc > 0 && vnic_split_gather(&split, &segment, hdr, iov) == 1; i++) {
        rc = send_part(q, &segment, iov, i == 0, deadline);
        if (rc < 0 && i > 0) {
            /* The stream has lost its end, as on any network: it is not sent twice. */
            rc = 1;
            break;
        }
    }
    if (rc > 0 && total > 1) {
        vnic__offload_count(&q->offload->tx_split, 1);
    }
    return rc < 0 ? rc : (int)p->len;
}
