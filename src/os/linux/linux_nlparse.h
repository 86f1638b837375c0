/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading netlink messages: pure functions over a buffer that trust nothing in it. They call nothing
 * of the system and are fuzzed (tests/fuzz/fuzz_netlink.c).
 */
#ifndef VNIC_OS_LINUX_LINUX_NLPARSE_H
#define VNIC_OS_LINUX_LINUX_NLPARSE_H

#include <stddef.h>
#include <stdint.h>

#include "linux_netconf.h"

/* One message of a datagram; the payload lies in the datagram's buffer. */
struct linux_nl_msg {
    uint16_t type;
    uint16_t flags;
    uint32_t seq;
    const uint8_t *payload;
    size_t len;
};

/* One attribute; the flag bits NLA_F_NESTED and NLA_F_NET_BYTEORDER are taken off the type. */
struct linux_nl_attr {
    uint16_t type;
    const uint8_t *data;
    size_t len;
};

/* The kernel's verdict: of NLMSG_ERROR (0: an acknowledgement) or of NLMSG_DONE. */
struct linux_nl_verdict {
    int error;      /* errno, positive; 0: success */
    char text[192]; /* extended acknowledgement, printable; "" when the kernel gave none */
};

/* A link, as of RTM_NEWLINK. Members that the kernel did not tell are 0, but as noted. */
struct linux_nl_link {
    struct linux_tun_facts tun;
    uint32_t ifi_flags; /* IFF_UP, IFF_RUNNING, … */
    uint32_t mtu;
    uint32_t tx_queue_len;
    uint32_t carrier;
    uint32_t has_gen_mode; /* 1: the interface has IPv6, gen_mode is its IFLA_INET6_ADDR_GEN_MODE */
    uint32_t gen_mode;
    uint32_t has_promote; /* 1: promote is the interface's promote_secondaries */
    uint32_t promote;
    uint32_t knows_proto; /* 1: the kernel marks its own addresses with IFA_PROTO */
    uint8_t mac[8];       /* six bytes used */
    uint32_t mac_len;     /* 6, or 0 when there is none */
    char alias[256];
    uint64_t rx_packets, rx_bytes, rx_errors, rx_dropped, rx_frame_errors;
    uint64_t tx_packets, tx_bytes, tx_errors, tx_dropped;
};

/*
 * The number of promote_secondaries among the settings of IPv4: IPV4_DEVCONF_PROMOTE_SECONDARIES of Linux
 * include/uapi/linux/ip.h, which not every cross compiler's headers can include.
 */
#define VNIC__NL_PROMOTE_SECONDARIES 20u

/* An address, as of RTM_NEWADDR. Of another family than AF_INET and AF_INET6 only the head is filled. */
struct linux_nl_addr {
    uint8_t family;
    uint8_t prefix_len;
    uint8_t scope;
    uint8_t proto;  /* IFA_PROTO; 0: not told */
    uint32_t flags; /* IFA_F_… */
    uint32_t if_index;
    uint32_t has_peer; /* 1: IFA_ADDRESS differs from IFA_LOCAL */
    uint32_t has_broadcast;
    uint8_t local[16];
    uint8_t peer[16];
    uint8_t broadcast[16];
};

/*
 * Takes the message at *offset and moves *offset behind it. Returns 1 with *ret filled, 0 at the end,
 * or -1 when the bytes are no message: nothing behind them can be trusted.
 */
int vnic__nl_next_msg(const uint8_t *buf, size_t len, size_t *offset, struct linux_nl_msg *ret);

/* The same for attributes, in a message's payload behind its fixed header, or in a nest. */
int vnic__nl_next_attr(const uint8_t *buf, size_t len, size_t *offset, struct linux_nl_attr *ret);

/* Copies a text attribute, which may lack its end and may hold anything; ret is always terminated. */
void vnic__nl_text(const struct linux_nl_attr *attr, char *ret, size_t cap);

/* A number of 1, 2 or 4 bytes; another length is 0. */
uint32_t vnic__nl_number(const struct linux_nl_attr *attr);

/* Each of these returns 0 with *ret filled, or -1 when the message is malformed. */
int vnic__nl_parse_verdict(const struct linux_nl_msg *msg, struct linux_nl_verdict *ret);
int vnic__nl_parse_link(const struct linux_nl_msg *msg, struct linux_nl_link *ret);
int vnic__nl_parse_addr(const struct linux_nl_msg *msg, struct linux_nl_addr *ret);

#endif
