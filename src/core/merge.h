/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of the merge planner share. A plan looks at every packet once: merge_train.c knows the
 * one that continues what came before; of the others merge_class.c says what they are, merge_flow.c finds
 * their flow and the output that they may join, merge_join.c decides whether they do. merge_header.c
 * writes the headers of what was merged; merge.c is the interface.
 *
 * An output is an item: a list of packets in the order of the stream. Items are made in the order of
 * the packets, so that their numbers are those of the outputs.
 */
#ifndef VNIC_CORE_MERGE_H
#define VNIC_CORE_MERGE_H

#include <stddef.h>
#include <stdint.h>

#include "bytes.h"
#include "vnic/segment.h"

/* Twice the flows that there can be, a power of two: chains stay short. */
#define VNIC__MERGE_SLOTS (2 * VNIC_MERGE_MAX)

/* No packet, item or slot. */
#define VNIC__MERGE_NIL 0xFFFFu

/* Bits of a kind; the number 0 … 3 is that of the feature in vnic_merge.kinds. */
#define VNIC__MERGE_V6 1u
#define VNIC__MERGE_UDP 2u

/* TCP flags, RFC 9293 section 3.1. */
#define VNIC__MERGE_FIN 0x01u
#define VNIC__MERGE_PSH 0x08u
#define VNIC__MERGE_ACK 0x10u
#define VNIC__MERGE_ECE 0x40u

/* What a packet is to a plan. */
enum vnic__merge_verdict {
    VNIC__MERGE_OTHER,   /* passes, and concerns no flow that can be merged */
    VNIC__MERGE_BARRIER, /* passes, and may belong to any flow */
    VNIC__MERGE_ALONE,   /* passes; of a known flow, which it must not be overtaken by */
    VNIC__MERGE_FITS     /* may be merged */
};

/* A packet that was looked at. Only kind, l3 and l4 are filled if it is VNIC__MERGE_ALONE. */
struct vnic__merge_view {
    const uint8_t *data;
    uint32_t len;
    uint32_t seq;     /* TCP sequence number */
    uint16_t l3;      /* where the IP header begins */
    uint16_t l4;      /* where the TCP or UDP header begins */
    uint16_t hdr_len; /* where the payload begins */
    uint16_t payload; /* its bytes */
    uint16_t id;      /* IPv4 identification */
    uint32_t layout;  /* kind, l3, l4 and hdr_len as one number */
    uint8_t kind;     /* VNIC__MERGE_V6, VNIC__MERGE_UDP */
    uint8_t flags;    /* TCP flags */
    uint8_t counts;   /* 1: the identification must count up */
    uint8_t known;    /* 1: the layer 4 checksum need not be verified */
};

/* What is kept of each packet of the plan: the caller's array is not looked at again. */
struct vnic__merge_packet {
    const uint8_t *data;
    uint32_t len;
    uint16_t gso_size;
    uint16_t hdr_len;
    uint16_t csum_start;
    uint16_t csum_offset;
    uint8_t gso_type;
    uint8_t csum;
};

/* An output. */
struct vnic__merge_item {
    struct vnic__merge_view first; /* of the stream; its len and payload are its own */
    uint32_t total;                /* IP length of all together */
    uint32_t seq_end;              /* the sequence number behind the last payload */
    uint16_t head, tail;           /* packets, linked by vnic_merge.next */
    uint16_t count;
    uint16_t gso_size;
    uint16_t members;   /* where they begin in vnic_merge.members */
    uint16_t header;    /* which of vnic_merge.headers, if count is above 1 */
    uint16_t slot;      /* in vnic_merge.slots */
    uint16_t ip_rest;   /* see vnic__merge_ip_rest(), once it is sound */
    uint8_t open;       /* 1: packets may join */
    uint8_t full;       /* 1: but not at the end */
    uint8_t sound;      /* 1: the checksums of the first packet were right */
    uint8_t last_flags; /* PSH and FIN of the last packet */
    uint16_t pasted;    /* payloads that lie behind each other in memory, from the first one on */
    uint32_t paste_at;  /* where */
    uint32_t paste_len; /* their bytes */
};

struct vnic_merge {
    struct vnic_merge_rules rules;
    uint32_t kinds; /* bit 1 << kind: may be made */
    uint32_t n_items;
    uint32_t n_flows; /* used slots */
    uint32_t n_headers;
    uint16_t recent;     /* the item of the flow that was seen last */
    uint16_t pasting;    /* the item whose payloads end at paste_used, or none */
    uint32_t paste_used; /* bytes of memory */
    uint8_t *memory; /* VNIC__MERGE_MEMORY bytes for payloads, or NULL: they stay where they are */
    uint32_t mask_layout; /* 0, or for which headers mask was made */
    uint8_t mask[VNIC_SPLIT_HDR_MAX];
    uint16_t slots[VNIC__MERGE_SLOTS]; /* hash table: the youngest item of a flow */
    uint16_t next[VNIC_MERGE_MAX];
    uint16_t members[VNIC_MERGE_MAX];
    struct vnic__merge_packet packets[VNIC_MERGE_MAX];
    struct vnic__merge_item items[VNIC_MERGE_MAX];
    uint8_t headers[VNIC_MERGE_MAX / 2][VNIC_SPLIT_HDR_MAX]; /* a merged one has two members */
};

/*
 * Payloads of up to so many bytes are copied behind each other, while their checksums are verified if
 * they must be: the system takes one large piece faster than 45 small ones, and a forwarder as a whole
 * gained by it (docs/performance.md). Larger payloads are few, and stay where they are.
 */
#define VNIC__MERGE_PASTE_MAX 2048u

/* Room for the payloads of two of the longest items. */
#define VNIC__MERGE_MEMORY (2u * 65536u)

/* From now on plans may copy payloads; 0 or VNIC_ENOMEM. */
int vnic__merge_allow_paste(struct vnic_merge *m);

/* Looks at a packet with len above 0 and fills the view. */
enum vnic__merge_verdict vnic__merge_classify(const struct vnic_merge *m,
                                              const struct vnic_packet *packet,
                                              struct vnic__merge_view *ret);

/* The number that says where the headers of a packet are. */
uint32_t vnic__merge_layout(const struct vnic__merge_view *v);

/*
 * Not 0 if the headers that begin at `headers`, as many bytes as those of the view, are the same but for
 * what counts up: lengths, identification, checksums, sequence number, PSH and FIN.
 */
int vnic__merge_alike(struct vnic_merge *m, const struct vnic__merge_view *v,
                      const uint8_t *headers);

/*
 * Appends packet i to the recent item if it is plainly its next one; 0: it is not, or something about it
 * must be looked at more closely, and nothing was done.
 */
int vnic__merge_continue(struct vnic_merge *m, uint16_t i, const struct vnic_packet *packet);

/* Puts packet i where it belongs: into an item that is there, or a new one. */
void vnic__merge_place(struct vnic_merge *m, uint16_t i, const struct vnic_packet *packet);

/* Forgets all flows; what comes next joins nothing that is there. */
void vnic__merge_forget(struct vnic_merge *m);

/* Lets packet i join an open item of its own flow if all rules allow it; 0: it did not. */
int vnic__merge_join(struct vnic_merge *m, struct vnic__merge_item *item, uint16_t i,
                     const struct vnic__merge_view *v);

/*
 * Not 0 if the layer 4 checksum of a packet is right, whose headers lie as those of `like`. The payload is
 * copied to `copy` on the way, right or wrong, unless that is NULL.
 */
int vnic__merge_sum_good(const uint8_t *data, uint32_t len, const struct vnic__merge_view *like,
                         uint8_t *copy);

/*
 * The one's complement sum of what differs between the IPv4 headers of an item: total length,
 * identification and checksum. As the whole header must sum up to 0xFFFF, this must be the same in all.
 */
static inline uint16_t vnic__merge_ip_rest(const uint8_t *ip)
{
    uint32_t sum = (uint32_t)vnic__get16(ip + 2) + vnic__get16(ip + 4) + vnic__get16(ip + 10);

    sum = (sum & 0xFFFF) + (sum >> 16);
    return (uint16_t)((sum & 0xFFFF) + (sum >> 16));
}

/* Where the next payload of an item is to be copied; NULL: it stays where it is. */
static inline uint8_t *vnic__merge_paste_room(const struct vnic_merge *m,
                                              const struct vnic__merge_item *item)
{
    if (m->pasting == VNIC__MERGE_NIL || item != &m->items[m->pasting] ||
        item->pasted != item->count) {
        return NULL;
    }
    return m->memory + m->paste_used;
}

/* A payload was copied there. */
static inline void vnic__merge_pasted(struct vnic_merge *m, struct vnic__merge_item *item,
                                      uint32_t payload)
{
    m->paste_used += payload;
    item->paste_len += payload;
    item->pasted++;
}

/* Puts packet i, which was found good, at the end of an item. */
static inline void vnic__merge_append(struct vnic_merge *m, struct vnic__merge_item *item,
                                      uint16_t i, uint32_t payload, uint8_t flags)
{
    m->next[item->tail] = i;
    m->next[i] = VNIC__MERGE_NIL;
    item->tail = i;
    item->count++;
    item->total += payload;
    item->seq_end += payload;
    item->last_flags = flags & (VNIC__MERGE_PSH | VNIC__MERGE_FIN);
    item->full = payload < item->gso_size || item->last_flags != 0;
}

/* Writes the headers of an item of several packets to hdr: item->first.hdr_len bytes. */
void vnic__merge_header(const struct vnic__merge_item *item, uint8_t *hdr);

#endif
