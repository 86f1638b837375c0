/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Private state of the Linux backend, and what its files offer each other.
 *
 * linux_node.c     the device node /dev/net/tun
 * linux_open.c     creating an interface or attaching to one
 * linux_state.c    state of the device that outlives a process: read, reset, matched or refused
 * linux_queue.c    more queues, detaching and attaching
 * linux_adopt.c    descriptors made elsewhere
 * linux_mtu.c      how much room a packet needs
 * linux_offload.c  which super-packets the kernel gives and takes
 * linux_io.c       packets
 * linux_wait.c     waiting
 * linux_uring.h    the io_uring engine, instead of the two above
 * linux_error.c    what a number of the system means, operation by operation
 * linux_netconf.h  configuration
 */
#ifndef VNIC_OS_LINUX_LINUX_TUN_H
#define VNIC_OS_LINUX_LINUX_TUN_H

#include <linux/if.h>
#include <linux/if_tun.h>
#include <linux/ioctl.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdint.h>

#include "core/device.h"
#include "linux_netconf.h"

/* linux/if_tun.h before 5.17 has no name for it; the number is from Linux include/uapi/linux/if_tun.h. */
#ifndef IFF_NO_CARRIER
#define IFF_NO_CARRIER 0x0040
#endif

/* q->iface->priv */
struct linux_iface {
    struct linux_netconf_state netconf; /* configuration's own */
    int query_fd;      /* a socket in the interface's namespace; -1: none. Written by open and adopt
                          only, so that the packet path may use it without the lock */
    uint32_t if_index; /* index in that namespace when the handle was made; 0: not known */
};

/* How a queue's reads and writes are kept from blocking: linux_queue.mode. */
#define LINUX_MODE_OWNED 0u  /* O_NONBLOCK on our own open file */
#define LINUX_MODE_NOWAIT 1u /* borrowed: RWF_NOWAIT on each call */
#define LINUX_MODE_POLL 2u   /* borrowed, and the kernel lacks RWF_NOWAIT here: poll first */

struct linux_uring;

/* q->priv */
struct linux_queue {
    int fd;                 /* the open file of /dev/net/tun */
    int epoll_fd;           /* the wait handle; -1: not made */
    uint32_t link_len;      /* bytes of link header, from q->frame */
    _Atomic uint32_t mode;  /* LINUX_MODE_… */
    int32_t old_status;     /* adopted: file status flags before, to be given back on failure */
    int32_t old_descriptor; /* adopted: descriptor flags before */
    uint32_t old_flags;  /* opened: the interface's IFF_… before; 0: it was not there, or shared */
    int32_t old_sndbuf;  /* adopted: the sndbuf before; 0: it was not changed */
    uint32_t offload_on; /* 1: this handle or its first one turned offloads on */
    struct linux_uring *uring; /* NULL: the plain engine */
    const char *engine_reason; /* why this engine: a text that stays */
};

static inline struct linux_queue *linux_queue_of(const struct vnic *q)
{
    return q->priv;
}

static inline struct linux_iface *linux_iface_of(const struct vnic *q)
{
    return q->iface->priv;
}

/* ---- linux_node.c ------------------------------------------------------------------------------- */

/*
 * Opens the device node, non-blocking and close-on-exec, in the current thread's network namespace;
 * makes the node when it is missing and that is permitted. Returns the descriptor, or
 * VNIC_ENODRIVER, VNIC_EPERM, VNIC_EMFILE, VNIC_ENOMEM, VNIC_EOS.
 */
int vnic__linux_node_open(struct vnic_error *err);

/* ---- linux_queue.c ------------------------------------------------------------------------------ */

/* What a descriptor is attached to. */
#define LINUX_FD_ATTACHED 1 /* a queue in service */
#define LINUX_FD_DETACHED 2 /* a queue that TUNSETQUEUE took out of service */
#define LINUX_FD_NONE 3     /* no interface: never had one, or it was removed */
#define LINUX_FD_FOREIGN 4  /* open, but not of /dev/net/tun */

/*
 * Tells these apart without changing anything. With ATTACHED and DETACHED ret_ifr (may be NULL) has
 * what TUNGETIFF said; IFF_NO_PI in it means nothing, for IFF_NOFILTER is the same bit. Returns LINUX_FD_…, or VNIC_EBADFD when fd is not open, or VNIC_EOS.
 */
int vnic__linux_fd_state(int fd, struct ifreq *ret_ifr);

#define LINUX_NETNS_OWN (-1)    /* the current thread's namespace */
#define LINUX_NETNS_UNTOLD (-2) /* CAP_NET_ADMIN in that namespace is needed to know */
#define LINUX_NETNS_FAILED (-3) /* no descriptor or memory left to know it; errno says which */

/*
 * Opens a descriptor for the network namespace that an attached interface is in now, when it is
 * another one than the current thread's. Returns it or LINUX_NETNS_….
 */
int vnic__linux_other_netns(int tun_fd);

int vnic__linux_open_queue(struct vnic *q, struct vnic *first, struct vnic_error *err);
int vnic__linux_detach(struct vnic *q, struct vnic_error *err);
int vnic__linux_attach(struct vnic *q, struct vnic_error *err);

/* ---- linux_open.c, linux_adopt.c ---------------------------------------------------------------- */

int vnic__linux_open(struct vnic *q, const struct vnic__settings *s, struct vnic_error *err);
int vnic__linux_adopt(struct vnic *q, intptr_t native, const struct vnic__settings *s,
                      struct vnic_error *err);

/* After an open that failed later on: ends the descriptor, and the interface has its flags again. */
void vnic__linux_open_undo(struct linux_queue *lq);

/* After an adoption that failed later on: the lender's descriptor is as it was before. */
void vnic__linux_adopt_undo(struct vnic *q);

/* Fills q->frame and the queue's link_len from a descriptor's flags, header size and byte order. */
int vnic__linux_read_frame(struct vnic *q, int fd, uint32_t layer, int pi, int vnet_hdr,
                           struct vnic_error *err);

/* ---- linux_state.c ------------------------------------------------------------------------------ */

/*
 * Before attaching to an interface that is there: refuses what cannot go together with it. `others`
 * is set to 1 when other queues of it are open. VNIC_EKIND or VNIC_EBUSY with the reason.
 */
int vnic__linux_state_check(const struct linux_tun_facts *facts, const struct vnic__settings *s,
                            int *ret_others, struct vnic_error *err);

/* After creating: a new device is as a new device is, so only what s asks for is set. */
int vnic__linux_state_begin(int fd, const struct vnic__settings *s, struct vnic_error *err);

/*
 * After attaching as the only queue: puts what earlier users of a device left there back to what a
 * new device has, and sets what s asks for.
 */
int vnic__linux_state_reset(int fd, const struct vnic__settings *s, struct vnic_error *err);

/*
 * Ends a descriptor that was attached as the only queue, and puts the flags back that the interface had
 * (0: nothing to put back). Runs in a thread that is where the interface is.
 */
void vnic__linux_state_give_back(int fd, uint32_t old_flags);

/* After attaching beside other queues: changes nothing, refuses what does not match. */
int vnic__linux_state_match(int query_fd, const char *name, struct vnic_error *err);

/* ---- linux_offload.c ---------------------------------------------------------------------------- */

/*
 * After attaching: asks the kernel for what s wants, one after the other, and states q->iface->features.
 * Beside other queues, whose packets it would change, nothing is asked and everything is tried.
 */
int vnic__linux_offload_begin(struct vnic *q, int fd, const struct vnic__settings *s, int others,
                              struct vnic_error *err);

/* For a descriptor of somebody else's: changes nothing, and states what may be tried. */
void vnic__linux_offload_adopt(struct vnic *q, const struct vnic__settings *s);

/* Before the last queue ends: an interface that stays must not give its next user what it never asked for. */
void vnic__linux_offload_end(const struct linux_queue *lq);

/* ---- linux_mtu.c -------------------------------------------------------------------------------- */

/* Stated in q->need when the MTU is not known: VNIC_MAX_PACKET and the longest link header. */
#define LINUX_NEED_UNKNOWN (VNIC_MAX_PACKET + VNIC__FRAME_MAX)

/*
 * Opens the socket of linux_iface.query_fd in the current thread's namespace: a descriptor, or
 * VNIC_EMFILE, VNIC_ENOMEM, VNIC_EOS.
 */
int vnic__linux_query_socket(struct vnic_error *err);

/* The index of a name in the namespace of that socket; 0: none. */
uint32_t vnic__linux_index_of(int query_fd, const char *name);

/*
 * Asks for the MTU of now and updates q->need and q->direct_from; when it cannot be known both say so.
 * Returns q->need. [hot: called when a packet fills its buffer exactly]
 */
uint32_t vnic__linux_learn_need(struct vnic *q);

/* The slot refresh_need: as above, but VNIC_ECLOSED when the interface is gone. */
int vnic__linux_refresh_need(struct vnic *q);

/* Tells every queue of the interface the MTU that was just set. Needs iface->lock. */
void vnic__linux_mtu_changed(struct vnic *q, uint32_t mtu);

/* ---- linux_io.c, linux_wait.c ------------------------------------------------------------------- */

int vnic__linux_read(struct vnic *q, const struct vnic_iovec *iov, int n, uint32_t *ret_flags);
int vnic__linux_write(struct vnic *q, const struct vnic_iovec *iov, int n);
int64_t vnic__linux_direct_read(intptr_t native, void *buf, size_t cap);
int64_t vnic__linux_direct_write(intptr_t native, const void *data, size_t len);
int vnic__linux_after_read(struct vnic *q, const struct vnic_iovec *iov, int64_t got,
                           uint32_t *ret_flags);
int vnic__linux_after_write(struct vnic *q, const struct vnic_iovec *iov, int64_t put);
/* What a number of read(2) and write(2) on the descriptor means. */
int vnic__linux_read_code(const struct vnic *q, int os_code);
int vnic__linux_write_code(const struct vnic *q, int os_code);

int vnic__linux_wait(struct vnic *q, int events, int64_t deadline_ns);
int vnic__linux_wait_handle(struct vnic *q, intptr_t *ret_handle);

/* Descriptors of one wait: the caller's at most two, the handle's signal and the wakeup's. */
#define LINUX_POLL_MAX 4

/* ppoll(2) of fds[n], which has LINUX_POLL_MAX elements, and of the signals; -1 and errno on failure. */
int vnic__linux_poll(const struct vnic *q, struct pollfd *fds, unsigned n, int64_t deadline_ns);

/* Whether the interface is gone. POLLERR alone is not proof: only a descriptor without one says it. */
int vnic__linux_is_removed(const struct vnic *q);

/* Makes the handle for foreign loops, in which fd stands for packets. 0 or a code. */
int vnic__linux_make_wait_handle(struct vnic *q, int fd, intptr_t *ret_handle);

/* ---- linux_uring.c or linux_uring_none.c -------------------------------------------------------- */

/*
 * Before a queue is opened: makes what the engine needs; `super`: packets may be 64 KiB. 0, VNIC_ENOTSUP (naming `engine`), VNIC_ENOMEM
 * or VNIC_EMFILE. If opening fails then, vnic__linux_engine_end() takes it back.
 */
int vnic__linux_engine_begin(struct vnic *q, const char *engine, int super, struct vnic_error *err);

/* The queue is open: it gets the slots of its engine. */
void vnic__linux_engine_bind(struct vnic *q);

/* Before the descriptor is closed or given away: no request holds it afterwards. */
void vnic__linux_engine_end(struct vnic *q);

/* ---- linux_error.c ------------------------------------------------------------------------------ */

/* The code of a number whose meaning does not depend on the operation; VNIC_EOS for the rest. */
int vnic__linux_code(int os_code);

/* The name of a number, "EPERM"; "error" for one that is not in the table. */
const char *vnic__linux_errno_name(int os_code);

/*
 * Fills err for a failed call whose number has its general meaning, with a sentence that begins with
 * `what` ("cannot read the header size of tun0"), and returns the code.
 */
int vnic__linux_fail(struct vnic_error *err, int os_code, const char *operation, const char *what);

/*
 * What a public function may return: rc if it is one of codes (ended by 0), else VNIC_EOS, which keeps
 * the sentence of err. For what can only happen when others act at the same moment.
 */
int vnic__linux_promised(struct vnic_error *err, int rc, const int *codes);

/* open(2) of the device node. */
int vnic__linux_fail_node(struct vnic_error *err, int os_code, const char *path);

/* What a failed TUNSETIFF was about, for its sentence. */
struct linux_setiff_case {
    const char *name;                    /* asked for; may be a pattern or "" */
    const struct linux_tun_facts *facts; /* the interface to attach to; NULL: creating one */
    uint32_t if_index;                   /* asked for; VNIC_UNSET: none */
};
int vnic__linux_fail_setiff(struct vnic_error *err, int os_code,
                            const struct linux_setiff_case *about);

#endif
