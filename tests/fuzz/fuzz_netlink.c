/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A netlink datagram of any bytes, read as an answer, as links and as addresses. What the parsers
 * promise is checked: they stay in the buffer, they come to an end, their texts are terminated.
 */
#include <linux/netlink.h>
#include <stdlib.h>
#include <string.h>

#include "os/linux/linux_nlparse.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void fuzz_require(int condition)
{
    if (!condition) {
        abort();
    }
}

static void fuzz_verdict(const struct linux_nl_msg *msg)
{
    struct linux_nl_verdict verdict;

    if (vnic__nl_parse_verdict(msg, &verdict) == 0) {
        fuzz_require(verdict.error >= 0 && verdict.error <= 4095);
        fuzz_require(memchr(verdict.text, 0, sizeof verdict.text) != NULL);
    }
}

static void fuzz_link(const struct linux_nl_msg *msg)
{
    struct linux_nl_link link;

    if (vnic__nl_parse_link(msg, &link) == 0) {
        fuzz_require(link.tun.if_index >= 1);
        fuzz_require(memchr(link.tun.name, 0, sizeof link.tun.name) != NULL);
        fuzz_require(memchr(link.tun.kind, 0, sizeof link.tun.kind) != NULL);
        fuzz_require(memchr(link.alias, 0, sizeof link.alias) != NULL);
        fuzz_require(link.mac_len == 0 || link.mac_len == 6);
    }
}

static void fuzz_addr(const struct linux_nl_msg *msg)
{
    struct linux_nl_addr addr;

    if (vnic__nl_parse_addr(msg, &addr) == 0) {
        fuzz_require(addr.prefix_len <= 128 || (addr.family != 2 && addr.family != 10));
        fuzz_require(addr.has_peer == 1 || addr.peer[0] == 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct linux_nl_msg msg;
    size_t offset = 0;

    for (size_t before = 0; vnic__nl_next_msg(data, size, &offset, &msg) > 0; before = offset) {
        fuzz_require(offset > before && offset <= size);
        fuzz_require(msg.payload >= data && msg.len <= size - (size_t)(msg.payload - data));
        fuzz_verdict(&msg);
        fuzz_link(&msg);
        fuzz_addr(&msg);
    }
    return 0;
}
