/* SPDX-License-Identifier: Apache-2.0 */
/* Packets sent with offload: neighbours merged, super-packets as they are. */
#include <string.h>

#include "io.h"
#include "io_wait.h"
#include "iovec.h"
#include "merge.h"
#include "offload.h"

/* Linux drivers/net/tun.c hands the header on as it is, so a merged packet may have as many bytes as
 * an IP packet can have. */
#define MAX_MERGED 65535u

/* A packet, its headers apart, and a link header before them. */
#define SEND_PARTS (VNIC_MERGE_IOV_MAX + 1)

/* Enough of a packet to tell its EtherType: an Ethernet header and two VLAN tags. */
#define SEND_PEEK 22u

int vnic__offload_write(struct vnic *q, const struct vnic_iovec *iov, int n)
{
    struct vnic_iovec parts[SEND_PARTS];
    uint8_t hdr[VNIC__FRAME_MAX], peek[SEND_PEEK];
    size_t hdr_len = vnic__frame_len(&q->frame);
    size_t seen = vnic__iov_gather(iov, n, peek, sizeof peek);
    int rc = vnic__frame_encode(&q->frame, peek, seen, &q->offload->meta, hdr);

    if (rc < 0) {
        return rc;
    }
    parts[0] = (struct vnic_iovec){hdr, hdr_len};
    memcpy(parts + 1, iov, (size_t)n * sizeof *iov);
    rc = q->backend->write(q, parts, n + 1);
    return rc < 0 ? rc : rc - (int)hdr_len;
}

int vnic__offload_send_fields(struct vnic *q, const struct vnic_packet *p,
                              const struct vnic_iovec *iov, int n, int64_t deadline)
{
    struct vnic__frame_meta *meta = &q->offload->meta;
    int rc;

    vnic__offload_meta(p, meta);
    rc = vnic__frame_check(meta, p->len);
    if (rc == 0) {
        rc = vnic__send_until(q, iov, n, deadline);
    }
    memset(meta, 0, sizeof *meta);
    return rc;
}

/* ---- One packet as it is ------------------------------------------------------------------------ */

/*
 * A packet that is offered with fields: sent with them while the system takes such packets, else in
 * parts. Refused and then taken in parts means that the system does not take them, whatever it said.
 */
static int send_packet_fields(struct vnic *q, const struct vnic_packet *p, int64_t deadline)
{
    const struct vnic_iovec piece = {p->data, p->len};
    uint32_t feature = vnic__offload_feature(p);
    int refused, rc;

    if (feature != 0 && vnic__offload_needs_parts(q, p, feature)) {
        return vnic__offload_send_parts(q, p, deadline);
    }
    refused = vnic__offload_send_fields(q, p, &piece, 1, deadline);
    if (refused > 0 && p->gso_type != VNIC_GSO_NONE) {
        vnic__offload_count(&q->offload->tx_super, 1);
    }
    if (feature == 0 || !vnic__offload_is_refusal(refused)) {
        return refused;
    }
    rc = vnic__offload_send_parts(q, p, deadline);
    if (rc > 0) {
        vnic__offload_count(&q->offload->tx_refused, 1);
        vnic__offload_blame(q, feature);
    }
    return rc;
}

static int send_checked(struct vnic *q, const struct vnic_packet *p, int64_t deadline)
{
    int rc;

    if (p->len == 0) {
        return 0;
    }
    if (p->data == NULL) {
        return VNIC_EINVAL;
    }
    rc = p->len > q->max_len ? VNIC_EMSGSIZE : send_packet_fields(q, p, deadline);
    return rc < 0 ? rc : 0;
}

/* ---- Merging ------------------------------------------------------------------------------------ */

/* Kinds of packets that merging makes; ECN never is one, and checksums come with all of them. */
#define MERGED_KINDS (VNIC_F_TSO4 | VNIC_F_TSO6 | VNIC_F_USO4 | VNIC_F_USO6)

int vnic__offload_ready_merge(struct vnic *q)
{
    struct vnic__offload *off = q->offload;
    uint32_t features =
        atomic_load_explicit(&q->iface->features, memory_order_relaxed) & MERGED_KINDS;
    int rc;

    if (off->merge != NULL && off->rules.features == features) {
        return 0;
    }
    off->rules = (struct vnic_merge_rules){
        .size = sizeof off->rules,
        .layer = q->layer,
        .features = features,
        .max_len = MAX_MERGED,
        .udp_segments = q->iface->udp_segments,
    };
    if (off->merge != NULL) {
        return vnic_merge_set_rules(off->merge, &off->rules);
    }
    rc = vnic_merge_create(&off->rules, &off->merge);
    return rc < 0 ? rc : vnic__merge_allow_paste(off->merge);
}

static int ends_batch(int code)
{
    return code < 0 && !vnic__is_about_packet(code);
}

/*
 * The parts of a merge that was refused, one by one. 1 when all of them went; 0 when some could not, which
 * is about them; or the code that ends the batch.
 */
static int send_members(struct vnic *q, struct vnic_packet *pkts, const uint16_t *index, int n,
                        int64_t deadline)
{
    int all = 1, rc = 0;

    for (int i = 0; i < n && !ends_batch(rc); i++) {
        rc = send_checked(q, &pkts[index[i]], deadline);
        pkts[index[i]].status = rc;
        all = all && rc == 0;
    }
    return ends_batch(rc) ? rc : all;
}

/* Output i of the planner, made of n packets. 0 or a code that ends the batch. */
static int send_merged(struct vnic *q, struct vnic_packet *pkts, int i, const uint16_t *index,
                       int n, int64_t deadline)
{
    struct vnic__offload *off = q->offload;
    struct vnic_iovec iov[VNIC_MERGE_IOV_MAX];
    struct vnic_packet merged = {0};
    uint32_t feature;
    int pieces, rc;

    pieces = vnic_merge_gather(off->merge, i, &merged, iov, VNIC_MERGE_IOV_MAX);
    feature = vnic__offload_feature(&merged);
    if (vnic__offload_needs_parts(q, &merged, feature)) {
        /* Refused since the plan was made. */
        rc = send_members(q, pkts, index, n, deadline);
        return rc < 0 ? rc : 0;
    }
    rc = vnic__offload_send_fields(q, &merged, iov, pieces, deadline);
    if (vnic__offload_is_refusal(rc)) {
        vnic__offload_count(&off->tx_refused, 1);
        rc = send_members(q, pkts, index, n, deadline);
        if (rc == 1) {
            vnic__offload_blame(q, feature);
        }
        return rc < 0 ? rc : 0;
    }
    for (int k = 0; k < n; k++) {
        pkts[index[k]].status = rc < 0 ? rc : 0;
    }
    if (rc > 0) {
        vnic__offload_count(&off->tx_super, 1);
        vnic__offload_count(&off->tx_merged, (uint64_t)n);
    }
    return rc < 0 ? rc : 0;
}

/* The same, of whatever it is made. */
static int send_output(struct vnic *q, struct vnic_packet *pkts, int i, int64_t deadline)
{
    const uint16_t *index;
    int n = vnic_merge_members(q->offload->merge, i, &index);

    if (n == 1) {
        pkts[index[0]].status = send_checked(q, &pkts[index[0]], deadline);
        return pkts[index[0]].status;
    }
    return send_merged(q, pkts, i, index, n, deadline);
}

/* Whether the planner can look at all of them. */
static int have_data(const struct vnic_packet *pkts, int n)
{
    for (int i = 0; i < n; i++) {
        if (pkts[i].data == NULL && pkts[i].len > 0) {
            return 0;
        }
    }
    return 1;
}

/* At most VNIC_MERGE_MAX packets. 0, or the code that ends the batch. */
static int send_chunk(struct vnic *q, struct vnic_packet *pkts, int n, int64_t deadline)
{
    int outputs = vnic__offload_ready_merge(q);
    int rc = 0;

    if (outputs == 0) {
        outputs = vnic_merge_plan(q->offload->merge, pkts, n);
    }
    if (outputs < 0) {
        return outputs;
    }
    for (int i = 0; i < outputs && !ends_batch(rc); i++) {
        rc = send_output(q, pkts, i, deadline);
    }
    return ends_batch(rc) ? rc : 0;
}

/* Without merging: the packets are super-packets already, or there is nothing to merge. */
static int send_each(struct vnic *q, struct vnic_packet *pkts, int n, int64_t deadline)
{
    int rc = 0;

    for (int i = 0; i < n && !ends_batch(rc); i++) {
        rc = send_checked(q, &pkts[i], deadline);
        pkts[i].status = rc;
    }
    return ends_batch(rc) ? rc : 0;
}

/* What the caller is told: how many were accepted, or the first failure. */
static int sum_up(const struct vnic_packet *pkts, int n)
{
    int accepted = 0, first = 0;

    for (int i = 0; i < n; i++) {
        accepted += pkts[i].status == 0;
        first = first == 0 ? pkts[i].status : first;
    }
    return accepted > 0 ? accepted : first;
}

int vnic__offload_send_batch(struct vnic *q, struct vnic_packet *pkts, int n, int64_t deadline)
{
    int raw = q->iface->offload == VNIC_OFFLOAD_RAW;
    int done = 0, rc = 0;

    for (int i = 0; i < n; i++) {
        pkts[i].status = pkts[i].len == 0 ? 0 : VNIC_EAGAIN;
    }
    while (rc == 0 && done < n) {
        int chunk = n - done < VNIC_MERGE_MAX ? n - done : VNIC_MERGE_MAX;

        rc = raw || chunk == 1 || !have_data(pkts + done, chunk)
                 ? send_each(q, pkts + done, chunk, deadline)
                 : send_chunk(q, pkts + done, chunk, deadline);
        if (rc < 0 && pkts[done].status == VNIC_EAGAIN) {
            pkts[done].status = rc;
        }
        done += chunk;
    }
    return sum_up(pkts, n);
}
