/* SPDX-License-Identifier: Apache-2.0 */
#include "vnic/mac.h"

#include <string.h>

#include "inet_text.h"
#include "vnic/error.h"

int vnic_mac_parse(const char *text, uint8_t *ret)
{
    uint8_t mac[VNIC_MAC_LEN];

    if (text == NULL || ret == NULL) {
        return VNIC_EINVAL;
    }
    for (size_t i = 0; i < VNIC_MAC_LEN; i++) {
        const char *p = text + 3 * i;
        int high = vnic__hex_digit(p[0]);
        int low = high < 0 ? -1 : vnic__hex_digit(p[1]);

        /* From left to right, so that the end of a short text is seen before anything behind it. */
        if (low < 0 || (i + 1 == VNIC_MAC_LEN && p[2] != '\0') ||
            (i + 1 < VNIC_MAC_LEN && ((p[2] != ':' && p[2] != '-') || p[2] != text[2]))) {
            return VNIC_EADDR;
        }
        mac[i] = (uint8_t)(high << 4 | low);
    }
    memcpy(ret, mac, sizeof mac);
    return VNIC_OK;
}

int vnic_mac_format(const uint8_t *mac, char *buf, size_t cap)
{
    static const char digits[] = "0123456789abcdef";

    if (mac == NULL || buf == NULL) {
        return VNIC_EINVAL;
    }
    if (cap < VNIC_MAC_TEXT_MAX) {
        return VNIC_EMSGSIZE;
    }
    for (size_t i = 0; i < VNIC_MAC_LEN; i++) {
        buf[3 * i] = digits[mac[i] >> 4];
        buf[3 * i + 1] = digits[mac[i] & 15];
        buf[3 * i + 2] = i + 1 < VNIC_MAC_LEN ? ':' : '\0';
    }
    return VNIC_MAC_TEXT_MAX - 1;
}

int vnic_mac_is_unicast(const uint8_t *mac)
{
    if (mac == NULL) {
        return VNIC_EINVAL;
    }
    return (mac[0] & 1) == 0 && (mac[0] | mac[1] | mac[2] | mac[3] | mac[4] | mac[5]) != 0;
}
