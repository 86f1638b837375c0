/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * A writer of pcapng, the capture format that Wireshark, tshark and tcpdump read: packets with
 * their direction, a time in nanoseconds, several interfaces in one file, and counts of what was
 * lost.
 *
 * The writer formats, it does not open files: the bytes go to a function of yours, so that a file, a
 * pipe, a socket or memory all work. They are the same on every system. It asks no clock: you say
 * when a packet came. Order of calls: create (writes the file's header), add each interface before
 * its first packet, packets and statistics in any order, destroy.
 *
 * Wireshark and tshark read everything. tcpdump (libpcap) wants one link type and one snaplen in a
 * file, and of several interfaces takes only VNIC_TAP: give each VNIC_TUN a stream of its own for it.
 */
#ifndef VNIC_CAPTURE_H
#define VNIC_CAPTURE_H

#include <stddef.h>
#include <stdint.h>

#include "vnic/error.h"
#include "vnic/export.h"
#include "vnic/vnic.h"

VNIC_BEGIN_DECLS

/** A pcapng stream that is being written. */
typedef struct vnic_capture vnic_capture;

/** The most interfaces of one stream. */
#define VNIC_CAPTURE_MAX_INTERFACES 256

/** The most bytes of a packet that are stored (what libpcap takes, MAXIMUM_SNAPLEN). */
#define VNIC_CAPTURE_SNAPLEN 262144u

/** The longest text (name, description, application, …), bytes without its end. */
#define VNIC_CAPTURE_TEXT_MAX 255

/** A number of vnic_capture_stats that is not known. */
#define VNIC_CAPTURE_UNKNOWN UINT64_MAX

/**
 * Which way a packet went, as seen from the system that has the interface (so does tcpdump on it).
 * What vnic_recv() gave was sent by the system: outbound.
 */
#define VNIC_CAPTURE_NO_DIRECTION 0u
#define VNIC_CAPTURE_INBOUND 1u  /**< to the system: given to vnic_send() */
#define VNIC_CAPTURE_OUTBOUND 2u /**< from the system: got from vnic_recv() */

/** Where a stream goes and who writes it. Set what you do not use to zero. */
struct vnic_capture_config {
    size_t size; /**< sizeof(struct vnic_capture_config), set by the caller */
    /** Takes the next bytes, all of them: data is uint8_t[len], borrowed until it returns, len is
     * 1 …. Returns >= 0, or a negative code (best a VNIC_E…) that ends the stream: the calling
     * function and every later one returns it. A block comes in one to three pieces. */
    int (*write)(void *user, const void *data, size_t len);
    void *user;              /**< first argument of `write` */
    const char *hardware;    /**< the machine, UTF-8; NULL: not written. Copied */
    const char *os;          /**< the operating system, UTF-8; NULL: not written. Copied */
    const char *application; /**< the program, UTF-8; NULL: not written. Copied */
};

/** An interface of a stream. Set what you do not use to zero. */
struct vnic_capture_interface {
    size_t size;             /**< sizeof(struct vnic_capture_interface), set by the caller */
    const char *name;        /**< "tun0", UTF-8; NULL: not written. Copied */
    const char *description; /**< UTF-8; NULL: not written. Copied */
    const char *os;          /**< the system that has it, UTF-8; NULL: not written. Copied */
    uint32_t layer;          /**< VNIC_TUN: bare IP packets; VNIC_TAP: Ethernet frames */
    uint32_t snaplen;    /**< stored bytes of a packet, 1 … VNIC_CAPTURE_SNAPLEN; 0: that many */
    uint8_t mac[6];      /**< all 0: not written */
    uint8_t reserved[2]; /**< 0 */
};

/** A packet to be written. */
struct vnic_capture_packet {
    size_t size;      /**< sizeof(struct vnic_capture_packet), set by the caller */
    const void *data; /**< uint8_t[len], an IP packet or Ethernet frame; NULL if len is 0 */
    uint64_t time_ns; /**< when it came: nanoseconds since 1970-01-01 00:00 UTC */
    uint64_t
        dropped;  /**< packets lost on this interface since the one before; 0: none, or unknown */
    uint32_t len; /**< bytes in data; those beyond the interface's snaplen are not stored */
    uint32_t orig_len;  /**< length that the packet had, len …; 0: len */
    uint32_t if_number; /**< from vnic_capture_add_interface() */
    uint32_t direction; /**< VNIC_CAPTURE_… */
};

/** Counts of an interface. Set what is not known to VNIC_CAPTURE_UNKNOWN. */
struct vnic_capture_stats {
    size_t size;         /**< sizeof(struct vnic_capture_stats), set by the caller */
    uint64_t time_ns;    /**< when these counts were taken, as vnic_capture_packet.time_ns */
    uint64_t start_ns;   /**< when the capture began */
    uint64_t end_ns;     /**< when it ended */
    uint64_t received;   /**< packets that the interface carried */
    uint64_t dropped;    /**< packets that the interface lost */
    uint64_t os_dropped; /**< packets that the system lost on the way to the capture */
    uint64_t delivered;  /**< packets that reached the program */
    uint32_t if_number;  /**< from vnic_capture_add_interface() */
    uint32_t reserved;   /**< 0 */
};

/**
 * Starts a stream and writes its header.
 *
 * @param cfg         [in]   where to and who; copied, but for `user`
 * @param ret_capture [out]  the stream, to be ended with vnic_capture_destroy(); NULL on failure
 * @param ret_err     [out]  details on failure; NULL if not wanted
 * @return           0
 * @error VNIC_EINVAL       NULL argument, no `write`, or a text longer than VNIC_CAPTURE_TEXT_MAX
 * @error VNIC_EVERSION     cfg->size is not that of any known header
 * @error VNIC_ENOMEM       out of memory
 * @error VNIC_EOS          stands for whatever negative code `write` returned
 * @thread  any
 * @platform the bytes are the same everywhere: little-endian
 * @source  draft-ietf-opsawg-pcapng section 4.1, Section Header Block
 * @since   0.1
 */
VNIC_API VNIC_MUST_CHECK int vnic_capture_create(const struct vnic_capture_config *cfg,
                                                 vnic_capture **ret_capture,
                                                 struct vnic_error *ret_err);

/**
 * Describes an interface. Its link type is LINKTYPE_RAW (101) for VNIC_TUN and LINKTYPE_ETHERNET (1)
 * for VNIC_TAP; its times are in nanoseconds.
 *
 * @param capture    [in]   the stream
 * @param desc       [in]   what it is; copied
 * @param ret_err    [out]  details on failure; NULL if not wanted
 * @return           its number in this stream: 0, 1, 2, …
 * @error VNIC_EINVAL       NULL argument, unknown layer, snaplen out of range, or a text that is too long
 * @error VNIC_EVERSION     desc->size is not that of any known header
 * @error VNIC_ELIMIT       there are VNIC_CAPTURE_MAX_INTERFACES already
 * @error VNIC_EOS          stands for whatever negative code `write` returned, now or before
 * @thread  one call on a stream at a time
 * @platform same everywhere
 * @source  draft-ietf-opsawg-pcapng section 4.2, Interface Description Block; tcpdump.org/linktypes
 * @since   0.1
 */
VNIC_API VNIC_MUST_CHECK int vnic_capture_add_interface(vnic_capture *capture,
                                                        const struct vnic_capture_interface *desc,
                                                        struct vnic_error *ret_err);

/**
 * Writes a packet.
 *
 * @param capture    [in]   the stream
 * @param packet     [in]   the packet; borrowed until the call returns
 * @return           0
 * @error VNIC_EINVAL       NULL argument, an interface that was not added, an unknown direction, or an
 *                          orig_len below len; nothing was written
 * @error VNIC_EVERSION     packet->size is not that of any known header
 * @error VNIC_EOS          stands for whatever negative code `write` returned, now or before
 * @thread  one call on a stream at a time
 * @platform same everywhere
 * @source  draft-ietf-opsawg-pcapng section 4.3, Enhanced Packet Block
 * @since   0.1
 */
VNIC_API int vnic_capture_write(vnic_capture *capture, const struct vnic_capture_packet *packet);

/**
 * Writes counts of an interface, most usefully at the end.
 *
 * @param capture    [in]   the stream
 * @param stats      [in]   the counts
 * @return           0
 * @error VNIC_EINVAL       NULL argument or an interface that was not added; nothing was written
 * @error VNIC_EVERSION     stats->size is not that of any known header
 * @error VNIC_EOS          stands for whatever negative code `write` returned, now or before
 * @thread  one call on a stream at a time
 * @platform same everywhere
 * @source  draft-ietf-opsawg-pcapng section 4.6, Interface Statistics Block
 * @since   0.1
 */
VNIC_API int vnic_capture_write_stats(vnic_capture *capture,
                                      const struct vnic_capture_stats *stats);

/**
 * Ends a stream. Nothing is written: a pcapng stream is complete after each block.
 *
 * @param capture    [in]   the stream; NULL is allowed
 * @error none
 * @thread  once, from any thread that is not inside a call on this stream
 * @platform same everywhere
 * @source  none
 * @since   0.1
 */
VNIC_API void vnic_capture_destroy(vnic_capture *capture);

VNIC_END_DECLS

#endif
