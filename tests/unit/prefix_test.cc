/* SPDX-License-Identifier: Apache-2.0 */
#include "vnic/prefix.h"

#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <vector>

#include "support/covers.h"
#include "vnic/error.h"

extern "C" {
#include "core/prefix_text.h"
}

static std::string format(const vnic_prefix &p)
{
    char buf[VNIC_PREFIX_TEXT_MAX];
    int n = vnic_prefix_format(&p, buf, sizeof buf);
    return n < 0 ? "error" : std::string(buf, static_cast<size_t>(n));
}

static vnic_prefix parsed(const char *text)
{
    vnic_prefix p;
    memset(&p, 0xEE, sizeof p);
    EXPECT_EQ(vnic_prefix_parse(text, &p), VNIC_OK) << text;
    return p;
}

struct TextCase {
    const char *text;
    const char *canonical;
};

static const TextCase good_cases[] = {
    {"10.9.0.1/24", "10.9.0.1/24"},
    {"10.9.0.1", "10.9.0.1/32"},
    {" \t10.9.0.1/24 \n", "10.9.0.1/24"},
    {"10.9.0.1/0", "10.9.0.1/0"},
    {"0.0.0.0/0", "0.0.0.0/0"},
    {"10.9.0.1/255.255.255.0", "10.9.0.1/24"},
    {"10.9.0.1/255.255.255.255", "10.9.0.1/32"},
    {"10.9.0.1/255.255.254.0", "10.9.0.1/23"},
    {"10.9.0.1/0.0.0.0", "10.9.0.1/0"},
    {"fd09::1/64", "fd09::1/64"},
    {"fd09::1", "fd09::1/128"},
    {"FD09:0::1/64", "fd09::1/64"},
    {"::/0", "::/0"},
    {"::ffff:10.9.0.1/120", "::ffff:10.9.0.1/120"},
    {"10.9.0.1/32 peer 10.9.0.2", "10.9.0.1/32 peer 10.9.0.2"},
    {"10.9.0.1\tpeer\n10.9.0.2", "10.9.0.1/32 peer 10.9.0.2"},
    {"fd09::1/128 peer fd09::2", "fd09::1/128 peer fd09::2"},
    {"10.9.0.1/24 broadcast 10.9.0.255", "10.9.0.1/24 broadcast 10.9.0.255"},
    {"10.9.0.1/24 brd 10.9.0.0", "10.9.0.1/24 broadcast 10.9.0.0"},
    {"10.9.0.1/24 broadcast none", "10.9.0.1/24 broadcast none"},
    {"10.9.0.1/32 broadcast none", "10.9.0.1/32 broadcast none"},
    {"10.9.0.1/24 broadcast 10.9.0.255 peer 10.9.0.2",
     "10.9.0.1/24 peer 10.9.0.2 broadcast 10.9.0.255"},
};

TEST(Prefix, ParseAndFormat)
{
    for (const TextCase &c : good_cases) {
        vnic_prefix p = parsed(c.text);
        EXPECT_EQ(format(p), c.canonical) << c.text;
        EXPECT_EQ(vnic_prefix_check(&p), VNIC_OK) << c.text;
        vnic_prefix again = parsed(c.canonical);
        EXPECT_EQ(vnic_prefix_equal(&p, &again), 1) << c.text;
        EXPECT_EQ(memcmp(&p, &again, sizeof p), 0) << c.text;
    }
}

/* The offending word as the list parser points at it, and its reason. */
struct BadCase {
    const char *text;
    const char *word;
    const char *reason;
};

static const BadCase bad_cases[] = {
    {"10.9.0.1/33", "10.9.0.1/33", "has a prefix length that is not 0 to 32"},
    {"10.9.0.1/", "10.9.0.1/", "has a prefix length that is not 0 to 32"},
    {"10.9.0.1/-1", "10.9.0.1/-1", "has a prefix length that is not 0 to 32"},
    {"10.9.0.1/024", "10.9.0.1/024", "has a prefix length that is not 0 to 32"},
    {"10.9.0.1/24/8", "10.9.0.1/24/8", "has a prefix length that is not 0 to 32"},
    {"10.9.0.1/4294967320", "10.9.0.1/4294967320", "has a prefix length that is not 0 to 32"},
    {"fd09::1/129", "fd09::1/129", "has a prefix length that is not 0 to 128"},
    {"fd09::1/255.255.0.0", "fd09::1/255.255.0.0", "has a prefix length that is not 0 to 128"},
    {"10.9.0.1/255.0.255.0", "10.9.0.1/255.0.255.0", "has a mask that is not contiguous"},
    {"10.9.0.1/0.0.0.255", "10.9.0.1/0.0.0.255", "has a mask that is not contiguous"},
    {"10.9.0.1/255.255.255", "10.9.0.1/255.255.255", "has a mask that is not contiguous"},
    {"10.9.0/24", "10.9.0/24", "is not an IPv4 or IPv6 address"},
    {"010.9.0.1/24", "010.9.0.1/24", "is not an IPv4 or IPv6 address"},
    {"/24", "/24", "is not an IPv4 or IPv6 address"},
    {"localhost", "localhost", "is not an IPv4 or IPv6 address"},
    {"peer", "peer", "is not an IPv4 or IPv6 address"},
    {"fe80::1%eth0/64", "fe80::1%eth0/64", "has a scope, which has no place here"},
    {"10.9.0.1/32 peer", "peer", "is followed by no address"},
    {"10.9.0.1/32 peer , 10.9.0.2", "peer", "is followed by no address"},
    {"10.9.0.1/32 peer x", "x", "is not an address of the same family as the one before it"},
    {"10.9.0.1/32 peer fd09::2", "fd09::2",
     "is not an address of the same family as the one before it"},
    {"10.9.0.1/32 peer 10.9.0.2/32", "10.9.0.2/32",
     "has a prefix length, which belongs behind the address before \"peer\""},
    {"10.9.0.1 peer 10.9.0.2 peer 10.9.0.3", "peer", "is given twice for one address"},
    {"10.9.0.1/24 broadcast", "broadcast", "is followed by no address"},
    {"10.9.0.1/24 broadcast fd09::2", "fd09::2", "is not an IPv4 address"},
    {"10.9.0.1/24 broadcast None", "None", "is not an IPv4 address"},
    {"10.9.0.1/24 brd none broadcast none", "broadcast", "is given twice for one address"},
    {"10.9.0.1/31 broadcast 10.9.0.1", "broadcast", "is not possible with a /31 or /32"},
    {"10.9.0.1 broadcast 10.9.0.1", "broadcast", "is not possible with a /31 or /32"},
    {"fd09::1/64 broadcast none", "broadcast", "is for IPv4 only"},
    {"10.9.0.1/24 and 10.9.0.2", "and", "is not an IPv4 or IPv6 address"},
};

TEST(Prefix, TextsThatAreNone)
{
    VNIC_COVERS("vnic_prefix_parse", "VNIC_EADDR");
    VNIC_COVERS("vnic_prefix_list_parse", "VNIC_EADDR");
    for (const BadCase &c : bad_cases) {
        SCOPED_TRACE(c.text);
        vnic_prefix p, list[4];
        memset(&p, 0xEE, sizeof p);
        EXPECT_EQ(vnic_prefix_parse(c.text, &p), VNIC_EADDR);
        EXPECT_EQ(p.family, 0xEE) << "written in spite of the error";

        size_t offset = 99, len = 99;
        EXPECT_EQ(vnic_prefix_list_parse(c.text, list, 4, &offset, &len), VNIC_EADDR);
        EXPECT_EQ(std::string(c.text).substr(offset, len), c.word);
        EXPECT_EQ(vnic_prefix_list_parse(c.text, list, 4, nullptr, nullptr), VNIC_EADDR);

        vnic__text_fault fault = {0, 0, nullptr};
        EXPECT_EQ(vnic__prefix_list_parse(c.text, list, 4, &fault), VNIC_EADDR);
        EXPECT_STREQ(fault.reason, c.reason);
    }
}

TEST(Prefix, OneIsNotNoneAndNotTwo)
{
    vnic_prefix p;
    for (const char *text : {"", " ", ",", "10.9.0.1/24,", ",10.9.0.1/24", "10.9.0.1/24 10.9.0.2",
                             "10.9.0.1/24,10.9.0.2"}) {
        EXPECT_EQ(vnic_prefix_parse(text, &p), VNIC_EADDR) << text;
    }
}

TEST(Prefix, BadArguments)
{
    VNIC_COVERS("vnic_prefix_parse", "VNIC_EINVAL");
    VNIC_COVERS("vnic_prefix_list_parse", "VNIC_EINVAL");
    VNIC_COVERS("vnic_prefix_format", "VNIC_EINVAL");
    VNIC_COVERS("vnic_prefix_format", "VNIC_EMSGSIZE");
    VNIC_COVERS("vnic_prefix_check", "VNIC_EINVAL");
    VNIC_COVERS("vnic_prefix_is_assignable", "VNIC_EINVAL");
    VNIC_COVERS("vnic_prefix_equal", "VNIC_EINVAL");
    VNIC_COVERS("vnic_prefix_contains", "VNIC_EINVAL");
    VNIC_COVERS("vnic_prefix_network", "VNIC_EINVAL");
    VNIC_COVERS("vnic_prefix_host", "VNIC_EINVAL");
    VNIC_COVERS("vnic_prefix_broadcast", "VNIC_EINVAL");
    vnic_prefix p = parsed("10.9.0.1/24"), out;
    char buf[VNIC_PREFIX_TEXT_MAX];
    uint8_t addr[4];
    EXPECT_EQ(vnic_prefix_parse(nullptr, &out), VNIC_EINVAL);
    EXPECT_EQ(vnic_prefix_parse("10.9.0.1", nullptr), VNIC_EINVAL);
    EXPECT_EQ(vnic_prefix_list_parse(nullptr, &out, 1, nullptr, nullptr), VNIC_EINVAL);
    EXPECT_EQ(vnic_prefix_list_parse("10.9.0.1", nullptr, 1, nullptr, nullptr), VNIC_EINVAL);
    EXPECT_EQ(vnic_prefix_list_parse("10.9.0.1", &out, -1, nullptr, nullptr), VNIC_EINVAL);
    EXPECT_EQ(vnic_prefix_format(nullptr, buf, sizeof buf), VNIC_EINVAL);
    EXPECT_EQ(vnic_prefix_format(&p, nullptr, sizeof buf), VNIC_EINVAL);
    EXPECT_EQ(vnic_prefix_format(&p, buf, 11), VNIC_EMSGSIZE);
    EXPECT_EQ(vnic_prefix_format(&p, buf, 0), VNIC_EMSGSIZE);
    EXPECT_EQ(vnic_prefix_format(&p, buf, 12), 11);
    EXPECT_STREQ(buf, "10.9.0.1/24");
    EXPECT_EQ(vnic_prefix_check(nullptr), VNIC_EINVAL);
    EXPECT_EQ(vnic_prefix_is_assignable(nullptr), VNIC_EINVAL);
    EXPECT_EQ(vnic_prefix_equal(nullptr, &p), VNIC_EINVAL);
    EXPECT_EQ(vnic_prefix_equal(&p, nullptr), VNIC_EINVAL);
    EXPECT_EQ(vnic_prefix_contains(nullptr, &p), VNIC_EINVAL);
    EXPECT_EQ(vnic_prefix_contains(&p, nullptr), VNIC_EINVAL);
    EXPECT_EQ(vnic_prefix_network(nullptr, &out), VNIC_EINVAL);
    EXPECT_EQ(vnic_prefix_network(&p, nullptr), VNIC_EINVAL);
    EXPECT_EQ(vnic_prefix_host(nullptr, 0, &out), VNIC_EINVAL);
    EXPECT_EQ(vnic_prefix_host(&p, 0, nullptr), VNIC_EINVAL);
    EXPECT_EQ(vnic_prefix_broadcast(nullptr, addr), VNIC_EINVAL);
    EXPECT_EQ(vnic_prefix_broadcast(&p, nullptr), VNIC_EINVAL);
}

/* Structures filled by hand: each member wrong in turn, and every function notices. */
TEST(Prefix, StructuresThatAreNotValid)
{
    VNIC_COVERS("vnic_prefix_check", "VNIC_EADDR");
    VNIC_COVERS("vnic_prefix_format", "VNIC_EADDR");
    VNIC_COVERS("vnic_prefix_is_assignable", "VNIC_EADDR");
    VNIC_COVERS("vnic_prefix_contains", "VNIC_EADDR");
    VNIC_COVERS("vnic_prefix_network", "VNIC_EADDR");
    VNIC_COVERS("vnic_prefix_host", "VNIC_EADDR");
    VNIC_COVERS("vnic_prefix_broadcast", "VNIC_EADDR");
    const vnic_prefix four = parsed("10.9.0.1/24"), six = parsed("fd09::1/64");
    std::vector<vnic_prefix> bad;
    auto spoil = [&bad](vnic_prefix p, void (*change)(vnic_prefix *)) {
        change(&p);
        bad.push_back(p);
    };
    spoil(four, [](vnic_prefix *p) { p->family = 0; });
    spoil(four, [](vnic_prefix *p) { p->family = 2; });
    spoil(four, [](vnic_prefix *p) { p->prefix_len = 33; });
    spoil(six, [](vnic_prefix *p) { p->prefix_len = 129; });
    spoil(four, [](vnic_prefix *p) { p->flags = 0x8000; });
    spoil(four, [](vnic_prefix *p) { p->reserved = 1; });
    spoil(four, [](vnic_prefix *p) { p->reserved2 = 1; });
    spoil(four, [](vnic_prefix *p) { p->addr[4] = 1; });
    spoil(four, [](vnic_prefix *p) { p->peer[0] = 1; });
    spoil(four, [](vnic_prefix *p) { p->flags = VNIC_PREFIX_PEER, p->peer[15] = 1; });
    spoil(four, [](vnic_prefix *p) { p->broadcast[0] = 1; });
    spoil(four,
          [](vnic_prefix *p) { p->flags = VNIC_PREFIX_BROADCAST | VNIC_PREFIX_NO_BROADCAST; });
    spoil(four, [](vnic_prefix *p) { p->flags = VNIC_PREFIX_BROADCAST, p->prefix_len = 31; });
    spoil(six, [](vnic_prefix *p) { p->flags = VNIC_PREFIX_BROADCAST; });
    spoil(six, [](vnic_prefix *p) { p->flags = VNIC_PREFIX_NO_BROADCAST; });
    for (const vnic_prefix &p : bad) {
        SCOPED_TRACE(&p - bad.data());
        vnic_prefix out;
        char buf[VNIC_PREFIX_TEXT_MAX];
        uint8_t addr[4];
        EXPECT_EQ(vnic_prefix_check(&p), VNIC_EADDR);
        EXPECT_EQ(vnic_prefix_format(&p, buf, sizeof buf), VNIC_EADDR);
        EXPECT_EQ(vnic_prefix_is_assignable(&p), VNIC_EADDR);
        EXPECT_EQ(vnic_prefix_contains(&p, &four), VNIC_EADDR);
        EXPECT_EQ(vnic_prefix_contains(&four, &p), VNIC_EADDR);
        EXPECT_EQ(vnic_prefix_network(&p, &out), VNIC_EADDR);
        EXPECT_EQ(vnic_prefix_host(&p, 0, &out), VNIC_EADDR);
        EXPECT_EQ(vnic_prefix_broadcast(&p, addr), VNIC_EADDR);
    }
}

TEST(PrefixList, SeparatorsAndOrder)
{
    vnic_prefix list[4];
    for (const char *text : {"10.9.0.1/24 fd09::1/64", "10.9.0.1/24,fd09::1/64",
                             "\n10.9.0.1/24 ,\t, fd09::1/64\r\n,"}) {
        ASSERT_EQ(vnic_prefix_list_parse(text, list, 4, nullptr, nullptr), 2) << text;
        EXPECT_EQ(format(list[0]), "10.9.0.1/24");
        EXPECT_EQ(format(list[1]), "fd09::1/64");
    }
    for (const char *text : {"", " ", ", \n"}) {
        EXPECT_EQ(vnic_prefix_list_parse(text, list, 4, nullptr, nullptr), 0);
    }
    ASSERT_EQ(vnic_prefix_list_parse("10.9.0.1 peer 10.9.0.2 fd09::1 10.9.0.3/24 brd none", list, 4,
                                     nullptr, nullptr),
              3);
    EXPECT_EQ(format(list[0]), "10.9.0.1/32 peer 10.9.0.2");
    EXPECT_EQ(format(list[2]), "10.9.0.3/24 broadcast none");
}

TEST(PrefixList, Duplicates)
{
    VNIC_COVERS("vnic_prefix_list_parse", "VNIC_EEXIST");
    vnic_prefix list[4];
    size_t offset = 0, len = 0;
    for (const char *text :
         {"10.9.0.1/24 10.9.0.1/24", "10.9.0.1/24 10.9.0.1/16", "fd09::1/64 fd09:0::1/128",
          "fd09::1/64 fd09::1 peer fd09::2", "10.9.0.1 peer 10.9.0.2 10.9.0.1 peer 10.9.0.2"}) {
        EXPECT_EQ(vnic_prefix_list_parse(text, list, 4, &offset, &len), VNIC_EEXIST) << text;
    }
    EXPECT_EQ(vnic_prefix_list_parse("10.9.0.1/24, 10.9.0.1/16", list, 4, &offset, &len),
              VNIC_EEXIST);
    EXPECT_EQ(offset, 13u);
    EXPECT_EQ(len, 11u);
    EXPECT_EQ(vnic_prefix_list_parse("10.9.0.1 peer 10.9.0.2 10.9.0.1 peer 10.9.0.3", list, 4,
                                     nullptr, nullptr),
              2);
    EXPECT_EQ(vnic_prefix_list_parse("10.9.0.1/24 10.9.0.2/24", list, 4, nullptr, nullptr), 2);
}

TEST(PrefixList, Room)
{
    VNIC_COVERS("vnic_prefix_list_parse", "VNIC_EMSGSIZE");
    vnic_prefix list[2];
    size_t offset = 0, len = 0;
    const char *three = "10.9.0.1 10.9.0.2 10.9.0.3/24";
    EXPECT_EQ(vnic_prefix_list_parse(three, list, 2, &offset, &len), VNIC_EMSGSIZE);
    EXPECT_EQ(offset, 18u);
    EXPECT_EQ(len, 11u);
    EXPECT_EQ(vnic_prefix_list_parse(three, nullptr, 0, nullptr, nullptr), 3);
    EXPECT_EQ(vnic_prefix_list_parse("10.9.0.1 x", nullptr, 0, nullptr, nullptr), VNIC_EADDR);
}

TEST(Prefix, Assignable)
{
    const struct {
        const char *text;
        int yes;
    } cases[] = {
        {"10.9.0.1/24", 1},  {"5.0.0.0/32", 1},  {"127.0.0.1/8", 1},  {"0.0.0.0/0", 0},
        {"224.0.0.1/32", 0}, {"239.1.2.3/8", 0}, {"240.0.0.1/32", 1}, {"255.255.255.255", 0},
        {"fd09::1/64", 1},   {"fe80::1/64", 1},  {"::1/128", 1},      {"::/0", 0},
        {"ff02::1/128", 0},
    };
    for (const auto &c : cases) {
        vnic_prefix p = parsed(c.text);
        EXPECT_EQ(vnic_prefix_is_assignable(&p), c.yes) << c.text;
    }
}

TEST(Prefix, Equal)
{
    vnic_prefix a = parsed("10.9.0.1/24");
    for (const char *other : {"10.9.0.2/24", "10.9.0.1/25", "10.9.0.1/24 peer 10.9.0.2",
                              "10.9.0.1/24 brd none", "10.9.0.1/24 brd 10.9.0.255", "a09:1::/24"}) {
        vnic_prefix b = parsed(other);
        EXPECT_EQ(vnic_prefix_equal(&a, &b), 0) << other;
    }
    vnic_prefix b = a;
    EXPECT_EQ(vnic_prefix_equal(&a, &b), 1);
    /* Who made an address is no part of what it is. */
    b.flags |= VNIC_PREFIX_KERNEL;
    EXPECT_EQ(vnic_prefix_check(&b), VNIC_OK);
    EXPECT_EQ(vnic_prefix_equal(&a, &b), 1);
}

TEST(Prefix, Contains)
{
    const struct {
        const char *net, *inner;
        int yes;
    } cases[] = {
        {"10.9.0.0/24", "10.9.0.77", 1},
        {"10.9.0.0/24", "10.9.1.0", 0},
        {"10.9.0.9/24", "10.9.0.1/25", 1},
        {"10.9.0.0/25", "10.9.0.1/24", 0},
        {"10.9.0.0/24", "10.9.0.1/24", 1},
        {"0.0.0.0/0", "255.1.2.3", 1},
        {"10.9.0.128/25", "10.9.0.127", 0},
        {"10.9.0.128/25", "10.9.0.128", 1},
        {"10.9.0.1/32", "10.9.0.1", 1},
        {"10.9.0.1/32", "10.9.0.0", 0},
        {"fd09::/64", "fd09::ffff:1", 1},
        {"fd09::/64", "fd09:0:0:1::1", 0},
        {"fd09::/127", "fd09::1", 1},
        {"fd09::/127", "fd09::2", 0},
        {"::/0", "10.9.0.1", 0},
        {"0.0.0.0/0", "::", 0},
    };
    for (const auto &c : cases) {
        vnic_prefix net = parsed(c.net), inner = parsed(c.inner);
        EXPECT_EQ(vnic_prefix_contains(&net, &inner), c.yes) << c.net << " " << c.inner;
    }
}

TEST(Prefix, NetworkAndHost)
{
    const struct {
        const char *net;
        uint64_t index;
        const char *host; /* nullptr: there is none */
    } cases[] = {
        {"10.9.3.77/24", 0, "10.9.3.0/24"},
        {"10.9.3.77/24", 1, "10.9.3.1/24"},
        {"10.9.3.77/24", 255, "10.9.3.255/24"},
        {"10.9.3.77/24", 256, nullptr},
        {"10.9.3.77/20", 0x123, "10.9.1.35/20"},
        {"10.9.115.77/20", 0x123, "10.9.113.35/20"},
        {"10.9.3.77/31", 1, "10.9.3.77/31"},
        {"10.9.3.77", 0, "10.9.3.77/32"},
        {"10.9.3.77", 1, nullptr},
        {"0.0.0.0/0", 0xFFFFFFFF, "255.255.255.255/0"},
        {"0.0.0.0/0", 0x100000000, nullptr},
        {"fd09::7/64", 2, "fd09::2/64"},
        {"fd09::7/64", UINT64_MAX, "fd09::ffff:ffff:ffff:ffff/64"},
        {"fd09::7/65", UINT64_MAX, nullptr},
        {"fd09::ff:7/121", 127, "fd09::ff:7f/121"},
        {"fd09:1::7/16", 5, "fd09::5/16"},
    };
    for (const auto &c : cases) {
        vnic_prefix net = parsed(c.net), out;
        int rc = vnic_prefix_host(&net, c.index, &out);
        EXPECT_EQ(rc, c.host ? VNIC_OK : VNIC_EADDR) << c.net << " " << c.index;
        if (rc == VNIC_OK && c.host) {
            EXPECT_EQ(format(out), c.host);
        }
    }
    vnic_prefix p = parsed("10.9.3.77/24 peer 10.9.3.1 broadcast 10.9.3.255");
    EXPECT_EQ(vnic_prefix_network(&p, &p), VNIC_OK);
    EXPECT_EQ(format(p), "10.9.3.0/24");
}

TEST(Prefix, Broadcast)
{
    const struct {
        const char *text;
        const char *last; /* nullptr: there is none */
    } cases[] = {
        {"10.9.0.1/24", "10.9.0.255"},
        {"10.9.0.1/22", "10.9.3.255"},
        {"10.9.0.1/30", "10.9.0.3"},
        {"10.9.0.1/0", "255.255.255.255"},
        {"10.9.0.1/24 brd 10.9.0.0", "10.9.0.0"},
        {"10.9.0.1/24 brd none", nullptr},
        {"10.9.0.1/31", nullptr},
        {"10.9.0.1/32", nullptr},
        {"fd09::1/64", nullptr},
    };
    for (const auto &c : cases) {
        vnic_prefix p = parsed(c.text);
        uint8_t addr[4];
        EXPECT_EQ(vnic_prefix_broadcast(&p, addr), c.last != nullptr) << c.text;
        if (c.last != nullptr) {
            vnic_prefix last = parsed(c.last);
            EXPECT_EQ(memcmp(addr, last.addr, 4), 0) << c.text;
        }
    }
}

TEST(Prefix, LayoutIsPartOfTheAbi)
{
    EXPECT_EQ(sizeof(vnic_prefix), 64u);
    EXPECT_EQ(offsetof(vnic_prefix, addr), 8u);
    EXPECT_EQ(offsetof(vnic_prefix, peer), 24u);
    EXPECT_EQ(offsetof(vnic_prefix, broadcast), 40u);
}
