/* SPDX-License-Identifier: Apache-2.0 */
/* MAC addresses, interface names and DNS settings. */
#include <string.h>

#include "core/dns_text.h"
#include "core/ifname.h"
#include "fuzz.h"
#include "vnic/error.h"
#include "vnic/mac.h"

static void check_mac(const char *text)
{
    uint8_t mac[VNIC_MAC_LEN], again[VNIC_MAC_LEN];
    char out[VNIC_MAC_TEXT_MAX];
    int rc = vnic_mac_parse(text, mac);

    FUZZ_CHECK(rc == VNIC_OK || rc == VNIC_EADDR);
    if (rc == VNIC_OK) {
        FUZZ_CHECK(strlen(text) == VNIC_MAC_TEXT_MAX - 1);
        FUZZ_CHECK(vnic_mac_format(mac, out, sizeof out) == VNIC_MAC_TEXT_MAX - 1);
        FUZZ_CHECK(vnic_mac_parse(out, again) == VNIC_OK && memcmp(mac, again, sizeof mac) == 0);
        FUZZ_CHECK(vnic_mac_is_unicast(mac) >= 0);
    }
}

static void check_name(const char *text, uint32_t flags)
{
    const char *reason = NULL;
    int rc = vnic__ifname_check(text, VNIC__IFNAME_MAX, flags, &reason);

    FUZZ_CHECK((rc == VNIC_OK && reason == NULL) || (rc == VNIC_ENAME && reason != NULL));
    if (rc == VNIC_OK) {
        FUZZ_CHECK(text[0] != '\0' && strlen(text) <= VNIC__IFNAME_MAX);
        FUZZ_CHECK(strpbrk(text, "/: \t\n\v\f\r") == NULL && strcmp(text, "..") != 0);
        FUZZ_CHECK(strchr(text, '%') == NULL ||
                   (flags != 0 && strstr(text, "%d") == strrchr(text, '%')));
    }
}

static void check_dns(const char *text)
{
    struct vnic__dns dns;
    struct vnic_error err;
    int rc = vnic__dns_parse(text, &dns, &err);

    if (rc != 0) {
        FUZZ_CHECK(rc == VNIC_EINVAL || rc == VNIC_EADDR || rc == VNIC_EEXIST);
        FUZZ_CHECK(err.code == rc && err.text[0] != '\0');
        return;
    }
    FUZZ_CHECK(dns.n_servers >= 0 && dns.n_servers <= VNIC__DNS_SERVERS_MAX);
    FUZZ_CHECK(strlen(dns.search) < VNIC__DNS_SEARCH_SIZE);
    FUZZ_CHECK(strpbrk(dns.search, " \t\n/:") == NULL && strstr(dns.search, ",,") == NULL);
    FUZZ_CHECK(vnic__dns_same(&dns, &dns));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = fuzz_text(data, size);

    check_mac(text);
    check_name(text, 0);
    check_name(text, VNIC__IFNAME_PATTERN);
    check_dns(text);
    free(text);
    return 0;
}
