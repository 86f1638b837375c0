/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * vnic: virtual network interfaces (TUN, layer 3, and TAP, layer 2), the same on every system.
 *
 * The idea in one screen:
 *
 * - A `vnic` is one queue of one interface. vnic_open() makes the interface, configured and up, or
 *   leaves the machine exactly as it was. vnic_close() ends it.
 * - A packet is a bare IP packet (VNIC_TUN) or an Ethernet frame (VNIC_TAP), on every system.
 * - Packets, waiting, interrupt and shutdown belong to the handle (the queue). Addresses, MTU, name
 *   and state belong to the interface and are reached through any of its handles.
 * - One receiver and one sender may use a handle at a time; any thread, and any signal handler, may
 *   interrupt or shut it down; configuration may come from any thread.
 * - Calls return a value >= 0, or a negative code of vnic/error.h that means the same everywhere.
 * - The library never prints, exits, installs signal handlers or keeps global state.
 *
 * Words with a fixed meaning: "borrowed until …": the pointer is valid until then; "copied": the call
 * keeps no pointer to the argument; "lent": the descriptor is for waiting only, never closed by you.
 * `type[n]` is an array of n elements, ranges "a … b" include both ends, sizes are bytes unless the
 * name says another unit.
 */
#ifndef VNIC_VNIC_H
#define VNIC_VNIC_H

#include <stddef.h>
#include <stdint.h>

#include "vnic/error.h"
#include "vnic/export.h"
#include "vnic/prefix.h"
#include "vnic/version.h"

VNIC_BEGIN_DECLS

/** One queue of one virtual interface. */
typedef struct vnic vnic;

/** An interrupt that several handles share, with a value (chapter "Control"). */
typedef struct vnic_wakeup vnic_wakeup;

/* ---- Configuration ------------------------------------------------------------------------------ */

/** A member of vnic_config that was not set: this system's default, or "leave as it is". */
#define VNIC_UNSET UINT32_MAX

/** Values of vnic_config.layer. */
#define VNIC_TUN 1u /**< IP packets (layer 3); the default */
#define VNIC_TAP 2u /**< Ethernet frames (layer 2) */

/** Bits of vnic_config.flags. */
#define VNIC_NONBLOCK 0x1u    /**< calls without a timeout return VNIC_EAGAIN instead of waiting */
#define VNIC_MULTI_QUEUE 0x2u /**< allow vnic_open_queue() */
#define VNIC_EXCLUSIVE                                                                             \
    0x4u /**< fail with VNIC_EEXIST rather than attach to an interface that is there */
#define VNIC_KEEP_STATE                                                                            \
    0x8u /**< leave all that the configuration does not name: up or down, MTU, addresses */
#define VNIC_NO_LINK_LOCAL                                                                         \
    0x10u /**< no fe80:: address and no router solicitations of the kernel's own */
#define VNIC_KEEP_HEADER                                                                           \
    0x20u /**< each packet begins with 4 bytes: flags, EtherType (big-endian) */
#define VNIC_BORROW                                                                                \
    0x40u /**< vnic_adopt only: never close the descriptor, nor change its status flags */
#define VNIC_VNET_HDR                                                                              \
    0x80u /**< Linux: the queue carries virtio-net headers (invisible to the caller) */
#define VNIC_NO_CARRIER 0x100u /**< create without carrier; vnic_set_carrier() turns it on */
#define VNIC_PARTIAL_CHECKSUMS                                                                     \
    0x200u /**< VNIC_OFFLOAD_SPLIT: received packets may have checksums that are not complete */

/** Values of vnic_config.offload (chapter "Offload"). */
#define VNIC_OFFLOAD_NONE 0u /**< one packet per packet; the default */
#define VNIC_OFFLOAD_SPLIT                                                                         \
    1u /**< transparent: super-packets are split when received, neighbours merged when sent */
#define VNIC_OFFLOAD_RAW 2u /**< super-packets pass as they are, with their fields, both ways */

/** Bits of vnic_config.features and vnic_info.features: what the kernel may do, or may leave to us. The
 * values are those of TUN_F_… in Linux linux/if_tun.h. */
#define VNIC_F_CSUM 0x01u    /**< partial checksums */
#define VNIC_F_TSO4 0x02u    /**< super-packets of TCP over IPv4 */
#define VNIC_F_TSO6 0x04u    /**< super-packets of TCP over IPv6 */
#define VNIC_F_TSO_ECN 0x08u /**< super-packets of TCP whose first segment has CWR */
#define VNIC_F_USO4 0x20u    /**< super-packets of UDP over IPv4 */
#define VNIC_F_USO6 0x40u    /**< super-packets of UDP over IPv6; only together with VNIC_F_USO4 */

/** Levels of the log callback. */
#define VNIC_LOG_DEBUG 0   /**< for who looks for a fault */
#define VNIC_LOG_INFO 1    /**< something happened that is as it should be */
#define VNIC_LOG_WARNING 2 /**< something works, and not as was asked */

/**
 * What to open. Fill with vnic_config_init(), then set members. Every member is checked before
 * anything is created. A member that the backend cannot honour is VNIC_ENOTSUP, naming it; only
 * those marked "hint" may be left out of account. All pointers are copied from, none is kept, but
 * for `wakeup` and `log_user`.
 */
struct vnic_config {
    size_t size;         /**< set by vnic_config_init() */
    const char *backend; /**< one of vnic_backends(); NULL: this system's for the layer */
    const char *name;    /**< interface name, may contain one "%d"; NULL: chosen by the system */
    const char
        *addresses; /**< "10.9.0.1/24 fd09::1/64", also "10.9.0.1/32 peer 10.9.0.2"; NULL: none */
    const struct vnic_prefix
        *prefixes;     /**< vnic_prefix[n_prefixes], the typed form; added to the text's */
    const char *mac;   /**< "02:00:5e:10:00:01", TAP only; NULL: chosen by the system */
    const char *alias; /**< descriptive text of the interface, at most 255 bytes; NULL: none */
    const char
        *netns; /**< Linux: create inside this network namespace (path); NULL: the caller's */
    intptr_t netns_fd;   /**< Linux: the same by descriptor, which stays the caller's; -1: unset */
    vnic_wakeup *wakeup; /**< a shared interrupt that also wakes this handle; NULL: none */
    /** Called with one line (no newline) about what the library had to do; from any thread that is
     * inside a call on this interface; must not call vnic functions. NULL: silence. */
    void (*log)(void *user, int level, const char *text);
    void *log_user;      /**< first argument of `log` */
    uint32_t n_prefixes; /**< elements of `prefixes`, needed with it; 0: no address at all */
    uint32_t layer;      /**< VNIC_TUN or VNIC_TAP; VNIC_UNSET: VNIC_TUN, or what is adopted */
    uint32_t flags;      /**< VNIC_NONBLOCK | …; 0 after vnic_config_init() */
    uint32_t offload;    /**< VNIC_OFFLOAD_…; VNIC_UNSET: none */
    uint32_t mtu;        /**< 68 … 65535, with IPv6 1280 …; TAP on Linux … 65521 */
    uint32_t up;         /**< 1: bring up; 0: bring down; VNIC_UNSET: up, unless VNIC_KEEP_STATE */
    uint32_t persist;    /**< 1: it stays after the last close; 0: it goes; Linux, TAP-Windows6 */
    uint32_t owner_uid;  /**< user who may attach to it later; Linux */
    uint32_t
        group_gid; /**< group that may attach to it later; with an owner too, both must match */
    uint32_t tx_queue_len; /**< packets that the kernel holds for the reader; Linux; 0 … 1000000 */
    uint32_t if_index;     /**< index that the new interface shall have; Linux; 1 … 2147483647 */
    uint32_t sndbuf;       /**< bytes in flight after which sending waits; Linux; 4 … 2147483647 */
    const char
        *engine;       /**< how packets move: "auto", "plain" (a system call each) or "uring" (Linux
                              io_uring, in builds that have liburing); NULL: "auto" */
    uint32_t features; /**< with offload: VNIC_F_… that may be used at most; VNIC_UNSET: all */
    uint32_t reserved; /**< leave it as vnic_config_init() set it */
    /* Since 0.3. */
    const char *wintun_path; /**< Wintun: absolute path of the DLL; NULL: searched in safe places */
    const char *adapter_guid; /**< Wintun: "{…}" for a new adapter; NULL: derived from its name */
    const char *description;  /**< Windows: what lists of devices call it; hint; 127 UTF-16 units */
    const char *hardware_id;  /**< TAP-Windows6: NULL: "tap0901", then "root\\tap0901" */
    const char *dns;          /**< Windows: "1.1.1.1 search corp.example", see vnic_set_dns() */
    uint32_t ring_capacity;   /**< Wintun: bytes of a ring, 128 KiB … 64 MiB, 2^n; unset: 4 MiB */
    uint32_t metric;          /**< Windows: of the interface's routes, … 2147483647; 0: automatic */
};

/**
 * Sets every member to "unset" (flags: 0). Call it through the macro vnic_config_init(), which passes the size
 * that your header knows, so that a newer library never writes past an older structure.
 *
 * @param ret_cfg    [out]  the configuration; NULL is allowed and ignored
 * @param size       [in]   sizeof(struct vnic_config) of the caller's header
 * @error none
 * @thread  any
 * @platform same everywhere
 * @source  none
 * @since   0.1
 */
VNIC_API void vnic_config_init_size(struct vnic_config *ret_cfg, size_t size);

/** Sets every member of *cfg to "unset"; see vnic_config_init_size(). */
#define vnic_config_init(cfg) vnic_config_init_size((cfg), sizeof(struct vnic_config))

/**
 * Checks a configuration completely, as vnic_open() does before it creates anything.
 *
 * @param cfg        [in]   configuration; NULL stands for one with nothing set
 * @param ret_err    [out]  details on failure; NULL if not wanted
 * @return           0
 * @error VNIC_EINVAL       a member is out of range; err.field names it
 * @error VNIC_EADDR        `addresses`, `prefixes` or `mac` cannot be parsed; err.text quotes the text
 * @error VNIC_EEXIST       an address, DNS server or domain is listed twice; remove one
 * @error VNIC_ENAME        `name` is not an interface name; err.text tells the backend's rule
 * @error VNIC_ENOTSUP      the backend cannot honour the member in err.field; leave it unset
 * @error VNIC_EVERSION     `size` is not that of any known header; call vnic_config_init()
 * @error VNIC_ENOMEM       no memory for the address list
 * @thread  any
 * @platform options marked with a system's name are VNIC_ENOTSUP on the others
 * @source  none
 * @since   0.1
 */
VNIC_API VNIC_MUST_CHECK int vnic_config_check(const struct vnic_config *cfg,
                                               struct vnic_error *ret_err);

/**
 * The backends of this build, the default one first.
 *
 * @return           const char *[], ended by NULL; static. Linux: "linux", "fake", "null"; Windows:
 *                   "wintun", "tap-windows6", "fake", "null"
 * @error none
 * @thread  any
 * @platform "fake" (an in-memory pair, vnic/fake.h) and "null" are in every build
 * @source  none
 * @since   0.1
 */
VNIC_API const char *const *vnic_backends(void);

/* ---- Opening and closing ------------------------------------------------------------------------ */

/**
 * Creates an interface, or attaches to one that exists, and configures it.
 *
 * All or nothing: after a failure an interface that was created is gone and one that was there is as
 * before. Unless VNIC_KEEP_STATE says otherwise, addresses given replace those that the interface
 * has (an address that stays is not touched), the MTU is set when given, and the interface is up.
 *
 * @param cfg        [in]   what to open, copied; NULL: a TUN with everything chosen by the system
 * @param ret_dev    [out]  the handle, to be ended with vnic_close(); NULL on failure
 * @param ret_err    [out]  details on failure; NULL if not wanted
 * @return           0
 * @error VNIC_EINVAL       a NULL or out-of-range argument; err.field names it
 * @error VNIC_EADDR        an address cannot be parsed or is not usable here; err.text quotes it
 * @error VNIC_EEXIST       an address is listed twice, or VNIC_EXCLUSIVE and the name is taken
 * @error VNIC_ENAME        not an interface name
 * @error VNIC_ENOTSUP      the backend cannot honour the member in err.field
 * @error VNIC_EVERSION     cfg->size is not that of any known header; or wintun.dll is too old
 * @error VNIC_ENOMEM       out of memory, in the library or the kernel
 * @error VNIC_EPERM        no right to create or attach; err.text names the right
 * @error VNIC_ENODRIVER    no /dev/net/tun, wintun.dll or driver; err.text says how to get it
 * @error VNIC_EBUSY        the interface has one queue and is open already, or its index is taken; or
 *                          the program uses another wintun.dll
 * @error VNIC_EKIND        the name belongs to an interface of another kind or with other flags
 * @error VNIC_EMFILE       out of descriptors
 * @error VNIC_ELIMIT       the system's limit of queues or interfaces is reached
 * @error VNIC_ENETNS       the namespace does not exist or is none
 * @error VNIC_ECLOSED      somebody removed the interface while it was being configured
 * @error VNIC_EOS          anything else the system said; err.os_code has it
 * @thread  any
 * @platform Linux: needs CAP_NET_ADMIN in the namespace's user namespace, or ownership of a
 *           persistent interface and VNIC_KEEP_STATE
 * @source  Linux Documentation/networking/tuntap.rst
 * @since   0.1
 */
VNIC_API VNIC_MUST_CHECK int vnic_open(const struct vnic_config *cfg, vnic **ret_dev,
                                       struct vnic_error *ret_err);

/**
 * Adds a queue to the interface of an open handle. The new handle has the same flags and wakeup; the
 * system spreads flows over the queues, and a flow's answers are to be sent on the queue that
 * received it.
 *
 * @param dev        [in]   a handle of an interface opened with VNIC_MULTI_QUEUE
 * @param ret_dev    [out]  the new queue, to be ended with vnic_close(); NULL on failure
 * @param ret_err    [out]  details on failure; NULL if not wanted
 * @return           0
 * @error VNIC_EINVAL       NULL argument
 * @error VNIC_ENOTSUP      the interface has a single queue, or the system knows no queues
 * @error VNIC_ELIMIT       no more queues (Linux: 256)
 * @error VNIC_ECLOSED      shut down or removed
 * @error VNIC_EPERM        no right to attach
 * @error VNIC_ENOMEM       out of memory
 * @error VNIC_EMFILE       out of descriptors
 * @error VNIC_EOS          anything else; err.os_code has it
 * @thread  any
 * @platform Linux and fake; others VNIC_ENOTSUP
 * @source  Linux drivers/net/tun.c tun_set_iff(), MAX_TAP_QUEUES
 * @since   0.1
 */
VNIC_API VNIC_MUST_CHECK int vnic_open_queue(vnic *dev, vnic **ret_dev, struct vnic_error *ret_err);

/**
 * Adds several queues to the interface of an open handle, all or none: vnic_open_queue() so many
 * times. With one thread a queue, which receives from it and sends to it, no flow is reordered.
 *
 * @param dev        [in]   a handle of an interface opened with VNIC_MULTI_QUEUE
 * @param ret_queues [out]  vnic *[n], each to be ended with vnic_close(); all NULL on failure
 * @param n          [in]   queues to add, 1 … 255
 * @param ret_err    [out]  details on failure; NULL if not wanted
 * @return           0
 * @error VNIC_EINVAL       NULL argument, or n out of range
 * @error VNIC_ENOTSUP      as vnic_open_queue()
 * @error VNIC_ELIMIT       as vnic_open_queue()
 * @error VNIC_ECLOSED      as vnic_open_queue()
 * @error VNIC_EPERM        as vnic_open_queue()
 * @error VNIC_ENOMEM       as vnic_open_queue()
 * @error VNIC_EMFILE       as vnic_open_queue()
 * @error VNIC_EOS          as vnic_open_queue()
 * @thread  any
 * @platform as vnic_open_queue()
 * @source  as vnic_open_queue()
 * @since   0.2
 */
VNIC_API VNIC_MUST_CHECK int vnic_open_queues(vnic *dev, vnic **ret_queues, int n,
                                              struct vnic_error *ret_err);

/**
 * Takes a descriptor that was made elsewhere (by a helper, a service manager, VpnService, …). The
 * descriptor is asked what it is; nothing of the device is changed but what `cfg` sets, so leave
 * members unset to change nothing at all. `name`, `netns` and VNIC_EXCLUSIVE cannot be set.
 *
 * On success the handle owns the descriptor, unless VNIC_BORROW: then it is left open at close, and
 * its file status flags (which the lender shares) are never changed. On failure it stays the
 * caller's.
 *
 * @param native     [in]   the system's descriptor; "fake": what vnic_native_handle() gave
 * @param cfg        [in]   what to set, copied; NULL: nothing
 * @param ret_dev    [out]  the handle, to be ended with vnic_close(); NULL on failure
 * @param ret_err    [out]  details on failure; NULL if not wanted
 * @return           0
 * @error VNIC_EINVAL       NULL argument, or a member of cfg that makes no sense here
 * @error VNIC_EBADFD       not open, or not a TUN or TAP
 * @error VNIC_EKIND        cfg asks for another layer than the descriptor has
 * @error VNIC_EDETACHED    a queue that is attached to no interface
 * @error VNIC_ECLOSED      somebody removed the interface while it was being configured
 * @error VNIC_EADDR        an address cannot be parsed or is not usable here
 * @error VNIC_EEXIST       an address is listed twice
 * @error VNIC_ENOTSUP      the backend cannot adopt, or cannot honour the member in err.field
 * @error VNIC_EVERSION     cfg->size is not that of any known header
 * @error VNIC_ENOMEM       out of memory
 * @error VNIC_EPERM        no right for something that cfg asks
 * @error VNIC_EMFILE       out of descriptors
 * @error VNIC_EOS          anything else; err.os_code has it
 * @thread  any
 * @platform Linux: IFF_NO_PI, virtio-net header size and endianness, multi-queue are all understood
 * @source  Linux drivers/net/tun.c TUNGETIFF, TUNGETVNETHDRSZ
 * @since   0.1
 */
VNIC_API VNIC_MUST_CHECK int vnic_adopt(intptr_t native, const struct vnic_config *cfg,
                                        vnic **ret_dev, struct vnic_error *ret_err);

/**
 * Ends the handle but not the descriptor: the way back from vnic_adopt(). Blocked calls end as with
 * vnic_close(). Linux: the descriptor is close-on-exec and, unless it was borrowed, non-blocking.
 *
 * @param dev        [in]   the handle; it is gone after success, unchanged after an error
 * @param ret_native [out]  the system's descriptor, the caller's from now on
 * @return           0
 * @error VNIC_EINVAL       NULL argument
 * @error VNIC_ENOTSUP      the backend has no descriptor to give
 * @error VNIC_EBUSY        views of vnic_acquire_many() are out; release them first
 * @thread  as vnic_close()
 * @platform same everywhere
 * @source  none
 * @since   0.1
 */
VNIC_API int vnic_release(vnic *dev, intptr_t *ret_native);

/**
 * Ends a handle. The interface goes with its last handle, unless it is persistent. Calls that are
 * blocked in the handle end with VNIC_ECLOSED and are waited for; views are taken back. A call that
 * is *entered* after close began is an error of the caller: end your threads first, best with
 * vnic_shutdown() and a join.
 *
 * @param dev        [in]   the handle; NULL is allowed
 * @error none
 * @thread  once, from any thread that is not inside a call on this handle
 * @platform same everywhere
 * @source  none
 * @since   0.1
 */
VNIC_API void vnic_close(vnic *dev);

/* ---- Packets ------------------------------------------------------------------------------------ */

/** A buffer of this size holds every packet on every system, VNIC_KEEP_HEADER included:
 * 65535 + Ethernet header 14 + VLAN tag 4 + header 4. */
#define VNIC_MAX_PACKET 65557u

/** Values of timeout_ms besides 1 … 2147483647. */
#define VNIC_NOWAIT 0     /**< try once */
#define VNIC_FOREVER (-1) /**< wait until something happens */
#define VNIC_DEFAULT                                                                               \
    (-2) /**< as the handle was opened: VNIC_NOWAIT with VNIC_NONBLOCK, else VNIC_FOREVER */

/**
 * Receives one packet: vnic_recv_timeout() with VNIC_DEFAULT.
 *
 * @param dev        [in]   open device
 * @param buf        [out]  uint8_t[cap]; filled from index 0; contents undefined on error
 * @param cap        [in]   room in buf, 1 …; vnic_recv_size() is always enough for the MTU of now
 * @return           packet length, 1 … cap
 * @error VNIC_EINVAL       dev or buf NULL, cap 0; or VNIC_OFFLOAD_RAW, where a packet is nothing without
 *                          its fields: use vnic_recv_many()
 * @error VNIC_EAGAIN       non-blocking and nothing queued; wait on vnic_wait_handle()
 * @error VNIC_EMSGSIZE     packet longer than cap; it was consumed; use a larger buffer from now on
 * @error VNIC_EINTERRUPTED vnic_interrupt() or the shared wakeup; clear it to go on
 * @error VNIC_ECLOSED      vnic_shutdown() was called or the interface was removed
 * @error VNIC_EDETACHED    the queue is detached; vnic_attach_queue() makes receiving possible again
 * @error VNIC_ENOTSUP      a super-packet came on an adopted descriptor that was opened without offload,
 *                          or with offload one of a kind that cannot be split; it was consumed
 * @error VNIC_EOS          the system failed in a way that has no code
 * @thread  one receiver per handle at a time; may run beside a sender
 * @platform Linux itself cuts silently; the library finds out. Undecidable is only a packet, neither
 *           IP nor ARP, that fills a buffer of vnic_recv_size() or more to the last byte after the MTU
 *           was raised from outside: VNIC_EMSGSIZE once, even if it was whole
 * @source  Linux Documentation/networking/tuntap.rst
 * @since   0.1
 */
VNIC_API int vnic_recv(vnic *dev, void *buf, size_t cap);

/**
 * Receives one packet, waiting at most so long.
 *
 * @param dev        [in]   open device
 * @param buf        [out]  uint8_t[cap]; contents undefined on error
 * @param cap        [in]   room in buf, 1 …
 * @param timeout_ms [in]   milliseconds against a monotonic clock, VNIC_NOWAIT, VNIC_FOREVER or VNIC_DEFAULT
 * @return           packet length, 1 … cap
 * @error VNIC_EINVAL       dev or buf NULL, cap 0, timeout_ms < -2
 * @error VNIC_EAGAIN       VNIC_NOWAIT and nothing queued
 * @error VNIC_ETIMEDOUT    nothing came in time
 * @error VNIC_EMSGSIZE     packet longer than cap; it was consumed
 * @error VNIC_EINTERRUPTED as vnic_recv()
 * @error VNIC_ECLOSED      as vnic_recv()
 * @error VNIC_EDETACHED    as vnic_recv()
 * @error VNIC_ENOTSUP      as vnic_recv()
 * @error VNIC_EOS          as vnic_recv()
 * @thread  as vnic_recv()
 * @platform signals do not end the wait and do not prolong it
 * @source  none
 * @since   0.1
 */
VNIC_API int vnic_recv_timeout(vnic *dev, void *buf, size_t cap, int timeout_ms);

/**
 * Sends one packet: vnic_send_timeout() with VNIC_DEFAULT.
 *
 * @param dev        [in]   open device
 * @param data       [in]   uint8_t[len], an IP packet (VNIC_TUN) or Ethernet frame (VNIC_TAP); copied
 * @param len        [in]   1 … 65535 (TUN), 14 … 65553 (TAP), and 4 more with VNIC_KEEP_HEADER
 * @return           len
 * @error VNIC_EINVAL       dev or data NULL, len 0, not an IP packet (VNIC_TUN), shorter than an Ethernet header (VNIC_TAP)
 * @error VNIC_EMSGSIZE     longer than any packet of this layer; nothing was sent
 * @error VNIC_EAGAIN       non-blocking and no room; wait for VNIC_WRITABLE
 * @error VNIC_EDOWN        the interface is down
 * @error VNIC_EINTERRUPTED as vnic_recv()
 * @error VNIC_ECLOSED      as vnic_recv()
 * @error VNIC_EDETACHED    the queue is detached
 * @error VNIC_ENOMEM       the system had no memory for the packet; try again
 * @error VNIC_EOS          anything else
 * @thread  one sender per handle at a time; may run beside a receiver
 * @platform Linux: "no room" happens only with a finite `sndbuf`
 * @source  Linux drivers/net/tun.c tun_get_user()
 * @since   0.1
 */
VNIC_API int vnic_send(vnic *dev, const void *data, size_t len);

/**
 * Sends one packet, waiting for room at most so long.
 *
 * @param dev        [in]   open device
 * @param data       [in]   uint8_t[len]; copied
 * @param len        [in]   as vnic_send()
 * @param timeout_ms [in]   as vnic_recv_timeout()
 * @return           len
 * @error VNIC_EINVAL       as vnic_send(), and timeout_ms < -2
 * @error VNIC_EMSGSIZE     as vnic_send()
 * @error VNIC_EAGAIN       VNIC_NOWAIT and no room
 * @error VNIC_ETIMEDOUT    no room in time
 * @error VNIC_EDOWN        as vnic_send()
 * @error VNIC_EINTERRUPTED as vnic_send()
 * @error VNIC_ECLOSED      as vnic_send()
 * @error VNIC_EDETACHED    as vnic_send()
 * @error VNIC_ENOMEM       as vnic_send()
 * @error VNIC_EOS          as vnic_send()
 * @thread  as vnic_send()
 * @platform as vnic_send()
 * @source  none
 * @since   0.1
 */
VNIC_API int vnic_send_timeout(vnic *dev, const void *data, size_t len, int timeout_ms);

/** A piece of a packet. Laid out as the system's own (struct iovec, WSABUF aside). */
struct vnic_iovec {
    void *base; /**< uint8_t[len]; not written to by vnic_sendv() */
    size_t len; /**< bytes, 0 … */
};

/** The most pieces that vnic_recvv() and vnic_sendv() take. */
#define VNIC_MAX_IOV 64

/**
 * Receives one packet into several pieces, filled in order.
 *
 * @param dev        [in]   open device
 * @param iov        [in]   vnic_iovec[n]
 * @param n          [in]   1 … VNIC_MAX_IOV
 * @param timeout_ms [in]   as vnic_recv_timeout()
 * @return           packet length, 1 … the sum of the pieces
 * @error VNIC_EINVAL       NULL, n out of range, no room at all, timeout_ms < -2
 * @error VNIC_EAGAIN       as vnic_recv_timeout()
 * @error VNIC_ETIMEDOUT    as vnic_recv_timeout()
 * @error VNIC_EMSGSIZE     packet longer than all pieces; it was consumed
 * @error VNIC_EINTERRUPTED as vnic_recv()
 * @error VNIC_ECLOSED      as vnic_recv()
 * @error VNIC_EDETACHED    as vnic_recv()
 * @error VNIC_ENOTSUP      as vnic_recv()
 * @error VNIC_EOS          as vnic_recv()
 * @thread  as vnic_recv()
 * @platform as vnic_recv()
 * @source  POSIX readv()
 * @since   0.1
 */
VNIC_API int vnic_recvv(vnic *dev, const struct vnic_iovec *iov, int n, int timeout_ms);

/**
 * Sends one packet that lies in several pieces.
 *
 * @param dev        [in]   open device
 * @param iov        [in]   vnic_iovec[n]; copied
 * @param n          [in]   1 … VNIC_MAX_IOV
 * @param timeout_ms [in]   as vnic_send_timeout()
 * @return           packet length, the sum of the pieces
 * @error VNIC_EINVAL       NULL, n out of range, empty packet, timeout_ms < -2, not an IP packet (VNIC_TUN)
 * @error VNIC_EMSGSIZE     as vnic_send()
 * @error VNIC_EAGAIN       as vnic_send_timeout()
 * @error VNIC_ETIMEDOUT    as vnic_send_timeout()
 * @error VNIC_EDOWN        as vnic_send()
 * @error VNIC_EINTERRUPTED as vnic_send()
 * @error VNIC_ECLOSED      as vnic_send()
 * @error VNIC_EDETACHED    as vnic_send()
 * @error VNIC_ENOMEM       as vnic_send()
 * @error VNIC_EOS          as vnic_send()
 * @thread  as vnic_send()
 * @platform as vnic_send()
 * @source  POSIX writev()
 * @since   0.1
 */
VNIC_API int vnic_sendv(vnic *dev, const struct vnic_iovec *iov, int n, int timeout_ms);

/* ---- Offload ------------------------------------------------------------------------------------ */

/*
 * A super-packet is one packet of up to 64 KiB with one set of headers that stands for many packets of
 * a flow: moving it costs one system call and one pass through the network stack. Its fields in
 * struct vnic_packet say how it is to be split; a partial checksum is completed by whoever splits.
 *
 * VNIC_OFFLOAD_SPLIT hides all of this: what is received is split, what is sent together is merged, and
 * every packet that a caller sees is at most as long as the MTU and has right checksums. What is left of
 * a super-packet stays in the handle for the next call. VNIC_PARTIAL_CHECKSUMS leaves out computing
 * checksums that nobody may need: for those who merge again (on another handle), or who know csum.
 *
 * VNIC_OFFLOAD_RAW hands super-packets on as they are, both ways: what one handle receives, another one
 * sends. Whoever cuts them for a network finds the functions in vnic/segment.h.
 *
 * A system that refuses a super-packet which it said it takes gets the same packet in parts, and no more
 * of that kind: vnic_info.refused. None is lost, doubled or reordered by that.
 */

/** Values of vnic_packet.gso_type: what a super-packet stands for. Linux linux/virtio_net.h
 * VIRTIO_NET_HDR_GSO_…. */
#define VNIC_GSO_NONE 0u   /**< a packet as every other */
#define VNIC_GSO_TCPV4 1u  /**< TCP over IPv4 */
#define VNIC_GSO_UDP 3u    /**< UDP to be fragmented (UFO); no current system gives it */
#define VNIC_GSO_TCPV6 4u  /**< TCP over IPv6 */
#define VNIC_GSO_UDP_L4 5u /**< UDP datagrams */
#define VNIC_GSO_ECN 0x80u /**< added to a TCP type: CWR belongs to the first segment only */

/** Values of vnic_packet.csum: what is known of the layer 4 checksum. */
#define VNIC_CSUM_UNKNOWN 0u /**< nothing: it is verified before the packet is merged */
#define VNIC_CSUM_PARTIAL                                                                          \
    1u /**< the field holds the pseudo header's sum: see csum_start, vnic_packet_complete() */
#define VNIC_CSUM_VALID 2u   /**< it is right: somebody has verified or computed it here */
#define VNIC_CSUM_TRUSTED 3u /**< it was right where the packet came from, which is authenticated */

/** Bits of vnic_packet.flags. */
#define VNIC_PACKET_EXACT                                                                          \
    0x1u /**< reserve: will be committed with exactly the reserved length; see there */

/**
 * One packet of a batch, 64 bytes. It is an array element and does not grow: set what you do not use
 * to zero. What gso_type and csum say counts with offload (chapter "Offload"); a handle without it gives
 * 0, and refuses to send what needs more.
 */
struct vnic_packet {
    uint64_t user;   /**< yours; carried along, never looked at */
    uint8_t *data;   /**< first byte of the packet */
    uintptr_t token; /**< the library's, for views: do not change it between acquire and release */
    uint32_t len;    /**< bytes of the packet */
    uint32_t cap;    /**< room from `data` on; tailroom is cap - len */
    int32_t status;  /**< 0, or this packet's VNIC_E… */
    uint16_t headroom;    /**< bytes before `data` that may be written to (views) */
    uint16_t queue;       /**< 0 in this version: a handle is one queue */
    uint16_t gso_size;    /**< payload of a segment of a super-packet */
    uint16_t hdr_len;     /**< headers of a super-packet */
    uint16_t csum_start;  /**< where a partial checksum begins */
    uint16_t csum_offset; /**< where it goes, from csum_start */
    uint8_t gso_type;     /**< kind of super-packet: VNIC_GSO_… */
    uint8_t csum;         /**< what is known of the checksum: VNIC_CSUM_… */
    uint16_t flags;       /**< VNIC_PACKET_… */
    uint16_t vlan_tci;    /**< VLAN tag that is not in the frame */
    uint16_t inner_nh;    /**< tunnel: offset of the inner network header */
    uint32_t hash;        /**< flow hash, if the system gives one */
    uint16_t outer_th;    /**< tunnel: offset of the outer transport header; inner: csum_start */
    uint8_t reserved[10 - 2 * (sizeof(void *) - 4)]; /**< 0; makes 64 bytes on every system */
};

/**
 * Receives at least one packet, then all that are there without waiting, up to n.
 *
 * @param dev        [in]   open device
 * @param pkts       [in,out] vnic_packet[n]; `data` and `cap` set by the caller; `len`, `status` and the
 *                          fields that describe the packet are filled
 * @param n          [in]   1 …
 * @param timeout_ms [in]   for the first packet, as vnic_recv_timeout()
 * @return           packets consumed, 1 … n: pkts[0 … result-1]. One whose `cap` was too small has
 *                   status VNIC_EMSGSIZE, one that cannot be given (see vnic_recv()) VNIC_ENOTSUP, both
 *                   len 0; the others have status 0. With VNIC_OFFLOAD_RAW give VNIC_MAX_PACKET of room;
 *                   with VNIC_OFFLOAD_SPLIT the result may be less than what is there, rather than
 *                   half a super-packet: room for 64 or more is good
 * @error VNIC_EINVAL       NULL, n < 1, timeout_ms < -2, a data NULL or cap 0
 * @error VNIC_EAGAIN       as vnic_recv_timeout(); no packet was consumed (so for all that follow)
 * @error VNIC_ETIMEDOUT    as vnic_recv_timeout()
 * @error VNIC_EINTERRUPTED as vnic_recv()
 * @error VNIC_ECLOSED      as vnic_recv()
 * @error VNIC_EDETACHED    as vnic_recv()
 * @error VNIC_EOS          as vnic_recv()
 * @thread  as vnic_recv()
 * @platform as vnic_recv()
 * @source  none
 * @since   0.1
 */
VNIC_API int vnic_recv_many(vnic *dev, struct vnic_packet *pkts, int n, int timeout_ms);

/**
 * Sends packets in order. Every packet gets its own status: 0 when it was accepted, else its code
 * (VNIC_EAGAIN for those that were not tried). Nothing is held back between calls. A packet that is
 * bad in itself does not keep the next from being sent. vnic_packets_unsent() moves the rest to the
 * front.
 *
 * With VNIC_OFFLOAD_SPLIT neighbours of a flow are merged, as vnic_merge_plan() describes; a merged
 * packet goes where its first part stands, so packets of different flows may overtake each other. Set
 * `csum` to what you know, so that it need not be verified. With offload, super-packets and partial
 * checksums may be sent with their fields; one that the system does not take goes in parts, and is then
 * finished even by a call that may not wait.
 *
 * @param dev        [in]   open device
 * @param pkts       [in,out] vnic_packet[n]; `data` and `len` set by the caller; `status` is filled
 * @param n          [in]   1 …
 * @param timeout_ms [in]   for the whole batch, as vnic_send_timeout()
 * @return           packets accepted, 1 … n
 * @error VNIC_EINVAL       NULL, n < 1, timeout_ms < -2; or no packet was accepted and the first one was bad,
 *                          or needs offload and the handle has none
 * @error VNIC_EMSGSIZE     no packet was accepted, and the first one is too long
 * @error VNIC_EAGAIN       no room for the first one
 * @error VNIC_ETIMEDOUT    no room in time
 * @error VNIC_EDOWN        the interface is down; no packet was accepted
 * @error VNIC_EINTERRUPTED no packet was accepted before the interrupt
 * @error VNIC_ECLOSED      no packet was accepted before the shutdown or removal
 * @error VNIC_EDETACHED    the queue is detached
 * @error VNIC_ENOMEM       as vnic_send()
 * @error VNIC_EOS          as vnic_send()
 * @thread  as vnic_send()
 * @platform as vnic_send()
 * @source  none
 * @since   0.1
 */
VNIC_API int vnic_send_many(vnic *dev, struct vnic_packet *pkts, int n, int timeout_ms);

/**
 * Moves the packets that were not accepted and may be tried again (status VNIC_EAGAIN,
 * VNIC_EINTERRUPTED, VNIC_ETIMEDOUT, VNIC_EDOWN, VNIC_EDETACHED, VNIC_ENOMEM or VNIC_ENOBUFS) to the
 * front, in order.
 * Packets that were sent, or can never be sent, come behind them, in no particular order.
 *
 * @param pkts       [in,out] vnic_packet[n] as vnic_send_many() left it
 * @param n          [in]   0 …
 * @return           packets to try again: pkts[0 … result-1]
 * @error VNIC_EINVAL       pkts NULL or n < 0
 * @thread  any; touches only pkts
 * @platform same everywhere
 * @source  none
 * @since   0.1
 */
VNIC_API int vnic_packets_unsent(struct vnic_packet *pkts, int n);

/**
 * Receives packets without copying: views into memory of the library or the system, with head- and
 * tailroom to encapsulate in place. You may write to them. Give every view back with
 * vnic_release_many(), in any order, soon: there are 256 a handle (fewer on some systems), with
 * VNIC_OFFLOAD_SPLIT 1024. Of a super-packet every other segment is lent where it lies.
 *
 * @param dev        [in]   open device
 * @param pkts       [out]  vnic_packet[n]; data, len, cap, headroom, token and status are filled; borrowed
 *                          until released
 * @param n          [in]   1 …
 * @param timeout_ms [in]   for the first packet, as vnic_recv_timeout()
 * @return           packets got, 1 … n; as with vnic_recv_many() a GSO super-packet, which is refused, has
 *                   its place: status VNIC_ENOTSUP and len 0 (release it like the others)
 * @error VNIC_EINVAL       NULL, n < 1, timeout_ms < -2
 * @error VNIC_ENOBUFS      all views are out; release some
 * @error VNIC_ENOMEM       no memory for the pool
 * @error VNIC_EAGAIN       as vnic_recv_timeout()
 * @error VNIC_ETIMEDOUT    as vnic_recv_timeout()
 * @error VNIC_EINTERRUPTED as vnic_recv()
 * @error VNIC_ECLOSED      as vnic_recv()
 * @error VNIC_EDETACHED    as vnic_recv()
 * @error VNIC_EOS          as vnic_recv()
 * @thread  as vnic_recv()
 * @platform Linux and fake: a pool of the handle
 * @source  none
 * @since   0.1
 */
VNIC_API int vnic_acquire_many(vnic *dev, struct vnic_packet *pkts, int n, int timeout_ms);

/**
 * Gives views of vnic_acquire_many() back, in any order and grouping.
 *
 * @param dev        [in]   the handle that gave them
 * @param pkts       [in]   vnic_packet[n] with the tokens as they came
 * @param n          [in]   0 …
 * @return           0
 * @error VNIC_EINVAL       NULL, n < 0, or a token that is not out (none of the pkts is released then)
 * @thread  any, beside everything else on the handle
 * @platform same everywhere; after shutdown or removal too
 * @source  none
 * @since   0.1
 */
VNIC_API int vnic_release_many(vnic *dev, const struct vnic_packet *pkts, int n);

/**
 * Gives writable memory for packets to be sent without copying. Fill it and send it with
 * vnic_commit_many().
 *
 * VNIC_PACKET_EXACT promises that the packet will be committed with the reserved `data` and `len`, or
 * given back (vnic_release_many(), or a len of 0). Its `cap` is then `len` and its headroom 0, and
 * vnic_commit_many() refuses anything else, on every system. When all packets of a call have the flag,
 * they may lie in the system's own ring: that saves a copy, and each has its place in the ring from now
 * on. So packets that are sent afterwards, by whatever call, leave the machine behind it and wait until
 * it is committed or given back; commit soon, and in the order of reserving. Where the ring cannot take
 * a place back, what is given back goes out as a packet that the receiving stack drops.
 *
 * @param dev        [in]   open device
 * @param pkts       [in,out] vnic_packet[n]; `len` says how many bytes each needs, `flags` may have
 *                          VNIC_PACKET_EXACT; data, cap, headroom and token are filled
 * @param n          [in]   1 …
 * @param timeout_ms [in]   for the first, as vnic_send_timeout(), for room in the system's ring; a pool
 *                          gives at once or not at all
 * @return           packets reserved, 1 … n
 * @error VNIC_EINVAL       NULL, n < 1, timeout_ms < -2, a len of 0
 * @error VNIC_EAGAIN       no room in the system's ring
 * @error VNIC_ETIMEDOUT    no room in time
 * @error VNIC_EDOWN        the interface is down
 * @error VNIC_EMSGSIZE     a len longer than any packet
 * @error VNIC_ENOBUFS      all buffers are out; commit or release some
 * @error VNIC_ENOMEM       no memory for the pool
 * @error VNIC_EINTERRUPTED as vnic_send()
 * @error VNIC_ECLOSED      as vnic_send()
 * @error VNIC_EDETACHED    as vnic_send()
 * @error VNIC_EOS          as vnic_send()
 * @thread  as vnic_send()
 * @platform Linux: a pool of the handle; Wintun and fake: exact packets in the ring
 * @source  none
 * @since   0.1
 */
VNIC_API int vnic_reserve_many(vnic *dev, struct vnic_packet *pkts, int n, int timeout_ms);

/**
 * Sends reserved packets, in order. `len` may have become smaller; 0 gives the buffer back unsent.
 * `data` may point anywhere inside the buffer. A view of vnic_acquire_many() may be committed too: so
 * a packet is forwarded without a copy, on the handle that gave it. Packets that were accepted (and
 * those given back) have status 0 and are gone; the others keep their buffer, so that they can be
 * committed again or released with vnic_release_many().
 *
 * @param dev        [in]   the handle that reserved them
 * @param pkts       [in,out] vnic_packet[n]; `status` is filled
 * @param n          [in]   1 …
 * @param timeout_ms [in]   for the whole batch, as vnic_send_timeout()
 * @return           packets accepted or given back, 1 … n
 * @error VNIC_EINVAL       NULL, n < 1, timeout_ms < -2, a token that is not out, data outside its buffer,
 *                          or an exact packet with another data or len than was reserved
 * @error VNIC_EMSGSIZE     as vnic_send_many()
 * @error VNIC_EAGAIN       as vnic_send_many()
 * @error VNIC_ETIMEDOUT    as vnic_send_many()
 * @error VNIC_EDOWN        as vnic_send_many()
 * @error VNIC_EINTERRUPTED as vnic_send_many()
 * @error VNIC_ECLOSED      as vnic_send_many()
 * @error VNIC_EDETACHED    as vnic_send_many()
 * @error VNIC_ENOMEM       as vnic_send_many()
 * @error VNIC_EOS          as vnic_send_many()
 * @thread  as vnic_send()
 * @platform same everywhere
 * @source  none
 * @since   0.1
 */
VNIC_API int vnic_commit_many(vnic *dev, struct vnic_packet *pkts, int n, int timeout_ms);

/**
 * A buffer of this size holds every packet at the interface's MTU of now, headers of the layer and
 * VNIC_KEEP_HEADER included. The MTU can be changed from outside at any time; VNIC_MAX_PACKET is
 * always enough.
 *
 * @param dev        [in]   open device
 * @return           bytes, 1 … VNIC_MAX_PACKET
 * @error VNIC_EINVAL       dev NULL
 * @error VNIC_ECLOSED      shut down or removed
 * @thread  any
 * @platform asks the system; not for the packet loop
 * @source  Linux SIOCGIFMTU, netdevice(7)
 * @since   0.1
 */
VNIC_API int vnic_recv_size(vnic *dev);

/* ---- Waiting ------------------------------------------------------------------------------------ */

/** Bits of vnic_wait(). */
#define VNIC_READABLE 1 /**< a packet is there */
#define VNIC_WRITABLE 2 /**< a packet can be sent */

/**
 * Waits until a packet can be received or sent.
 *
 * @param dev        [in]   open device
 * @param events     [in]   VNIC_READABLE, VNIC_WRITABLE or both
 * @param timeout_ms [in]   as vnic_recv_timeout(); VNIC_DEFAULT is VNIC_FOREVER unless VNIC_NONBLOCK
 * @return           the events that are there, not 0
 * @error VNIC_EINVAL       dev NULL, no or unknown events, timeout_ms < -2
 * @error VNIC_EAGAIN       VNIC_NOWAIT and nothing is ready
 * @error VNIC_ETIMEDOUT    nothing became ready in time
 * @error VNIC_EINTERRUPTED as vnic_recv()
 * @error VNIC_ECLOSED      as vnic_recv()
 * @error VNIC_EDETACHED    as vnic_recv()
 * @error VNIC_EOS          the system's wait failed
 * @thread  counts as the receiver, the sender or both, by its events
 * @platform Linux: an interface that is down is never writable
 * @source  POSIX poll()
 * @since   0.1
 */
VNIC_API int vnic_wait(vnic *dev, int events, int timeout_ms);

/**
 * One thing to give to poll, epoll, kqueue, libuv, WaitForMultipleObjects: it is readable (signalled)
 * while a packet may be received, and while the handle is interrupted, shut down, detached or its
 * interface removed. Rule: when it is signalled, receive until VNIC_EAGAIN.
 *
 * @param dev        [in]   open device
 * @return           descriptor (Unix) or HANDLE (Windows); lent until vnic_close()
 * @error VNIC_EINVAL       dev NULL
 * @error VNIC_ENOMEM       no memory
 * @error VNIC_EMFILE       out of descriptors
 * @error VNIC_EOS          the system failed
 * @thread  any; the first call makes it, later ones give the same
 * @platform Linux: an epoll descriptor. It does not tell when a full send queue has room: use
 *           vnic_wait(), or poll vnic_native_handle() for writing. Windows: a manual-reset event for
 *           WaitForMultipleObjects(), which a thread of the library's own keeps
 * @source  epoll(7)
 * @since   0.1
 */
VNIC_API intptr_t vnic_wait_handle(vnic *dev);

/**
 * The system's own descriptor, for those who know what it leaves out: interrupts, shutdown, packets
 * held inside the library.
 *
 * @param dev        [in]   open device
 * @return           descriptor (Unix), a pointer ("fake"); lent until vnic_close()
 * @error VNIC_EINVAL       dev NULL
 * @error VNIC_ENOTSUP      the backend has none
 * @thread  any
 * @platform Linux: the descriptor of /dev/net/tun; Windows: VNIC_ENOTSUP
 * @source  none
 * @since   0.1
 */
VNIC_API intptr_t vnic_native_handle(vnic *dev);

/**
 * Changes what VNIC_DEFAULT means, as VNIC_NONBLOCK does at open.
 *
 * @param dev        [in]   open device
 * @param on         [in]   1: VNIC_NOWAIT; 0: VNIC_FOREVER
 * @return           0
 * @error VNIC_EINVAL       dev NULL
 * @thread  any; holds for calls entered afterwards
 * @platform the descriptor itself is not changed
 * @source  none
 * @since   0.1
 */
VNIC_API int vnic_set_nonblock(vnic *dev, int on);

/* ---- Control ------------------------------------------------------------------------------------ */

/**
 * Interrupts a handle: the call that waits in it, and every later one that receives, sends or waits,
 * returns VNIC_EINTERRUPTED, until vnic_clear_interrupt(). Packets stay queued.
 *
 * @param dev        [in]   open device
 * @return           0
 * @error VNIC_EINVAL       dev NULL
 * @thread  any, and async-signal-safe
 * @platform same everywhere
 * @source  none
 * @since   0.1
 */
VNIC_API int vnic_interrupt(vnic *dev);

/**
 * Ends the state that vnic_interrupt() made. A shared wakeup has its own vnic_wakeup_clear().
 *
 * @param dev        [in]   open device
 * @return           0
 * @error VNIC_EINVAL       dev NULL
 * @thread  any
 * @platform same everywhere
 * @source  none
 * @since   0.1
 */
VNIC_API int vnic_clear_interrupt(vnic *dev);

/**
 * Ends a handle for packets: every present and later call that receives, sends or waits returns
 * VNIC_ECLOSED. The interface stays until vnic_close().
 *
 * @param dev        [in]   open device
 * @return           0
 * @error VNIC_EINVAL       dev NULL
 * @thread  any, and async-signal-safe
 * @platform same everywhere
 * @source  none
 * @since   0.1
 */
VNIC_API int vnic_shutdown(vnic *dev);

/**
 * vnic_shutdown() for every handle that came from the same vnic_open() or vnic_adopt(): that one, and
 * those of vnic_open_queue().
 *
 * @param dev        [in]   any handle of the interface
 * @return           0
 * @error VNIC_EINVAL       dev NULL
 * @thread  any; not async-signal-safe
 * @platform same everywhere
 * @source  none
 * @since   0.1
 */
VNIC_API int vnic_shutdown_all(vnic *dev);

/**
 * Makes an interrupt that handles share: put it in vnic_config.wakeup.
 *
 * @param ret_wakeup [out]  the wakeup, to be ended with vnic_wakeup_destroy(); NULL on failure
 * @param ret_err    [out]  details on failure; NULL if not wanted
 * @return           0
 * @error VNIC_EINVAL       ret_wakeup NULL
 * @error VNIC_ENOMEM       out of memory
 * @error VNIC_EMFILE       out of descriptors
 * @error VNIC_EOS          the system failed
 * @thread  any
 * @platform same everywhere
 * @source  none
 * @since   0.1
 */
VNIC_API VNIC_MUST_CHECK int vnic_wakeup_create(vnic_wakeup **ret_wakeup,
                                                struct vnic_error *ret_err);

/**
 * Interrupts every handle that has this wakeup, until vnic_wakeup_clear(). While it is triggered, the
 * first value stays.
 *
 * @param wakeup     [in]   the wakeup
 * @param value      [in]   anything but 0; those who wake read it with vnic_wakeup_value()
 * @return           0; 1 if it was triggered already, so that this value is not taken
 * @error VNIC_EINVAL       wakeup NULL or value 0
 * @thread  any, and async-signal-safe
 * @platform same everywhere
 * @source  none
 * @since   0.1
 */
VNIC_API int vnic_wakeup_trigger(vnic_wakeup *wakeup, uint32_t value);

/**
 * The value of the trigger, 0 while there is none.
 *
 * @param wakeup     [in]   the wakeup; NULL gives 0
 * @return           value of vnic_wakeup_trigger(), or 0
 * @error none
 * @thread  any, and async-signal-safe
 * @platform same everywhere
 * @source  none
 * @since   0.1
 */
VNIC_API uint32_t vnic_wakeup_value(const vnic_wakeup *wakeup);

/**
 * Ends the interruption of every handle that has this wakeup.
 *
 * @param wakeup     [in]   the wakeup
 * @return           0
 * @error VNIC_EINVAL       wakeup NULL
 * @thread  any
 * @platform same everywhere
 * @source  none
 * @since   0.1
 */
VNIC_API int vnic_wakeup_clear(vnic_wakeup *wakeup);

/**
 * Ends the caller's hold of a wakeup. Handles that were opened with it keep it alive until they are
 * closed, so the order does not matter; but it must not be used by the caller any more.
 *
 * @param wakeup     [in]   the wakeup; NULL is allowed
 * @error none
 * @thread  once
 * @platform same everywhere
 * @source  none
 * @since   0.1
 */
VNIC_API void vnic_wakeup_destroy(vnic_wakeup *wakeup);

/* ---- Queues ------------------------------------------------------------------------------------- */

/**
 * Takes the queue out of service: it receives nothing, and its calls return VNIC_EDETACHED until
 * vnic_attach_queue(). Packets that were queued for it and not received are dropped by the kernel.
 *
 * @param dev        [in]   a queue of an interface with VNIC_MULTI_QUEUE
 * @param ret_err    [out]  details on failure; NULL if not wanted
 * @return           0, also when it was detached already
 * @error VNIC_EINVAL       dev NULL
 * @error VNIC_ENOTSUP      the interface has a single queue
 * @error VNIC_ECLOSED      shut down or removed
 * @error VNIC_EPERM        no right to change the queue
 * @error VNIC_EOS          anything else
 * @thread  any
 * @platform Linux and fake
 * @source  Linux drivers/net/tun.c TUNSETQUEUE IFF_DETACH_QUEUE
 * @since   0.1
 */
VNIC_API int vnic_detach_queue(vnic *dev, struct vnic_error *ret_err);

/**
 * Puts a detached queue into service again. It becomes the last queue of the interface.
 *
 * @param dev        [in]   the handle
 * @param ret_err    [out]  details on failure; NULL if not wanted
 * @return           0, also when it was attached already
 * @error VNIC_EINVAL       dev NULL
 * @error VNIC_ENOTSUP      the interface has a single queue
 * @error VNIC_ELIMIT       no more queues
 * @error VNIC_ECLOSED      shut down, or the interface was removed meanwhile
 * @error VNIC_EPERM        no right to attach
 * @error VNIC_EOS          anything else
 * @thread  any
 * @platform Linux and fake
 * @source  Linux drivers/net/tun.c TUNSETQUEUE IFF_ATTACH_QUEUE
 * @since   0.1
 */
VNIC_API int vnic_attach_queue(vnic *dev, struct vnic_error *ret_err);

/* ---- The interface ------------------------------------------------------------------------------ */

/** Room for an interface name with its terminator, on any system. */
#define VNIC_NAME_SIZE 256

/** Bits of vnic_info.flags. */
#define VNIC_IF_UP 0x1u          /**< administratively up */
#define VNIC_IF_RUNNING 0x2u     /**< up and with carrier */
#define VNIC_IF_PERSIST 0x4u     /**< stays after the last close */
#define VNIC_IF_MULTI_QUEUE 0x8u /**< can have several queues */
#define VNIC_IF_VNET_HDR 0x10u   /**< its queues carry virtio-net headers */
#define VNIC_IF_PI 0x20u         /**< its queues carry the 4-byte packet information */
#define VNIC_IF_CARRIER 0x40u    /**< has carrier */

/** Counters. "rx" is what the interface's user (this library) received, "tx" what it sent. */
struct vnic_stats {
    size_t size;         /**< sizeof(struct vnic_stats), set by the caller */
    uint64_t rx_packets; /**< given by the system to the interface's queues (kernel's tx_packets) */
    uint64_t rx_bytes;   /**< the same in bytes */
    uint64_t rx_dropped; /**< lost because no queue took them in time (kernel's tx_dropped) */
    uint64_t rx_errors;  /**< the kernel's tx_errors */
    uint64_t tx_packets; /**< accepted by the system from the queues (kernel's rx_packets) */
    uint64_t tx_bytes;   /**< the same in bytes */
    uint64_t tx_dropped; /**< refused by the system (kernel's rx_dropped) */
    uint64_t tx_errors;  /**< malformed (kernel's rx_errors and rx_frame_errors) */
    uint64_t queue_rx_packets; /**< received through this handle */
    uint64_t queue_rx_bytes;   /**< the same in bytes */
    uint64_t queue_tx_packets; /**< sent through this handle */
    uint64_t queue_tx_bytes;   /**< the same in bytes */
    uint64_t queue_rx_cut;     /**< packets that this handle lost to a too small buffer */
    uint64_t queue_rx_super;   /**< super-packets that came */
    uint64_t
        queue_rx_bad; /**< packets that came and could not be given: malformed or unknown kind */
    uint64_t queue_tx_super;   /**< super-packets that the kernel took */
    uint64_t queue_tx_merged;  /**< packets that were sent as a part of one */
    uint64_t queue_tx_split;   /**< super-packets that were split before sending */
    uint64_t queue_tx_refused; /**< super-packets that the kernel refused */
};

/** What an interface is. Strings are terminated; what the system does not tell is VNIC_UNSET, 0 or "". */
struct vnic_info {
    size_t size;               /**< sizeof(struct vnic_info), set by the caller */
    char name[VNIC_NAME_SIZE]; /**< as it is now */
    char alias[256];           /**< descriptive text */
    char backend[16];          /**< "linux", "fake", … */
    uint32_t if_index;         /**< the system's number of the interface */
    uint32_t layer;            /**< VNIC_TUN or VNIC_TAP */
    uint32_t flags;            /**< VNIC_IF_… */
    uint32_t mtu;              /**< bytes; of Windows' two, IPv4's and IPv6's, the smaller */
    uint32_t n_queues;         /**< attached queues, of all processes */
    uint32_t n_detached;       /**< detached queues, of all processes */
    uint32_t owner_uid;        /**< VNIC_UNSET: none */
    uint32_t group_gid;        /**< VNIC_UNSET: none */
    uint32_t tx_queue_len;     /**< packets that the kernel holds for the reader */
    uint32_t vnet_hdr_len;     /**< bytes of the virtio-net header, 0: none */
    uint8_t mac[6];            /**< TAP; all 0 for a TUN */
    uint8_t reserved[2];       /**< 0 */
    uint32_t offload;          /**< VNIC_OFFLOAD_… of the handle */
    uint32_t features;         /**< VNIC_F_… in use for sending by this interface's handles */
    uint32_t refused;       /**< VNIC_F_… that the kernel refused while sending: done by us since */
    char engine[16];        /**< "plain", "uring", …; "" where there is no choice */
    char engine_reason[96]; /**< why that one */
    uint32_t metric;        /**< Windows: of its routes (IPv4's, if they differ); 0: automatic,
                                 VNIC_UNSET: the system has none */
    char guid[40];          /**< Windows: "{…}" */
    uint64_t luid;          /**< Windows: NET_LUID of the interface */
    char driver_version[32]; /**< of the interface's driver, "0.14" */
};

/**
 * Tells what the interface of a handle is now.
 *
 * @param dev        [in]   any handle of the interface
 * @param ret_info   [out]  `size` set by the caller; at most so many bytes are filled
 * @param ret_err    [out]  details on failure; NULL if not wanted
 * @return           0
 * @error VNIC_EINVAL       NULL argument
 * @error VNIC_EVERSION     ret_info->size is too small to be true
 * @error VNIC_ENOTSUP      the backend cannot tell
 * @error VNIC_ECLOSED      the interface was removed
 * @error VNIC_EPERM        it is in a namespace that the caller may not look into
 * @error VNIC_ENOMEM       out of memory
 * @error VNIC_EMFILE       out of descriptors
 * @error VNIC_EOS          anything else
 * @thread  any
 * @platform Linux: asks rtnetlink in the namespace where the interface is now
 * @source  rtnetlink(7) RTM_GETLINK
 * @since   0.1
 */
VNIC_API VNIC_MUST_CHECK int vnic_get_info(vnic *dev, struct vnic_info *ret_info,
                                           struct vnic_error *ret_err);

/**
 * The layer of the packets of a handle: what vnic_open() was asked for, or what the adopted
 * descriptor turned out to be. Needs no right and asks nobody.
 *
 * @param dev        [in]   open device
 * @return           VNIC_TUN or VNIC_TAP
 * @error VNIC_EINVAL       dev NULL
 * @thread  any
 * @platform same everywhere
 * @source  none
 * @since   0.1
 */
VNIC_API int vnic_layer(vnic *dev);

/**
 * The name of the interface as it is now.
 *
 * @param dev        [in]   any handle of the interface
 * @param ret_name   [out]  char[cap], terminated
 * @param cap        [in]   VNIC_NAME_SIZE is always enough
 * @return           length of the name
 * @error VNIC_EINVAL       NULL argument
 * @error VNIC_EMSGSIZE     cap is too small; nothing is written
 * @error VNIC_ENOTSUP      the backend has no names
 * @error VNIC_ECLOSED      the interface was removed
 * @error VNIC_EOS          anything else
 * @thread  any
 * @platform Linux: asks the descriptor, so it needs no right and follows a rename
 * @source  Linux drivers/net/tun.c TUNGETIFF
 * @since   0.1
 */
VNIC_API int vnic_get_name(vnic *dev, char *ret_name, size_t cap);

/**
 * Reads the counters of the interface and of this handle.
 *
 * @param dev        [in]   the handle
 * @param ret_stats  [out]  `size` set by the caller; at most so many bytes are filled
 * @param ret_err    [out]  details on failure; NULL if not wanted
 * @return           0
 * @error VNIC_EINVAL       NULL argument
 * @error VNIC_EVERSION     ret_stats->size is too small to be true
 * @error VNIC_ENOTSUP      the backend cannot tell
 * @error VNIC_ECLOSED      the interface was removed
 * @error VNIC_EPERM        it is in a namespace that the caller may not look into
 * @error VNIC_ENOMEM       out of memory
 * @error VNIC_EMFILE       out of descriptors
 * @error VNIC_EOS          anything else
 * @thread  any
 * @platform Linux: rx_dropped counts packets that came while the queue was full
 * @source  Linux include/uapi/linux/if_link.h struct rtnl_link_stats64
 * @since   0.1
 */
VNIC_API VNIC_MUST_CHECK int vnic_get_stats(vnic *dev, struct vnic_stats *ret_stats,
                                            struct vnic_error *ret_err);

/**
 * Calls a function for every TUN and TAP interface that the calling thread can see.
 *
 * @param backend    [in]   one of vnic_backends(), whose interfaces are listed; NULL: those of all the
 *                          system's own
 * @param fn         [in]   gets `user` and an interface (borrowed until it returns); returns 0 to go on,
 *                          anything else to stop
 * @param user       [in]   first argument of fn
 * @param ret_err    [out]  details on failure; NULL if not wanted
 * @return           interfaces that fn was called for
 * @error VNIC_EINVAL       fn NULL, or no such backend
 * @error VNIC_ENOTSUP      the backend cannot list
 * @error VNIC_EPERM        a sandbox keeps this program from asking (Android, SELinux, seccomp)
 * @error VNIC_ENOMEM       out of memory
 * @error VNIC_EMFILE       out of descriptors
 * @error VNIC_EOS          anything else
 * @thread  any
 * @platform Linux: those of the thread's network namespace, whoever made them
 * @source  rtnetlink(7) RTM_GETLINK, IFLA_INFO_KIND "tun"
 * @since   0.1
 */
VNIC_API int vnic_list(const char *backend, int (*fn)(void *user, const struct vnic_info *info),
                       void *user, struct vnic_error *ret_err);

/**
 * Brings the interface up or down.
 *
 * @param dev        [in]   any handle of the interface
 * @param up         [in]   1: up; 0: down
 * @param ret_err    [out]  details on failure; NULL if not wanted
 * @return           0; also when it was so already, and then nothing that needs a right is done
 * @error VNIC_EINVAL       dev NULL
 * @error VNIC_ENOTSUP      the backend cannot configure
 * @error VNIC_EBUSY       Windows: another program has the adapter open
 * @error VNIC_EPERM        no right; err.text names it
 * @error VNIC_ECLOSED      the interface was removed
 * @error VNIC_ENOMEM       out of memory
 * @error VNIC_EMFILE       out of descriptors
 * @error VNIC_EOS          anything else
 * @thread  any
 * @platform Linux: bringing a TUN down drops its IPv6 addresses, as the kernel does
 * @source  rtnetlink(7) RTM_NEWLINK IFF_UP
 * @since   0.1
 */
VNIC_API int vnic_set_up(vnic *dev, int up, struct vnic_error *ret_err);

/**
 * Sets the MTU, for IPv4 and IPv6 alike.
 *
 * @param dev        [in]   any handle of the interface
 * @param mtu        [in]   bytes, 68 … 65535; 1280 … when the interface has IPv6 addresses
 * @param ret_err    [out]  details on failure; NULL if not wanted
 * @return           0
 * @error VNIC_EINVAL       dev NULL, or mtu out of the range of this interface
 * @error VNIC_ENOTSUP      the backend cannot configure
 * @error VNIC_EPERM        no right; err.text names it
 * @error VNIC_ECLOSED      the interface was removed
 * @error VNIC_ENOMEM       out of memory
 * @error VNIC_EMFILE       out of descriptors
 * @error VNIC_EOS          anything else
 * @thread  any
 * @platform Linux: a TAP takes at most 65521
 * @source  rtnetlink(7) IFLA_MTU; RFC 791 (68), RFC 8200 (1280)
 * @since   0.1
 */
VNIC_API int vnic_set_mtu(vnic *dev, uint32_t mtu, struct vnic_error *ret_err);

/**
 * Renames the interface. Handles keep acting on it.
 *
 * @param dev        [in]   any handle of the interface
 * @param name       [in]   the new name, copied
 * @param ret_err    [out]  details on failure; NULL if not wanted
 * @return           0
 * @error VNIC_EINVAL       NULL argument
 * @error VNIC_ENAME        not an interface name
 * @error VNIC_EEXIST       the name is taken
 * @error VNIC_EBUSY        the kernel is too old to rename an interface that is up; bring it down first
 * @error VNIC_ENOTSUP      the backend cannot rename
 * @error VNIC_EPERM        no right; err.text names it
 * @error VNIC_ECLOSED      the interface was removed
 * @error VNIC_ENOMEM       out of memory
 * @error VNIC_EMFILE       out of descriptors
 * @error VNIC_EOS          anything else
 * @thread  any
 * @platform Linux 6.2 and later rename while up
 * @source  rtnetlink(7) IFLA_IFNAME; Linux net/core/dev.c dev_change_name()
 * @since   0.1
 */
VNIC_API int vnic_set_name(vnic *dev, const char *name, struct vnic_error *ret_err);

/**
 * Sets the MAC address of a TAP.
 *
 * @param dev        [in]   any handle of the interface
 * @param mac        [in]   uint8_t[6], unicast and not zero; copied
 * @param ret_err    [out]  details on failure; NULL if not wanted
 * @return           0
 * @error VNIC_EINVAL       NULL argument
 * @error VNIC_EADDR        a multicast or zero address
 * @error VNIC_ENOTSUP      a TUN has no MAC, or the backend cannot set it
 * @error VNIC_EPERM        no right; err.text names it
 * @error VNIC_ECLOSED      the interface was removed
 * @error VNIC_ENOMEM       out of memory
 * @error VNIC_EMFILE       out of descriptors
 * @error VNIC_EOS          anything else
 * @thread  any
 * @platform TAP-Windows6: the adapter is restarted, and what was on its way is lost
 * @source  rtnetlink(7) IFLA_ADDRESS
 * @since   0.1
 */
VNIC_API int vnic_set_mac(vnic *dev, const uint8_t *mac, struct vnic_error *ret_err);

/**
 * Sets how many packets the kernel holds for the reader.
 *
 * @param dev        [in]   any handle of the interface
 * @param packets    [in]   0 … 1000000
 * @param ret_err    [out]  details on failure; NULL if not wanted
 * @return           0
 * @error VNIC_EINVAL       dev NULL or packets out of range
 * @error VNIC_ENOTSUP      the backend has no such queue
 * @error VNIC_EPERM        no right; err.text names it
 * @error VNIC_ECLOSED      the interface was removed
 * @error VNIC_ENOMEM       out of memory, also the kernel's for a longer queue
 * @error VNIC_EMFILE       out of descriptors
 * @error VNIC_EOS          anything else
 * @thread  any
 * @platform Linux: 500 by default (TUN) and 1000 (TAP)
 * @source  rtnetlink(7) IFLA_TXQLEN
 * @since   0.1
 */
VNIC_API int vnic_set_tx_queue_len(vnic *dev, uint32_t packets, struct vnic_error *ret_err);

/**
 * Sets the metric of the interface: of two routes to one network the system takes the one with the
 * smaller sum of its own metric and its interface's. It holds for IPv4 and IPv6.
 *
 * @param dev        [in]   any handle of the interface
 * @param metric     [in]   1 … 2147483647; 0: the system chooses one by the speed of the interface
 * @param ret_err    [out]  details on failure; NULL if not wanted
 * @return           0; also when it was so already, and then nothing that needs a right is done
 * @error VNIC_EINVAL       dev NULL or metric out of range
 * @error VNIC_ENOTSUP      the system's interfaces have no metric
 * @error VNIC_EPERM        no right; err.text names it
 * @error VNIC_ECLOSED      the interface was removed
 * @error VNIC_ENOMEM       out of memory
 * @error VNIC_EMFILE       out of descriptors
 * @error VNIC_EOS          anything else
 * @thread  any
 * @platform Windows and fake; on others routes have a metric, interfaces do not
 * @source  IP Helper SetIpInterfaceEntry(), MIB_IPINTERFACE_ROW
 * @since   0.3
 */
VNIC_API int vnic_set_metric(vnic *dev, uint32_t metric, struct vnic_error *ret_err);

/**
 * Sets the DNS servers and search domains of the interface, in place of those that it has.
 *
 * The text lists addresses, in order, and behind the word "search" domains: "1.1.1.1 fd00::53 search
 * corp.example example.org". Either part may be missing; "" leaves the interface without any. Items are
 * separated by spaces, tabs, commas or line ends. At most 16 servers, and 1023 characters of domains;
 * names that are not ASCII in their "xn--" form.
 *
 * @param dev        [in]   any handle of the interface
 * @param dns        [in]   a terminated string; copied
 * @param ret_err    [out]  details on failure; NULL if not wanted
 * @return           0
 * @error VNIC_EINVAL       NULL argument, too many servers or domains, or something that is no domain
 * @error VNIC_EADDR        something before "search" that is no address of a server
 * @error VNIC_EEXIST       a server or domain is listed twice
 * @error VNIC_ENOTSUP      the system keeps no such list for an interface
 * @error VNIC_EPERM        no right; err.text names it
 * @error VNIC_ECLOSED      the interface was removed
 * @error VNIC_ENOMEM       out of memory
 * @error VNIC_EMFILE       out of descriptors
 * @error VNIC_EOS          anything else
 * @thread  any
 * @platform Windows and fake; Linux has no list for an interface in the kernel: tell the resolver that
 *           runs (systemd-resolved, resolvconf)
 * @source  IP Helper SetInterfaceDnsSettings(); RFC 1123 section 2.1 (domains)
 * @since   0.3
 */
VNIC_API int vnic_set_dns(vnic *dev, const char *dns, struct vnic_error *ret_err);

/**
 * Turns the carrier on or off, as if a cable were plugged.
 *
 * @param dev        [in]   any handle of the interface
 * @param on         [in]   1 or 0
 * @param ret_err    [out]  details on failure; NULL if not wanted
 * @return           0
 * @error VNIC_EINVAL       dev NULL
 * @error VNIC_ENOTSUP      the backend has no carrier
 * @error VNIC_ECLOSED      the interface was removed
 * @error VNIC_EDETACHED    the queue is detached
 * @error VNIC_EOS          anything else
 * @thread  any
 * @platform Linux: through the descriptor, no right needed
 * @source  Linux drivers/net/tun.c TUNSETCARRIER
 * @since   0.1
 */
VNIC_API int vnic_set_carrier(vnic *dev, int on, struct vnic_error *ret_err);

/**
 * Sets the descriptive text of the interface.
 *
 * @param dev        [in]   any handle of the interface
 * @param alias      [in]   at most 255 bytes, copied; "" removes it
 * @param ret_err    [out]  details on failure; NULL if not wanted
 * @return           0
 * @error VNIC_EINVAL       NULL argument, or too long
 * @error VNIC_ENOTSUP      the backend has no such text
 * @error VNIC_EPERM        no right; err.text names it
 * @error VNIC_ECLOSED      the interface was removed
 * @error VNIC_ENOMEM       out of memory
 * @error VNIC_EMFILE       out of descriptors
 * @error VNIC_EOS          anything else
 * @thread  any
 * @platform same everywhere
 * @source  rtnetlink(7) IFLA_IFALIAS
 * @since   0.1
 */
VNIC_API int vnic_set_alias(vnic *dev, const char *alias, struct vnic_error *ret_err);

/**
 * Makes the interface stay after the last close, or go with it.
 *
 * @param dev        [in]   any handle of the interface
 * @param on         [in]   1: stay; 0: go
 * @param ret_err    [out]  details on failure; NULL if not wanted
 * @return           0
 * @error VNIC_EINVAL       dev NULL
 * @error VNIC_ENOTSUP      the backend knows no persistence, or others installed the adapter, which stays
 * @error VNIC_EPERM        no right; err.text names it
 * @error VNIC_ECLOSED      the interface was removed
 * @error VNIC_EDETACHED    the queue is detached
 * @error VNIC_ENOMEM       out of memory
 * @error VNIC_EOS          anything else
 * @thread  any
 * @platform Linux; TAP-Windows6: adapters that this library installed; Wintun: VNIC_ENOTSUP
 * @source  Linux drivers/net/tun.c TUNSETPERSIST
 * @since   0.1
 */
VNIC_API int vnic_set_persist(vnic *dev, int on, struct vnic_error *ret_err);

/**
 * Sets the user who may attach to the interface without privileges. It can be replaced, not cleared.
 *
 * @param dev        [in]   any handle of the interface
 * @param uid        [in]   user id
 * @param ret_err    [out]  details on failure; NULL if not wanted
 * @return           0
 * @error VNIC_EINVAL       dev NULL, or an id that does not exist in the user namespace
 * @error VNIC_ENOTSUP      the backend knows no owner
 * @error VNIC_ECLOSED      the interface was removed
 * @error VNIC_EDETACHED    the queue is detached
 * @error VNIC_EOS          anything else
 * @thread  any
 * @platform Linux
 * @source  Linux drivers/net/tun.c TUNSETOWNER
 * @since   0.1
 */
VNIC_API int vnic_set_owner(vnic *dev, uint32_t uid, struct vnic_error *ret_err);

/**
 * Sets the group that may attach to the interface without privileges. With an owner set too, Linux
 * asks for both, so set only the one that you mean. It can be replaced, not cleared.
 *
 * @param dev        [in]   any handle of the interface
 * @param gid        [in]   group id
 * @param ret_err    [out]  details on failure; NULL if not wanted
 * @return           0
 * @error VNIC_EINVAL       dev NULL, or an id that does not exist in the user namespace
 * @error VNIC_ENOTSUP      the backend knows no group
 * @error VNIC_ECLOSED      the interface was removed
 * @error VNIC_EDETACHED    the queue is detached
 * @error VNIC_EOS          anything else
 * @thread  any
 * @platform Linux
 * @source  Linux drivers/net/tun.c TUNSETGROUP
 * @since   0.1
 */
VNIC_API int vnic_set_group(vnic *dev, uint32_t gid, struct vnic_error *ret_err);

/**
 * Adds an address.
 *
 * @param dev        [in]   any handle of the interface
 * @param prefix     [in]   address, prefix length, optional peer and broadcast; copied
 * @param ret_err    [out]  details on failure; NULL if not wanted
 * @return           0
 * @error VNIC_EINVAL       NULL argument
 * @error VNIC_EADDR        not an address that an interface can have
 * @error VNIC_EEXIST       the interface has it already
 * @error VNIC_ENOTSUP      IPv6 is disabled here, or the backend cannot configure
 * @error VNIC_EPERM        no right; err.text names it
 * @error VNIC_ECLOSED      the interface was removed
 * @error VNIC_ENOMEM       out of memory
 * @error VNIC_EMFILE       out of descriptors
 * @error VNIC_EOS          anything else
 * @thread  any
 * @platform Linux: no duplicate address detection, so an IPv6 address can be bound and sent from at
 *           once; the kernel delivers to it a moment later (milliseconds), when its work queue has
 *           made the local route
 * @source  rtnetlink(7) RTM_NEWADDR
 * @since   0.1
 */
VNIC_API int vnic_add_address(vnic *dev, const struct vnic_prefix *prefix,
                              struct vnic_error *ret_err);

/**
 * Removes an address.
 *
 * @param dev        [in]   any handle of the interface
 * @param prefix     [in]   address and prefix length; broadcast and flags are not looked at; copied
 * @param ret_err    [out]  details on failure; NULL if not wanted
 * @return           0
 * @error VNIC_EINVAL       NULL argument
 * @error VNIC_EADDR        the interface does not have it
 * @error VNIC_ENOTSUP      the backend cannot configure
 * @error VNIC_EPERM        no right; err.text names it
 * @error VNIC_ECLOSED      the interface was removed
 * @error VNIC_ENOMEM       out of memory
 * @error VNIC_EMFILE       out of descriptors
 * @error VNIC_EOS          anything else
 * @thread  any
 * @platform same everywhere
 * @source  rtnetlink(7) RTM_DELADDR
 * @since   0.1
 */
VNIC_API int vnic_remove_address(vnic *dev, const struct vnic_prefix *prefix,
                                 struct vnic_error *ret_err);

/**
 * Makes these the addresses of the interface: those that are missing are added, those that are there
 * and not listed are removed, and one that stays is not touched at all. The kernel's own link-local
 * addresses stay. All or nothing.
 *
 * @param dev        [in]   any handle of the interface
 * @param prefixes   [in]   vnic_prefix[n]; copied; NULL if n is 0
 * @param n          [in]   0 …; 0 removes all
 * @param ret_err    [out]  details on failure; NULL if not wanted
 * @return           0
 * @error VNIC_EINVAL       NULL argument or n < 0
 * @error VNIC_EADDR        not an address that an interface can have
 * @error VNIC_EEXIST       an address is listed twice
 * @error VNIC_ENOTSUP      IPv6 is disabled here, or the backend cannot configure
 * @error VNIC_EPERM        no right; err.text names it
 * @error VNIC_ECLOSED      the interface was removed
 * @error VNIC_ENOMEM       out of memory
 * @error VNIC_EMFILE       out of descriptors
 * @error VNIC_EOS          anything else
 * @thread  any
 * @platform same everywhere
 * @source  rtnetlink(7)
 * @since   0.1
 */
VNIC_API int vnic_set_addresses(vnic *dev, const struct vnic_prefix *prefixes, int n,
                                struct vnic_error *ret_err);

/**
 * Lists the addresses of the interface, in no particular order.
 *
 * @param dev        [in]   any handle of the interface
 * @param ret_prefixes [out] vnic_prefix[cap]; the first cap are filled; NULL if cap is 0
 * @param cap        [in]   0 …
 * @param ret_err    [out]  details on failure; NULL if not wanted
 * @return           how many addresses there are, which may be more than cap
 * @error VNIC_EINVAL       NULL argument or cap < 0
 * @error VNIC_ENOTSUP      the backend cannot tell
 * @error VNIC_ECLOSED      the interface was removed
 * @error VNIC_EPERM        it is in a namespace that the caller may not look into
 * @error VNIC_ENOMEM       out of memory
 * @error VNIC_EMFILE       out of descriptors
 * @error VNIC_EOS          anything else
 * @thread  any
 * @platform Linux: link-local addresses of the kernel are listed with the flag VNIC_PREFIX_KERNEL
 * @source  rtnetlink(7) RTM_GETADDR
 * @since   0.1
 */
VNIC_API int vnic_get_addresses(vnic *dev, struct vnic_prefix *ret_prefixes, int cap,
                                struct vnic_error *ret_err);

VNIC_END_DECLS

#endif
