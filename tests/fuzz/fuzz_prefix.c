/* SPDX-License-Identifier: Apache-2.0 */
/* One prefix: what parses is valid, is written back to the same value, and its helpers agree. */
#include <string.h>

#include "fuzz.h"
#include "vnic/error.h"
#include "vnic/prefix.h"

static void check_round_trip(const struct vnic_prefix *prefix)
{
    char text[VNIC_PREFIX_TEXT_MAX];
    struct vnic_prefix again;
    int n = vnic_prefix_format(prefix, text, sizeof text);

    FUZZ_CHECK(n > 0 && (size_t)n == strlen(text));
    FUZZ_CHECK(vnic_prefix_format(prefix, text, (size_t)n) == VNIC_EMSGSIZE);
    FUZZ_CHECK(vnic_prefix_format(prefix, text, (size_t)n + 1) == n);
    FUZZ_CHECK(vnic_prefix_parse(text, &again) == VNIC_OK);
    FUZZ_CHECK(memcmp(prefix, &again, sizeof again) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = fuzz_text(data, size);
    struct vnic_prefix prefix, net;
    uint8_t last[4];
    int rc = vnic_prefix_parse(text, &prefix);

    FUZZ_CHECK(rc == VNIC_OK || rc == VNIC_EADDR);
    if (rc == VNIC_OK) {
        FUZZ_CHECK(vnic_prefix_check(&prefix) == VNIC_OK);
        check_round_trip(&prefix);
        FUZZ_CHECK(vnic_prefix_network(&prefix, &net) == VNIC_OK);
        FUZZ_CHECK(vnic_prefix_contains(&net, &prefix) == 1);
        FUZZ_CHECK(vnic_prefix_contains(&prefix, &net) == 1);
        FUZZ_CHECK(vnic_prefix_broadcast(&prefix, last) >= 0);
        FUZZ_CHECK(vnic_prefix_is_assignable(&prefix) >= 0);
    }
    free(text);
    return 0;
}
