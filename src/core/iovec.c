/* SPDX-License-Identifier: Apache-2.0 */
/* Packets that lie in several pieces. */
#include "iovec.h"

#include <string.h>

size_t vnic__iov_total(const struct vnic_iovec *iov, int n)
{
    size_t total = 0;

    for (int i = 0; i < n; i++) {
        if (iov[i].len > SIZE_MAX - total) {
            return SIZE_MAX;
        }
        total += iov[i].len;
    }
    return total;
}

int vnic__iov_skip(const struct vnic_iovec *iov, int n, size_t skip, struct vnic_iovec *out)
{
    int count = 0;

    for (int i = 0; i < n; i++) {
        if (skip >= iov[i].len) {
            skip -= iov[i].len;
            continue;
        }
        out[count].base = (uint8_t *)iov[i].base + skip;
        out[count].len = iov[i].len - skip;
        skip = 0;
        count++;
    }
    return count;
}

size_t vnic__iov_gather(const struct vnic_iovec *iov, int n, uint8_t *buf, size_t cap)
{
    size_t done = 0;

    for (int i = 0; i < n && done < cap; i++) {
        size_t part = iov[i].len < cap - done ? iov[i].len : cap - done;

        if (part > 0) {
            memcpy(buf + done, iov[i].base, part);
            done += part;
        }
    }
    return done;
}

size_t vnic__iov_scatter(const struct vnic_iovec *iov, int n, const uint8_t *buf, size_t len)
{
    size_t done = 0;

    for (int i = 0; i < n && done < len; i++) {
        size_t part = iov[i].len < len - done ? iov[i].len : len - done;

        if (part > 0) {
            memcpy(iov[i].base, buf + done, part);
            done += part;
        }
    }
    return done;
}
