/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * The "fake" backend: an interface in memory, so that a program that uses vnic can be tested with no
 * rights, no kernel and no network, on every system.
 *
 * With `cfg.backend = "fake"` vnic_open() makes an interface that no other program sees.
 * vnic_fake_peer() gives its far side, which stands where the kernel would be: what the device sends,
 * the peer receives, and the reverse. Both are ordinary handles; a test drives the program under test
 * through the peer.
 *
 * What is as on a real system, and what is not:
 *
 * - Interfaces are private: each vnic_open() makes its own pair, names are not compared, two opens
 *   with one name give two interfaces. Nothing outlives the last handle, so `persist` is VNIC_ENOTSUP,
 *   as are owners, namespaces, `if_index` and `sndbuf`, and there is no list of interfaces.
 * - Peer to device: packets wait in the device's queue, at most `tx_queue_len` (500 unless set).
 *   When it is full they are dropped and counted in vnic_stats.rx_dropped, as a kernel does; sending
 *   from the peer never waits. A packet longer than the MTU is VNIC_EMSGSIZE for the peer.
 * - Device to peer: packets wait in the peer's queue, at most `tx_queue_len` (one, if that is 0). When
 *   it is full the device gets VNIC_EAGAIN or waits, so that a test sees back-pressure.
 * - While there is no peer, packets that the device sends are accepted, counted in
 *   vnic_stats.tx_dropped, and gone: nobody listens.
 * - Several queues: the far side spreads packets by a hash over addresses, protocol and ports, so a
 *   flow stays on one queue while queues neither come nor go. Detaching drops what was queued.
 * - An interface that is down takes no packet from either side (VNIC_EDOWN) and is not writable;
 *   without carrier, or without an attached queue, the peer's packets are dropped and counted.
 * - When the device ends (its last handle closed, or vnic_fake_remove()), the peer receives what was
 *   on its way, then VNIC_ECLOSED; what it sends meanwhile is refused with VNIC_EDOWN.
 * - VNIC_KEEP_HEADER and VNIC_VNET_HDR put the same link headers on the device's queues that Linux
 *   has; the peer always sees bare packets.
 * - An exact packet (VNIC_PACKET_EXACT) of the device has its place in the peer's queue from the moment
 *   it is reserved: what the same queue sends later arrives behind it.
 * - The metric and DNS servers are kept, and have no effect.
 * - Every packet takes memory of its own and a lock: this backend is for tests, not for speed.
 */
#ifndef VNIC_FAKE_H
#define VNIC_FAKE_H

#include "vnic/export.h"
#include "vnic/vnic.h"

VNIC_BEGIN_DECLS

/**
 * Gives the far side of a fake interface, where the kernel would be.
 *
 * The peer is a handle like any other: every call of the chapters "Packets", "Waiting" and "Control"
 * works on it. It blocks by default, see vnic_set_nonblock(). It shows the interface's information,
 * addresses and (with "rx" and "tx" exchanged) counters; what would change the interface is
 * VNIC_ENOTSUP, use a handle of the device. After vnic_close() a new peer can be had.
 *
 * @param dev        [in]   a handle that vnic_open() or vnic_open_queue() made with the backend "fake"
 * @param ret_peer   [out]  the far side, to be ended with vnic_close(); NULL on failure
 * @param ret_err    [out]  details on failure; NULL if not wanted
 * @return           0
 * @error VNIC_EINVAL       NULL argument, or dev is a peer itself
 * @error VNIC_ENOTSUP      dev is of another backend
 * @error VNIC_EBUSY        the interface has a peer already
 * @error VNIC_ECLOSED      the interface was removed
 * @error VNIC_ENOMEM       out of memory
 * @error VNIC_EMFILE       out of descriptors
 * @error VNIC_EOS          the system failed
 * @thread  any
 * @platform same everywhere
 * @source  none
 * @since   0.1
 */
VNIC_API VNIC_MUST_CHECK int vnic_fake_peer(vnic *dev, vnic **ret_peer, struct vnic_error *ret_err);

/**
 * Removes a fake interface as if somebody had deleted it from outside: every present and later call
 * on every queue returns VNIC_ECLOSED, and packets that were queued for the device are gone. The peer
 * still receives what was on its way to it. The handles stay valid until vnic_close().
 *
 * @param dev        [in]   any handle of the interface, the peer included
 * @return           0, also when it was removed already
 * @error VNIC_EINVAL       dev NULL
 * @error VNIC_ENOTSUP      dev is of another backend
 * @thread  any
 * @platform same everywhere
 * @source  none
 * @since   0.1
 */
VNIC_API int vnic_fake_remove(vnic *dev);

/**
 * Ends what vnic_release() gave for a fake interface, when it is not given to vnic_adopt(): what
 * close(2) is for a descriptor.
 *
 * @param native     [in]   what vnic_release() gave; it is gone after success
 * @return           0
 * @error VNIC_EINVAL       not what vnic_release() gave, or a handle owns it (again)
 * @thread  once
 * @platform same everywhere
 * @source  none
 * @since   0.1
 */
VNIC_API int vnic_fake_end(intptr_t native);

VNIC_END_DECLS

#endif
