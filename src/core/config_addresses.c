/* SPDX-License-Identifier: Apache-2.0 */
/* The addresses of a configuration: text and typed ones, in one array. */
#include "alloc.h"
#include "config.h"
#include "fail.h"

/* RFC 8200 section 5: IPv6 needs links of 1280 bytes. */
#define MTU_MIN_IPV6 1280
#define ADDRESSES_MAX (2147483647u / sizeof(struct vnic_prefix) / 2)

static int fail_address_text(const char *text, size_t offset, size_t len, int code,
                             struct vnic_error *err)
{
    int shown = len > 64 ? 64 : (int)len;

    if (code == VNIC_EEXIST) {
        return vnic__fail(err, code, "check", "addresses",
                          "the address \"%.*s\" is listed twice: remove one", shown, text + offset);
    }
    return vnic__fail(err, VNIC_EADDR, "check", "addresses",
                      "\"%.*s\" (at character %llu of addresses) is not an address with a prefix "
                      "length: write it like 10.9.0.1/24 or fd09::1/64",
                      shown, text + offset, (unsigned long long)offset + 1);
}

/* Text and typed addresses into one array, which the settings own. */
static int parse_addresses(const struct vnic_config *c, struct vnic__settings *ret,
                           struct vnic_error *err)
{
    uint32_t typed = c->n_prefixes == VNIC_UNSET ? 0 : c->n_prefixes;
    size_t offset = 0, len = 0;
    int listed = 0, rc;

    if (c->prefixes != NULL && c->n_prefixes == VNIC_UNSET) {
        return vnic__fail(err, VNIC_EINVAL, "check", "n_prefixes",
                          "\"prefixes\" is set but \"n_prefixes\" is not: say how many there are");
    }
    if (typed > 0 && c->prefixes == NULL) {
        return vnic__fail_null(err, "check", "prefixes");
    }
    if (typed > ADDRESSES_MAX) {
        return vnic__check_range("n_prefixes", typed, 0, ADDRESSES_MAX, err);
    }
    if (c->addresses != NULL) {
        listed = vnic_prefix_list_parse(c->addresses, NULL, 0, &offset, &len);
        if (listed < 0) {
            return fail_address_text(c->addresses, offset, len, listed, err);
        }
    }
    if (listed + (int)typed == 0) {
        return 0;
    }
    ret->prefixes = vnic__alloc(((size_t)listed + typed) * sizeof *ret->prefixes);
    if (ret->prefixes == NULL) {
        return vnic__fail_memory(err, "check");
    }
    if (listed > 0) {
        rc = vnic_prefix_list_parse(c->addresses, ret->prefixes, listed, &offset, &len);
        if (rc < 0) {
            return fail_address_text(c->addresses, offset, len, rc, err);
        }
    }
    for (uint32_t i = 0; i < typed; i++) {
        ret->prefixes[(uint32_t)listed + i] = c->prefixes[i];
    }
    ret->n_prefixes = listed + (int)typed;
    return vnic__check_prefixes(ret->prefixes, ret->n_prefixes, err);
}

static int check_ipv6_mtu(const struct vnic__settings *s, struct vnic_error *err)
{
    for (int i = 0; s->mtu != VNIC_UNSET && i < s->n_prefixes; i++) {
        if (s->prefixes[i].family == VNIC_IPV6 && s->mtu < MTU_MIN_IPV6) {
            return vnic__fail(err, VNIC_EINVAL, "check", "mtu",
                              "mtu is %u, but IPv6 addresses need at least %d: raise it, or leave "
                              "the IPv6 addresses out",
                              s->mtu, MTU_MIN_IPV6);
        }
    }
    return 0;
}

int vnic__config_addresses(const struct vnic_config *c, struct vnic__settings *ret,
                           struct vnic_error *err)
{
    int rc = parse_addresses(c, ret, err);

    return rc == 0 ? check_ipv6_mtu(ret, err) : rc;
}
