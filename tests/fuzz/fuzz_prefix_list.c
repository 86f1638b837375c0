/* SPDX-License-Identifier: Apache-2.0 */
/* A list of prefixes: counts agree, errors point into the text, no address is there twice. */
#include <string.h>

#include "core/prefix_text.h"
#include "fuzz.h"
#include "vnic/error.h"
#include "vnic/prefix.h"

enum { LIST_ROOM = 8 };

static void check_items(const struct vnic_prefix *list, int n)
{
    for (int i = 0; i < n; i++) {
        FUZZ_CHECK(vnic_prefix_check(&list[i]) == VNIC_OK);
        for (int k = 0; k < i; k++) {
            FUZZ_CHECK(!vnic__prefix_is_duplicate(&list[i], &list[k]));
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = fuzz_text(data, size);
    struct vnic_prefix list[LIST_ROOM];
    size_t offset = SIZE_MAX, len = SIZE_MAX;
    int n = vnic_prefix_list_parse(text, list, LIST_ROOM, &offset, &len);
    int count = vnic_prefix_list_parse(text, NULL, 0, NULL, NULL);

    if (n >= 0) {
        FUZZ_CHECK(n <= LIST_ROOM && count == n && offset == SIZE_MAX);
        check_items(list, n);
    } else {
        FUZZ_CHECK(n == VNIC_EADDR || n == VNIC_EEXIST || n == VNIC_EMSGSIZE);
        FUZZ_CHECK(len > 0 && len <= strlen(text) && offset <= strlen(text) - len);
        FUZZ_CHECK(n != VNIC_EMSGSIZE || count > LIST_ROOM || count == VNIC_EADDR);
    }
    free(text);
    return 0;
}
