/* SPDX-License-Identifier: Apache-2.0 */
/* Checks of single values, the same for the configuration and for the setters of an open handle. */
#include <string.h>

#include "address_set.h"
#include "config.h"
#include "fail.h"
#include "ifname.h"
#include "vnic/mac.h"

/* RFC 791 section 3.2: every host takes 68 bytes unfragmented; 65535 is the longest IP packet. */
#define MTU_MIN 68
#define MTU_MAX 65535
/* The kernel's IFALIASZ (linux/if.h) is 256 with the terminator. */
#define ALIAS_MAX 255

int vnic__check_range(const char *field, uint64_t value, uint64_t low, uint64_t high,
                      struct vnic_error *err)
{
    if (value >= low && value <= high) {
        return 0;
    }
    return vnic__fail(err, VNIC_EINVAL, "check", field, "\"%s\" is %llu: it must be %llu to %llu",
                      field, (unsigned long long)value, (unsigned long long)low,
                      (unsigned long long)high);
}

int vnic__check_mtu(uint32_t mtu, struct vnic_error *err)
{
    return vnic__check_range("mtu", mtu, MTU_MIN, MTU_MAX, err);
}

/* One rule stands for all Unix systems; others state theirs. */
static int check_plain_name(const char *name, uint32_t flags, const char **ret_reason)
{
    return vnic__ifname_check(name, VNIC__IFNAME_MAX, flags, ret_reason);
}

int vnic__check_name(const struct vnic__backend *backend, const char *name, uint32_t ifname_flags,
                     struct vnic_error *err)
{
    const char *rule = "use 1 to 15 characters without '/', ':' or spaces";
    const char *reason = "";

    if (backend->check_name == NULL) {
        if (check_plain_name(name, ifname_flags, &reason) == 0) {
            return 0;
        }
    } else {
        if (backend->check_name(name, ifname_flags, &reason) == 0) {
            return 0;
        }
        rule = backend->name_rule;
    }
    return vnic__fail(err, VNIC_ENAME, "check", "name", "the interface name \"%.64s\" %s: %s", name,
                      reason, rule);
}

int vnic__check_alias(const char *alias, struct vnic_error *err)
{
    if (strlen(alias) <= ALIAS_MAX) {
        return 0;
    }
    return vnic__fail(err, VNIC_EINVAL, "check", "alias",
                      "the alias \"%.32s…\" is %llu bytes long: use at most %d", alias,
                      (unsigned long long)strlen(alias), ALIAS_MAX);
}

int vnic__check_mac(const uint8_t *mac, const char *text, struct vnic_error *err)
{
    if (vnic_mac_is_unicast(mac) == 1) {
        return 0;
    }
    return vnic__fail(err, VNIC_EADDR, "check", "mac",
                      "the MAC address \"%.32s\" is zero or a group address: an interface needs a "
                      "unicast address, such as 02:00:5e:10:00:01",
                      text);
}

static int check_prefix(const struct vnic_prefix *p, struct vnic_error *err)
{
    char text[VNIC_PREFIX_TEXT_MAX] = "?";

    if (vnic_prefix_check(p) < 0) {
        return vnic__fail(err, VNIC_EADDR, "check", "addresses",
                          "a prefix is not valid (family %u, length %u): make it with "
                          "vnic_prefix_parse()",
                          p->family, p->prefix_len);
    }
    if (vnic_prefix_is_assignable(p) != 1) {
        (void)vnic_prefix_format(p, text, sizeof text);
        return vnic__fail(err, VNIC_EADDR, "check", "addresses",
                          "\"%s\" cannot be the address of an interface: it is a multicast, "
                          "broadcast or unspecified address",
                          text);
    }
    return 0;
}

int vnic__check_prefixes(const struct vnic_prefix *prefixes, int n, struct vnic_error *err)
{
    char text[VNIC_PREFIX_TEXT_MAX] = "?";

    for (int i = 0; i < n; i++) {
        int rc = check_prefix(&prefixes[i], err);

        if (rc < 0) {
            return rc;
        }
        for (int j = 0; j < i; j++) {
            if (vnic__prefix_same(&prefixes[i], &prefixes[j])) {
                (void)vnic_prefix_format(&prefixes[i], text, sizeof text);
                return vnic__fail(err, VNIC_EEXIST, "check", "addresses",
                                  "the address \"%s\" is listed twice: remove one", text);
            }
        }
    }
    return 0;
}
