/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The contract between core and the backends: the only door between them.
 *
 * A backend is one table. Core checks arguments and options, keeps the handles, builds blocking,
 * timeouts, interrupts, shutdown, batches and the pool of views, encodes and decodes link headers,
 * and applies the configuration with undo. The backend talks to its system, and nothing else.
 *
 * Conventions of all slots
 * - They return >= 0, or a code of vnic/error.h. Slots with an `err` fill it (vnic__fail() helps);
 *   err may be NULL. The system's error is read before any cleanup call can change it.
 * - `q->priv` points to queue_size zeroed bytes, `q->iface->priv` to iface_size, both made by core
 *   before the first slot is called and freed by core after the last.
 * - Slots marked [hot] are called for every packet: no allocation, no lock, no log.
 * - Slots marked [lock] are called with q->iface->lock held, so one at a time for an interface.
 * - A slot that a backend lacks is NULL: core answers VNIC_ENOTSUP (but see each slot).
 */
#ifndef VNIC_CORE_BACKEND_H
#define VNIC_CORE_BACKEND_H

#include <stdint.h>

#include "frame.h"
#include "vnic/vnic.h"

struct vnic;
struct vnic__iface;

/*
 * Options of vnic_config that a backend may honour. Core refuses, by name, those that are set and not
 * in the backend's `options`.
 */
#define VNIC__OPT_NAME (1ull << 0)
#define VNIC__OPT_ADDRESSES (1ull << 1) /* addresses and prefixes */
#define VNIC__OPT_MAC (1ull << 2)
#define VNIC__OPT_ALIAS (1ull << 3)
#define VNIC__OPT_NETNS (1ull << 4) /* netns and netns_fd */
#define VNIC__OPT_MTU (1ull << 5)
#define VNIC__OPT_UP (1ull << 6)
#define VNIC__OPT_PERSIST (1ull << 7)
#define VNIC__OPT_OWNER (1ull << 8)
#define VNIC__OPT_GROUP (1ull << 9)
#define VNIC__OPT_TX_QUEUE_LEN (1ull << 10)
#define VNIC__OPT_IF_INDEX (1ull << 11)
#define VNIC__OPT_SNDBUF (1ull << 12)
#define VNIC__OPT_TAP (1ull << 13)
#define VNIC__OPT_MULTI_QUEUE (1ull << 14)
#define VNIC__OPT_EXCLUSIVE (1ull << 15)
#define VNIC__OPT_NO_LINK_LOCAL (1ull << 16)
#define VNIC__OPT_KEEP_HEADER (1ull << 17)
#define VNIC__OPT_BORROW (1ull << 18)
#define VNIC__OPT_VNET_HDR (1ull << 19)
#define VNIC__OPT_NO_CARRIER (1ull << 20)
#define VNIC__OPT_TUN (1ull << 21)
#define VNIC__OPT_OFFLOAD (1ull << 22) /* offload, features, VNIC_PARTIAL_CHECKSUMS */
#define VNIC__OPT_ENGINE (1ull << 23)  /* engine "plain" and, where it can be had, "uring" */

#define VNIC__OPT_WINTUN_PATH (1ull << 24)
#define VNIC__OPT_ADAPTER_GUID (1ull << 25)
#define VNIC__OPT_DESCRIPTION (1ull << 26)
#define VNIC__OPT_HARDWARE_ID (1ull << 27)
#define VNIC__OPT_RING (1ull << 28) /* ring_capacity */
#define VNIC__OPT_METRIC (1ull << 29)
#define VNIC__OPT_DNS (1ull << 30)

/* The DNS settings of an interface. All of it may be absent: then the interface has none of its own. */
#define VNIC__DNS_SERVERS_MAX 16
#define VNIC__DNS_SEARCH_SIZE 1024

struct vnic__dns_server {
    uint8_t family;   /* VNIC_IPV4, VNIC_IPV6 */
    uint8_t addr[16]; /* in network order; IPv4 uses the first 4 bytes */
};

struct vnic__dns {
    struct vnic__dns_server servers[VNIC__DNS_SERVERS_MAX]; /* in order */
    int n_servers;
    char search[VNIC__DNS_SEARCH_SIZE]; /* domains with a comma between them; "": none */
};

/* A configuration that core has checked and completed: no pointer into the caller's memory is kept. */
struct vnic__settings {
    const char *name;  /* NULL: chosen by the system; may hold one %d */
    const char *alias; /* NULL: leave */
    const char *netns; /* NULL: the caller's */
    intptr_t netns_fd; /* -1: none */
    uint32_t layer;    /* VNIC_TUN, VNIC_TAP; VNIC_UNSET only when adopting */
    uint32_t flags;    /* VNIC_NONBLOCK … */
    uint32_t mtu;      /* VNIC_UNSET: leave; so for all that follow */
    uint32_t up;
    uint32_t persist;
    uint32_t owner_uid;
    uint32_t group_gid;
    uint32_t tx_queue_len;
    uint32_t if_index;
    uint32_t sndbuf;
    uint32_t has_mac;       /* 1: mac is set */
    uint8_t mac[8];         /* six bytes used */
    uint32_t has_addresses; /* 1: prefixes are the addresses wanted, even if there are none */
    uint32_t offload;       /* VNIC_OFFLOAD_…; with any of them VNIC_VNET_HDR is set for open */
    uint32_t features;      /* VNIC_F_… that may be used */
    const char *engine;     /* "auto", "plain", "uring"; never NULL */
    struct vnic_prefix *prefixes; /* owned by core */
    int n_prefixes;
    const char *wintun_path; /* NULL: found by the backend; not empty, but otherwise unchecked */
    const char *
        description; /* NULL: the backend's; UTF-8 of 1 … 127 UTF-16 units, no control characters */
    const char *hardware_id; /* NULL: the backend's; printable ASCII without spaces and commas */
    uint32_t ring_capacity;  /* VNIC_UNSET, or a power of two, 128 KiB … 64 MiB */
    uint32_t metric;         /* VNIC_UNSET: leave; 0: automatic */
    const char
        *adapter_guid; /* NULL: the backend's; a GUID in text, with or without braces, any case */
    uint32_t has_dns;  /* 1: dns is what is wanted, even if it is empty */
    struct vnic__dns dns;
};

/* What keep and restore are about. */
#define VNIC__KEEP_MTU 0
#define VNIC__KEEP_METRIC 1
#define VNIC__KEEP_DNS 2
#define VNIC__KEEP_COUNT 3

/* Configuration of an interface. All slots: [lock], may block for the time of a system call. */
struct vnic__netconf {
    /* What the interface is now. VNIC_ECLOSED when it is gone. */
    int (*get_info)(struct vnic *q, struct vnic_info *ret_info, struct vnic_error *err);
    /* The system's counters; core adds those of the handle. */
    int (*get_stats)(struct vnic *q, struct vnic_stats *ret_stats, struct vnic_error *err);
    /* The name of now; cheap and without rights where the system can. cap is VNIC_NAME_SIZE. */
    int (*get_name)(struct vnic *q, char *ret_name, struct vnic_error *err);
    /* Setters: core has checked the range, and skips the call when get_info shows the value already:
     * a backend that has any of them has get_info. */
    int (*set_up)(struct vnic *q, uint32_t up, struct vnic_error *err);
    int (*set_mtu)(struct vnic *q, uint32_t mtu, struct vnic_error *err);
    int (*set_name)(struct vnic *q, const char *name, struct vnic_error *err);
    int (*set_mac)(struct vnic *q, const uint8_t *mac, struct vnic_error *err);
    int (*set_tx_queue_len)(struct vnic *q, uint32_t packets, struct vnic_error *err);
    int (*set_alias)(struct vnic *q, const char *alias, struct vnic_error *err);
    int (*set_carrier)(struct vnic *q, uint32_t on, struct vnic_error *err);
    int (*set_persist)(struct vnic *q, uint32_t on, struct vnic_error *err);
    int (*set_owner)(struct vnic *q, uint32_t uid, struct vnic_error *err);
    int (*set_group)(struct vnic *q, uint32_t gid, struct vnic_error *err);
    /* For all families; 0: automatic. */
    int (*set_metric)(struct vnic *q, uint32_t metric, struct vnic_error *err);
    /* Both or none of them. get_dns tells what set_dns would replace. */
    int (*set_dns)(struct vnic *q, const struct vnic__dns *dns, struct vnic_error *err);
    int (*get_dns)(struct vnic *q, struct vnic__dns *ret_dns, struct vnic_error *err);
    /*
     * Both or none of them; NULL: get_info and get_dns tell all that there is. Else there may be more: an
     * MTU and a metric in each family, DNS entries that core cannot read. keep stores all of `what`, one
     * VNIC__KEEP_…, in memory that core gives to vnic__free(), and returns 1 when they tell less than that,
     * so that core does not take what is told for what is wanted; else 0. ret_kept NULL: only the answer
     * is wanted. restore puts it back.
     */
    int (*keep)(struct vnic *q, int what, void **ret_kept, struct vnic_error *err);
    int (*restore)(struct vnic *q, int what, const void *kept, struct vnic_error *err);
    /*
     * 0: no link-local address of the kernel's own; other values are the backend's own to restore,
     * as get_link_local gave them. *ret_mode tells the mode of now. VNIC_ENOTSUP without IPv6.
     */
    int (*get_link_local)(struct vnic *q, uint32_t *ret_mode, struct vnic_error *err);
    int (*set_link_local)(struct vnic *q, uint32_t mode, struct vnic_error *err);
    /*
     * Addresses. add: VNIC_EEXIST when it is there; VNIC_ENOTSUP with a clear text when IPv6 is
     * disabled. remove: VNIC_EADDR when it is not there. list: returns the count, fills at most cap.
     */
    int (*add_address)(struct vnic *q, const struct vnic_prefix *p, struct vnic_error *err);
    int (*remove_address)(struct vnic *q, const struct vnic_prefix *p, struct vnic_error *err);
    int (*list_addresses)(struct vnic *q, struct vnic_prefix *ret, int cap, struct vnic_error *err);
};

/* Result flags of read, in *ret_flags. */
#define VNIC__READ_CUT                                                                             \
    0x1u /* the packet was longer than the room: it is consumed, core says VNIC_EMSGSIZE */

/* What close does with the descriptor. */
#define VNIC__CLOSE_END 0     /* ends it, unless it is borrowed */
#define VNIC__CLOSE_RELEASE 1 /* leaves it open: it is the caller's from now on */
#define VNIC__CLOSE_UNDO 2   /* leaves it open, and as it was before adopt, which failed later on */
#define VNIC__CLOSE_FAILED 3 /* ends it; open failed later on: what was there before is as it was */

/* A packet in the backend's own memory, lent to core and by core to the caller. */
struct vnic__view {
    uint8_t *data;
    uint32_t len;
    uint32_t cap;      /* bytes from data on that may be written to */
    uint32_t headroom; /* the same before data */
    uintptr_t token;   /* the backend's; core gives it back with release */
};

/* The pieces of one packet of a batch. */
struct vnic__gather {
    const struct vnic_iovec *iov;
    int n;
};

/* The most packets of one acquire, release or write_many: a stop is looked for between them. */
#define VNIC__BATCH_MAX 32

struct vnic__backend {
    const char *name;
    uint64_t options; /* VNIC__OPT_… that it honours */
    /*
     * Whether the system takes this as an interface name; flags: 0 or VNIC__IFNAME_PATTERN, for open, whose
     * "%d" the backend or its system replaces by the first free number. 0, or VNIC_ENAME and a static phrase
     * ("contains '/'"), see core/ifname.h. NULL: the rule of Unix, 15 plain characters.
     */
    int (*check_name)(const char *name, uint32_t flags, const char **ret_reason);
    const char *
        name_rule; /* with check_name: the rule for a person, "use 1 to 127 characters without …" */
    size_t queue_size; /* bytes of q->priv */
    size_t iface_size; /* bytes of q->iface->priv */

    /*
     * Creates or attaches the interface and its first queue, but configures nothing that netconf can
     * (core does that next, with undo). Sets q->layer, q->frame (the header kind of the queue),
     * q->iface->created (1: this call made it), q->iface->multi_queue. s is complete and checked. On
     * failure everything is as before and close is not called.
     */
    int (*open)(struct vnic *q, const struct vnic__settings *s, struct vnic_error *err);
    /* [lock] Adds a queue like `first`; the same duties as open. NULL: single queue. */
    int (*open_queue)(struct vnic *q, struct vnic *first, struct vnic_error *err);
    /* Takes a descriptor. The same duties as open; on failure the descriptor is untouched. */
    int (*adopt)(struct vnic *q, intptr_t native, const struct vnic__settings *s,
                 struct vnic_error *err);
    /*
     * Ends the queue; `keep` says what becomes of its descriptor, VNIC__CLOSE_…. No other slot runs or
     * follows. Must work after open, open_queue or adopt succeeded, whatever happened to the
     * interface since. Called with the interface's lock, or before it has any queue; the queue is in
     * iface->queues no more, and iface->n_queues tells how many are left.
     */
    void (*close)(struct vnic *q, int keep);

    /*
     * [hot] Reads one packet with its link header into iov[n], never blocks. Returns the bytes
     * stored, or VNIC_EAGAIN, VNIC_ECLOSED (interface gone) or VNIC_EOS. A packet that does
     * not fit is consumed and reported with VNIC__READ_CUT: never a silent cut. q->need is core's
     * idea of how much room the packets of now need, link header included; the backend keeps it.
     */
    int (*read)(struct vnic *q, const struct vnic_iovec *iov, int n, uint32_t *ret_flags);
    /*
     * [hot] Writes one packet with its link header from iov[n], never blocks. Returns the bytes
     * taken (all of them), or VNIC_EAGAIN, VNIC_EINVAL (not a packet of this layer), VNIC_EDOWN,
     * VNIC_EMSGSIZE, VNIC_ENOMEM, VNIC_ECLOSED, VNIC_EOS.
     */
    int (*write)(struct vnic *q, const struct vnic_iovec *iov, int n);
    /*
     * [hot] A shortcut for a packet in one piece without link header: the system's own call on what
     * native_handle gave, with no level of calls between (each one is felt, see io.c). Never used with
     * VNIC_BORROW; direct_read only with room of q->direct_from or more, which the backend keeps. A
     * result > 0, for reading less than cap, is the packet. Any other goes to after_read or after_write,
     * at once and in the same thread, which answer as read and write do. All four NULL: no shortcut.
     */
    int64_t (*direct_read)(intptr_t native, void *buf, size_t cap);
    int64_t (*direct_write)(intptr_t native, const void *data, size_t len);
    int (*after_read)(struct vnic *q, const struct vnic_iovec *iov, int64_t got,
                      uint32_t *ret_flags);
    int (*after_write)(struct vnic *q, const struct vnic_iovec *iov, int64_t put);
    /*
     * [hot] Takes up to n packets without copying them, never blocks. Asked only when there is no link
     * header. Returns 1 … n, or a code as read; VNIC_ENOBUFS when no memory is left to lend, and core
     * reads into its own. NULL, with release: the backend has no such memory.
     */
    int (*acquire)(struct vnic *q, struct vnic__view *ret_views, int n);
    /* [hot] Gives n of them back; from any thread, in any order, with q->lock held. */
    void (*release)(struct vnic *q, const uintptr_t *tokens, int n);
    /*
     * [hot] Lends memory that packets of exactly lens[n] bytes are written into and sent from without a
     * copy (VNIC_PACKET_EXACT), never blocks. Asked only when there is no link header. cap is set to the
     * length, headroom to 0. Returns 1 … n, or a code as write; VNIC_EAGAIN: no room now, wait for
     * VNIC_WRITABLE tells; VNIC_ENOBUFS: not for this length, or never, and core takes its own memory.
     * From here on the packet may hold back whatever is written later. NULL, with commit and cancel: the
     * backend has no such memory.
     */
    int (*reserve)(struct vnic *q, struct vnic__view *ret_views, const uint32_t *lens, int n);
    /*
     * [hot] Sends n of them as they are. Returns how many from the front are sent, 1 … n, or a code about
     * the first: VNIC_EINVAL (not a packet of this layer), VNIC_EDOWN, VNIC_ECLOSED, VNIC_EOS. Those that
     * are not sent stay reserved. By the sender.
     */
    int (*commit)(struct vnic *q, const uintptr_t *tokens, int n);
    /*
     * Gives n of them back unsent; from any thread, in any order, with q->lock held. Where the system
     * cannot take memory back, something goes out in its place that every stack drops. What is still
     * reserved at close ends with the queue.
     */
    void (*cancel)(struct vnic *q, const uintptr_t *tokens, int n);
    /*
     * [hot] Writes up to n packets in order, without waiting. Returns how many were tried, 0 … n, with
     * what write would have returned for each. When one fails those behind it may be tried all the same,
     * but never one before those in front of it. 0: it is not possible now, core writes them one by one.
     * NULL: never is.
     */
    int (*write_many)(struct vnic *q, const struct vnic__gather *packets, int n, int *ret_status);
    /*
     * Waits until one of `events` is there, until q->signal or q->wakeup's signal is set, or until
     * deadline_ns (vnic__now_ns(); < 0: no end). Returns the events, or 0 for a signal, the
     * deadline or for no reason: core looks again. VNIC_ECLOSED when the interface is gone.
     */
    int (*wait)(struct vnic *q, int events, int64_t deadline_ns);
    /*
     * One handle for foreign loops: signalled by packets, q->signal, the wakeup's signal, removal.
     * [lock] Called once; close ends it. Returns 0 and the handle, or a code.
     */
    int (*wait_handle)(struct vnic *q, intptr_t *ret_handle);
    /* [lock] Asks the system for the MTU of now and updates q->need. NULL: q->need is always right. */
    int (*refresh_need)(struct vnic *q);
    /* The system's own descriptor. NULL: none. */
    intptr_t (*native_handle)(struct vnic *q);

    /* [lock] Takes the queue out of service and back. NULL: single queue. */
    int (*detach)(struct vnic *q, struct vnic_error *err);
    int (*attach)(struct vnic *q, struct vnic_error *err);

    /* Calls fn for every TUN and TAP of this backend's kind that the thread sees; stops when fn returns
     * non-zero. Returns for how many. */
    int (*list)(int (*fn)(void *user, const struct vnic_info *info), void *user,
                struct vnic_error *err);

    const struct vnic__netconf *netconf; /* NULL: packets only */
};

/* The backends of this build, ended by NULL: the system's own first, in the order in which one is looked
 * for that has the layer asked for. Defined by the build's choice of file
 * (os/linux/linux_backends.c, os/null/null_backends.c, …). */
extern const struct vnic__backend *const vnic__backends[];
/* Their names in the same order, ended by NULL; static, so that vnic_backends() needs no state. */
extern const char *const vnic__backend_names[];

extern const struct vnic__backend vnic__null_backend;
extern const struct vnic__backend vnic__fake_backend;

#endif
