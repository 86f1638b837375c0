/* SPDX-License-Identifier: Apache-2.0 */
/* The configuration: unset values, copies of any header's size, and complete checks. */
#include "config.h"

#include <stddef.h>
#include <string.h>

#include "alloc.h"
#include "backends.h"
#include "fail.h"
#include "ifname.h"
#include "vnic/mac.h"

/* The size that version 0.1 had: no caller knows less. */
#define CONFIG_SIZE_MIN offsetof(struct vnic_config, engine)

#define KNOWN_FLAGS                                                                                \
    (VNIC_NONBLOCK | VNIC_MULTI_QUEUE | VNIC_EXCLUSIVE | VNIC_KEEP_STATE | VNIC_NO_LINK_LOCAL |    \
     VNIC_KEEP_HEADER | VNIC_BORROW | VNIC_VNET_HDR | VNIC_NO_CARRIER | VNIC_PARTIAL_CHECKSUMS)

#define INT_LIMIT 2147483647u
/* Linux include/net/sock.h sock_writeable(): with less, even an empty queue never counts as writable. */
#define SNDBUF_MIN 4

static void unset_config(struct vnic_config *cfg)
{
    memset(cfg, 0, sizeof *cfg);
    cfg->size = sizeof *cfg;
    cfg->netns_fd = -1;
    cfg->n_prefixes = VNIC_UNSET;
    cfg->layer = VNIC_UNSET;
    /* Not VNIC_UNSET, whose bits would swallow a flag that the caller adds with |=. */
    cfg->flags = 0;
    cfg->offload = VNIC_UNSET;
    cfg->mtu = VNIC_UNSET;
    cfg->up = VNIC_UNSET;
    cfg->persist = VNIC_UNSET;
    cfg->owner_uid = VNIC_UNSET;
    cfg->group_gid = VNIC_UNSET;
    cfg->tx_queue_len = VNIC_UNSET;
    cfg->if_index = VNIC_UNSET;
    cfg->sndbuf = VNIC_UNSET;
    cfg->features = VNIC_UNSET;
    cfg->reserved = VNIC_UNSET;
    cfg->ring_capacity = VNIC_UNSET;
    cfg->metric = VNIC_UNSET;
}

void vnic_config_init_size(struct vnic_config *ret_cfg, size_t size)
{
    struct vnic_config cfg;

    if (ret_cfg == NULL || size < sizeof cfg.size) {
        return;
    }
    unset_config(&cfg);
    cfg.size = size;
    memcpy(ret_cfg, &cfg, size < sizeof cfg ? size : sizeof cfg);
}

int vnic__config_copy(const struct vnic_config *cfg, struct vnic_config *ret,
                      struct vnic_error *err)
{
    unset_config(ret);
    if (cfg == NULL) {
        ret->flags = 0;
        return 0;
    }
    if (cfg->size < CONFIG_SIZE_MIN || cfg->size > sizeof *cfg) {
        return vnic__fail(err, VNIC_EVERSION, "check", "size",
                          "vnic_config.size is %llu and this library knows %llu: call "
                          "vnic_config_init() and use the header of this version",
                          (unsigned long long)cfg->size, (unsigned long long)sizeof *cfg);
    }
    memcpy(ret, cfg, cfg->size);
    if (ret->flags == VNIC_UNSET) {
        ret->flags = 0;
    }
    return 0;
}

int vnic__check_options(const struct vnic__backend *b, const struct vnic__option *rows, size_t n,
                        struct vnic_error *err)
{
    for (size_t i = 0; i < n; i++) {
        if (rows[i].set && (b->options & rows[i].bit) == 0) {
            return vnic__fail_unsupported(err, "check", rows[i].field, b->name);
        }
    }
    return 0;
}

static int check_options(const struct vnic_config *c, const struct vnic__backend *b, int what,
                         struct vnic_error *err)
{
    const struct vnic__option rows[] = {
        {VNIC__OPT_TUN, "layer", what == VNIC__FOR_OPEN && c->layer != VNIC_TAP},
        {VNIC__OPT_TAP, "layer", c->layer == VNIC_TAP},
        {VNIC__OPT_NAME, "name", c->name != NULL},
        {VNIC__OPT_ADDRESSES, "addresses", c->addresses != NULL},
        {VNIC__OPT_ADDRESSES, "prefixes", c->n_prefixes != VNIC_UNSET && c->n_prefixes != 0},
        {VNIC__OPT_MAC, "mac", c->mac != NULL},
        {VNIC__OPT_ALIAS, "alias", c->alias != NULL},
        {VNIC__OPT_NETNS, "netns", c->netns != NULL},
        {VNIC__OPT_NETNS, "netns_fd", c->netns_fd != -1},
        {VNIC__OPT_MTU, "mtu", c->mtu != VNIC_UNSET},
        {VNIC__OPT_UP, "up", c->up != VNIC_UNSET},
        {VNIC__OPT_PERSIST, "persist", c->persist != VNIC_UNSET},
        {VNIC__OPT_OWNER, "owner_uid", c->owner_uid != VNIC_UNSET},
        {VNIC__OPT_GROUP, "group_gid", c->group_gid != VNIC_UNSET},
        {VNIC__OPT_TX_QUEUE_LEN, "tx_queue_len", c->tx_queue_len != VNIC_UNSET},
        {VNIC__OPT_IF_INDEX, "if_index", c->if_index != VNIC_UNSET},
        {VNIC__OPT_SNDBUF, "sndbuf", c->sndbuf != VNIC_UNSET},
        {VNIC__OPT_MULTI_QUEUE, "VNIC_MULTI_QUEUE", (c->flags & VNIC_MULTI_QUEUE) != 0},
        {VNIC__OPT_EXCLUSIVE, "VNIC_EXCLUSIVE", (c->flags & VNIC_EXCLUSIVE) != 0},
        {VNIC__OPT_NO_LINK_LOCAL, "VNIC_NO_LINK_LOCAL", (c->flags & VNIC_NO_LINK_LOCAL) != 0},
        {VNIC__OPT_KEEP_HEADER, "VNIC_KEEP_HEADER", (c->flags & VNIC_KEEP_HEADER) != 0},
        {VNIC__OPT_BORROW, "VNIC_BORROW", (c->flags & VNIC_BORROW) != 0},
        {VNIC__OPT_VNET_HDR, "VNIC_VNET_HDR", (c->flags & VNIC_VNET_HDR) != 0},
        {VNIC__OPT_NO_CARRIER, "VNIC_NO_CARRIER", (c->flags & VNIC_NO_CARRIER) != 0},
        {VNIC__OPT_OFFLOAD, "offload", vnic__has_offload(c->offload)},
        {VNIC__OPT_ENGINE, "engine", c->engine != NULL && strcmp(c->engine, "auto") != 0},
    };

    return vnic__check_options(b, rows, sizeof rows / sizeof rows[0], err);
}

/* Options that only make sense where an interface is created, and the one where it is not. */
static int check_purpose(const struct vnic_config *c, int what, struct vnic_error *err)
{
    const struct vnic__option rows[] = {
        {0, "name", c->name != NULL},
        {0, "netns", c->netns != NULL},
        {0, "netns_fd", c->netns_fd != -1},
        {0, "if_index", c->if_index != VNIC_UNSET},
        {0, "VNIC_EXCLUSIVE", (c->flags & VNIC_EXCLUSIVE) != 0},
        {0, "VNIC_MULTI_QUEUE", (c->flags & VNIC_MULTI_QUEUE) != 0},
        {0, "VNIC_VNET_HDR", (c->flags & VNIC_VNET_HDR) != 0},
        {0, "VNIC_NO_CARRIER", (c->flags & VNIC_NO_CARRIER) != 0},
        {0, "wintun_path", c->wintun_path != NULL},
        {0, "adapter_guid", c->adapter_guid != NULL},
        {0, "description", c->description != NULL},
        {0, "hardware_id", c->hardware_id != NULL},
        {0, "ring_capacity", c->ring_capacity != VNIC_UNSET},
    };

    if (what == VNIC__FOR_OPEN) {
        if (c->flags & VNIC_BORROW) {
            return vnic__fail(err, VNIC_EINVAL, "check", "VNIC_BORROW",
                              "VNIC_BORROW is for vnic_adopt(): what vnic_open() makes is its own");
        }
        return 0;
    }
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (rows[i].set) {
            return vnic__fail(err, VNIC_EINVAL, "check", rows[i].field,
                              "\"%s\" cannot be set for a descriptor that exists already: leave it "
                              "out",
                              rows[i].field);
        }
    }
    return 0;
}

static int check_optional_range(const char *field, uint32_t value, uint64_t low, uint64_t high,
                                struct vnic_error *err)
{
    return value == VNIC_UNSET ? 0 : vnic__check_range(field, value, low, high, err);
}

static int check_numbers(const struct vnic_config *c, struct vnic_error *err)
{
    int rc = 0;

    if (c->flags & ~KNOWN_FLAGS) {
        return vnic__fail(err, VNIC_EINVAL, "check", "flags",
                          "flags has unknown bits 0x%x: use VNIC_NONBLOCK and its neighbours",
                          (unsigned)(c->flags & ~KNOWN_FLAGS));
    }
    rc = vnic__config_offload(c, err);
    if (rc < 0) {
        return rc;
    }
    if (c->mtu != VNIC_UNSET) {
        rc = vnic__check_mtu(c->mtu, err);
    }
    if (rc == 0) {
        rc = check_optional_range("layer", c->layer, VNIC_TUN, VNIC_TAP, err);
    }
    if (rc == 0) {
        rc = check_optional_range("up", c->up, 0, 1, err);
    }
    if (rc == 0) {
        rc = check_optional_range("persist", c->persist, 0, 1, err);
    }
    if (rc == 0) {
        rc = check_optional_range("tx_queue_len", c->tx_queue_len, 0, VNIC__TX_QUEUE_LEN_MAX, err);
    }
    if (rc == 0) {
        rc = check_optional_range("if_index", c->if_index, 1, INT_LIMIT, err);
    }
    if (rc == 0) {
        rc = check_optional_range("sndbuf", c->sndbuf, SNDBUF_MIN, INT_LIMIT, err);
    }
    return rc;
}

static int check_texts(const struct vnic_config *c, const struct vnic__backend *backend,
                       struct vnic_error *err)
{
    int rc = 0;

    if (c->name != NULL) {
        rc = vnic__check_name(backend, c->name, VNIC__IFNAME_PATTERN, err);
    }
    if (rc == 0 && c->alias != NULL) {
        rc = vnic__check_alias(c->alias, err);
    }
    if (rc == 0 && c->netns != NULL && c->netns_fd != -1) {
        rc = vnic__fail(err, VNIC_EINVAL, "check", "netns",
                        "netns and netns_fd are both set: give the namespace one way");
    }
    if (rc == 0 && c->netns != NULL && c->netns[0] == '\0') {
        rc = vnic__fail(err, VNIC_EINVAL, "check", "netns",
                        "netns is empty: give a path such as /run/netns/NAME");
    }
    if (rc == 0 && c->netns_fd < -1) {
        rc = vnic__fail(err, VNIC_EINVAL, "check", "netns_fd",
                        "netns_fd is %ld: give an open descriptor, or -1", (long)c->netns_fd);
    }
    return rc;
}

static int parse_mac(const struct vnic_config *c, struct vnic__settings *ret,
                     struct vnic_error *err)
{
    if (c->mac == NULL) {
        return 0;
    }
    if (c->layer == VNIC_TUN) {
        return vnic__fail(err, VNIC_ENOTSUP, "check", "mac",
                          "a TUN interface has no MAC address: leave \"%.32s\" out, or ask for "
                          "VNIC_TAP",
                          c->mac);
    }
    if (vnic_mac_parse(c->mac, ret->mac) < 0) {
        return vnic__fail(err, VNIC_EADDR, "check", "mac",
                          "\"%.64s\" is not a MAC address: write it like 02:00:5e:10:00:01",
                          c->mac);
    }
    ret->has_mac = 1;
    return vnic__check_mac(ret->mac, c->mac, err);
}

static void copy_settings(const struct vnic_config *c, const struct vnic__backend *backend,
                          int what, struct vnic__settings *ret)
{
    memset(ret, 0, sizeof *ret);
    ret->name = c->name;
    ret->alias = c->alias;
    ret->netns = c->netns;
    ret->netns_fd = c->netns_fd;
    ret->layer = c->layer;
    ret->flags = c->flags;
    ret->mtu = c->mtu;
    ret->up = c->up;
    if (c->up == VNIC_UNSET && what == VNIC__FOR_OPEN && (c->flags & VNIC_KEEP_STATE) == 0 &&
        (backend->options & VNIC__OPT_UP) != 0) {
        ret->up = 1;
    }
    ret->persist = c->persist;
    ret->owner_uid = c->owner_uid;
    ret->group_gid = c->group_gid;
    ret->tx_queue_len = c->tx_queue_len;
    ret->if_index = c->if_index;
    ret->sndbuf = c->sndbuf;
    ret->offload = c->offload == VNIC_UNSET ? VNIC_OFFLOAD_NONE : c->offload;
    ret->features = c->features == VNIC_UNSET ? VNIC__KNOWN_FEATURES : c->features;
    ret->engine = c->engine == NULL ? "auto" : c->engine;
    if (ret->offload != VNIC_OFFLOAD_NONE && what == VNIC__FOR_OPEN) {
        ret->flags |= VNIC_VNET_HDR;
    }
    ret->has_addresses = c->addresses != NULL || c->n_prefixes != VNIC_UNSET;
}

int vnic__settings_make(const struct vnic_config *cfg, const struct vnic__backend *backend,
                        int what, struct vnic__settings *ret, struct vnic_error *err)
{
    struct vnic_config c = *cfg;
    int rc;

    if (c.layer == VNIC_UNSET && what == VNIC__FOR_OPEN) {
        c.layer = VNIC_TUN;
    }
    copy_settings(&c, backend, what, ret);
    rc = check_numbers(&c, err);
    if (rc == 0) {
        rc = check_purpose(&c, what, err);
    }
    if (rc == 0) {
        rc = check_options(&c, backend, what, err);
    }
    if (rc == 0) {
        rc = vnic__config_system_options(&c, backend, err);
    }
    if (rc == 0) {
        rc = check_texts(&c, backend, err);
    }
    if (rc == 0) {
        rc = parse_mac(&c, ret, err);
    }
    if (rc == 0) {
        rc = vnic__config_system(&c, ret, err);
    }
    if (rc == 0) {
        rc = vnic__config_addresses(&c, ret, err);
    }
    if (rc < 0) {
        vnic__settings_free(ret);
    }
    return rc;
}

void vnic__settings_free(struct vnic__settings *s)
{
    vnic__free(s->prefixes);
    s->prefixes = NULL;
    s->n_prefixes = 0;
}

int vnic_config_check(const struct vnic_config *cfg, struct vnic_error *ret_err)
{
    const struct vnic__backend *backend;
    struct vnic__settings settings;
    struct vnic_config copy;
    int rc = vnic__config_copy(cfg, &copy, ret_err);

    if (rc < 0) {
        return rc;
    }
    backend = vnic__find_backend(copy.backend, copy.layer, ret_err);
    if (backend == NULL) {
        return VNIC_EINVAL;
    }
    rc = vnic__settings_make(&copy, backend, VNIC__FOR_OPEN, &settings, ret_err);
    if (rc == 0) {
        vnic__settings_free(&settings);
    }
    return rc;
}
