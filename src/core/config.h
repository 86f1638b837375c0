/* SPDX-License-Identifier: Apache-2.0 */
/* From the caller's vnic_config to checked settings that keep no pointer into it, but for texts that
 * live until the call returns. */
#ifndef VNIC_CORE_CONFIG_H
#define VNIC_CORE_CONFIG_H

#include "backend.h"

/* What the settings are for: some options make sense in one and not in the other. */
#define VNIC__FOR_OPEN 0
#define VNIC__FOR_ADOPT 1

/*
 * Copies what the caller's header knows into *ret and leaves the rest unset. cfg may be NULL.
 * VNIC_EVERSION: not a size of any known header.
 */
int vnic__config_copy(const struct vnic_config *cfg, struct vnic_config *ret,
                      struct vnic_error *err);

/*
 * Checks cfg (complete, from vnic__config_copy) for the backend and fills *ret, whose texts are
 * borrowed from cfg. On success vnic__settings_free() must follow.
 */
int vnic__settings_make(const struct vnic_config *cfg, const struct vnic__backend *backend,
                        int what, struct vnic__settings *ret, struct vnic_error *err);

void vnic__settings_free(struct vnic__settings *s);

/*
 * The part of vnic__settings_make() that is about addresses: those of text and those of prefixes into one
 * array, which the settings own.
 */
int vnic__config_addresses(const struct vnic_config *c, struct vnic__settings *ret,
                           struct vnic_error *err);

/* TUN_F_… of Linux linux/if_tun.h that this library knows what to do with. */
#define VNIC__KNOWN_FEATURES                                                                       \
    (VNIC_F_CSUM | VNIC_F_TSO4 | VNIC_F_TSO6 | VNIC_F_TSO_ECN | VNIC_F_USO4 | VNIC_F_USO6)

/* The part about offload and engine. */
int vnic__config_offload(const struct vnic_config *c, struct vnic_error *err);

/* One row an option: whether it is set, and what it is called. */
struct vnic__option {
    uint64_t bit;
    const char *field;
    int set;
};

/* VNIC_ENOTSUP for the first of rows[n] that is set and that the backend does not honour. */
int vnic__check_options(const struct vnic__backend *b, const struct vnic__option *rows, size_t n,
                        struct vnic_error *err);

/* Whether the backend honours those members that one family of systems has. */
int vnic__config_system_options(const struct vnic_config *c, const struct vnic__backend *b,
                                struct vnic_error *err);

/* The part about members of one family of systems: metric, DNS, what belongs to drivers of Windows. */
int vnic__config_system(const struct vnic_config *c, struct vnic__settings *ret,
                        struct vnic_error *err);

/* Whether a value of vnic_config.offload asks for any. */
static inline int vnic__has_offload(uint32_t offload)
{
    return offload != VNIC_UNSET && offload != VNIC_OFFLOAD_NONE;
}

/* A longer queue is a mistake: 64 KiB packets would hold 64 GiB of kernel memory. */
#define VNIC__TX_QUEUE_LEN_MAX 1000000

/* Checks of single values, shared by the configuration and the setters. 0 or a code. */
int vnic__check_mtu(uint32_t mtu, struct vnic_error *err);
int vnic__check_name(const struct vnic__backend *backend, const char *name, uint32_t ifname_flags,
                     struct vnic_error *err);
int vnic__check_metric(uint32_t metric, struct vnic_error *err);
int vnic__check_alias(const char *alias, struct vnic_error *err);
int vnic__check_range(const char *field, uint64_t value, uint64_t low, uint64_t high,
                      struct vnic_error *err);
int vnic__check_mac(const uint8_t *mac, const char *text, struct vnic_error *err);
int vnic__check_prefixes(const struct vnic_prefix *prefixes, int n, struct vnic_error *err);

#endif
