/* SPDX-License-Identifier: Apache-2.0 */
/* Reading netlink: real answers of a kernel (the fuzz corpus), and bytes that no kernel would send. */
#include <gtest/gtest.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/ip.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <string>
#include <sys/socket.h>
#include <vector>

extern "C" {
#include "os/linux/linux_netlink.h"
#include "os/linux/linux_nlparse.h"
}

namespace
{

/* Numbers that the library writes out, because older or foreign headers lack their names. */
static_assert(VNIC__NL_PROMOTE_SECONDARIES == IPV4_DEVCONF_PROMOTE_SECONDARIES, "linux/ip.h");

using Bytes = std::vector<uint8_t>;

/* The corpus is what a kernel on a little-endian machine answered. */
bool is_little_endian()
{
    const uint16_t one = 1;
    uint8_t first;
    memcpy(&first, &one, 1);
    return first == 1;
}

Bytes corpus(const std::string &name)
{
    std::ifstream in(VNIC_SOURCE_DIR "/tests/fuzz/corpus/netlink/" + name, std::ios::binary);
    EXPECT_TRUE(in.good()) << name;
    return Bytes(std::istreambuf_iterator<char>(in), {});
}

/* The first message of a datagram. */
linux_nl_msg first_message(const Bytes &bytes)
{
    linux_nl_msg msg{};
    size_t offset = 0;
    EXPECT_EQ(vnic__nl_next_msg(bytes.data(), bytes.size(), &offset, &msg), 1);
    return msg;
}

/* A message made by hand, in host order. */
Bytes message(uint16_t type, uint16_t flags, const Bytes &payload)
{
    nlmsghdr head{};
    head.nlmsg_len = static_cast<uint32_t>(sizeof head + payload.size());
    head.nlmsg_type = type;
    head.nlmsg_flags = flags;
    Bytes out(sizeof head);
    memcpy(out.data(), &head, sizeof head);
    out.insert(out.end(), payload.begin(), payload.end());
    return out;
}

template <typename T> void append(Bytes *out, const T &value)
{
    const auto *bytes = reinterpret_cast<const uint8_t *>(&value);
    out->insert(out->end(), bytes, bytes + sizeof value);
}

void append_attr(Bytes *out, uint16_t type, const Bytes &data)
{
    append(out, static_cast<uint16_t>(4 + data.size()));
    append(out, type);
    out->insert(out->end(), data.begin(), data.end());
    out->resize((out->size() + 3) & ~size_t{3});
}

TEST(NetlinkParse, LinkOfATun)
{
    if (!is_little_endian()) {
        GTEST_SKIP() << "recorded on a little-endian machine";
    }
    Bytes bytes = corpus("link_tun");
    linux_nl_msg msg = first_message(bytes);
    linux_nl_link link;

    ASSERT_EQ(vnic__nl_parse_link(&msg, &link), 0);
    EXPECT_STREQ(link.tun.name, "ftun");
    EXPECT_STREQ(link.tun.kind, "tun");
    EXPECT_STREQ(link.alias, "hello");
    EXPECT_EQ(link.tun.layer, VNIC_TUN);
    EXPECT_EQ(link.tun.owner, 1000u);
    EXPECT_EQ(link.tun.group, VNIC_UNSET);
    EXPECT_EQ(link.tun.multi_queue, 1u);
    EXPECT_EQ(link.tun.persist, 1u);
    EXPECT_EQ(link.mtu, 1500u);
    EXPECT_EQ(link.tx_queue_len, 500u);
    EXPECT_EQ(link.mac_len, 0u);
    EXPECT_EQ(link.has_gen_mode, 1u);
    EXPECT_EQ(link.has_promote, 1u);
}

TEST(NetlinkParse, LinksOfOtherKinds)
{
    if (!is_little_endian()) {
        GTEST_SKIP() << "recorded on a little-endian machine";
    }
    Bytes tap = corpus("link_tap"), lo = corpus("link_lo");
    linux_nl_msg tap_msg = first_message(tap), lo_msg = first_message(lo);
    linux_nl_link link;

    ASSERT_EQ(vnic__nl_parse_link(&tap_msg, &link), 0);
    EXPECT_EQ(link.tun.layer, VNIC_TAP);
    EXPECT_EQ(link.tun.group, 100u);
    EXPECT_EQ(link.tun.owner, VNIC_UNSET);
    EXPECT_EQ(link.mac_len, 6u);
    ASSERT_EQ(vnic__nl_parse_link(&lo_msg, &link), 0);
    EXPECT_STREQ(link.tun.kind, "");
    EXPECT_EQ(link.tun.layer, 0u);
}

TEST(NetlinkParse, Addresses)
{
    if (!is_little_endian()) {
        GTEST_SKIP() << "recorded on a little-endian machine";
    }
    Bytes bytes = corpus("addr_dump");
    size_t offset = 0;
    linux_nl_msg msg;
    linux_nl_addr addr;
    int v4 = 0, v6 = 0, peers = 0, broadcasts = 0;

    while (vnic__nl_next_msg(bytes.data(), bytes.size(), &offset, &msg) > 0) {
        ASSERT_EQ(vnic__nl_parse_addr(&msg, &addr), 0);
        v4 += addr.family == AF_INET;
        v6 += addr.family == AF_INET6;
        peers += static_cast<int>(addr.has_peer);
        broadcasts += static_cast<int>(addr.has_broadcast);
    }
    EXPECT_EQ(v4, 3); /* 127.0.0.1, 10.9.0.1, 10.9.1.1 */
    EXPECT_GE(v6, 3);
    EXPECT_EQ(peers, 2);
    EXPECT_EQ(broadcasts, 1);
}

TEST(NetlinkParse, Verdicts)
{
    if (!is_little_endian()) {
        GTEST_SKIP() << "recorded on a little-endian machine";
    }
    linux_nl_verdict verdict;
    struct {
        const char *file;
        int error;
        const char *text;
    } cases[] = {
        {"ack", 0, ""},
        {"done", 0, ""},
        {"error_nodev", ENODEV, ""},
        {"error_mtu_extack", EINVAL, "mtu greater than device maximum"},
        {"error_uncapped_extack", EINVAL, "mtu greater than device maximum"},
    };
    for (const auto &c : cases) {
        SCOPED_TRACE(c.file);
        Bytes bytes = corpus(c.file);
        linux_nl_msg msg = first_message(bytes);
        ASSERT_EQ(vnic__nl_parse_verdict(&msg, &verdict), 0);
        EXPECT_EQ(verdict.error, c.error);
        EXPECT_STREQ(verdict.text, c.text);
    }
}

TEST(NetlinkParse, VerdictsThatAreNone)
{
    linux_nl_verdict verdict;
    for (int32_t code : {1, 4095, -4096, INT32_MIN}) {
        Bytes payload;
        append(&payload, code);
        payload.resize(sizeof(nlmsgerr));
        Bytes bytes = message(NLMSG_ERROR, 0, payload);
        linux_nl_msg msg = first_message(bytes);
        EXPECT_EQ(vnic__nl_parse_verdict(&msg, &verdict), -1) << code;
    }
    Bytes empty = message(NLMSG_ERROR, 0, {}), done = message(NLMSG_DONE, 0, {});
    linux_nl_msg msg = first_message(empty);
    EXPECT_EQ(vnic__nl_parse_verdict(&msg, &verdict), -1);
    msg = first_message(done);
    EXPECT_EQ(vnic__nl_parse_verdict(&msg, &verdict), 0) << "an old kernel's empty end is an end";
}

TEST(NetlinkParse, TextOfAnErrorIsMadePrintable)
{
    Bytes payload, text = {'a', '\n', 0x1b, 'b'}; /* and no terminator */
    linux_nl_verdict verdict;

    append(&payload, int32_t{-EINVAL});
    payload.resize(sizeof(nlmsgerr));
    append_attr(&payload, NLMSGERR_ATTR_MSG, text);
    Bytes bytes = message(NLMSG_ERROR, NLM_F_CAPPED | NLM_F_ACK_TLVS, payload);
    linux_nl_msg msg = first_message(bytes);
    ASSERT_EQ(vnic__nl_parse_verdict(&msg, &verdict), 0);
    EXPECT_STREQ(verdict.text, "a  b");
}

TEST(NetlinkParse, EveryCutOfARealAnswerIsFoundOrHarmless)
{
    if (!is_little_endian()) {
        GTEST_SKIP() << "recorded on a little-endian machine";
    }
    for (const char *file : {"link_tun", "link_tap", "addr_dump", "error_mtu_extack"}) {
        SCOPED_TRACE(file);
        Bytes whole = corpus(file);
        linux_nl_msg msg;
        size_t offset = 0;
        ASSERT_EQ(vnic__nl_next_msg(whole.data(), whole.size(), &offset, &msg), 1);
        size_t first = offset;
        for (size_t len = 0; len < first; len++) {
            Bytes cut(whole.begin(), whole.begin() + static_cast<long>(len));
            offset = 0;
            EXPECT_EQ(vnic__nl_next_msg(cut.data(), cut.size(), &offset, &msg), len == 0 ? 0 : -1);
        }
    }
}

TEST(NetlinkParse, LinkWithoutAnIndexIsNone)
{
    ifinfomsg head{};
    linux_nl_link link;
    Bytes payload;

    append(&payload, head);
    Bytes bytes = message(RTM_NEWLINK, 0, payload);
    linux_nl_msg msg = first_message(bytes);
    EXPECT_EQ(vnic__nl_parse_link(&msg, &link), -1);
    head.ifi_index = 7;
    payload.clear();
    append(&payload, head);
    append(&payload,
           uint32_t{0x00020002}); /* an attribute shorter than its own header, at the end */
    bytes = message(RTM_NEWLINK, 0, payload);
    msg = first_message(bytes);
    EXPECT_EQ(vnic__nl_parse_link(&msg, &link), 0) << "a rest without data is passed over";
    EXPECT_EQ(7u, link.tun.if_index);
    append(&payload, uint32_t{0}); /* the same with something behind it */
    bytes = message(RTM_NEWLINK, 0, payload);
    msg = first_message(bytes);
    EXPECT_EQ(vnic__nl_parse_link(&msg, &link), -1);
}

TEST(NetlinkParse, AddressesThatAreNone)
{
    ifaddrmsg head{};
    linux_nl_addr addr;
    head.ifa_family = AF_INET;
    head.ifa_prefixlen = 33;
    Bytes payload;
    append(&payload, head);
    append_attr(&payload, IFA_LOCAL, {10, 0, 0, 1});
    Bytes bytes = message(RTM_NEWADDR, 0, payload);
    linux_nl_msg msg = first_message(bytes);
    EXPECT_EQ(vnic__nl_parse_addr(&msg, &addr), -1) << "33 bits";
    payload.clear();
    head.ifa_prefixlen = 24;
    append(&payload, head);
    bytes = message(RTM_NEWADDR, 0, payload);
    msg = first_message(bytes);
    EXPECT_EQ(vnic__nl_parse_addr(&msg, &addr), -1) << "no address at all";
    payload.clear();
    head.ifa_family = AF_UNIX;
    append(&payload, head);
    bytes = message(RTM_NEWADDR, 0, payload);
    msg = first_message(bytes);
    EXPECT_EQ(vnic__nl_parse_addr(&msg, &addr), 0) << "another family's is passed over";
}

TEST(NetlinkRequest, IsReadBackAsItWasBuilt)
{
    ifinfomsg head{};
    linux_nl_request req;
    linux_nl_msg msg;
    linux_nl_attr attr, inner;
    size_t offset = 0, nest;

    head.ifi_index = 3;
    vnic__nl_begin(&req, RTM_SETLINK, NLM_F_ACK, &head, sizeof head);
    vnic__nl_put(&req, IFLA_IFALIAS, "abcde", 5); /* padded to 8 */
    nest = vnic__nl_nest(&req, IFLA_AF_SPEC);
    vnic__nl_put_u32(&req, 8, 0x01020304);
    vnic__nl_nest_end(&req, nest);
    ASSERT_EQ(req.len % 4, 0u);
    uint32_t len = static_cast<uint32_t>(req.len);
    memcpy(req.words, &len, sizeof len);
    const auto *bytes = reinterpret_cast<const uint8_t *>(req.words);
    ASSERT_EQ(vnic__nl_next_msg(bytes, req.len, &offset, &msg), 1);
    EXPECT_EQ(msg.type, RTM_SETLINK);
    EXPECT_EQ(msg.flags, NLM_F_REQUEST | NLM_F_ACK);
    offset = sizeof head;
    ASSERT_EQ(vnic__nl_next_attr(msg.payload, msg.len, &offset, &attr), 1);
    EXPECT_EQ(attr.type, IFLA_IFALIAS);
    EXPECT_EQ(attr.len, 5u);
    ASSERT_EQ(vnic__nl_next_attr(msg.payload, msg.len, &offset, &attr), 1);
    EXPECT_EQ(attr.type, IFLA_AF_SPEC);
    size_t at = 0;
    ASSERT_EQ(vnic__nl_next_attr(attr.data, attr.len, &at, &inner), 1);
    EXPECT_EQ(inner.type, 8);
    EXPECT_EQ(vnic__nl_next_attr(attr.data, attr.len, &at, &inner), 0);
    EXPECT_EQ(vnic__nl_next_attr(msg.payload, msg.len, &offset, &attr), 0);
}

}
