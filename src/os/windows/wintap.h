/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Private state of the TAP-Windows6 backend, and what its files offer each other.
 *
 * wintap_backend.c  the table; close
 * wintap_open.c     which adapter a name means
 * wintap_adapter.c  finding adapters of the driver, and what the registry says of them
 * wintap_install.c  installing an adapter, restarting it, removing it
 * wintap_device.c   the driver's device: opening it, control requests
 * wintap_ring.c     overlapped operations in flight, and their buffers
 * wintap_io.c       packets
 * wintap_repair.c   what to do when the driver refuses: again, open anew, or it is gone
 * wintap_wait.c     waiting
 * wintap_conf.c     what configuration asks of this backend (struct win_link)
 * wintap_param.c    the driver's parameters in the registry: MAC and MTU
 *
 * The driver lets one process open an adapter at a time. Each ReadFile gives one frame and each WriteFile
 * takes one; frames wait in the driver while no read is pending. While the medium is disconnected,
 * which is what "down" means here, both are refused with ERROR_OPERATION_ABORTED, while what pends goes on
 * pending; so it is while the machine sleeps. What pends ends with that number when the adapter is
 * removed, and when the thread that asked ends.
 *
 * Facts about the driver are from its source, github.com/OpenVPN/tap-windows6, release 9.27.0.
 */
#ifndef VNIC_OS_WINDOWS_WINTAP_H
#define VNIC_OS_WINDOWS_WINTAP_H

#include <stdint.h>

#include <windows.h>

#include "core/device.h"
#include "win_error.h"
#include "win_iface.h"
#include "win_sys_setup.h"

/* ---- The driver's requests (src/tap-windows.h; METHOD_BUFFERED, FILE_ANY_ACCESS) ---------------- */

#define WINTAP_REQUEST(n) ((0x22u << 16) | ((n) << 2)) /* CTL_CODE(FILE_DEVICE_UNKNOWN, n, 0, 0) */
#define WINTAP_GET_MAC WINTAP_REQUEST(1u)              /* out: 6 bytes */
#define WINTAP_GET_VERSION WINTAP_REQUEST(2u)          /* out: ULONG major, minor, debug */
#define WINTAP_GET_MTU WINTAP_REQUEST(3u)              /* out: ULONG */
#define WINTAP_SET_MEDIA_STATUS WINTAP_REQUEST(6u)     /* in: ULONG, 1: connected */
/* in: three IPv4 addresses in network order: the adapter's, the network's, its mask. */
#define WINTAP_CONFIG_TUN WINTAP_REQUEST(10u)

/* CONFIG_TUN came with 8.2, but the device's name and NDIS 6 with 9: older ones are not understood. */
#define WINTAP_VERSION_MIN 9u

/* What the driver adds to the MTU: an Ethernet header, a VLAN tag that the system put there, and one that
 * the driver puts there for a priority (src/txpath.c tapNetBufferListNetBufferLengthsValid(),
 * tapAdapterTransmit()). */
#define WINTAP_ETH_HEADER 14u
#define WINTAP_FRAME_ROOM 22u

/* The shortest packet that is taken in TUN mode: an IPv4 header (src/rxpath.c TapDeviceWrite()). */
#define WINTAP_TUN_MIN 20u

/* Bytes of a buffer: no frame can be longer, so the driver never cuts one. */
#define WINTAP_BUFFER_SIZE 65568u

/* Operations in flight each way. */
#define WINTAP_OPS 8u

/* ---- Overlapped operations (wintap_ring.c) ------------------------------------------------------ */

struct wintap_op {
    OVERLAPPED overlapped;
    uint8_t *buf;
    DWORD thread; /* who asked: what a thread asked for ends with it, see wintap_repair.c */
};

/*
 * Operations in the order in which they were asked for, which is the order in which the driver completes
 * them; `n` from `first` on are with the driver, or done and not looked at yet. The event is
 * auto-reset, set with every completion: something changed.
 */
struct wintap_ring {
    struct wintap_op
        *ops; /* [WINTAP_OPS] in one block with the buffers, which may outlive the queue */
    HANDLE event;
    uint32_t first;
    uint32_t n;
    uint32_t waiters; /* threads that wait for the event; a watch counts */
};

int vnic__wintap_ring_begin(struct wintap_ring *ring);

/* Gives memory and event back. Nothing may be in flight. */
void vnic__wintap_ring_end(struct wintap_ring *ring);

/*
 * Waits until the system has let go of every buffer, after it was told to; the file may be closed already.
 * 0, or VNIC_EBUSY: at the deadline it still has not, and the memory must not be freed or used.
 */
int vnic__wintap_ring_await(struct wintap_ring *ring, int64_t deadline_ns);

/* Asks for one more packet, or gives len bytes of the next free buffer. 0, or the system's number. */
uint32_t vnic__wintap_ring_read(struct wintap_ring *ring, HANDLE file);
uint32_t vnic__wintap_ring_write(struct wintap_ring *ring, HANDLE file, uint32_t len);

/*
 * Looks at the oldest: 0 and its length, or the system's number (ERROR_IO_INCOMPLETE: not done, or there
 * is none). It stays the oldest until vnic__wintap_ring_pop().
 */
uint32_t vnic__wintap_ring_peek(struct wintap_ring *ring, HANDLE file, uint32_t *ret_len);
void vnic__wintap_ring_pop(struct wintap_ring *ring);

static inline struct wintap_op *wintap_oldest(struct wintap_ring *ring)
{
    return &ring->ops[ring->first % WINTAP_OPS];
}

static inline struct wintap_op *wintap_next_free(struct wintap_ring *ring)
{
    return &ring->ops[(ring->first + ring->n) % WINTAP_OPS];
}

/* ---- State -------------------------------------------------------------------------------------- */

/* Where the adapter is in the registry, and what identifies it. */
struct wintap_adapter {
    GUID guid;                /* NetCfgInstanceId: names the device */
    uint64_t luid;            /* *IfType << 48 | NetLuidIndex << 24 (NET_LUID of ifdef.h) */
    wchar_t instance_id[200]; /* MAX_DEVICE_ID_LEN of cfgmgr32.h */
    uint32_t ours;            /* 1: this library installed it, now or in an earlier process */
    uint32_t persist;         /* 1: it stays after the last close */
};

/* A value in the driver's key, of whatever type. */
struct wintap_value {
    uint32_t exists;
    DWORD type;
    DWORD len;        /* bytes */
    uint8_t data[80]; /* room for a MAC with separators */
};

/* What a parameter of the driver was before it was set for the first time. */
struct wintap_before {
    uint32_t is_known; /* 0: it was not set yet */
    struct wintap_value value;
};

/* q->iface->priv */
struct wintap_iface {
    struct win_iface win; /* first, for win_iface_of() */
    struct wintap_adapter adapter;
    uint32_t version[3]; /* of the driver: major, minor, 1 for a debug build */
    uint32_t driver_mtu; /* the most that the IP layer may use */
    uint8_t
        tun_address[4]; /* TUN: the IPv4 address that the driver answers for; 0.0.0.0: none yet */
    struct wintap_before mac_before;
    struct wintap_before mtu_before;
    struct wintap_value mtu_was; /* before is_mtu_raised */
    uint32_t is_mtu_raised;      /* 1: the last vnic__wintap_prepare_mtu() set the driver's */
    uint8_t first_mac[6];        /* what the adapter had when mac_before was */
};

/* What stands between us and the driver. */
#define WINTAP_FINE 0u
#define WINTAP_TROUBLE 1u /* it refuses; looked at again at retry_ns */
#define WINTAP_PAUSED 2u  /* configuration restarts the adapter */
#define WINTAP_GONE 3u    /* for good */

/* q->priv: the driver's device has one user, so there is one queue. */
struct wintap_queue {
    struct vnic__mutex lock; /* guards all that follows */
    HANDLE file;             /* NULL: closed, while the state is not WINTAP_FINE */
    struct wintap_ring rx;
    struct wintap_ring tx;
    uint32_t state;        /* WINTAP_FINE … */
    uint32_t tries;        /* since the trouble began */
    int64_t trouble_ns;    /* when it began */
    int64_t refused_ns;    /* when the driver refused last */
    int64_t retry_ns;      /* when to try again */
    int64_t reopen_ns;     /* not to be opened anew before */
    int64_t probe_ns;      /* when to look whether a device that is down is still there */
    uint32_t failed_opens; /* in a row */
    uint32_t last_error;   /* what the driver said last */
    uint64_t tx_lost;      /* packets that were taken and that the driver refused later */
    uint64_t rx_bad;       /* reads that gave no packet of the layer, or too long a one */
    uint32_t
        leaked; /* 1: buffers are with the driver for ever, see vnic__wintap_drop_file_locked() */
    struct win_watch *watch; /* behind the wait handle; NULL: not asked for yet */
};

static inline struct wintap_iface *wintap_iface_of(const struct vnic *q)
{
    return q->iface->priv;
}

static inline struct wintap_queue *wintap_queue_of(const struct vnic *q)
{
    return q->priv;
}

/* ---- Adapters (wintap_adapter.c) ---------------------------------------------------------------- */

/* Whose hardware id is one of the driver's: NULL stands for "tap0901" and "root\tap0901". */
struct wintap_query {
    const wchar_t *hardware_id;
    const GUID *guid; /* NULL: any */
    uint64_t luid;    /* 0: any */
};

/* The class of network devices. */
extern const GUID vnic__wintap_net_class;

/* The hardware ids that stand for `wanted` (NULL: the driver's own), one by one; NULL at the end. */
const wchar_t *vnic__wintap_hardware_id(const wchar_t *wanted, int index);

/* The first adapter that matches: 1 and *ret, 0 when there is none, or a code. */
int vnic__wintap_find(const struct wintap_query *query, struct wintap_adapter *ret,
                      struct vnic_error *err);

/*
 * Reads what the driver's key of a device says. 0, or the system's number; ERROR_FILE_NOT_FOUND: Windows
 * has not finished the adapter yet.
 */
uint32_t vnic__wintap_read_key(HKEY key, struct wintap_adapter *ret);

/* Opens the driver's key of an adapter. 0 or a code. */
int vnic__wintap_open_key(const struct wintap_adapter *adapter, DWORD access, HKEY *ret_key,
                          struct vnic_error *err);

/* Notes in that key that this library made the adapter, and whether it stays. */
int vnic__wintap_mark(const struct wintap_adapter *adapter, uint32_t persist,
                      struct vnic_error *err);

/* ---- Installing (wintap_install.c) -------------------------------------------------------------- */

/* Installs an adapter and waits until Windows has finished it. On failure nothing is left. */
int vnic__wintap_install(const wchar_t *hardware_id, const wchar_t *description,
                         struct wintap_adapter *ret, struct vnic_error *err);

/* Uninstalls the adapter of q, which is ours; what it fails with is logged. */
void vnic__wintap_remove_own(const struct vnic *q);

/* Stops and starts the adapter, so that the driver reads its parameters again. */
int vnic__wintap_restart(const struct wintap_adapter *adapter, struct vnic_error *err);

/* ---- The device (wintap_device.c) --------------------------------------------------------------- */

/* Opens \\.\Global\{GUID}.tap; one that cannot be opened is tried again until the deadline. */
int vnic__wintap_device_open(const struct wintap_adapter *adapter, int64_t deadline_ns,
                             HANDLE *ret_file, struct vnic_error *err);

/* One control request. 0, or the system's number. */
uint32_t vnic__wintap_control(HANDLE file, uint32_t request, void *in, uint32_t in_len,
                              void *ret_out, uint32_t out_len);

/* Asks for version and MTU, and checks the version. */
int vnic__wintap_device_check(HANDLE file, struct wintap_iface *wi, struct vnic_error *err);

/* Turns TUN mode on, with the IPv4 address that the driver answers for. 0 or the system's number. */
uint32_t vnic__wintap_config_tun(HANDLE file, const uint8_t address[4]);

/* Plugs the medium in (1) or out (0). 0 or the system's number. */
uint32_t vnic__wintap_set_media(HANDLE file, uint32_t connected);

/* Puts the device into the mode and state that q wants: TUN, media status. 0 or the system's number. */
uint32_t vnic__wintap_device_setup(const struct vnic *q, HANDLE file);

/* ---- Packets, trouble, waiting ------------------------------------------------------------------ */

/* Functions that end in _locked are called with the queue's lock held. */

int vnic__wintap_queue_begin(struct vnic *q, HANDLE file, struct vnic_error *err);
/* Ends everything in flight and closes the device. */
void vnic__wintap_queue_end(struct vnic *q);

/* Cancels what is in flight and closes the device. Packets that are not read yet are dropped. */
void vnic__wintap_drop_file_locked(struct vnic *q);
/* Keeps as many reads in flight as there are buffers; nothing while the interface is down. */
void vnic__wintap_fill_locked(struct vnic *q);
/* Whether the oldest read has a packet: 1 and its length, 0, or VNIC_ECLOSED. */
int vnic__wintap_readable_locked(struct vnic *q, uint32_t *ret_len);
/* Tells the watch whether it has. */
void vnic__wintap_tell_locked(struct vnic *q);
/* Takes away writes that are done, and counts those that failed. */
void vnic__wintap_reap_locked(struct vnic *q);
/* Whether a packet can be written now: 0, VNIC_EAGAIN, VNIC_EDOWN, VNIC_ECLOSED. */
int vnic__wintap_writable_locked(struct vnic *q);

/* The driver refused: notes the trouble. */
void vnic__wintap_refused_locked(struct vnic *q, uint32_t os_code);
/* Repairs what can be, if it is time: 0 when packets may flow, VNIC_EAGAIN, or VNIC_ECLOSED. */
int vnic__wintap_repair_locked(struct vnic *q);
/* Looks from time to time whether a device that has nothing in flight is still there. */
void vnic__wintap_probe_locked(struct vnic *q);
/* Wakes whoever waits, after a change that the driver does not signal. */
void vnic__wintap_wake_locked(struct vnic *q);
/* Takes the device away from packet calls, and gives it another one (NULL: there is none any more). */
void vnic__wintap_pause(struct vnic *q);
void vnic__wintap_resume(struct vnic *q, HANDLE file);

/* The open slot (wintap_open.c). */
int vnic__wintap_open(struct vnic *q, const struct vnic__settings *s, struct vnic_error *err);

int vnic__wintap_read(struct vnic *q, const struct vnic_iovec *iov, int n, uint32_t *ret_flags);
int vnic__wintap_write(struct vnic *q, const struct vnic_iovec *iov, int n);
int vnic__wintap_wait(struct vnic *q, int events, int64_t deadline_ns);
int vnic__wintap_wait_handle(struct vnic *q, intptr_t *ret_handle);
int vnic__wintap_refresh_need(struct vnic *q);

/* ---- Parameters (wintap_param.c) ---------------------------------------------------------------- */

/* Which MAC the adapter has now, by the driver. 0, or the system's number. */
uint32_t vnic__wintap_ask_mac(struct vnic *q, uint8_t ret[6]);

/* For struct win_link. */
int vnic__wintap_set_mac(struct vnic *q, const uint8_t *mac, struct vnic_error *err);
int vnic__wintap_prepare_mtu(struct vnic *q, uint32_t mtu, struct vnic_error *err);
void vnic__wintap_unprepare_mtu(struct vnic *q);

/* Makes the parameters as they were at first; for an open that failed, when the device is closed. */
void vnic__wintap_undo_parameters(struct vnic *q);

/* ---- Configuration (wintap_conf.c) -------------------------------------------------------------- */

/* What requests fail with when the adapter is gone. */
extern const struct win_reason vnic__wintap_gone_reasons[];

extern const struct win_link vnic__wintap_link;
extern const struct vnic__backend vnic__wintap_backend;

#endif
